"""Arguments whose operators have effects: only the program's own uses of them happen."""
uses = []


class Counted:
    def __init__(self, n):
        self.n = n

    def __getattribute__(self, name):
        if name != "n" and not name.startswith("__"):
            uses.append(name)
        return object.__getattribute__(self, name)

    def __eq__(self, other):
        uses.append("eq")
        return NotImplemented

    def __hash__(self):
        uses.append("hash")
        return 3

    def __iter__(self):
        uses.append("iter")
        yield 1

    def __contains__(self, x):
        uses.append("contains")
        return True

    def __call__(self):
        uses.append("called")
        return self

    def __enter__(self):
        uses.append("enter")

    def __exit__(self, *_):
        uses.append("exit")

    def __len__(self):
        uses.append("len")
        return 2

    def __reduce__(self):
        uses.append("reduce")

    def __dir__(self):
        uses.append("dir")
        return []

    def __format__(self, spec):
        uses.append("format")
        return "f"


def takes(a, *rest, key=None, **more):
    a.n += 1
    return a


def stores(where, x):
    where.append(x)
    return where


c = Counted(1)
takes(c, c, key={1: c}, other=[c])
kept = stores([], c)
kept = stores(kept, Counted(2))
kept.reverse()
takes(kept[0])
c()
with c:
    takes(c)
print(uses)
uses.clear()
print(c in {c}, 5 in c, f"{c}", *c, len(c))
print(uses)
