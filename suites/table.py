"""Results as a table: printed, kept in results.json, and written into docs/test-suites.md."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from itertools import product
from typing import TYPE_CHECKING

from suites.catalog import suite_of
from suites.machinery import ROOT
from suites.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from suites.catalog import Suite

RESULTS = ROOT / "suites" / "results.json"
DOCUMENT = ROOT / "docs" / "test-suites.md"
_HEAD = ("package", "version", "Python", "recorder", "tests", "failing", "differ", "time", "calls", "missing")
_SHOWN = 20
"""Tests that differ, of one suite."""

_BEFORE = """# Test suites of other packages

Tracing must not change what a program does. `make test-suites` runs test suites of published packages, each
in an environment of its own, first untraced, then under `breadcrumb run` with every function of the package
and of its tests included, and compares the outcome of every test. `make test-suites ARGS="NAME..."` runs
some, or those of a package that is not listed here; `PYTHON=3.12` chooses the Python, `ARGS="--recorder
python NAME"` the recorder, `ARGS="NAME --tests 'tests/unit -k json' --needs 'attrs trio'"` the tests and what
they need, and `--include` what is traced where the modules are not called as the package is.

"""
_AFTER = """
- tests: with the Python recorder fewer of some packages, where all would take too long (listed below).
- failing: tests that fail untraced, here and with these versions.
- differ: tests whose outcome was another one when traced. What differs untraced, too, is left out.
- time: of the traced run, start and storing included, as a multiple of the untraced one, on a shared machine.
- calls: all; in parentheses those only counted ([hot functions](running.md#hot-functions-and-sampling)).
- missing: what the tracer counted as lost, failures of its own among it.

Left out: the flow algorithms of networkx, whose calls are given large graphs again and again, and which were
not through after minutes when traced; the reloader of werkzeug, which hangs untraced here.
"""


def is_fine(trial: Trial) -> bool:
    """Whether nothing differs but what the catalogue expects."""
    return not trial.problem and not _surprises(trial)


def _surprises(trial: Trial) -> dict[str, str]:
    visible = tuple(suite_of(trial.package).visible)
    return {name: how for name, how in trial.differing.items() if not name.startswith(visible)}


def sentence(trial: Trial) -> str:
    """What came of a suite, with the tests that differ."""
    lines = [f"{trial.package} {trial.version}: {trial.tests} tests, {len(trial.differing)} differ"]
    lines += [f"  {trial.problem}"] if trial.problem else []
    lines += [f"  {name}: {how}" for name, how in [*trial.differing.items()][:_SHOWN]]
    lines += [f"  unsteady: {name}" for name in trial.unsteady[:_SHOWN]]
    return "\n".join(lines)


def keep(trial: Trial) -> None:
    """Put a trial in the place of the former one of its kind, and write the document."""
    if trial.problem:
        return
    kept = [Trial(**row) for row in json.loads(RESULTS.read_text())] if RESULTS.exists() else []
    rows = {(row.package, row.python, row.recorder): row for row in (*kept, trial)}
    trials = [rows[key] for key in sorted(rows)]
    RESULTS.write_text(json.dumps([asdict(row) for row in trials], indent=1) + "\n", encoding="utf-8")
    page = _BEFORE + _markdown(trials) + _AFTER + _lacking(trials) + _chosen(trials) + _reasons(trials)
    DOCUMENT.write_text(page, encoding="utf-8")


def text(trials: Iterable[Trial]) -> str:
    """The table in columns."""
    rows = [_HEAD, *map(_cells, trials)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _markdown(trials: Iterable[Trial]) -> str:
    rows = [_HEAD, ("---",) * len(_HEAD), *map(_cells, trials)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(trial: Trial) -> tuple[str, ...]:
    recorded = trial.recorded
    calls = f"{recorded.get('calls') or 0:,}"
    if recorded.get("thinned"):
        calls += f" ({recorded['thinned']:,})"
    missing = "; ".join(f"{count:,} {what}" for what, count in recorded.get("missing", {}).items())
    ratio = f"{trial.traced_seconds / trial.seconds:.1f}" if trial.seconds else "-"
    return (
        *(trial.package, trial.version or "-", trial.python, trial.recorder, f"{trial.tests:,}"),
        *(f"{trial.failing:,}", str(len(trial.differing)), ratio, calls, missing or "0"),
    )


def _lacking(trials: Iterable[Trial]) -> str:
    """Where both recorders on 3.12 and 3.13 are not all in the table."""
    there = dict.fromkeys((trial.package, trial.python, trial.recorder) for trial in trials)
    packages = dict.fromkeys(package for package, _, _ in there)
    wanted = product(packages, ("3.12", "3.13"), ("c", "python"))
    lacking = ", ".join(" ".join(row) for row in wanted if row not in there)
    return f"\nNot in the table: {lacking}.\n" if lacking else ""


def _chosen(trials: Iterable[Trial]) -> str:
    """Which tests of each package ran, and why it was chosen."""
    rows = ["\n| package | chosen for | pytest |\n| --- | --- | --- |\n"]
    suites = map(suite_of, dict.fromkeys(trial.package for trial in trials))
    rows += [f"| {suite.package} | {suite.why} | {_words(suite)} |\n" for suite in suites]
    return "".join(rows)


def _words(suite: Suite) -> str:
    fewer = f"; with the Python recorder `{shlex.join(suite.fewer)}`" if suite.fewer else ""
    return f"`{shlex.join(suite.tests)}`{fewer}"


def _reasons(trials: Iterable[Trial]) -> str:
    lines = []
    for suite in map(suite_of, dict.fromkeys(trial.package for trial in trials)):
        lines += [f"- {suite.package}, `{name}`: {reason}\n" for name, reason in suite.visible.items()]
    return "\nWhat differs, and why:\n\n" + "".join(lines) if lines else ""
