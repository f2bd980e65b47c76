"""A finished call as an OpenTelemetry span."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.span_attributes import SCHEMA_URL, VERSION
from breadcrumb_instrumentation_calls.capture.calls import LEFT, RAISED, RETURNED, UNKNOWN, Record
from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
from breadcrumb_instrumentation_calls.parenting.trace_states import MOST, TraceStates
from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
from breadcrumb_redaction import Audit, Redactor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags, TraceState

INFO = CodeInfo(1, (lambda a: None).__code__, "shop.cart", "Cart.add", TextWriter(Redactor(), Audit()))
EXCEPTION = json.dumps(
    {"type": "shop.Bad", "message": "no " * 100, "file": "f", "line": 1, "function": "g", "id": "1"}
)
RAISED_AT = 'Traceback (most recent call last):\n  File "f", line 1, in g\n'
RECORD = Record(
    trace_id=7, span_id=8, parent_id=9, code=1, depth=0, suspensions=0, start_ns=1000, duration_ns=50,
    child_ns=0, ran_ns=50, stack=1, ordinal=1, last_ordinal=1, thread=1, task=0, outcome=RETURNED,
    called_line=3, ended_line=5, args=(json.dumps("x" * 100),), result="[1]", exception=None, extra=None,
)  # fmt: skip
ARGS = json.dumps({"a": "x" * 100})

Build = Callable[..., ReadableSpan]


@pytest.fixture
def build() -> Build:
    def make(
        limits: SpanLimits | None = None,
        *,
        values: bool = True,
        spans: tuple[SpanContext, ...] = (),
        **changes: Any,
    ) -> ReadableSpan:
        provider = TracerProvider(resource=Resource({"service.name": "shop"}), span_limits=limits)
        states = TraceStates()
        for span in spans:
            states.note(span)
        builder = SpanBuilder(
            provider,
            lambda _: INFO,
            lambda _: (77, "worker"),
            states.context,
            Enrichment(print),
            values=values,
        )
        return builder.build(RECORD._replace(**changes))

    return make


def test_attributes_follow_the_conventions(build: Build) -> None:
    span = build()
    assert span.attributes == {
        "code.function.name": "shop.cart.Cart.add",
        "code.file.path": __file__,
        "code.line.number": INFO.line,
        "thread.id": 77,
        "thread.name": "worker",
        "breadcrumb.args": ARGS,
        "breadcrumb.return": "[1]",
    }
    assert span.name == "shop.cart.Cart.add" and span.kind is SpanKind.INTERNAL
    assert (span.start_time, span.end_time) == (1000, 1050)
    assert span.resource.attributes["service.name"] == "shop"
    assert span.status.status_code is StatusCode.UNSET and span.events == ()


def test_ids_and_parent(build: Build) -> None:
    span = build()
    assert span.context is not None and (span.context.trace_id, span.context.span_id) == (7, 8)
    assert span.context.trace_flags.sampled
    assert span.parent is not None and span.parent.span_id == 9
    assert build(parent_id=0).parent is None


def test_an_exception_is_an_error_with_an_event(build: Build) -> None:
    span = build(outcome=RAISED, exception=EXCEPTION, result=None)
    assert span.status.status_code is StatusCode.ERROR and span.status.description == "shop.Bad"
    assert span.attributes is not None and span.attributes["error.type"] == "shop.Bad"
    assert "breadcrumb.return" not in span.attributes
    event = span.events[0]
    assert event.name == "exception" and event.timestamp == 1050
    message = "no " * 100
    assert event.attributes == {
        "exception.type": "shop.Bad",
        "exception.message": message,
        "exception.stacktrace": f"{RAISED_AT}shop.Bad: {message}",
    }


@pytest.mark.parametrize("outcome", [LEFT, UNKNOWN])
def test_what_is_no_error_has_no_error_status(build: Build, outcome: int) -> None:
    span = build(outcome=outcome, exception=EXCEPTION)
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes is not None and "error.type" not in span.attributes


def test_values_can_stay_at_home(build: Build) -> None:
    span = build(values=False, outcome=RAISED, exception=EXCEPTION)
    assert "x" * 100 not in span.to_json() and "no no" not in span.to_json()


@pytest.mark.parametrize(
    "limits", [SpanLimits(max_attribute_length=20), SpanLimits(max_span_attribute_length=20)]
)
def test_a_limit_never_cuts_json(build: Build, limits: SpanLimits) -> None:
    attributes = build(limits).attributes
    assert attributes is not None
    assert json.loads(str(attributes["breadcrumb.args"])) == {"@more": len(ARGS)}
    assert attributes["breadcrumb.return"] == "[1]"
    assert attributes["code.function.name"] == "shop.cart.Cart.add"[:20]


def test_a_limit_cuts_a_message(build: Build) -> None:
    span = build(SpanLimits(max_attribute_length=20), outcome=RAISED, exception=EXCEPTION)
    attributes = span.events[0].attributes
    assert attributes is not None and attributes["exception.message"] == ("no " * 100)[:20]


def test_a_limit_on_their_number_keeps_the_most_telling_attributes(build: Build) -> None:
    span = build(SpanLimits(max_attributes=2), outcome=RAISED, exception=EXCEPTION)
    assert dict(span.attributes or {}) == {"code.function.name": INFO.function, "error.type": "shop.Bad"}
    assert span.dropped_attributes == 6  # two texts, file and line, and two of the thread
    (event,) = span.events
    assert set(event.attributes or {}) == {"exception.type", "exception.message"}
    assert event.dropped_attributes == 1
    assert build().dropped_attributes == 0


def test_json_for_which_there_is_no_room_is_left_out(build: Build) -> None:
    span = build(SpanLimits(max_attribute_length=5))
    assert "breadcrumb.args" not in (span.attributes or {}) and span.dropped_attributes == 1


def test_the_scope_tells_version_and_schema(build: Build) -> None:
    scope = build().instrumentation_scope
    assert scope is not None and (scope.version, scope.schema_url) == (VERSION, SCHEMA_URL)
    assert importlib.metadata.version("breadcrumb-instrumentation-calls") == VERSION


def test_what_a_trace_brought_is_on_its_spans(build: Build) -> None:
    state = TraceState([("vendor", "x:1")])
    remote = SpanContext(7, 9, is_remote=True, trace_flags=TraceFlags(3), trace_state=state)
    span = build(spans=(remote,))
    assert span.parent == remote and span.parent.is_remote
    assert span.context == SpanContext(7, 8, False, TraceFlags(3), state)
    below = build(spans=(remote,), parent_id=10).parent
    assert below == SpanContext(7, 10, False, TraceFlags(3), state)
    assert not build(spans=(remote,), trace_id=11).context.trace_state


def test_states_of_old_traces_are_forgotten() -> None:
    states = TraceStates()
    state = TraceState([("a", "b")])
    for number in range(1, 5 * MOST):
        states.note(SpanContext(number, 10**6 + number, False, TraceFlags(1), state))
    assert not states.context(1, 5).trace_state and states.context(number, 5).trace_state == state
    assert len(states._new) + len(states._old) <= 4 * MOST + 2


def test_args_stand_for_a_message_that_cannot_be_told(build: Build) -> None:
    told = json.dumps({"type": "shop.Bad", "message": None, "args": [{"@": "shop.Row"}]})
    attributes = build(outcome=RAISED, exception=told).events[0].attributes
    assert attributes is not None and attributes["exception.message"] == '[{"@": "shop.Row"}]'


def test_lines_are_events_as_many_as_the_provider_allows(build: Build) -> None:
    extra = json.dumps({"lines": [[3, 10, {"a": 1}], [4, 20, {}, ["a"]], [3, 30], {"@more": 7}]})
    span = build(extra=extra)
    assert [(event.name, event.timestamp, dict(event.attributes or {})) for event in span.events] == [
        ("breadcrumb.line", 1010, {"code.line.number": 3, "breadcrumb.changed": '{"a": 1}'}),
        ("breadcrumb.line", 1020, {"code.line.number": 4}),
        ("breadcrumb.line", 1030, {"code.line.number": 3}),
    ]
    assert (span.attributes or {})["breadcrumb.lines_left_out"] == 7
    few = build(SpanLimits(max_events=3), extra=extra, outcome=RAISED, exception=EXCEPTION)
    assert [event.name for event in few.events] == ["breadcrumb.line", "breadcrumb.line", "exception"]
    assert few.dropped_events == 1
    none = build(SpanLimits(max_events=0), extra=extra, outcome=RAISED, exception=EXCEPTION)
    assert (list(none.events), none.dropped_events) == ([], 4)
    assert (few.attributes or {})["breadcrumb.lines_left_out"] == 8
    assert build(extra='{"locals": {"a": 1}}').events == ()
    plain = build(values=False, extra=extra)
    assert all("breadcrumb.changed" not in (event.attributes or {}) for event in plain.events)
