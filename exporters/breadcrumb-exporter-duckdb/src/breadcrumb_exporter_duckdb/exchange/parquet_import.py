"""Takes an exported run into a store: as a spool file that appears whole, and is folded as any other.

So there is one way by which rows come into the database, whatever version exported them. The run is pinned:
its age is not to remove it as soon as it has come.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, identifier, sql
from breadcrumb_exporter_duckdb.exchange.exported_calls import require_calls
from breadcrumb_exporter_duckdb.exchange.parquet_export import FORMAT, MANIFEST, QUERIES, VERSION
from breadcrumb_exporter_duckdb.exchange.taking_in import take_in
from breadcrumb_exporter_duckdb.format.damage import DamageError, parsed
from breadcrumb_exporter_duckdb.format.frame import Frame, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
    from duckdb import DuckDBPyConnection

    from breadcrumb_exporter_duckdb.format.frame import Buffers, Columns

_RUN_ID = re.compile(r"[!-~]{1,200}")
MOST_MANIFEST = 1 << 20
MOST_TEXT = 64 << 20
"""Bytes of one value."""
_VALID = "(strlen({name}::VARCHAR) < {most}) IS NOT FALSE AND json_valid({name}) IS NOT FALSE"
MEMORY_MB = 2_000
ROWS = 20_000
"""Calls, or spans, of one frame."""
WANTED = "give a directory that `breadcrumb export RUN --to parquet DIR` wrote"


def import_run(store: Path, folder: Path, shown: Path | None = None) -> tuple[str, int] | None:
    """Take in the run in `folder`: its id, and its number of calls; None where the store holds it already.

    `shown` is what an error calls the folder.
    Raises StoreError where the directory holds no run, or a damaged one: the store is then as it was.
    """
    database.require()
    shown = shown or folder
    manifest = _manifest(folder, shown)
    run_id = manifest["run_id"]
    if not take_in(store, run_id, lambda path: _write(folder, shown, manifest, path)):
        return None
    return run_id, manifest["rows"]["calls"]


def _manifest(folder: Path, shown: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(_read(folder, MANIFEST))
        counts = {name: manifest["rows"][name] for name in QUERIES}
        known = manifest["format"] == FORMAT and _RUN_ID.fullmatch(manifest["run_id"])
        known = known and all(type(count) is int and count >= 0 for count in counts.values())
        version = int(manifest["version"])
    except (OSError, ArithmeticError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise StoreError(f"{shown} is no exported run", WANTED) from error
    if not known:
        raise StoreError(f"{shown} is no exported run", WANTED)
    if version > VERSION:
        raise StoreError(f"a newer Breadcrumb exported {shown}", "update breadcrumb")
    return {"run_id": manifest["run_id"], "rows": counts}


def _read(folder: Path, name: str) -> bytes:
    file = _opened(folder, name)
    with os.fdopen(file, "rb") as reading:
        return reading.read(MOST_MANIFEST)


def _opened(folder: Path, name: str) -> int:
    """A file of the export: what is a link, or no file, raises DamageError."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
    except OSError as error:
        raise DamageError(f"{name} cannot be read: {error.strerror}") from error
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise DamageError(f"{name} is no regular file")
    return file


