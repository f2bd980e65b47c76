"""Metaclasses whose own methods are in the way of everything one may ask of a class."""
log = []


class Meta(type):
    def __call__(cls, *args, **kwargs):
        log.append(("call", cls.__dict__.get("tag")))
        made = super().__call__(*args, **kwargs)
        return made

    def __getattribute__(cls, name):
        if not name.startswith("__"):
            log.append(("get", name))
        return super().__getattribute__(name)

    def __getattr__(cls, name):
        log.append(("missing", name))
        raise AttributeError(name)

    def __instancecheck__(cls, other):
        log.append("instancecheck")
        return True

    def __subclasscheck__(cls, other):
        log.append("subclasscheck")
        return True

    def __len__(cls):
        log.append("len")
        return 3

    def __iter__(cls):
        log.append("iter")
        return iter([1, 2])

    def __eq__(cls, other):
        log.append("eq")
        return True

    def __hash__(cls):
        log.append("hash")
        return 1

    def __repr__(cls):
        log.append("repr")
        return "<Meta>"

    def __bool__(cls):
        log.append("bool")
        return False

    @property
    def __dict__(cls):
        return type.__dict__["__dict__"].__get__(cls)


class Thing(metaclass=Meta):
    tag = "thing"

    def __init__(self, n):
        self.n = n

    def double(self):
        return self.n * 2


class NotMade(metaclass=Meta):
    tag = "notmade"

    def __new__(cls, n):
        return n + 1


def use(what, n):
    return what(n)


thing = use(Thing, 4)
print(thing.double(), use(NotMade, 1))
try:
    Thing.absent
except AttributeError as error:
    print("absent", error)
print(log)
