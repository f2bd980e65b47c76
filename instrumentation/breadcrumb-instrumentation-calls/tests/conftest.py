"""Writes single values, and runs whole programs under the tracer in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import hypothesis_profiles  # noqa: F401 - sets how many examples are tried
import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from forks import Forks, modules_of, started
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REDACTOR = Redactor()
"""For all tests: it takes longer to make one than to write most values."""
SIZE = int(os.environ.get("STRESS_SIZE", "1"))
"""Multiplies what the stress tests do."""

HARNESS = """
import json, runpy, sys
sys.path.insert(0, "")
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from breadcrumb_instrumentation_calls import CallsInstrumentor, Scope, Thinning

class Collector(SpanProcessor):
    rows, facts = [], []
    def export_batch(self, batch):
        self.rows += [record._asdict() for record in batch.rows]
        self.facts += batch.facts()
        return SpanExportResult.SUCCESS

options = json.loads(sys.argv[1])
provider = TracerProvider()
provider.add_span_processor(Collector())
sys.argv[:] = [options.pop("program")]
scope = Scope(**options.pop("scope"))  # Collector is in scope itself: draining must not record itself
thinning = Thinning(**{"overhead": None} | options.pop("thinning", {}))
CallsInstrumentor().instrument(tracer_provider=provider, scope=scope, thinning=thinning, **options)
raised = None
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except Exception as error:
    raised = [type(error).__name__, str(error)]
provider.shutdown()
print("\\n" + json.dumps([Collector.rows, Collector.facts, raised]))
"""

PRELUDE = """
import os, sys, threading, time
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from breadcrumb_instrumentation_calls import Limits, Scope, Thinning, Tracer
from breadcrumb_redaction import Redactor

SIZE = int(os.environ.get("STRESS_SIZE", "1"))

class Sink(SpanProcessor):
    count, rows, facts, keeps = 0, [], [], True
    def export_batch(self, batch):
        Sink.count += len(batch)
        if self.keeps:
            self.rows += batch.rows
            self.facts += batch.facts()
        return SpanExportResult.SUCCESS

def tracer(provider=None, **options):
    provider = provider or TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Sink())
    scope = Scope(exclude=("__main__.Sink*",))
    options = {"thinning": Thinning(overhead=None)} | options
    return Tracer(provider, scope, Limits(), Redactor(), recorder="c", **options)

def names(traced):
    return [traced._info(row.code).qualname for row in Sink.rows]

# the program
"""


@dataclass
class Trace:
    """What the tracer told of a program."""

    rows: list[dict[str, Any]]
    """Finished calls, `function` added, JSON columns parsed."""
    facts: list[tuple[str, dict[str, Any]]]
    raised: list[str] | None
    """Type and message of the exception that left the program."""
    printed: str

    def of(self, function: str) -> list[dict[str, Any]]:
        """The calls of a function of the program, by qualified name."""
        return [row for row in self.rows if row["function"] == function]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The facts of a kind, the last of each key."""
        return list({fact["key"]: fact for name, fact in self.facts if name == kind}.values())

    def gaps(self) -> dict[str, dict[str, Any]]:
        """The gap facts by callee, those of the module's own body included."""
        return {fact["callee"]: fact for fact in self.told("gap")}


class Run(Protocol):
    """Runs a program given as text."""

    def __call__(self, program: str, **options: Any) -> Trace: ...


@pytest.fixture(params=RECORDERS)
def recorder(request: pytest.FixtureRequest) -> str:
    """Every recorder must do the same."""
    return str(request.param)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Starts programs with what the tracer needs imported already."""
    own = modules_of("breadcrumb_instrumentation_calls", "breadcrumb_redaction")
    with started("runpy", "opentelemetry.sdk.trace.export", *own, environ=os.environ) as process:
        yield process


@pytest.fixture
def run(tmp_path: Path, recorder: str, forks: Forks) -> Run:
    """A program's text in; what the tracer told of it out.

    Options go to `instrument`, `scope` and `thinning` as dicts.
    """

    def start(program: str, **options: Any) -> Trace:
        path = tmp_path / "program.py"
        path.write_text(textwrap.dedent(program), encoding="utf-8")
        told = {"program": str(path), "scope": {}, "recorder": recorder} | options
        if "ASAN_OPTIONS" in os.environ:  # what a fork inherits would be told as leaked
            command = [sys.executable, "-c", HARNESS, json.dumps(told)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=HANGS * SIZE, cwd=tmp_path, check=False
            )
        else:
            argv = ["-c", json.dumps(told)]
            done = forks.run(HARNESS, argv, cwd=tmp_path, environ=os.environ, timeout=HANGS * SIZE)
        assert done.returncode == 0, done.stderr
        printed, _, last = done.stdout.rstrip("\n").rpartition("\n")
        rows, facts, raised = json.loads(last)
        parsed = [(kind, json.loads(text)) for kind, text in facts]
        return Trace(_readable(rows, parsed), parsed, raised, printed.removesuffix("\n"))

    return start


class Alone(Protocol):
    """Runs a program that sets up tracers itself; what it printed."""

    def __call__(self, program: str, *, status: int = 0, leaks: bool = False) -> str: ...


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    """A program's text, `tracer()` and `Sink` at hand, runs in a process of its own with the C recorder.

    `leaks` says that the interpreter itself leaves memory behind, of which a sanitizer then does not tell.
    """
    if "c" not in RECORDERS:
        pytest.skip("the C recorder was not built")

    def start(program: str, *, status: int = 0, leaks: bool = False) -> str:
        path = tmp_path / "program.py"
        path.write_text(PRELUDE + textwrap.dedent(program), encoding="utf-8")
        command = [sys.executable, str(path)]
        environ = dict(os.environ)
        if leaks and "ASAN_OPTIONS" in environ:
            environ["ASAN_OPTIONS"] += ":detect_leaks=0"
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=HANGS * SIZE,
            cwd=tmp_path,
            env=environ,
            check=False,
        )
        assert (done.returncode, done.stderr) == (status, ""), done.stderr
        return done.stdout

    return start


def _readable(rows: list[dict[str, Any]], facts: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    codes = {fact["key"]: fact for kind, fact in facts if kind == "code"}
    for row in rows:
        code = codes[row["code"]]
        row["function"] = code["qualname"]
        given = zip(code["parameters"], row["args"], strict=True) if row["args"] else ()
        row["args"] = {name: json.loads(text) for name, text in given if text is not None}
        for column in ("result", "exception", "extra"):
            row[column] = json.loads(row[column]) if row[column] is not None else None
    return rows


@pytest.fixture
def audit() -> Audit:
    """Counts what `write` redacts."""
    return Audit()


@pytest.fixture
def snapshot(audit: Audit) -> Callable[..., Snapshot]:
    """Makes snapshots within limits given by name."""
    return lambda **limits: Snapshot(Limits(**limits), TextWriter(REDACTOR, audit))


@pytest.fixture
def write(snapshot: Callable[..., Snapshot]) -> Callable[..., str]:
    """A value in, its JSON text out."""
    return lambda value, **limits: snapshot(**limits).value(value, "return")


@pytest.fixture
def shown(write: Callable[..., str]) -> Callable[..., Any]:
    """A value in, its JSON read back; a key that stands twice is an error."""

    def read(value: object, **limits: int) -> Any:
        return json.loads(write(value, **limits), object_pairs_hook=_no_key_twice)

    return read


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)
