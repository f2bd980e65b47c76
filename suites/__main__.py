"""`python -m suites NAME...`: runs suites untraced and traced, and writes docs/test-suites.md."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from suites import table
from suites.catalog import SUITES, suite_of
from suites.machinery import FailedError, Machinery
from suites.trial import Trial, attempt

if TYPE_CHECKING:
    from suites.catalog import Suite


def main(words: list[str]) -> int:
    """Run what is named, or every suite; 1 where an outcome differs that the catalogue does not expect."""
    chosen = _parser().parse_args(words)
    machinery = Machinery(chosen.uv, sys.executable)
    machinery.build()
    trials = []
    for package in chosen.packages or SUITES:
        suite = described(package, tests=chosen.tests, include=chosen.include, needs=chosen.needs)
        trial = _attempt(machinery, suite, chosen.recorder)
        trials.append(trial)
        sys.stdout.write(table.sentence(trial) + "\n")
        sys.stdout.flush()
        if suite == SUITES.get(package):
            table.keep(trial)
    sys.stdout.write("\n" + table.text(trials) + "\n")
    return 0 if all(table.is_fine(trial) for trial in trials) else 1


def described(package: str, **words: str | None) -> Suite:
    """The suite of a package, with what the command line says in place of what the catalogue does."""
    said: dict[str, Any] = {
        name: tuple(shlex.split(text)) for name, text in words.items() if text is not None
    }
    return replace(suite_of(package), **said)


def _attempt(machinery: Machinery, suite: Suite, recorder: str) -> Trial:
    try:
        source = machinery.prepare(suite)
    except FailedError as error:
        return Trial(suite.package, "", machinery.version, recorder, problem=f"not set up: {error}")
    trial = attempt(suite, source, recorder)
    trial.python = machinery.version
    return trial


def _parser() -> argparse.ArgumentParser:
    what = "Runs test suites of published packages with and without tracing and compares every outcome."
    parser = argparse.ArgumentParser(prog="python -m suites", description=what, allow_abbrev=False)
    add = parser.add_argument
    add("packages", nargs="*", metavar="NAME", help=f"any package; known: {', '.join(SUITES)}")
    add("--recorder", choices=("auto", "c", "python"), default="auto", help="which one records")
    add("--tests", metavar="WORDS", help="which tests, as pytest takes them: \"tests/client -k 'not slow'\"")
    add("--needs", metavar="NAMES", help="what the tests import besides pytest")
    add("--include", metavar="PATTERNS", help="what is traced besides the tests, if not the package's name")
    add("--uv", default="uv", help="the path of uv")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
