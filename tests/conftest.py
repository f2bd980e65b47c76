"""A project in a directory of its own, and commands that run in it as a user would type them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import own_account  # before ours, which look for an account as they are imported

# isort: split
import forks
import hypothesis_profiles  # noqa: F401 - sets how many examples are tried
import pytest
from breadcrumb_exporter_duckdb.base import ownership
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as messages
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BIN = Path(sys.executable).parent
KEPT = ("LANG", "LC_ALL", "TMPDIR", own_account.KEPT, *os.environ.get("BREADCRUMB_TESTS_KEEP", "").split())
READING_MODULES = (
    "duckdb",
    "breadcrumb.__main__",
    "breadcrumb.cli.ask",
    "breadcrumb.cli.report",
    "breadcrumb.common.redacting",
    "breadcrumb.launch.launcher",
    "breadcrumb_exporter_duckdb.database.fold",
    "breadcrumb_exporter_duckdb.reading.store",
    "breadcrumb_exporter_duckdb.database.arrow.call_table",
    "breadcrumb_exporter_duckdb.writing.spool",
)
READING_PACKAGES = ("breadcrumb.questions", "breadcrumb.render")
"""Of these all modules: else each fork imports them anew."""
PATIENT = {"OTEL_EXPORTER_OTLP_TIMEOUT": f"{HANGS:.0f}", "OTEL_BSP_EXPORT_TIMEOUT": f"{HANGS:.0f}000"}
FRAMEWORKS = "celery,django,fastapi,flask,requests"
"""Instrumentations that the development environment has; only tests about them let them in."""
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background; programs would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Project:
    """A directory with files, and the environment of a user who has set nothing but that all is kept."""

    path: Path
    reading: forks.Forks
    """What runs commands."""
    environ: dict[str, str] = field(default_factory=dict)
    launches: bool = False
    """Whether `breadcrumb run` is an interpreter of its own: the launcher is what is tested."""

    @property
    def store(self) -> Path:
        """Where runs are kept."""
        return self.path / ".breadcrumb"

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """Make a file."""
        path = self.path / name
        if path.parent == self.store:
            ownership.prepare(self.store)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def call(self, *words: object, stdin: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `environ` adds to the environment."""
        environ = self.environ | options.pop("environ", {})
        command = [str(word) for word in words]
        if command[0] == "breadcrumb" and self._may_fork(command[1:], environ, options):
            return self.reading.breadcrumb(*command[1:], cwd=self.path, environ=environ, stdin=stdin)
        return subprocess.run(
            command,
            **{"cwd": self.path, "timeout": HANGS, "input": stdin, **options},
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def _may_fork(self, words: list[str], environ: dict[str, str], options: dict[str, Any]) -> bool:
        """Whether a fork of a warm process does the same as a command of its own."""
        is_plain = not options and not any(name.startswith("PYTHON") for name in environ)
        is_alone = threading.current_thread() is threading.main_thread()
        known = forks.COMMANDS - {"run"} if self.launches else forks.COMMANDS
        return is_plain and is_alone and {*words[:1]} <= known

    def run(self, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        """`breadcrumb run WORDS...`"""
        return self.call("breadcrumb", "run", *words, **options)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a SELECT over the store's views."""
        import store_rows  # only who asks imports what reads

        return store_rows.patiently(self.store, sql)

    def functions(self) -> set[str]:
        """The names of all functions that were traced."""
        return {row[0] for row in self.query("SELECT DISTINCT function FROM calls")}


@pytest.fixture(scope="session")
def reading() -> Iterator[forks.Forks]:
    """Runs `breadcrumb COMMAND` with its imports made already."""
    modules = (*READING_MODULES, *forks.modules_of(*READING_PACKAGES))
    with forks.started(*modules, environ=_kept()) as process:
        yield process


def _kept() -> dict[str, str]:
    """What stays of the environment."""
    return {name: os.environ[name] for name in os.environ if name in KEPT or name.startswith("COVERAGE_")}


@pytest.fixture(scope="session")
def new_project(reading: forks.Forks) -> Callable[..., Project]:
    """Makes an empty project in a directory; HOME and the XDG directories lie beside it."""

    def new(folder: Path, *, launches: bool = False) -> Project:
        home, path = folder / "home", folder / "project"
        for each in (home, path):
            each.mkdir()
        (path / "pyproject.toml").touch()
        environ = _kept() | {"HOME": str(home), "PATH": f"{BIN}{os.pathsep}/usr/bin:/bin"}
        own = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": FRAMEWORKS, "BREADCRUMB_OVERHEAD": "none"}
        return Project(path, reading, environ | own, launches)

    return new


@pytest.fixture
def project(tmp_path: Path, new_project: Callable[..., Project], request: pytest.FixtureRequest) -> Project:
    """An empty project; in tests marked `launches`, `breadcrumb run` is an interpreter of its own."""
    return new_project(tmp_path, launches=request.node.get_closest_marker("launches") is not None)


class Receiver:
    """A running `otlp_receiver.py` and the file that it fills."""

    def __init__(self, kept: Path, grpc_port: int, http_port: int) -> None:
        self.kept = kept
        self.endpoints = {
            "grpc": f"http://127.0.0.1:{grpc_port}",
            "http/protobuf": f"http://127.0.0.1:{http_port}",
        }

    def environment(self, protocol: str, backend: str = "healthy") -> dict[str, str]:
        """Variables that make a program send its spans here, to be answered as `otlp_receiver.py` says."""
        return PATIENT | {
            "OTEL_EXPORTER_OTLP_HEADERS": f"backend={backend}",
            "OTEL_TRACES_EXPORTER": "duckdb,otlp",
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoints[protocol],
        }

    def requests(self) -> Iterator[Any]:
        """Every request that arrived."""
        data = self.kept.read_bytes()
        while data:
            length = int.from_bytes(data[:4], "little")
            yield messages.ExportTraceServiceRequest.FromString(data[4 : 4 + length])
            data = data[4 + length :]

    def spans(self, run_id: str | None = None) -> list[Any]:
        """Every span that arrived, or those of one run."""
        return [
            span
            for request in self.requests()
            for resource in request.resource_spans
            if run_id is None or run_id in {each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """An OTLP receiver in a process of its own."""
    with receiving(tmp_path) as started:
        yield started


@contextlib.contextmanager
def receiving(folder: Path) -> Iterator[Receiver]:
    """Run an OTLP receiver that keeps what arrives in a folder."""
    kept = folder / "requests"
    kept.touch()
    script = Path(__file__).with_name("otlp_receiver.py")
    with subprocess.Popen(
        [sys.executable, script, kept], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        grpc_port, http_port = map(int, process.stdout.readline().split())
        yield Receiver(kept, grpc_port, http_port)
        process.communicate(timeout=HANGS)
