"""Exceptions: raised, re-raised, chained, grouped, in finally, in __exit__, handled; and those that are no errors."""


class BadOrder(Exception):
    def __str__(self):
        raise RuntimeError("never called by the tracer")


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is KeyError


class Countdown:
    def __init__(self):
        self.left = 1

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left


def deep(n):
    if n == 0:
        raise BadOrder("deep", 1)
    deep(n - 1)


def chained():
    try:
        int("x")
    except ValueError as error:
        raise LookupError("chained") from error


def again():
    try:
        chained()
    except LookupError:
        raise


def grouped():
    raise ExceptionGroup("both", [ValueError("a"), KeyError("b")])


def in_finally():
    try:
        raise ValueError("first")
    finally:
        raise TypeError("second")


def swallowed():
    with Guard():
        raise KeyError("inside")
    return "went on"


def main():
    for function in (lambda: deep(2), again, grouped, in_finally):
        try:
            function()
        except Exception:
            pass
    swallowed()
    return list(Countdown())


main()

# tree
# main {} -> [0]
#   main.<locals>.<lambda> {} !! __main__.BadOrder
#     deep {"n": 2} !! __main__.BadOrder
#       deep {"n": 1} !! __main__.BadOrder
#         deep {"n": 0} !! __main__.BadOrder
#   again {} !! LookupError
#     chained {} !! LookupError
#   grouped {} !! ExceptionGroup
#   in_finally {} !! TypeError
#   swallowed {} -> "went on"
#     Guard.__enter__ {"self": {"@": "__main__.Guard", "@id": "~"}} -> {"@": "__main__.Guard", "@id": "~"}
#     Guard.__exit__ {"self": {"@": "__main__.Guard", "@id": "~"}, "kind": {"@": "type", "@name": "KeyError"}, "value": {"@": "KeyError", "@id": "~", "@args": ["inside"]}, "traceback": {"@": "traceback", "@id": "~"}} -> true
#   Countdown.__init__ {"self": {"@": "__main__.Countdown", "@id": "~"}} -> null
#   Countdown.__iter__ {"self": {"@": "__main__.Countdown", "@id": "~", "left": 1}} -> {"@": "__main__.Countdown", "@id": "~", "left": 1}
#   Countdown.__next__ {"self": {"@": "__main__.Countdown", "@id": "~", "left": 1}} -> 0
#   Countdown.__next__ {"self": {"@": "__main__.Countdown", "@id": "~", "left": 0}} ! StopIteration
