"""Functions, methods, lambdas, recursion, every kind of parameter."""


class Shape:
    scale = 2

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side

    @classmethod
    def unit(cls):
        return cls(1)

    @staticmethod
    def double(x, /):
        return 2 * x

    @property
    def big(self):
        return self.side > 10


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def kinds(a, /, b, c=3, *rest, d, e=5, **more):
    return None


def outer():
    def inner(x):
        return x + 1

    return inner(1)


def nothing():
    pass


def main():
    shape = Shape(3)
    shape.area()
    Shape.unit()
    Shape.double(4)
    shape.big  # noqa: B018
    (lambda x: x * 2)(21)
    fib(3)
    kinds(1, 2, 4, 6, 7, d=8, f=9)
    kinds(1, b=2, d=4)
    outer()
    nothing()
    return sum([nothing() is None for _ in range(2)])


main()

# tree
# main {} -> 2
#   Shape.__init__ {"self": {"@": "__main__.Shape", "@id": "~"}, "side": 3} -> null
#   Shape.area {"self": {"@": "__main__.Shape", "@id": "~", "side": 3}} -> 9
#   Shape.unit {"cls": {"@": "type", "@name": "__main__.Shape"}} -> {"@": "__main__.Shape", "@id": "~", "side": 1}
#     Shape.__init__ {"self": {"@": "__main__.Shape", "@id": "~"}, "side": 1} -> null
#   Shape.double {"x": 4} -> 8
#   Shape.big {"self": {"@": "__main__.Shape", "@id": "~", "side": 3}} -> false
#   main.<locals>.<lambda> {"x": 21} -> 42
#   fib {"n": 3} -> 2
#     fib {"n": 2} -> 1
#       fib {"n": 1} -> 1
#       fib {"n": 0} -> 0
#     fib {"n": 1} -> 1
#   kinds {"a": 1, "b": 2, "c": 4, "d": 8, "e": 5, "rest": [6, 7], "more": {"f": 9}} -> null
#   kinds {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "rest": [], "more": {}} -> null
#   outer {} -> 2
#     outer.<locals>.inner {"x": 1} -> 2
#   nothing {} -> null
#   nothing {} -> null
#   nothing {} -> null
