"""`breadcrumb store`: where the store is and what it takes, what goes from it, and whether it is sound."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.location import (
    FOLDER,
    StoreError,
    StoreMissing,
    find_store,
    project_root,
    require_access,
)

from breadcrumb import settings
from breadcrumb.cli.ask import fail
from breadcrumb.cli.parser import store_parser
from breadcrumb.exit_codes import ExitCode
from breadcrumb.questions.answer import Ask, NoAnswer
from breadcrumb.settings import Settings, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from breadcrumb_exporter_duckdb.inventory import Inventory, StoredRun
    from breadcrumb_exporter_duckdb.pruning import Gone
    from breadcrumb_exporter_duckdb.retention import Retention

FOLD_SECONDS = 3600.0
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


def store(argv: Sequence[str]) -> int:
    """Run `breadcrumb store ARGV`."""
    from breadcrumb.cli import exports

    return command(argv, store_parser, {**_ACTIONS, **exports.ACTIONS})


def command(
    argv: Sequence[str],
    parser: Callable[[], argparse.ArgumentParser],
    actions: dict[str, Callable[[Place, argparse.Namespace], Told]],
) -> int:
    """Parse, act and print; trouble is one line, or the error object."""
    as_json = "json" in argv or "--format=json" in argv
    try:
        arguments = parser().parse_args(list(argv))
        told = actions[arguments.action](_place(arguments.store), arguments)
        _print(told, arguments)
        sys.stdout.flush()
    except NoAnswer as error:
        return fail(error, as_json=as_json)
    except StoreError as error:
        code = ExitCode.NO_STORE if isinstance(error, StoreMissing) else ExitCode.STORE
        return fail(NoAnswer(error.message, error.hint, code), as_json=as_json)
    except BrokenPipeError:  # whoever reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    return told.code


def _print(told: Told, arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        rows = {"rows": list(told.rows), "truncated": None, "dropped": 0, "next": list(told.next)}
        answer = {"question": f"store {arguments.action}", "run": None, **rows, **(told.about or {})}
        sys.stdout.write(json.dumps(answer) + "\n")
        return
    steps = [f"{'   or' if number else 'Next'}: {step}" for number, step in enumerate(told.next)]
    sys.stdout.write("".join(f"{line}\n" for line in (*told.lines, *steps)))


def _place(named: str | None) -> Place:
    try:
        layers = settings.layers(Path.cwd(), flags={"store": named})
    except SettingsError as error:
        raise NoAnswer(str(error), "correct it there", ExitCode.USAGE) from error
    merged = settings.merge(layers)
    path = find_store(merged.store)
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


def _info(place: Place, _: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.inventory import inventory

    found = inventory(place.path)
    owner_only = place.path.stat().st_mode & 0o077 == 0
    readable = "readable by you alone" if owner_only else "READABLE BY OTHERS: chmod 700"
    lines = [
        f"{place.path} ({place.why}), {readable}, not encrypted.",
        f"Database {_size(found.database)} ({_size(found.free)} of it free), spool {_size(found.spool)}"
        f" ({_size(found.unfolded)} not folded yet{_writing(found)}).",
        f"Keeps {_limits(place.settings.retention)}.",
        f"{_count(len(found.runs), 'run')} folded{_span(found.runs)}.",
        *_some([_run_line(run) for run in reversed(found.runs)], place.ask.command("runs")),
    ]
    about = {
        "store": str(place.path),
        "why": place.why,
        "owner_only": owner_only,
        "encrypted": False,
        "database_bytes": found.database,
        "free_bytes": found.free,
        "spool_bytes": found.spool,
        "unfolded_bytes": found.unfolded,
        "writing": [{"run": each.run_id, "pid": each.pid} for each in found.writers],
        "retention": asdict(place.settings.retention),
    }
    rows = [
        {
            "run": run.run_id,
            "start": _time(run.start_ns),
            "last": _time(run.last_ns),
            "calls": run.calls,
            "pinned": run.pinned,
            "pruned": run.pruned,
        }
        for run in reversed(found.runs)
    ]
    return Told(lines, rows, _after_info(place, found), about)


def _after_info(place: Place, found: Inventory) -> list[str]:
    if found.free > found.database / 2 and found.free > 10_000_000:
        return [place.ask.command("store", "compact")]
    if not found.runs and not found.unfolded:
        return [place.ask.command("run", "python", "app.py")]
    return [place.ask.query("--flow"), place.ask.command("store", "verify")]


def _writing(found: Inventory) -> str:
    pids = sorted({each.pid for each in found.writers})
    return (
        f"; written to by {', '.join(map(str, pids[:5]))}{', ...' if len(pids) > 5 else ''}" if pids else ""
    )


def _limits(retention: Retention) -> str:
    limits = [
        f"runs for {_count(retention.days, 'day')}" if retention.days else "runs of any age",
        f"{retention.runs} at most" if retention.runs else "any number",
        f"in {retention.megabytes} MB" if retention.megabytes else "of any size",
    ]
    return ", ".join(limits)


def _run_line(run: StoredRun) -> str:
    marks = [*(["pinned"] if run.pinned else []), *(["its beginning was pruned"] if run.pruned else [])]
    what = f"  ({', '.join(marks)})" if marks else ""
    return f"  {run.run_id}  {_time(run.start_ns)[:19]}  {_count(run.calls, 'call')}{what}"


def _span(runs: Sequence[StoredRun]) -> str:
    if not runs:
        return ""
    first, last = min(run.start_ns for run in runs), max(run.last_ns for run in runs)
    return f", from {_time(first)[:19]} to {_time(last)[:19]} (UTC)"


def _fold(place: Place) -> None:
    from breadcrumb_exporter_duckdb.fold import fold

    require_access(place.path, writing=True)
    fold(place.path, seconds=FOLD_SECONDS, wait=FOLD_SECONDS / 60, prune=False)


def _prune(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb import pruning
    from breadcrumb_exporter_duckdb.changing import changing
    from breadcrumb_exporter_duckdb.debris import debris
    from breadcrumb_exporter_duckdb.writers import writers

    retention = place.settings.retention
    given = {name: getattr(arguments, name) for name in ("days", "megabytes", "runs")}
    retention = replace(retention, **{name: value for name, value in given.items() if value is not None})
    _fold(place)
    alive = frozenset(writer.run_id for writer in writers(place.path))
    with changing(place.path) as connection:
        going = pruning.plan(connection, retention, now_ns=time.time_ns(), alive=alive)
        left = debris(place.path, retention)
        if not arguments.dry_run:
            pruning.prune(connection, going)
            for path in left:
                path.unlink()
    files = [path.name for path in left]
    verb = "Would go" if arguments.dry_run else "Gone"
    lines = [f"{verb}: {_gone(each)}" for each in going]
    lines += [f"{verb}: {name}, a damaged file of the spool (retention.days)" for name in files]
    rows = [
        {
            "run": each.run_id,
            "rows": each.rows,
            "reason": each.reason,
            "before": each.before_ns and _time(each.before_ns),
        }
        for each in going
    ]
    if not lines:
        return Told([f"Nothing to prune: the store keeps {_limits(retention)}."], about={"files": files})
    flags = [word for name in given if given[name] is not None for word in (f"--{name}", str(given[name]))]
    again = ["store", "prune", *flags] if arguments.dry_run else ["store", "compact"]
    return Told(_some(lines, place.ask.command("store", "prune", "--format", "json")), rows,
                [place.ask.command(*again)], {"files": files})  # fmt: skip


def _gone(gone: Gone) -> str:
    if gone.before_ns is None:
        return f"run {gone.run_id} ({gone.reason})"
    ended = f"those that ended before {_time(gone.before_ns)}"
    return f"{gone.rows:,} calls of run {gone.run_id}, {ended} ({gone.reason})"


def _compact(place: Place, _: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.compaction import compact

    _fold(place)
    before, after = compact(place.path)
    line = f"{place.path}: the database took {_size(before)}, it takes {_size(after)} now."
    return Told([line], about={"before_bytes": before, "after_bytes": after})


def _clear(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb import clearing

    clearing.check(place.path)
    if not arguments.yes and not _confirmed(f"Remove every run from {place.path}? [y/N] "):
        raise NoAnswer("nothing was removed", "", ExitCode.FAILED)
    cleared = clearing.clear(place.path)
    lines = [f"Removed {_count(cleared.files, 'file')}, {_size(cleared.size)}; settings stay."]
    if cleared.written_to:
        lines.append(f"Running programs write to {', '.join(cleared.written_to)}: kept, with what is in it.")
    if cleared.foreign:
        lines.append(f"Not ours, left alone: {', '.join(cleared.foreign)}.")
    return Told(lines, about=asdict(cleared))


def _confirmed(question: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NoAnswer("clear asks before it removes, and nobody is there", "add --yes", ExitCode.USAGE)
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _verify(place: Place, _: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.verification import verify

    findings = verify(place.path)
    rows = [asdict(each) for each in findings]
    if not findings:
        return Told([f"{place.path} is sound."], rows)
    lines = [f"{each.where}: {each.count:,} {each.what} ({each.hint})" for each in findings]
    return Told(
        _some(lines, place.ask.command("store", "verify", "--format", "json")), rows, code=ExitCode.FAILED
    )


def _pin(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb import pruning
    from breadcrumb_exporter_duckdb.changing import changing

    _fold(place)
    with changing(place.path) as connection:
        run_id = find(arguments.run, [run.run_id for run in pruning.stored_runs(connection)], place.ask)
        getattr(pruning, arguments.action)(connection, run_id)
    said = "stays until it is unpinned" if arguments.action == "pin" else "goes when its time has come"
    return Told([f"Run {run_id} {said}."], [{"run": run_id, "pinned": arguments.action == "pin"}])


def find(word: str, runs: Sequence[str], ask: Ask) -> str:
    """The one of `runs`, the newest last, that a word names: `last`, an id, or the beginning of one."""
    found = runs[-1:] if word == "last" else [run for run in runs if run.startswith(word.lower())]
    found = [run for run in found if run == word] or found
    if len(found) > 1:
        raise NoAnswer(f"run {word} is ambiguous: {', '.join(found[:5])}", "give more of the id")
    if not found and not runs:
        raise NoAnswer("nothing was recorded here yet", ask.command("run", "python", "app.py"))
    if not found:
        raise NoAnswer(f"there is no run {word}", ask.command("runs"))
    return found[0]


def _some(lines: Sequence[str], rest: str) -> list[str]:
    more = [f"  ... and {len(lines) - SHOWN} more: {rest}"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(number: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"


def _time(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_ACTIONS: dict[str, Callable[[Place, argparse.Namespace], Told]] = {
    "info": _info,
    "prune": _prune,
    "compact": _compact,
    "clear": _clear,
    "verify": _verify,
    "pin": _pin,
    "unpin": _pin,
}
