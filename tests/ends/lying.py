"""Objects that lie about what they are."""
told = []


class Liar:
    @property
    def __class__(self):
        told.append("class")
        return int

    def __len__(self):
        told.append("len")
        return -1

    def __iter__(self):
        told.append("iter")
        raise RuntimeError("no")

    def __eq__(self, other):
        told.append("eq")
        raise RuntimeError("no")

    __hash__ = None

    def __bool__(self):
        told.append("bool")
        raise RuntimeError("no")

    def __index__(self):
        told.append("index")
        return 7

    def __getattr__(self, name):
        told.append(name)
        raise RuntimeError("no")

    def __repr__(self):
        told.append("repr")
        raise RuntimeError("no")

    def __str__(self):
        told.append("str")
        return None

    def __sizeof__(self):
        told.append("sizeof")
        return -1


class Error(Exception):
    def __str__(self):
        told.append("error's str")
        raise RuntimeError("no")

    __repr__ = __str__

    @property
    def args(self):
        told.append("error's args")
        return (1,)

    @property
    def __traceback__(self):
        told.append("traceback")
        return None

    @property
    def __cause__(self):
        told.append("cause")
        return self


class Dict(dict):
    def items(self):
        told.append("items")
        return []

    def __iter__(self):
        told.append("dict's iter")
        return iter(())

    def __len__(self):
        return 0


class Text(str):
    def __len__(self):
        told.append("text's len")
        return 10**9

    def __getitem__(self, at):
        told.append("text's item")
        return "x"

    def __eq__(self, other):
        told.append("text's eq")
        return True

    def __hash__(self):
        told.append("text's hash")
        return 1


def give(x):
    return x


def fail(x):
    raise Error(x)


give(Liar())
give([Liar(), {"a": Liar()}])
give(Dict(a=1, b=2))
give(Text("abc"))
try:
    fail(Liar())
except Error:
    pass
print(told)
