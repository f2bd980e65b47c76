"""`breadcrumb export` and `breadcrumb store import`: a run as files, and a run from files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from breadcrumb_exporter_duckdb.base.location import is_encrypted

from breadcrumb.cli.housekeeping import Place, Told, command, some
from breadcrumb.cli.parser import export_parser, export_test_parser
from breadcrumb.common.messages import folding
from breadcrumb.questions.facts.ask import Ask, shell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

CHUNK = 2_000
"""Calls that are read at a time."""
STDOUT = "-"


def export(argv: Sequence[str]) -> int:
    """Run `breadcrumb export ARGV`."""
    is_test = any(word == "--test" or word.startswith("--test=") for word in argv)
    return command(argv, export_test_parser if is_test else export_parser, ACTIONS)


def _export(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.reading.store import open_store

    from breadcrumb.questions.facts.run.run_facts import find_run

    with open_store(place.path, tell=folding) as reader:
        run = find_run(reader, Ask(run=_run_id(reader, arguments), store=place.ask.store))
        path = Path(arguments.path or f"{run.run_id}.zip")
        rows = _WRITERS[arguments.to](reader, run, path)
    if arguments.path == STDOUT:
        return Told([])
    going_on = " so far: it still goes on" if run.status == "running" else ""
    plain = ", not encrypted" if is_encrypted(place.path) else ""
    counted = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    line = f"Run {run.run_id} is in {path}: {counted}{going_on}{plain}."
    is_run = arguments.to in ("parquet", "zip")
    elsewhere = [shell("breadcrumb", "store", "import", str(path))] if is_run else []
    about = {"run": run.run_id, "path": str(path), "format": arguments.to}
    return Told([line], [rows], elsewhere, about)


def _run_id(reader: Reader, arguments: argparse.Namespace) -> str:
    """The run that was named, or in which the test that was named failed last."""
    from breadcrumb.questions.facts.run.tests import run_of

    return run_of(reader, arguments.test) if arguments.test else str(arguments.run)


def _zip(reader: Reader, run: Run, path: Path) -> dict[str, int]:
    from breadcrumb_exporter_duckdb.exchange.zipped import write_zip

    return write_zip(reader.connection, run.run_id, path)


def _parquet(reader: Reader, run: Run, path: Path) -> dict[str, int]:
    from breadcrumb_exporter_duckdb.exchange.parquet_export import write_parquet

    return write_parquet(reader.connection, run.run_id, path)


def _html(reader: Reader, run: Run, path: Path) -> dict[str, int]:
    from breadcrumb.picture import page

    with _new_file(path) as file:
        text, shown = page(reader, run)
        file.write(text)
    return {"calls": shown} if shown == run.kept else {"calls, the longest and those that failed": shown}


def _jsonl(reader: Reader, run: Run, path: Path) -> dict[str, int]:
    with _new_file(path) as file:
        written = 0
        for line in _call_lines(reader, run):
            file.write(line + "\n")
            written += 1
    return {"calls": written}


def _call_lines(reader: Reader, run: Run) -> Iterator[str]:
    """The calls of a run as `--format json` gives them, in start order."""
    from breadcrumb_exporter_duckdb.database.statements import sql

    from breadcrumb.questions.facts.calls.args_after import with_args_after
    from breadcrumb.questions.facts.calls.call_rows import ORDER, calls_by_key
    from breadcrumb.questions.facts.calls.relations import related

    connection = reader.connection
    query = sql(
        "select span_key from calls where run_id = {run} order by {order}", run=run.run_id, order=ORDER
    )
    keys = query.column(connection)
    for start in range(0, len(keys), CHUNK):
        calls = calls_by_key(connection, keys[start : start + CHUNK])
        for call in with_args_after(reader, run, related(connection, run.run_id, calls)):
            yield json.dumps(call.json(), ensure_ascii=False)


def _otlp_json(reader: Reader, run: Run, path: Path) -> dict[str, int]:
    from breadcrumb_exporter_duckdb.exchange.otlp_json import requests

    with _new_file(path) as file:
        written = 0
        for line, spans in requests(reader.connection, run.run_id):
            file.write(line + "\n")
            written += spans
    return {"spans": written}


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that appears when it is whole; `-` is standard output."""
    if str(path) == STDOUT:
        yield sys.stdout
        return
    from breadcrumb_exporter_duckdb.exchange.new_file import new_file

    with new_file(path) as file, io.TextIOWrapper(file, encoding="utf-8") as text:
        yield text


def _import(place: Place, arguments: argparse.Namespace) -> Told:
    from zipfile import is_zipfile

    from breadcrumb_exporter_duckdb.exchange.foreign import is_store
    from breadcrumb_exporter_duckdb.exchange.parquet_export import MANIFEST
    from breadcrumb_exporter_duckdb.exchange.parquet_import import import_run
    from breadcrumb_exporter_duckdb.exchange.zipped import unpacked

    path = Path(arguments.path)
    if path.is_file() and (path.suffix == ".zip" or is_zipfile(path)):
        with unpacked(path) as run:
            return _imported(place, import_run(place.path, run, path))
    if path.is_file():
        return _import_spans(place, path)
    if is_store(path) and not os.path.lexists(path / MANIFEST):
        return _import_store(place, path)
    return _imported(place, import_run(place.path, path))


def _imported(place: Place, imported: tuple[str, int] | None) -> Told:
    if imported is None:
        return Told(
            ["The store holds that run already: nothing was imported."], next=[place.ask.command("runs")]
        )
    run_id, calls = imported
    line = f"Run {run_id} is in {place.path}, pinned: {calls:,} calls."
    steps = [place.ask.query("--flow", "--run", run_id), place.ask.command("store", "unpin", run_id)]
    return Told([line], [{"run": run_id, "calls": calls}], steps)


def _import_spans(place: Place, path: Path) -> Told:
    from breadcrumb_exporter_duckdb.exchange.span_import import import_spans

    from breadcrumb.common.redacting import redactor_of

    imported = import_spans(place.path, path, redactor_of(place.settings))
    if imported is None:
        return Told(
            ["The store holds these spans already: nothing was imported."], next=[place.ask.command("runs")]
        )
    run_id = imported.run_id
    lines = [f"Run {run_id} is in {place.path}, pinned: {imported.spans:,} spans."]
    if imported.rejected:
        lines.append(f"Left out: {imported.rejected:,} that is no span, the first since {imported.reason}.")
    steps = [place.ask.query("--flow", "--run", run_id), place.ask.command("store", "unpin", run_id)]
    row = {"run": run_id, "spans": imported.spans, "rejected": imported.rejected}
    return Told(lines, [row], steps)


def _import_store(place: Place, folder: Path) -> Told:
    from breadcrumb_exporter_duckdb.exchange.foreign import import_store

    imported = import_store(place.path, folder)
    rows = [{"run": run_id, "calls": calls} for run_id, calls in imported]
    if not rows:
        return Told([f"{folder} holds no run that is not in {place.path} already."])
    lines = [f"Run {run_id} is in {place.path}, pinned: {calls:,} calls." for run_id, calls in imported]
    return Told(some(lines, place.ask.command("runs")), rows, [place.ask.command("runs")])


_WRITERS: dict[str, Callable[[Reader, Run, Path], dict[str, int]]] = {
    "html": _html,
    "parquet": _parquet,
    "jsonl": _jsonl,
    "otlp-json": _otlp_json,
    "zip": _zip,
}
ACTIONS: dict[str, Callable[[Place, argparse.Namespace], Told]] = {"export": _export, "import": _import}
"""What `breadcrumb store` does besides."""
