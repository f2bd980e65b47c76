"""One suite, run untraced and traced."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from suites import outcomes
from suites.machinery import environ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from suites.catalog import Suite

SECONDS = 600
"""After which a run is ended."""
PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
_FEW = 2
"""One test of so many may fail untraced: a suite that does not work here says nothing about tracing."""
_DONE = (0, 1)
"""Exit statuses of pytest after which all tests have run."""
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell; suites inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Trial:
    """What came of a suite."""

    package: str
    version: str
    python: str
    recorder: str
    tests: int = 0
    seconds: float = 0.0
    """Untraced."""
    traced_seconds: float = 0.0
    differing: dict[str, str] = field(default_factory=dict)
    """Tests whose outcome differs, and how."""
    unsteady: list[str] = field(default_factory=list)
    """Tests whose outcome differs between two untraced runs as well."""
    recorded: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    """Why there is nothing to compare."""
    failing: int = 0
    """Tests that fail untraced."""


def attempt(suite: Suite, source: Path, recorder: str) -> Trial:
    """Run a suite both ways; a test that differs gets a second untraced run, to see whether it is steady."""
    folder = source.parent.parent
    tests = suite.words(recorder)
    plain, seconds, said = _run(tests, source, folder / "plain.xml", ())
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    words = [word for pattern in suite.patterns for word in ("-i", pattern)]
    command = ("breadcrumb", "run", "--store", store, *words, "--")
    traced, traced_seconds, traced_said = _run(
        tests, source, folder / "traced.xml", command, BREADCRUMB_RECORDER=recorder
    )
    differing = outcomes.differing(plain, traced)
    unsteady = []
    if differing and plain:
        again, _, _ = _run(tests, source, folder / "again.xml", ())
        unsteady = sorted(differing.keys() & outcomes.differing(plain, again).keys())
    version = source.name.rpartition("-")[2]
    count = outcomes.count(plain)
    trial = Trial(suite.package, version, "", recorder, count, seconds, traced_seconds)
    trial.differing = {name: how for name, how in differing.items() if name not in unsteady}
    trial.unsteady = unsteady
    trial.failing = outcomes.failing(plain)
    too_many = f"plain.log: {trial.failing} of {count} tests fail" if trial.failing > count / _FEW else ""
    trial.problem = said or traced_said or too_many
    trial.recorded = _recorded(folder, store)
    trial.recorder = trial.recorded.pop("recorder", None) or recorder
    return trial


def _run(
    tests: Sequence[str], source: Path, results: Path, before: tuple[object, ...], **more: str
) -> tuple[outcomes.Outcomes, float, str]:
    """Outcomes, seconds, and what went wrong."""
    results.unlink(missing_ok=True)
    words = [*map(str, (*before, *PYTEST, f"--junitxml={results}", *tests))]
    log = results.with_suffix(".log")
    begun = time.monotonic()
    with log.open("w") as output:
        status = ended(words, SECONDS, cwd=source, env=environ(source.parent.parent) | more, output=output)
    seconds = time.monotonic() - begun
    problem = (
        "" if status in _DONE else f"{log.name}: " + ("too slow" if status is None else f"status {status}")
    )
    return outcomes.read(results), seconds, problem


def ended(
    words: Sequence[str], seconds: float, *, cwd: Path, env: Mapping[str, str], output: IO[str]
) -> int | None:
    """The exit status; None where the time was up and everything that the command had started was killed."""
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise


_RECORDED = """
SELECT (SELECT sum(calls) FROM runs) AS calls, (SELECT sum(thinned) FROM runs) AS thinned,
    (SELECT sum(errors) FROM runs) AS errors, (SELECT sum(processes) FROM runs) AS processes,
    (SELECT string_agg(DISTINCT recorder, ', ') FROM processes) AS recorder,
    (SELECT count(*) FROM calls WHERE status = 'unknown') AS unknown,
    (SELECT count(*) FROM calls WHERE status = 'open') AS open
"""
_MISSING = "SELECT where_, reason, sum(count)::BIGINT AS count FROM drops GROUP BY ALL ORDER BY ALL"


def _recorded(folder: Path, store: Path) -> dict[str, Any]:
    """What the store holds, and what is known to be missing."""
    (row,) = _ask(folder, store, _RECORDED) or ({},)
    missing = {f"{row['where_']}: {row['reason']}": row["count"] for row in _ask(folder, store, _MISSING)}
    return {**row, "missing": missing}


def _ask(folder: Path, store: Path, sql: str) -> list[dict[str, Any]]:
    words = ["breadcrumb", "query", "--sql", sql, "--run", "all", "--format", "json", "--store", str(store)]
    done = subprocess.run(words, env=environ(folder), capture_output=True, text=True, check=False)
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"] if done.returncode == 0 else []
    return rows
