from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb import SpoolSpanProcessor
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import Link, SpanKind, StatusCode
from patience import until
from store_rows import rows as ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breadcrumb_exporter_duckdb.format.frame import Columns

SECRET = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


class Batch:
    """One call, as the tracer would hand it over."""

    pack = None

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int, /) -> ReadableSpan:
        return ReadableSpan("app.f", resource=Resource({"service.name": "batched"}))

    def columns(self) -> Columns:
        return columns_from_rows([{"trace_id": "ab" * 16, "span_id": 1, "code": 1, "args": "{}"}])

    def facts(self) -> Sequence[tuple[str, str]]:
        return [("code", '{"key": 1, "module": "app", "function": "app.f"}')]


@pytest.fixture
def processor(store: Path) -> SpoolSpanProcessor:
    return SpoolSpanProcessor(store, run_id="run")


@pytest.fixture
def provider(processor: SpoolSpanProcessor) -> TracerProvider:
    made = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    made.add_span_processor(processor)
    return made


def test_a_batch_is_kept_with_the_resource(store: Path, processor: SpoolSpanProcessor) -> None:
    assert processor.export_batch(Batch()) is SpanExportResult.SUCCESS
    assert ask(store, "SELECT function FROM calls") == [("app.f",)]
    assert ask(store, "SELECT facts->>'$.resource.\"service.name\"' FROM processes") == [("batched",)]
    processor.shutdown()
    assert ask(store, "SELECT ended_how FROM processes") == [("exit",)]


class Ending(Batch):
    """A call, and that the process may end at once."""

    def facts(self) -> Sequence[tuple[str, str]]:
        return [*super().facts(), ("end", '{"key": "", "how": "exit"}')]


