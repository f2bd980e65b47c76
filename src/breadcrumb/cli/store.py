"""`breadcrumb store`: what goes from the store, what stays, and whether it is sound."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.ownership import adopt, require_access
from breadcrumb_exporter_duckdb.base.records import asdict, replace

from breadcrumb.cli.housekeeping import Place, Told, command, count, iso_time, limits, size, some
from breadcrumb.cli.parser import store_parser
from breadcrumb.cli.store_info import info
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from breadcrumb_exporter_duckdb.database.pruning import Gone

FOLD_SECONDS = 3600.0


def store(argv: Sequence[str]) -> int:
    """Run `breadcrumb store ARGV`."""
    from breadcrumb.cli import exports

    return command(argv, store_parser, {**_ACTIONS, **exports.ACTIONS})


def _fold(place: Place, *, prune: bool = False) -> None:
    from breadcrumb_exporter_duckdb.database.fold import fold

    require_access(place.path, writing=True)
    fold(place.path, seconds=FOLD_SECONDS, wait=FOLD_SECONDS / 60, prune=prune)


def _prune(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.database import pruning
    from breadcrumb_exporter_duckdb.database.exclusive import changing
    from breadcrumb_exporter_duckdb.database.leftovers import debris
    from breadcrumb_exporter_duckdb.database.live_writers import writers

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
            "before": each.before_ns and iso_time(each.before_ns),
        }
        for each in going
    ]
    if not lines:
        return Told([f"Nothing to prune: the store keeps {limits(retention)}."], about={"files": files})
    flags = [word for name in given if given[name] is not None for word in (f"--{name}", str(given[name]))]
    again = ["store", "prune", *flags] if arguments.dry_run else ["store", "compact"]
    return Told(some(lines, place.ask.command("store", "prune", "--format", "json")), rows,
                [place.ask.command(*again)], {"files": files})  # fmt: skip


def _gone(gone: Gone) -> str:
    if gone.before_ns is None:
        return f"run {gone.run_id} ({gone.reason})"
    ended = f"those that ended before {iso_time(gone.before_ns)}"
    return f"{gone.rows:,} calls of run {gone.run_id}, {ended} ({gone.reason})"


def _compact(place: Place, _: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.care.compaction import compact

    _fold(place, prune=True)
    before, after = compact(place.path)
    line = f"{place.path}: the database took {size(before)}, it takes {size(after)} now."
    return Told([line], about={"before_bytes": before, "after_bytes": after})


def _clear(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.care import clearing

    clearing.check(place.path)
    if not arguments.yes and not _confirmed(f"Remove every run from {place.path}? [y/N] "):
        raise NoAnswer("nothing was removed", "", ExitCode.FAILED)
    cleared = clearing.clear(place.path)
    lines = [f"Removed {count(cleared.files, 'file')}, {size(cleared.size)}; settings stay."]
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
    from breadcrumb_exporter_duckdb.care.verification import verify

    findings = verify(place.path)
    rows = [asdict(each) for each in findings]
    if not findings:
        return Told([f"{place.path} is sound."], rows)
    lines = [f"{each.where}: {each.count:,} {each.what} ({each.hint})" for each in findings]
    return Told(
        some(lines, place.ask.command("store", "verify", "--format", "json")), rows, code=ExitCode.FAILED
    )


def _pin(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.database import pruning
    from breadcrumb_exporter_duckdb.database.exclusive import changing

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


def _adopt(place: Place, _: argparse.Namespace) -> Told:
    if not adopt(place.path):
        return Told([f"{place.path} is this account's already."])
    steps = [place.ask.command("store", "verify"), place.ask.command("runs")]
    return Told([f"{place.path} is used from now on."], next=steps)


_ACTIONS: dict[str, Callable[[Place, argparse.Namespace], Told]] = {
    "info": info,
    "prune": _prune,
    "compact": _compact,
    "clear": _clear,
    "verify": _verify,
    "pin": _pin,
    "unpin": _pin,
    "adopt": _adopt,
}
