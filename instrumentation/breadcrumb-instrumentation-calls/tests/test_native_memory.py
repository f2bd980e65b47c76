"""The C recorder's memory: nothing grows with the calls, and where there is none the program goes on."""

from __future__ import annotations

from typing import Any

import pytest

VALUES = """
class Thing:
    def __init__(self):
        self.a, self.b = 1, "text"

class Sealed:
    __slots__ = ("x",)
    def __init__(self):
        self.x = 1

VALUES = [7, 2.5, "plain", "é€" * 40, [1, 2.5, "x", [1]], list(range(100)), (1, "two"), {"k": (1, 2)}, {1: 2},
          {1, 2}, Thing(), Sealed()]
ASKED = [1 << 80, 3j, "a=b password=hunter2 " * 20, b"abc" * 30, {"password": "x"}]  # of Python

def given(a, b=None, *rest, **named):
    return a
"""

# Without memory CPython 3.12 itself corrupts it where Python code makes a function, and hangs where a long
# function handles the error: no value here is asked of Python, and no failure lasts.
FAILING = (
    VALUES
    + """
import logging
from _testcapi import remove_mem_hooks, set_nomemory
logging.disable()
MOST = 30 + 40 * SIZE

def attempts(most=MOST):
    for start in range(1, most):
        yield start, start + 1
        yield start, start + 20
"""
)


def test_memory_and_references_are_steady_over_many_calls(alone: Any) -> None:
    alone(
        VALUES
        + """
import gc, resource, tracemalloc

def waits(value):
    yield value
    yield value

def fails(value):
    raise error

error = ValueError("one of its own")
def once(value):
    given(value, *(value,), key=value)
    for _ in waits(value):
        pass
    try:
        fails(value)
    except ValueError:
        error.__traceback__ = None

def calls(count):
    for number in range(count // 5):
        once(VALUES[number % len(VALUES)])
    for value in ASKED:
        once(value)

def measured():
    gc.collect()
    references = [sys.getrefcount(value) for value in (*VALUES, *ASKED, error, Thing, given.__code__)]
    return references, len(gc.get_objects())

Sink.keeps = False
traced = tracer(thinning=Thinning(rate=1 << 40, overhead=None))
traced.start()
calls(40_000)
traced.flush(30)
before, resident = measured(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
calls(100_000 * SIZE)
traced.flush(30)
after, grown = measured(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident
# what is remembered of a value, by its address, may hold a str in it, now and then, and once
assert all(abs(now - then) < 10 * SIZE for then, now in zip(before[0], after[0])), (before[0], after[0])
assert abs(after[1] - before[1]) < 200, (before[1], after[1])
assert grown < (20 << 10 if not os.environ.get("ASAN_OPTIONS") else 1 << 30), grown
tracemalloc.start()
calls(20_000)
traced.flush(30)
first = tracemalloc.get_traced_memory()[0]
calls(20_000)
traced.flush(30)
assert tracemalloc.get_traced_memory()[0] - first < 400_000  # what redaction remembers
tracemalloc.stop()
traced.stop()
assert Sink.count > 100_000
assert not traced._failures.counts, traced._failures.counts
"""
    )


def test_the_program_goes_on_where_the_recorder_has_no_memory(alone: Any) -> None:
    alone(
        FAILING
        + """
def fails_at(start, stop, call, value):
    spare = [{} for _ in range(20)]  # the call needs one itself, and finds it among those that are free
    del spare
    set_nomemory(start, stop)
    try:
        return call(value)
    finally:
        remove_mem_hooks()

def plain(value):
    return given(value)

def outside(value):
    return callable(value) is None or value

def waits():
    while True:
        yield 1

def waiting(generator):
    return next(generator)

for start, stop in attempts():
    for value in VALUES:
        assert fails_at(start, stop, plain, value) is value  # untraced
traced = tracer()
traced.start()
traced._recorder.asleep = False  # the pump's thread would take its share of the failures
for function in (plain, outside):
    for value in VALUES:
        assert function(value) is value  # the interpreter itself needs memory at first sight
        for start, stop in attempts():
            assert fails_at(start, stop, function, value) is value
waiting(waits())
for start, stop in attempts():
    generator = waits()
    assert fails_at(start, stop, waiting, generator) == 1
    assert fails_at(start, stop, waiting, generator) == 1
    generator.close()
assert traced._recorder.starved and not traced._failures.counts, traced._failures.counts
traced.flush(30)
Sink.rows.clear()
for _ in range(10):
    given(7)
traced.flush(30)
assert names(traced) == ["given"] * 10, names(traced)
traced.stop()
""",
        leaks=True,
    )


