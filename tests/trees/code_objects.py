"""Code of every origin: class bodies, decorators, descriptors, generated methods, annotations, exec and eval, redefined
functions."""

import contextlib
import functools
from dataclasses import dataclass


def note(x):
    return x


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@decorated
def greet(name):
    return name


class Field:
    def __set_name__(self, owner, name):
        note(name)

    def __get__(self, instance, owner):
        return 7

    def __set__(self, instance, value):
        note(value)


@dataclass(order=True)
class Point:
    x: int


@contextlib.contextmanager
def block():
    note("enter")
    yield
    note("leave")


@functools.lru_cache
def cached(x):
    return x


def class_body():
    class Local:
        field = Field()
        made = note("in a class body")

        def __call__(self):
            return "called"

    local = Local()
    local.field = local.field + 1
    return local()


def generated():
    return Point(1) < Point(2)


def annotated():
    class Row:
        x: note("asked for")

    return Row.__annotations__


def from_text():
    space = {"__name__": "__main__", "note": note}
    exec("def made(x): return note(x)", space)
    space["made"]("exec")
    return eval("(lambda y: note(y))('eval')", space)


def redefined():
    found = []
    for text in ("def cell(): return 1", "def cell(): return 2"):
        space = {"__name__": "__main__"}
        exec(compile(text, "<cell>", "exec"), space)
        found.append(space["cell"]())
    return found


def through_c():
    sorted([2, 1], key=note)
    list(map(note, "a"))
    return functools.reduce(lambda a, b: a + b, [1, 2])


def main():
    greet("ada")
    class_body()
    generated()
    annotated()
    with block():
        note("inside")
    cached(1)
    cached(1)
    from_text()
    redefined()
    through_c()


main()

# tree
# decorated {"function": {"@": "function", "@name": "__main__.greet"}} -> {"@": "function", "@name": "__main__.greet"}
# main {} -> null
#   decorated.<locals>.wrapper {"args": ["ada"]} -> "ada"
#     greet {"name": "ada"} -> "ada"
#   class_body {} -> "called"
#     note {"x": "in a class body"} -> "in a class body"
#     Field.__set_name__ {"self": {"@": "__main__.Field", "@id": "~"}, "owner": {"@": "type", "@name": "__main__.class_body.<locals>.Local"}, "name": "field"} -> null
#       note {"x": "field"} -> "field"
#     Field.__get__ {"self": {"@": "__main__.Field", "@id": "~"}, "instance": {"@": "__main__.class_body.<locals>.Local", "@id": "~"}, "owner": {"@": "type", "@name": "__main__.class_body.<locals>.Local"}} -> 7
#     Field.__set__ {"self": {"@": "__main__.Field", "@id": "~"}, "instance": {"@": "__main__.class_body.<locals>.Local", "@id": "~"}, "value": 8} -> null
#       note {"x": 8} -> 8
#     class_body.<locals>.Local.__call__ {"self": {"@": "__main__.class_body.<locals>.Local", "@id": "~"}} -> "called"
#   generated {} -> true
#     Point.__init__ {"self": {"@": "__main__.Point", "@id": "~"}, "x": 1} -> null
#     Point.__init__ {"self": {"@": "__main__.Point", "@id": "~"}, "x": 2} -> null
#     Point.__lt__ {"self": {"@": "__main__.Point", "@id": "~", "x": 1}, "other": {"@": "__main__.Point", "@id": "~", "x": 2}} -> true
#   annotated {} -> {"x": "asked for"}
#     note {"x": "asked for"} -> "asked for"
#   block {} ~1 -> null
#     note {"x": "enter"} -> "enter"
#     note {"x": "leave"} -> "leave"
#   note {"x": "inside"} -> "inside"
#   cached {"x": 1} -> 1
#   from_text {} -> "eval"
#     made {"x": "exec"} -> "exec"
#       note {"x": "exec"} -> "exec"
#     <lambda> {"y": "eval"} -> "eval"
#       note {"x": "eval"} -> "eval"
#   redefined {} -> [1, 2]
#     cell {} -> 1
#     cell {} -> 2
#   through_c {} -> 3
#     note {"x": 2} -> 2
#     note {"x": 1} -> 1
#     note {"x": "a"} -> "a"
#     through_c.<locals>.<lambda> {"a": 1, "b": 2} -> 3