def _write(folder: Path, shown: Path, manifest: dict[str, Any], path: Path) -> None:
    import duckdb
    import pyarrow as pa

    try:
        with (
            contextlib.closing(database.connect(database.MEMORY, 1)) as connection,
            os.fdopen(files.made(path), "wb") as file,
            contextlib.ExitStack() as opened,
        ):
            connection.execute(f"SET preserve_insertion_order = true; SET memory_limit = '{MEMORY_MB}MB'")
            _open(connection, folder, manifest, opened)
            for frame in _frames(connection, manifest["run_id"]):
                file.write(encode(frame))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot import {shown}: {error.strerror}", "nothing was changed") from error
    except (duckdb.Error, pa.ArrowException, MemoryError, DamageError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StoreError(
            f"{shown} is damaged: {reason}", "nothing was imported; export the run again"
        ) from error


def _open(
    connection: DuckDBPyConnection, folder: Path, manifest: dict[str, Any], opened: contextlib.ExitStack
) -> None:
    """Views over the files, when they hold what the manifest says; read by descriptor."""
    for name in QUERIES:
        file = _opened(folder, f"{name}.parquet")
        opened.callback(os.close, file)
        rows = connection.read_parquet(f"/dev/fd/{file}")
        missing = [each for each in _ADDED.get(name, ()) if each not in rows.columns]
        rows.project(", ".join(("*", *(f"NULL AS {each}" for each in missing)))).create_view(name)
        _require_rows(connection, name, manifest, os.fstat(file).st_size)
    for name, texts in _JSON.items():
        valid = columns(texts, _VALID, " AND ", most=MOST_TEXT)
        if _any(connection, name, sql("NOT ({valid})", valid=valid)):
            raise DamageError(f"{name}.parquet holds what is not JSON, or too much of it")
    require_calls(connection)


def _require_rows(connection: DuckDBPyConnection, name: str, manifest: dict[str, Any], size: int) -> None:
    found = sql("SELECT count(*) FROM {name}", name=identifier(name)).number(connection)
    if found != manifest["rows"][name] or found > size:  # each row has an id of its own: it takes bytes
        raise DamageError(f"{name}.parquet does not hold the rows that {MANIFEST} tells of")
    if _any(connection, name, sql("run_id IS DISTINCT FROM {run}", run=manifest["run_id"])):
        raise DamageError(f"{name}.parquet holds rows of another run than {manifest['run_id']}")
    if _any(connection, name, sql("NOT regexp_full_match(process, {hex})", hex="[0-9a-f]{16}")):
        raise DamageError(f"{name}.parquet names no process")


def _any(connection: DuckDBPyConnection, name: str, condition: Sql) -> bool:
    query = sql("SELECT 1 FROM {name} WHERE {condition} LIMIT 1", name=identifier(name), condition=condition)
    return query.execute(connection).fetchone() is not None


_JSON = {
    "calls": ("args", "return", "exception", "extra"),
    "spans": ("attributes", "events", "links", "resource", "otlp"),
    "facts": ("value",),
}


_ADDED = {"spans": ("otlp",), "calls": ("called_line", "ended_line")}
"""Columns that the first exports did not have."""


def _frames(connection: DuckDBPyConnection, run_id: str) -> Iterator[Frame]:
    pids: dict[str, int] = {}
    told = "SELECT process, value FROM facts WHERE kind = 'process'"
    for process, value in connection.execute(told).fetchall():
        pids[process] = _pid(_fact(value))
    yield Frame("0" * 16, run_id, 0, facts=[("pin", json.dumps({"key": run_id}))])
    for process, facts in _facts(connection):
        yield Frame(process, run_id, pids.get(process, 0), facts=facts)
    for process, rows in _calls(connection):
        yield Frame(process, run_id, pids.get(process, 0), rows)
    for process, spans in _spans(connection):
        yield Frame(process, run_id, pids.get(process, 0), spans=spans)


def _facts(connection: DuckDBPyConnection) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What was told about each process; how long to keep runs is each store's own affair."""
    told = "SELECT process, list((kind, value::VARCHAR)) FROM facts WHERE kind <> 'pin' GROUP BY process"
    for process, rows in connection.execute(told).fetchall():
        yield process, [(kind, parsed(text, _without_retention)) for kind, text in rows]


def _without_retention(text: str) -> str:
    return json.dumps({name: value for name, value in _fact(text).items() if name != "retention"})


def _fact(text: str) -> dict[str, Any]:
    fact = parsed(text)
    if not isinstance(fact, dict):
        raise DamageError("facts.parquet holds what is no fact")
    return fact


def _pid(fact: dict[str, Any]) -> int:
    pid = fact.get("pid") or 0
    if not isinstance(pid, int):
        raise DamageError("facts.parquet names no process")
    return pid


_CALLS = """
WITH code AS (
    SELECT process, value->>'$.function' AS function, value->>'$.file' AS file,
        TRY_CAST(value->>'$.line' AS INTEGER) AS line, value->>'$.kind' AS kind,
        min(TRY_CAST(key AS UINTEGER)) AS key
    FROM facts WHERE kind = 'code' GROUP BY ALL
)
SELECT c.process, unhex(c.trace_id) AS trace_id, c.span_key::UBIGINT AS span_id,
    coalesce(c.parent_key, 0)::UBIGINT AS parent_id, coalesce(code.key, 4294967295)::UINTEGER AS code,
    c.start_ns::BIGINT AS start_ns, c.duration_ns::BIGINT AS duration_ns, c.child_ns::BIGINT AS child_ns,
    c.ran_ns::BIGINT AS ran_ns, c.suspensions::UINTEGER AS suspensions, c.depth::UINTEGER AS depth,
    c.stack::UBIGINT AS stack, c.ordinal::UBIGINT AS ordinal, c.last_ordinal::UBIGINT AS last_ordinal,
    coalesce(c.thread_id, 0)::UBIGINT AS thread, coalesce(c.task_id, 0)::UBIGINT AS task,
    coalesce(c.outcome, 3)::UTINYINT AS outcome,
    coalesce(TRY_CAST(c.called_line AS UINTEGER), 0)::UINTEGER AS called_line,
    coalesce(TRY_CAST(c.ended_line AS UINTEGER), 0)::UINTEGER AS ended_line,
    c.args::VARCHAR AS args, c."return"::VARCHAR AS "return",
    c.exception::VARCHAR AS exception, c.extra::VARCHAR AS extra
FROM calls c LEFT JOIN code ON code.process = c.process AND code.function = c.function
    AND code.file IS NOT DISTINCT FROM c.file AND code.line IS NOT DISTINCT FROM c.line
    AND code.kind IS NOT DISTINCT FROM c.kind
ORDER BY c.start_ns, c.ordinal, c.span_key
"""


def _calls(connection: DuckDBPyConnection) -> Iterator[tuple[str, Columns]]:
    from breadcrumb_exporter_duckdb.database.arrow import (
        compute as pc,  # pyarrow is imported where it is needed
    )

    for batch in connection.sql(_CALLS).to_arrow_reader(ROWS):
        for process in pc.unique(batch["process"]).to_pylist():
            rows = pc.take(batch, pc.indices_nonzero(pc.equal(batch["process"], process)))
            yield process, _columns(rows)


def _columns(rows: pa.RecordBatch) -> Columns:
    """The rows as the batch contract's columns."""
    from breadcrumb_exporter_duckdb.database.arrow import compute as pc
    from breadcrumb_exporter_duckdb.database.arrow.arrays import FORMATS
    from breadcrumb_exporter_duckdb.database.arrow.frame_rows import COLUMNS

    columns: dict[str, tuple[str, int, Buffers]] = {}
    for name, kind in {**COLUMNS, "args": "U", "return": "U"}.items():
        array = pc.cast(rows[name], FORMATS[kind])
        buffers: Buffers = [None if part is None else part.to_pybytes() for part in array.buffers()]
        columns[name] = (kind, len(array), buffers)
    return columns


_SPANS = """
SELECT process, trace_id, span_id, parent_span_id, name, kind, scope, start_ns, start_ns + duration_ns,
    status, status_message, attributes, events, links, resource, otlp
FROM spans ORDER BY start_ns
"""
_SPAN = (
    "trace_id", "span_id", "parent_id", "name", "kind", "scope", "start_ns", "end_ns", "status",
    "status_message",
)  # fmt: skip


def _spans(connection: DuckDBPyConnection) -> Iterator[tuple[str, list[dict[str, object]]]]:
    cursor = connection.execute(_SPANS)
    while rows := cursor.fetchmany(ROWS):
        by_process: dict[str, list[dict[str, object]]] = {}
        for process, *values in rows:
            span = dict(zip(_SPAN, values, strict=False))
            texts = zip(_JSON["spans"], values[len(_SPAN) :], strict=True)
            by_process.setdefault(process, []).append(
                {**span, **{name: None if text is None else parsed(text) for name, text in texts}}
            )
        yield from by_process.items()
