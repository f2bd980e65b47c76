"""Folds a store from the command line: `python -m breadcrumb_exporter_duckdb fold --store DIR`."""

from __future__ import annotations

import argparse
import os
import select
import sys
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.base.location import StoreBusy, StoreError, find_store

if TYPE_CHECKING:
    from pathlib import Path

    from breadcrumb_exporter_duckdb.database.loading import Progress

TURN_SECONDS = 1.0
PAUSE_SECONDS = 0.3
"""Between two turns others may have the store."""
KINDNESS = 10
"""By how much the priority is lowered where nobody waits."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when it folded, 1 with one line on stderr when it could not."""
    options = _parser().parse_args(arguments)
    own_process.begin()
    try:
        store = find_store(options.store)
        if options.follow or options.all:
            _in_turns(store, while_open=options.follow)
        else:
            from breadcrumb_exporter_duckdb.database.fold import fold

            _tell(fold(store, seconds=options.seconds))
    except StoreError as error:
        sys.stderr.write(f"breadcrumb: {error}\n")
        return 1
    return 0


def _in_turns(store: Path, *, while_open: bool) -> None:
    """Fold until stdin is closed (`while_open`) and nothing remains; others have turns as well."""
    from breadcrumb_exporter_duckdb.database.fold import fold

    os.nice(KINDNESS)
    remaining = sys.maxsize
    while True:
        try:
            left = fold(store, seconds=TURN_SECONDS).remaining
        except StoreBusy:
            left = remaining - 1
        if not while_open and not 0 < left < remaining:
            return
        remaining = sys.maxsize if while_open else left
        if while_open:
            while_open = not select.select([0], [], [], PAUSE_SECONDS)[0]
        else:
            time.sleep(PAUSE_SECONDS)


def _tell(progress: Progress) -> None:
    rest = f"{progress.remaining} bytes remain" if progress.remaining else "nothing remains"
    if progress.unrecovered:
        rest = f"{progress.remaining} bytes and {progress.unrecovered} files of ended processes remain"
    sys.stdout.write(f"folded {progress.calls} calls and {progress.spans} spans; {rest}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m breadcrumb_exporter_duckdb")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fold", help="move what the spool holds into the database")
    command.add_argument("--store", metavar="DIR", help="the store (default: the project's)")
    command.add_argument("--seconds", type=float, default=2.0, help="stop after about S seconds (default 2)")
    command.add_argument("--all", action="store_true", help="go on until nothing remains, in turns")
    command.add_argument("--follow", action="store_true", help="the same, and not before stdin is closed")
    return parser


if __name__ == "__main__":
    own_process.leave(main())
