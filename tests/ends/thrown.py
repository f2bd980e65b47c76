"""Generators that are thrown into, closed, delegated to, refuse to end, or are taken to pieces."""
import inspect, sys


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


def translates():
    try:
        yield 1
    except KeyError as error:
        raise ValueError("translated") from error


def answers():
    got = yield "ready"
    while got is not None:
        try:
            got = yield got * 2
        except ZeroDivisionError:
            got = yield "divided"
    return "done"


def delegates():
    result = yield from answers()
    yield result
    return "outer"


def reenters():
    yield next(me)


def returns_in_finally():
    try:
        yield 1
    finally:
        return 5


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as error:
    print(error)
print(next(g, "ended"))
g = translates()
next(g)
try:
    g.throw(KeyError("k"))
except ValueError as error:
    print(error, repr(error.__cause__), error.__context__ is error.__cause__)
g = delegates()
print(next(g), g.send(2), g.throw(ZeroDivisionError), g.send(5), g.send(None), inspect.getgeneratorstate(g))
try:
    next(g)
except StopIteration as stop:
    print(stop.value)
me = reenters()
try:
    next(me)
except ValueError as error:
    print(error)
g = answers()
try:
    g.throw(OSError("before it began"))
except OSError as error:
    print(error, inspect.getgeneratorstate(g), g.gi_frame)
g = answers()
g.close()
print(list(g), g.gi_running)
g = returns_in_finally()
next(g)
print(g.close())
g = returns_in_finally()
next(g)
try:
    g.throw(OSError)
except StopIteration as stop:
    print(stop.value)
