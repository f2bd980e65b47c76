"""Generators: consumed, sent to, thrown into, closed, delegated, never started, left unfinished."""


def leaf(x):
    return x


def count(n):
    for i in range(n):
        yield leaf(i)


def echo():
    got = yield "ready"
    while got is not None:
        got = yield got
    return "done"


def patient():
    try:
        yield 1
    except ValueError:
        yield 2


def stubborn():
    try:
        yield 1
    finally:
        leaf("cleanup")


def delegate():
    result = yield from count(2)
    return result


def fails():
    yield 1
    raise ValueError("inside")


def main():
    total = sum(count(2))
    talk = echo()
    next(talk)
    talk.send("hello")
    try:
        talk.send(None)
    except StopIteration as stop:
        total += len(stop.value)
    thrown = patient()
    next(thrown)
    thrown.throw(ValueError("thrown"))
    thrown.close()
    closed = stubborn()
    next(closed)
    closed.close()
    list(delegate())
    count(5)
    try:
        list(fails())
    except ValueError:
        pass
    squares = list(x * x for x in iter((1, 2)))
    return total + len(squares)


main()

# tree
# main {} -> 7
#   count {"n": 2} ~2 -> null
#     leaf {"x": 0} -> 0
#     leaf {"x": 1} -> 1
#   echo {} ~2 -> "done"
#   patient {} ~2 ! GeneratorExit
#   stubborn {} ~1 ! GeneratorExit
#     leaf {"x": "cleanup"} -> "cleanup"
#   delegate {} ~2 -> null
#     count {"n": 2} ~2 -> null
#       leaf {"x": 0} -> 0
#       leaf {"x": 1} -> 1
#   fails {} ~1 !! ValueError
#   main.<locals>.<genexpr> {".0": {"@": "tuple_iterator", "@id": "~"}} ~2 -> null