def test_no_callback_raises_where_there_is_no_memory(alone: Any) -> None:
    """Told by hand, first sights included: there the interpreter would need memory of its own."""
    alone(
        FAILING
        + """
traced = tracer()
driver, recorder = traced._driver, traced._recorder
traced._gaps.counted_at = lambda *_: counted
recorder._is_error = lambda *_: True
recorder._place = lambda *_: (('"file"', '"function"'), True)
recorder._locals = lambda *_: (("value", '"value"', None), ("unbound", '"unbound"', None))
recorder.innermost()  # makes this thread known
recorder._root = recorder._hang = lambda *_: PLACE
PLACE = (bytes(16), 0, 0, True)
counted = traced._gaps.count_type()
driver._tool = driver._take_tool_id()
error = ValueError("x")
NAMES = ("start", "call", "yield", "resume", "throw", "unwind", "return")

def fresh():
    scope = {"__name__": "__main__", "sys": sys, "act": act}
    exec("def fresh(value, *rest): return act(sys._getframe(), value)", scope)
    return scope["fresh"]

def act(frame, value):
    code = frame.f_code
    steps = {"start": (code, 0), "call": (code, 4, len, ()), "yield": (code, 0, value), "resume": (code, 0),
             "throw": (code, 0, error), "unwind": (code, 0, error), "return": (code, 0, value)}
    callbacks = iter([(getattr(driver, f"_on_{name}"), steps[name]) for name in ORDER])
    if failing == "later":
        driver._on_start(code, 0)
    else:
        found = type(recorder)._first_sight(recorder, code, frame)
        recorder._first_sight = lambda *_: found
    set_nomemory(start, stop)
    try:
        for callback, arguments in callbacks:
            callback(*arguments)
    finally:
        remove_mem_hooks()
        if failing == "at first":
            del recorder._first_sight
    return value

failing, ORDER, start, stop = "not at all", ("start", "return"), 1 << 29, 1 << 30
for value in VALUES:
    fresh()(value)  # asks Python once about each name
for failing in ("at first", "later"):
    for ORDER in (("start", "call", "return"), ("start", "yield", "resume", "return"), ("start", "unwind")):
        for value in VALUES[:: 3 if SIZE == 1 else 1]:
            for start, stop in attempts():
                assert fresh()(value) is value
errors = {error for _, error in traced._failures.counts}
assert traced._recorder.starved and errors <= {"SystemError"}, traced._failures.counts
driver.stop()
""",
        leaks=True,
    )


@pytest.mark.parametrize("count", [300])
def test_tracers_come_and_go(alone: Any, count: int) -> None:
    alone(
        f"""
import gc
def work(n):
    return n and work(n - 1)

def one():
    traced = tracer(provider)
    traced.start()
    work(3)
    traced.stop()

Sink.keeps, provider = False, TracerProvider(shutdown_on_exit=False)
for _ in range(20):
    one()
gc.collect()
before = len(gc.get_objects())
for _ in range({count} // 10 * SIZE):
    one()
gc.collect()
assert len(gc.get_objects()) - before < 200, len(gc.get_objects()) - before
"""
    )


def test_two_tracers_at_once_see_the_same_calls(alone: Any) -> None:
    alone("""
def work(n):
    return n and work(n - 1)

def waits(n):
    for i in range(n):
        yield i

first, second = tracer(), tracer()
for traced in (first, second):
    traced.start()
threads = [threading.Thread(target=work, args=(50,)) for _ in range(4)]
for thread in threads:
    thread.start()
list(waits(100))
for thread in threads:
    thread.join()
first.flush(30)
second.flush(30)
seen = names(first)
assert seen.count("work") == 2 * 204 and seen.count("waits") == 2, seen
first.stop()
del first
second.flush(30)
Sink.rows.clear()
work(5)
second.stop()
assert names(second) == ["work"] * 6
""")