def test_what_is_held_is_kept_only_if_it_is_to_be(
    store: Path, processor: SpoolSpanProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(batch: Batch) -> int:
        processor.keeper.hold()
        assert processor.export_batch(batch) is SpanExportResult.SUCCESS
        return int(str(ask(store, "SELECT count(*) FROM calls")[0][0]))

    for _ in range(2):
        assert held(Batch()) == 0
        processor.keeper.let_go("it passed")
        assert processor.export_batch(Batch()) is SpanExportResult.SUCCESS
        processor.keeper.settle()
    processor.force_flush()
    assert ask(store, "SELECT where_, reason, count FROM drops") == [("spool", "it passed", 4)]
    assert held(Batch()) == 0
    processor.keeper.settle()
    assert ask(store, "SELECT function FROM calls") == [("app.f",)]
    assert held(Ending()) == 2, "nobody may be there to settle it"
    monkeypatch.setattr("breadcrumb_exporter_duckdb.writing.held.MOST_BYTES", 1)
    assert held(Batch()) == 3, "there is no room for more"
    monkeypatch.undo()
    assert held(Batch()) == 3
    processor.shutdown()
    assert ask(store, "SELECT count(*) FROM calls") == [(4,)]


class Running(Batch):
    """That the call has not ended yet."""

    def __len__(self) -> int:
        return 0

    def columns(self) -> Columns:
        return {}

    def facts(self) -> Sequence[tuple[str, str]]:
        known = {"key": f"{1:016x}", "code": 1, "trace_id": "ab" * 16, "start_ns": 1, "args": {}}
        return [*super().facts(), ("open", json.dumps(known))]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_that_was_let_go_does_not_seem_to_run_on(
    store: Path, processor: SpoolSpanProcessor, when: str
) -> None:
    processor.keeper.hold()
    processor.export_batch(Running())
    assert ask(store, "SELECT status FROM calls") == [("open",)]
    if when == "before":
        processor.export_batch(Batch())
    processor.keeper.let_go("it passed")
    if when == "after":
        processor.export_batch(Batch())
    processor.keeper.settle()
    processor.force_flush()
    assert ask(store, "SELECT count(*) FROM calls") == [(0,)]


def test_a_span_of_another_instrumentation_is_kept_whole(
    store: Path, processor: SpoolSpanProcessor, provider: TracerProvider
) -> None:
    tracer = provider.get_tracer("some.library", "1.0")
    with tracer.start_as_current_span("outer") as outer:
        link = Link(outer.get_span_context(), {"why": "because"})
        with tracer.start_as_current_span("GET /", kind=SpanKind.SERVER, links=[link]) as span:
            span.set_attributes({"http.route": "/", "ratio": float("nan"), "bad": "\udc80", "sizes": [1, 2]})
            span.add_event("cached", {"hit": True})
            span.set_status(StatusCode.ERROR, "boom")
    provider.force_flush()
    sql = (
        "SELECT kind, scope, status, status_message,"
        " attributes->>'$.\"http.route\"', attributes->>'$.ratio.\"@text\"',"
        " attributes->>'$.bad', events->>'$[0].name', links->>'$[0].attributes.why',"
        " resource->>'$.\"service.name\"', parent_span_id FROM spans WHERE name = 'GET /'"
    )
    parent = f"{outer.get_span_context().span_id:016x}"
    expected = (
        "SERVER",
        "some.library",
        "ERROR",
        "boom",
        "/",
        "nan",
        "\\udc80",
        "cached",
        "because",
        "shop",
        parent,
    )
    assert ask(store, sql) == [expected]
    assert ask(store, "SELECT function, spans, status FROM traces") == [("outer", 2, "ok")]
    processor.shutdown()


def test_secrets_in_spans_never_reach_the_disk(
    store: Path, processor: SpoolSpanProcessor, provider: TracerProvider
) -> None:
    with provider.get_tracer("lib").start_as_current_span(f"use {SECRET}") as span:
        span.set_attributes({"db.password": "hunter22", "url": f"https://x/?q={SECRET}"})
        span.add_event("e", {"token": SECRET})
    provider.force_flush()
    held = b"".join(path.read_bytes() for path in (store / "spool").iterdir())
    assert SECRET.encode() not in held and b"hunter22" not in held
    processor.shutdown()


def test_spans_are_written_without_anyone_asking(
    store: Path, processor: SpoolSpanProcessor, provider: TracerProvider
) -> None:
    before = threads()
    provider.get_tracer("lib").start_span("alone").end()
    ours = threads() - before
    assert len(ours) == int(sys.platform == "linux") and threading.active_count() == 1
    until((store / "spool").exists)
    processor.shutdown()
    assert ask(store, "SELECT name FROM spans") == [("alone",)]
    provider.get_tracer("lib").start_span("late").end()
    assert processor.force_flush()
    until(lambda: not threads() & ours)


def threads() -> set[str]:
    """Those that there are for the operating system."""
    return set(os.listdir("/proc/self/task")) if sys.platform == "linux" else set()


def test_what_does_not_fit_is_counted(
    store: Path, processor: SpoolSpanProcessor, provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breadcrumb_exporter_duckdb.writing.processor.QUEUE", 2)
    monkeypatch.setattr("breadcrumb_exporter_duckdb.writing.processor.FLUSH_SECONDS", 60)
    for number in range(5):
        provider.get_tracer("lib").start_span(str(number)).end()
    provider.force_flush()
    assert ask(store, "SELECT where_, count FROM drops") == [("spool", 3)]
    assert ask(store, "SELECT dropped FROM runs") == [(3,)]
    processor.shutdown()


def test_a_forked_child_writes_its_own_spans_and_not_its_parents(
    store: Path, processor: SpoolSpanProcessor, provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breadcrumb_exporter_duckdb.writing.processor.FLUSH_SECONDS", 60)
    tracer = provider.get_tracer("lib")
    tracer.start_span("parent's").end()
    child = os.fork()
    if child == 0:
        tracer.start_span("child's").end()
        processor.shutdown()
        os._exit(0)
    os.waitpid(child, 0)
    processor.shutdown()
    sql = "SELECT spans.name, processes.pid FROM spans JOIN processes USING (process) ORDER BY 1"
    assert ask(store, sql) == [("child's", child), ("parent's", os.getpid())]


def test_no_store_is_a_failure_and_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    processor = SpoolSpanProcessor(tmp_path / "file", run_id="run")
    assert processor.export_batch(Batch()) is SpanExportResult.FAILURE
    assert processor.export_batch(Batch()) is SpanExportResult.FAILURE
    assert caplog.text.count("spans are not kept") == 1
