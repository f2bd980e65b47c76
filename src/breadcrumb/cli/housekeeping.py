"""What the commands that look after the store share: the place, the answer, and how it is printed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.location import (
    FOLDER,
    StoreError,
    StoreMissing,
    find_store,
    project_root,
)
from breadcrumb_exporter_duckdb.base.ownership import require_access
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.format import encryption

from breadcrumb.cli.ask import fail
from breadcrumb.common import settings
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import tell
from breadcrumb.common.settings import Settings, SettingsError
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from breadcrumb_exporter_duckdb.base.retention import Retention

SHOWN = 10
"""Rows of a text answer; JSON has all."""


@dataclass(frozen=True)
class Told:
    """What a command answers: lines for people, rows for programs."""

    lines: Sequence[str]
    rows: Sequence[dict[str, Any]] = ()
    next: Sequence[str] = ()
    about: dict[str, Any] | None = None
    """More members of the JSON object."""
    code: ExitCode = ExitCode.OK


@dataclass(frozen=True)
class Place:
    """The store that a command is about, and why that one."""

    path: Path
    why: str
    settings: Settings
    ask: Ask


def command(
    argv: Sequence[str],
    parser: Callable[[], argparse.ArgumentParser],
    actions: dict[str, Callable[[Place, argparse.Namespace], Told]],
) -> int:
    """Parse, act and print; trouble is one line, or the error object."""
    as_json = "json" in argv or "--format=json" in argv
    try:
        arguments = parser().parse_args(list(argv))
        told = actions[arguments.action](_place(arguments.store, arguments.action), arguments)
        _print(told, arguments)
    except NoAnswer as error:
        return fail(error, as_json=as_json)
    except StoreError as error:
        code = ExitCode.NO_STORE if isinstance(error, StoreMissing) else ExitCode.STORE
        return fail(NoAnswer(error.message, error.hint, code), as_json=as_json)
    return told.code


def _print(told: Told, arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        rows = {"rows": list(told.rows), "truncated": None, "dropped": 0, "next": list(told.next)}
        answer = {"question": f"store {arguments.action}", "run": None, **rows, **(told.about or {})}
        sys.stdout.write(json.dumps(answer) + "\n")
        return
    steps = [f"{'   or' if number else 'Next'}: {step}" for number, step in enumerate(told.next)]
    tell(*told.lines, *steps)


def _place(named: str | None, action: str) -> Place:
    try:
        layers = settings.layers(Path.cwd(), flags={"store": named})
    except SettingsError as error:
        raise NoAnswer(str(error), "correct it there", ExitCode.USAGE) from error
    merged = settings.merge(layers)
    encryption.use(merged.encryption_key)
    path = find_store(merged.store)
    if action != "adopt":
        require_access(path)
    origins = [layer.origin for layer in layers[:-1] if "store" in layer.values]
    return Place(path, _why(path, origins), merged, Ask(store=named))


def _why(path: Path, origins: list[str]) -> str:
    if origins:
        return {"command line": "named with --store", "environment": "named by BREADCRUMB_STORE"}.get(
            origins[-1], f"the setting `store` in {origins[-1]}"
        )
    if path.name == FOLDER:
        return "the project's"
    root = project_root(Path.cwd())
    return f"{root / FOLDER} is not writable" if root else "there is no project here"


def limits(retention: Retention) -> str:
    limits = [
        f"runs for {count(retention.days, 'day')}" if retention.days else "runs of any age",
        f"{retention.runs} at most" if retention.runs else "any number",
        f"in {retention.megabytes} MB" if retention.megabytes else "of any size",
    ]
    return ", ".join(limits)


def some(lines: Sequence[str], rest: str) -> list[str]:
    more = [f"  ... and {len(lines) - SHOWN} more: {rest}"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"


def iso_time(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
