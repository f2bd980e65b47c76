"""Reports for tenants: a base layout, copies of it per tenant, columns that tenants add, rendering, delivery."""

import copy
import random
from dataclasses import dataclass, field


@dataclass
class Column:
    name: str
    width: int = 10
    secret: bool = False


@dataclass
class Layout:
    title: str
    columns: list
    options: dict = field(default_factory=dict)

    def add(self, column):
        self.columns.append(column)

    def names(self):
        return [column.name for column in self.columns]

    def clone(self, title):
        made = copy.copy(self)
        made.title = title
        made.options = dict(self.options)
        return made


class Layouts:
    def __init__(self, base):
        self.base = base
        self.by_tenant = {}

    def of(self, tenant):
        if tenant not in self.by_tenant:
            self.by_tenant[tenant] = self.base.clone(f"Report of {tenant}")
        return self.by_tenant[tenant]


class Requests:
    """What tenants ask for while the day goes on."""

    def __init__(self, rng, tenants):
        self.rng = rng
        self.tenants = tenants

    def next(self):
        kind = "column" if self.rng.random() < 0.06 else "render"
        return kind, self.rng.choice(self.tenants)


class Source:
    FIELDS = ("date", "amount", "margin", "discount", "salary", "rating")

    def __init__(self, rng):
        self.rng = rng

    def rows(self, tenant, count):
        return [self.row(tenant, n) for n in range(count)]

    def row(self, tenant, n):
        return {name: f"{tenant}-{name}-{n}" for name in self.FIELDS}


class Renderer:
    def __init__(self):
        self.done = 0

    def head(self, layout):
        return " ".join(name.ljust(10) for name in layout.names())

    def line(self, layout, row):
        return " ".join(str(row[column.name]).ljust(column.width) for column in layout.columns)

    def render(self, layout, rows):
        self.done += 1
        return "\n".join([layout.title, self.head(layout), *(self.line(layout, row) for row in rows)])


class Permissions:
    def __init__(self):
        self.allowed = {}

    def allow(self, tenant, name):
        self.allowed.setdefault(tenant, {"date", "amount"}).add(name)

    def check(self, tenant, names):
        allowed = self.allowed.setdefault(tenant, {"date", "amount"})
        wrong = [name for name in names if name not in allowed]
        if wrong:
            raise PermissionError(f"{tenant} may not see {', '.join(wrong)}")


class Service:
    def __init__(self, rng):
        self.rng = rng
        self.layouts = Layouts(Layout("base", [Column("date"), Column("amount", 12)], {"page": 40}))
        self.permissions = Permissions()
        self.source = Source(rng)
        self.renderer = Renderer()
        self.sent = []

    def add_column(self, tenant, name):
        layout = self.layouts.of(tenant)
        if name not in layout.names():
            layout.add(Column(name, 8))
            self.permissions.allow(tenant, name)

    def report(self, tenant):
        layout = self.layouts.of(tenant)
        text = self.renderer.render(layout, self.source.rows(tenant, 3))
        self.sent.append((tenant, len(text)))
        return text

    def deliver(self, tenant, text):
        head = text.splitlines()[1].split()
        self.permissions.check(tenant, head)


def main():
    rng = random.Random(1)
    service = Service(rng)
    requests = Requests(rng, ["oslo", "lima", "kiel", "bern"])
    for _ in range(60):
        kind, tenant = requests.next()
        if kind == "column":
            service.add_column(tenant, rng.choice(Source.FIELDS[2:]))
        else:
            service.deliver(tenant, service.report(tenant))
    print(len(service.sent), "sent")


main()
