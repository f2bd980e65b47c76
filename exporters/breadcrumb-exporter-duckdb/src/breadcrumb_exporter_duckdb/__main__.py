"""Folds a store from the command line: `python -m breadcrumb_exporter_duckdb fold --store DIR`."""

from __future__ import annotations

import argparse
import sys

from breadcrumb_exporter_duckdb.base.location import StoreError, find_store


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when it folded, 1 with one line on stderr when it could not."""
    options = _parser().parse_args(arguments)
    from breadcrumb_exporter_duckdb.database.fold import fold

    try:
        progress = fold(find_store(options.store), seconds=options.seconds)
    except StoreError as error:
        sys.stderr.write(f"breadcrumb: {error}\n")
        return 1
    rest = f"{progress.remaining} bytes remain" if progress.remaining else "nothing remains"
    if progress.unrecovered:
        rest = f"{progress.remaining} bytes and {progress.unrecovered} files of ended processes remain"
    sys.stdout.write(f"folded {progress.calls} calls and {progress.spans} spans; {rest}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m breadcrumb_exporter_duckdb")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fold", help="move what the spool holds into the database")
    command.add_argument("--store", metavar="DIR", help="the store (default: the project's)")
    command.add_argument("--seconds", type=float, default=2.0, help="stop after about S seconds (default 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
