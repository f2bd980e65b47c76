"""Calls that no traced call made, with the C recorder: where they hang, and when Python is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Alone

BEGIN = """
import atexit
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, TraceIdRatioBased

asked = []

class SinkOfQuestions:  # of such a name nothing is traced
    def __init__(self, python):
        self.python = python
    def __call__(self, *words):
        asked.append(words)
        return self.python(*words)

def begin(**options):
    global provider, traced
    provider = TracerProvider(shutdown_on_exit=False, **options)
    traced = tracer(provider)
    traced._recorder._root = SinkOfQuestions(traced._recorder._root)
    traced.start()
    atexit.register(traced.stop)  # else the interpreter leaves the thread behind, and its frames

def work():
    pass

def made():
    '''The calls of work since the last time.'''
    traced.hand_on()
    found = [row for row in Sink.rows if traced._info(row.code).qualname == "work"]
    Sink.rows.clear()
    return found
"""


@pytest.mark.parametrize("options", ["", "sampler=ALWAYS_ON"])
def test_a_trace_begins_without_python(alone: Alone, options: str) -> None:
    alone(
        BEGIN
        + f"""
begin({options})
asked.clear()
for _ in range(100):
    work()
rows = made()
assert asked == []
assert [(row.parent_id, row.depth) for row in rows] == [(0, 0)] * 100
assert len({{row.trace_id for row in rows}}) == 100
assert len({{row.span_id for row in rows}}) == 100
assert all(0 < row.trace_id < 1 << 128 for row in rows)
assert all(len({{row.trace_id >> bits & 0xFFFF for row in rows}}) > 50 for bits in range(0, 128, 16))
"""
    )


def test_a_sampler_that_decides_is_asked_also_where_it_came_later(alone: Alone) -> None:
    alone(
        BEGIN
        + """
begin()
work()
assert len(made()) == 1
provider.sampler, known = ALWAYS_OFF, provider.sampler
work()
assert made() == []
provider.sampler = TraceIdRatioBased(1)
asked.clear()
work()
assert len(asked) == 1
assert len(made()) == 1
provider.sampler = known
asked.clear()
work()
assert asked == []
assert len(made()) == 1
"""
    )


def test_what_is_attached_is_looked_at(alone: Alone) -> None:
    alone(
        BEGIN
        + """
begin()
carried = context.attach(baggage.set_baggage("shop", "open"))
work()
with provider.get_tracer("program").start_as_current_span("around") as around:
    work()
context.detach(carried)
work()
first, below, last = made()
assert (first.parent_id, last.parent_id) == (0, 0)
assert (below.trace_id, below.parent_id) == (around.context.trace_id, around.context.span_id)
"""
    )


def test_who_started_a_thread_is_above_its_calls(alone: Alone) -> None:
    alone(
        BEGIN
        + """
begin()

def starts():
    untraced = eval("lambda: [work(), work()]", {"work": work, "__name__": "elsewhere"})
    thread = threading.Thread(target=untraced)
    thread.start()
    thread.join()

asked.clear()
starts()
traced.hand_on()
(starter,) = [row for row in Sink.rows if traced._info(row.code).qualname == "starts"]
rows = made()
assert [(row.trace_id, row.parent_id, row.depth) for row in rows] == 2 * [
    (starter.trace_id, starter.span_id, 1)
]
assert asked == []
"""
    )


def test_a_fork_makes_ids_of_its_own(alone: Alone) -> None:
    printed = alone(
        BEGIN
        + """
begin()
work()
pid = os.fork()
for _ in range(3):
    work()
ids = [f"{row.trace_id} {row.span_id}" for row in made()[-3:]]
if pid:
    os.waitpid(pid, 0)
print(*ids, sep="\\n", flush=True)
"""
    )
    pairs = [line.split() for line in printed.splitlines()]
    assert len(pairs) == 6
    assert len({trace for trace, _ in pairs}) == len({span for _, span in pairs}) == 6
