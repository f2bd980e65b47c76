"""A query's own columns are kept in one place and looked up in another."""


class Query:
    def __init__(self, fields):
        self.fields = fields
        self.computed = {}

    def names(self):
        return sorted([*self.fields, *self.computed])

    def resolve(self, name):
        if name in self.computed:
            return self.computed[name]
        if name not in self.fields:
            raise LookupError(f"no column '{name}', there are: {', '.join(self.names())}")
        return self.fields[name]

    def condition(self, column, least):
        return (self.resolve(column), ">=", least)

    def select(self, **columns):
        added = {}
        for alias, column in columns.items():
            if isinstance(column, tuple):
                added[alias] = self.condition(*column)
            else:
                added[alias] = self.resolve(column)
        self.computed.update(added)
        return self


def report(query):
    return query.select(amount="price", is_large=("amount", 10))


def main():
    report(Query({"price": "integer", "title": "text"}))


main()
