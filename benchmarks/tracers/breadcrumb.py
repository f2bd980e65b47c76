"""Breadcrumb as `breadcrumb-instrument` starts it, with one recorder or the other and all defaults.

With `-all` no hot function is thinned: arguments and returns of every call are kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.job import Recording, Value
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from benchmarks.job import Job


class Breadcrumb(Tracer):
    """Arguments, returns, gaps and redaction, durable in the spool."""

    package = "breadcrumb-otel"
    keeps = "arguments and returns, bounded and redacted; calls not traced"

    def __init__(self, recorder: str, thinned: bool) -> None:
        self.thinned = thinned
        self.recorder = recorder
        self.light = recorder == "python"
        self.title = f"Breadcrumb, recorder {recorder}{'' if thinned else ', not thinned'}"

    def missing(self) -> str | None:
        """The C recorder needs a compiler."""
        if self.recorder == "python":
            return None
        with tempfile.TemporaryDirectory() as store:
            environ = {**os.environ, "BREADCRUMB_RECORDER": self.recorder, "BREADCRUMB_STORE": store}
            words = [*self.command(), "-c", ""]
            said = subprocess.run(words, env=environ, capture_output=True, text=True, check=False).stderr
        return "not built" if f"no {self.recorder} recorder" in said else said.strip() or None

    def command(self) -> list[str]:
        """`breadcrumb-instrument` replaces itself, so the measured process is the harness's own child."""
        return [str(Path(sys.executable).parent / "breadcrumb-instrument"), sys.executable]

    def environment(self, job: Job) -> dict[str, str]:
        """Trace the workload, and not the process around it."""
        return {
            **({} if self.thinned else {"BREADCRUMB_THINNING_RATE": "0", "BREADCRUMB_OVERHEAD": "none"}),
            "BREADCRUMB_ONLY": ",".join(job.program.modules),
            "BREADCRUMB_RECORDER": self.recorder,
            "BREADCRUMB_STORE": str(job.kept),
        }

    def kept_something(self, job: Job) -> bool:
        """A process that is not traced leaves no spool file."""
        return any(job.kept.glob("spool/*"))

    def read(self, job: Job) -> Recording:
        """Ask the store."""
        from breadcrumb_exporter_duckdb.reading.store import open_store

        with open_store(job.kept) as reader:
            rows = reader.connection.execute
            recording = Recording(notes=list(reader.notes))
            for name, count in rows("SELECT qualname, count(*) FROM calls GROUP BY ALL").fetchall():
                recording.calls[name] = count
            counted = """SELECT qualname, sum(calls)::BIGINT FROM counts
                JOIN codes ON codes.process = counts.process AND codes.key = counts.code GROUP BY ALL"""
            for name, count in rows(counted).fetchall():
                recording.unkept += count - recording.calls[name]
                recording.calls[name] = count
            for where, reason, count in rows("SELECT where_, reason, count FROM drops").fetchall():
                recording.notes.append(f"dropped {count:,} at {where}: {reason}")
            recorders = {row[0] for row in rows("SELECT DISTINCT recorder FROM processes").fetchall()}
            if recorders != {self.recorder}:
                recording.notes.append(f"recorded by {', '.join(map(str, sorted(recorders, key=str)))}")
            recording.values = _values(reader.connection, job)
            return recording


def _values(connection: Any, job: Job) -> list[Value]:
    sql = """SELECT DISTINCT args::VARCHAR, "return"::VARCHAR FROM calls
        WHERE qualname = ? AND "return" IS NOT NULL"""
    rows = connection.execute(sql, [job.known.check.function]).fetchall()
    return [
        ({name: str(value) for name, value in json.loads(args).items()}, str(json.loads(returned)))
        for args, returned in rows
    ]


def tracer(name: str) -> Tracer:
    """Give the one of that name: `breadcrumb-RECORDER`, `breadcrumb-RECORDER-all`."""
    recorder, _, kept = name.removeprefix("breadcrumb-").partition("-")
    return Breadcrumb(recorder, thinned=kept != "all")
