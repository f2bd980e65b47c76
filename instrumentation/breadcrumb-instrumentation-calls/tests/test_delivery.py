"""What is counted of each export, who waits for whom at a fork, and which calls of a large trace go out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.capture import calls
from breadcrumb_instrumentation_calls.capture.calls import Record
from breadcrumb_instrumentation_calls.delivery.delivery_counts import Delivery
from breadcrumb_instrumentation_calls.delivery.doorway import Doorway
from breadcrumb_instrumentation_calls.delivery.trace_bounds import SPAN_BYTES, TraceBounds
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan


class Told(SpanExporter):
    """Answers as it is told."""

    _endpoint = "https://ada:secret@traces.example:4318/v1/traces?key=secret"

    def __init__(self, *answers: SpanExportResult | Exception) -> None:
        self._answers = list(answers)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answer", "counts", "reason"),
    [
        (SpanExportResult.SUCCESS, (1, 0), None),
        (SpanExportResult.FAILURE, (0, 1), "the exporter failed"),
        (OSError("away"), (0, 1), "OSError"),
    ],
)
def test_an_exporter_s_own_result_is_counted(
    answer: SpanExportResult | Exception, counts: tuple[int, int], reason: str | None
) -> None:
    processor = SimpleSpanProcessor(Told(answer))
    delivery = Delivery(processor, str)
    provider = TracerProvider()
    provider.add_span_processor(processor)
    delivery.made += 1
    provider.get_tracer("t").start_span("s").end()
    fact = delivery.fact(0)
    assert (fact["sent"], fact["lost"], fact["waiting"], fact["reason"]) == (*counts, 0, reason)
    assert (fact["exporter"], fact["endpoint"]) == ("Told", "https://traces.example:4318/v1/traces")


@pytest.mark.parametrize("own", [{}, {"export": print}])
def test_an_exporter_is_left_as_it_was(own: dict[str, object]) -> None:
    exporter = Told()
    vars(exporter).update(own)
    delivery = Delivery(SimpleSpanProcessor(exporter), str)
    assert vars(exporter).get("export") not in (None, print)
    delivery.unwrap()
    assert ("export" in vars(exporter)) is bool(own)
    assert vars(exporter).get("export") is own.get("export")


def test_a_fork_waits_for_whoever_is_inside_and_lets_nobody_in() -> None:
    doorway = Doorway()
    doorway.enter()
    assert not doorway.shut(0.01)
    doorway.leave()
    assert doorway.shut(0.01)
    entered = threading.Event()

    def enter() -> None:
        doorway.enter()
        entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.05)
    doorway.open()
    assert entered.wait(HANGS)
    thread.join()


def record(span_id: int, parent_id: int, outcome: int) -> Record:
    numbers = (1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0)
    return Record(1, span_id, parent_id, *numbers, outcome, 0, 0, (), None, None, None)


@st.composite
def traces(draw: st.DrawFn) -> list[Record]:
    """The calls of one trace in the order in which they end, the root last."""
    parents = [0, *(draw(st.integers(1, number)) for number in range(1, draw(st.integers(1, 60))))]
    outcomes = st.sampled_from([calls.RETURNED, calls.RAISED])
    ended = sorted(range(1, len(parents) + 1), reverse=True)
    return [record(number, parents[number - 1], draw(outcomes)) for number in ended]


@given(trace=traces(), room=st.integers(1, 80))
def test_what_goes_out_of_a_trace_is_a_tree_that_says_what_it_lacks(trace: list[Record], room: int) -> None:
    chosen = TraceBounds(room * SPAN_BYTES, values=True).chosen(trace)
    sent = {each.record.span_id for each in chosen}
    assert {each.record.parent_id for each in chosen} <= {0, *sent}
    if chosen:
        assert sum(each.left_out for each in chosen) == len(trace) - len(chosen)
    if len(trace) <= room * 4 // 5:
        assert len(chosen) == len(trace)
