"""Descriptors and slots with side effects."""
log = []


class Counts:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        log.append(("get", self.name, instance is not None))
        if instance is None:
            return self
        return instance.__dict__.setdefault(self.name, 0) + 1

    def __set__(self, instance, value):
        log.append(("set", self.name, value))
        instance.__dict__[self.name] = value

    def __delete__(self, instance):
        log.append(("delete", self.name))
        del instance.__dict__[self.name]


class Slotted:
    __slots__ = ("a", "__weakref__")

    def __init__(self, a):
        self.a = a


class Holder:
    n = Counts()

    def __init__(self, n):
        self.n = n

    @property
    def lazy(self):
        log.append("lazy")
        self.__dict__["loaded"] = True
        return 5

    def __delattr__(self, name):
        log.append(("delattr", name))
        super().__delattr__(name)


class Ghost:
    """A slot that was never set, and a dict that is another's."""
    __slots__ = ("__dict__", "unset")


def take(x):
    return x.n


def swap(x, y):
    x.__dict__, y.__dict__ = y.__dict__, x.__dict__
    return x


h, other = Holder(1), Holder(2)
print(take(h), take(Holder(5)))
swap(h, other)
print(h.__dict__, other.__dict__)
del h.n
print(swap(Ghost(), Ghost()).__dict__)
h.__class__ = type("Elsewhere", (Holder,), {})
print(take(h), h.lazy, vars(h), sorted(vars(Holder)))
print(log)
