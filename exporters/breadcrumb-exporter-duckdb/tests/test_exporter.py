from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb import DuckDBSpanExporter
from breadcrumb_exporter_duckdb.base.location import DATABASE
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from patience import until
from store_rows import rows as ask

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURED = """
import os
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
_OTelSDKConfigurator().configure()
from opentelemetry import trace
with trace.get_tracer("app").start_as_current_span("parent"):
    if os.fork() == 0:
        trace.get_tracer("app").start_span("child").end()
        trace.get_tracer_provider().force_flush()
        os._exit(0)
    os.wait()
"""


def test_building_it_opens_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADCRUMB_STORE", str(store))
    exporter = DuckDBSpanExporter()
    exporter.shutdown()
    assert not store.exists()


@pytest.mark.parametrize("processor", [SimpleSpanProcessor, BatchSpanProcessor])
def test_it_serves_any_provider(
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    processor: type[SimpleSpanProcessor] | type[BatchSpanProcessor],
) -> None:
    monkeypatch.setenv("BREADCRUMB_RUN_ID", "cafe0001")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor(DuckDBSpanExporter(str(store))))
    with provider.get_tracer("lib").start_as_current_span("work"):
        pass
    provider.shutdown()
    assert ask(store, "SELECT run_id, name FROM spans") == [("cafe0001", "work")]
    assert ask(store, "SELECT status FROM runs") == [("exited",)]


def test_it_is_found_by_its_name_and_follows_a_fork(store: Path) -> None:
    environment = {**os.environ, "BREADCRUMB_STORE": str(store), "OTEL_TRACES_EXPORTER": "duckdb"}
    others = {"OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", CONFIGURED]
    subprocess.run(command, env={**environment, **others}, check=True)
    until((store / DATABASE).exists)  # the process that folds when there is no launcher makes it
    assert ask(store, "SELECT name FROM spans ORDER BY 1") == [("child",), ("parent",)]
    assert ask(store, "SELECT count(*), count(DISTINCT run_id) FROM processes") == [(2, 1)]


def test_the_write_side_needs_no_duckdb(store: Path) -> None:
    script = (
        "import sys; from breadcrumb_exporter_duckdb import DuckDBSpanExporter, SpoolSpanProcessor\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('duckdb', 'pyarrow')])"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_store_is_a_failure(store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(DuckDBSpanExporter(str(tmp_path / "file"))))
    for _ in range(2):
        provider.get_tracer("lib").start_span("work").end()
    assert caplog.text.count("spans are not kept") == 1
