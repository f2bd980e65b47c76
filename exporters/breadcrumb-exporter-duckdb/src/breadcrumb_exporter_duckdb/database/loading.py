"""Loads frames into tables: rows, facts and the ledger of what was loaded, always in one transaction.

The tables are those of schema.sql in the connection's current schema: the store's own when folding, a
reader's temporary ones when something could not be folded.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.records import dataclass, field, replace
from breadcrumb_exporter_duckdb.base.source_digest import source_fact
from breadcrumb_exporter_duckdb.database.arrow.unpacking import unpacked
from breadcrumb_exporter_duckdb.database.loading_calls import load_calls
from breadcrumb_exporter_duckdb.database.statements import Sql, sql
from breadcrumb_exporter_duckdb.format.damage import DamageError, parsed
from breadcrumb_exporter_duckdb.format.encryption import seal_of
from breadcrumb_exporter_duckdb.format.frame import MERGED, Found, Frame, scan
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

STEP_BYTES = 12 << 20
"""Of frames: their calls and values take ten times that while they are loaded."""
STEP_FRAMES = 2000
VALUES = sql("value")
LEDGER = sql("ledger")
MOST = 1 << 63
"""Of a number that is added to others."""
STEP_ROWS = 120_000
"""What a transaction was given to read stays in memory until it ends: each step has one of its own."""


@dataclass(frozen=True)
class Entry:
    """How far one spool file was loaded, in bytes, and what of it could not be read."""

    position: int = 0
    damaged: int = 0
    problem: str | None = None


Ledger = Mapping[str, Entry]


@dataclass
class Step:
    """What one transaction loads: frames with the name of their file and their size, and the new entries."""

    parts: list[tuple[str, int, Frame]] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 0
    rows: int = 0

    @property
    def frames(self) -> list[Frame]:
        """The frames alone."""
        return [frame for _, _, frame in self.parts]

    @property
    def calls(self) -> int:
        """How many calls they carry."""
        return sum(frame.rows for frame in self.frames)

    @property
    def spans(self) -> int:
        """How many spans of other instrumentations."""
        return sum(len(frame.spans) for frame in self.frames)

    @property
    def full(self) -> bool:
        """Whether it is time to load what has been gathered."""
        return self.size >= STEP_BYTES or len(self.parts) >= STEP_FRAMES or self.rows >= STEP_ROWS


@dataclass(frozen=True)
class Progress:
    """What loading did: calls and spans loaded, bytes of frames that it had no time for."""

    calls: int = 0
    spans: int = 0
    remaining: int = 0
    unrecovered: int = 0
    """Files of processes that are gone that it had no time for."""


def read_ledger(connection: DuckDBPyConnection, table: Sql = LEDGER) -> dict[str, Entry]:
    """The ledger's entries by spool file name."""
    rows = sql("SELECT spool, position, damaged, problem FROM {table}", table=table).rows(connection)
    return {name: Entry(position, damaged, problem) for name, position, damaged, problem in rows}


def pending(store: Path, ledger: Ledger) -> list[Path]:
    """The spool files that hold more than the ledger knows."""
    return [path for path in spool_files(store) if _size(path) > ledger.get(path.name, Entry()).position]


def load(
    connection: DuckDBPyConnection,
    store: Path,
    ledger: Ledger,
    *,
    until: float | None = None,
    values: Sql = VALUES,
) -> Progress:
    """Load what is pending, a step at a time, until the monotonic time `until`.

    `values` is the table, or view, with all values that there are; new ones go into the table `value`.
    """
    calls = spans = 0
    done = dict(ledger)
    for step in _steps(store, ledger):
        load_step(connection, step, values)
        done.update(step.entries)
        calls, spans = calls + step.calls, spans + step.spans
        step.parts.clear()  # so that it is gone before the next one is read
        if until is not None and time.monotonic() >= until:
            break
    remaining = sum(_size(path) - done.get(path.name, Entry()).position for path in pending(store, done))
    return Progress(calls, spans, remaining)


def load_once(connection: DuckDBPyConnection, frames: list[Frame]) -> int:
    """Load those rows of the frames that are not there yet; how many that were. Errors as of `load_step`."""
    before = _count_calls(connection)
    with _transaction(connection):
        _load(connection, frames, {}, once=True)
    return _count_calls(connection) - before


def _count_calls(connection: DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT count(*) FROM call").fetchall()[0][0])


def _steps(store: Path, ledger: Ledger) -> Iterator[Step]:
    step = Step()
    for path in pending(store, ledger):
        finished = is_finished(path)
        entry = ledger.get(path.name, Entry())
        with files.reading(path) as file:
            for found in scan(file, entry.position, seal_of(path), unpacked):
                if found.problem == "newer" or (found.problem == "torn" and not finished):
                    break
                entry = _advance(entry, found)
                if found.frame is not None:
                    step.parts.append((path.name, found.end - found.start, found.frame))
                    step.size += max(found.end - found.start, found.frame.size)
                    step.rows += found.frame.rows
                step.entries[path.name] = entry
                if step.full:
                    yield step
                    entry = step.entries[path.name]  # with what was found unreadable meanwhile
                    step = Step()
    if step.entries:
        yield step


def _advance(entry: Entry, found: Found) -> Entry:
    if found.problem is None:
        return Entry(found.end, entry.damaged, entry.problem)
    return Entry(found.end, entry.damaged + found.end - found.start, found.problem)


def load_step(connection: DuckDBPyConnection, step: Step, values: Sql = VALUES) -> None:
    """Load one step in one transaction; a frame whose data cannot be loaded is left out and noted."""
    try:
        _load_within(connection, step, values)
    except unloadable():
        parts = [part for part in step.parts if _loads(connection, part[2], values)]
        kept = {id(part[2]) for part in parts}
        for name, size, frame in step.parts:
            if id(frame) not in kept:
                entry = step.entries[name]
                step.entries[name] = replace(entry, damaged=entry.damaged + size, problem="unreadable")
        step.parts[:] = parts
        with _transaction(connection):
            _load(connection, step.frames, step.entries, values)


def _load_within(connection: DuckDBPyConnection, step: Step, values: Sql) -> None:
    """Load a step; where the connection's bound for memory is too narrow for it, without that."""
    import duckdb

    try:
        with _transaction(connection):
            _load(connection, step.frames, step.entries, values)
    except duckdb.OutOfMemoryException:
        connection.execute("RESET memory_limit")
        with _transaction(connection):
            _load(connection, step.frames, step.entries, values)


def unloadable() -> tuple[type[Exception], ...]:
    """What tells of bad data rather than of a bad disk, or of a fault of ours."""
    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

    return (DamageError, duckdb.DataError, duckdb.InvalidInputException, pa.ArrowException)


def _loads(connection: DuckDBPyConnection, frame: Frame, values: Sql) -> bool:
    try:
        with _transaction(connection, keep=False):
            _load(connection, [frame], {}, values)
    except unloadable():
        return False
    return True


@contextlib.contextmanager
def _transaction(connection: DuckDBPyConnection, *, keep: bool = True) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    if keep:
        connection.commit()
    else:
        connection.rollback()


def _load(
    connection: DuckDBPyConnection,
    frames: list[Frame],
    entries: Ledger,
    values: Sql = VALUES,
    *,
    once: bool = False,
) -> None:
    _load_facts(connection, frames)
    load_calls(connection, frames, values, once=once)
    if once or any(frame.rows for frame in frames):
        connection.execute(_FORGET_ENDED)
    _load_spans(connection, frames)
    _load_entries(connection, entries)


def _load_facts(connection: DuckDBPyConnection, frames: list[Frame]) -> None:
    facts: dict[tuple[str, str, str], tuple[str, dict[str, object]]] = {}
    for frame in frames:
        for kind, text in frame.facts:
            fact = _fact(text)
            place = (frame.process, kind, str(fact["key"]))
            known = facts.get(place) if kind in MERGED else None
            facts[place] = (frame.run_id, {**(known[1] if known else {}), **fact})
            file = str(fact.get("file", "")) if kind == "code" else ""
            if file and (frame.process, "source", file) not in facts and (source := source_fact(file)):
                facts[frame.process, "source", file] = frame.run_id, source
    if not facts:
        return
    rows = [
        (run_id, int(process, 16), kind, key, json.dumps(value))
        for (process, kind, key), (run_id, value) in facts.items()
    ]
    _give(connection, "new_fact", ("run_id", "process", "kind", "key", "value"), rows)
    connection.execute(_MERGE_FACTS)
    connection.execute(
        "DELETE FROM fact USING new_fact n"
        " WHERE fact.process = n.process AND fact.kind = n.kind AND fact.key = n.key"
    )
    connection.execute(_KEEP_FACTS)
    connection.execute("DROP TABLE merged_fact")
    connection.execute("DROP TABLE new_fact")


def _fact(text: str) -> dict[str, object]:
    """A fact. Raises DamageError where it is none, or holds a number that no process of ours counts to."""
    fact = parsed(text)
    if not isinstance(fact, dict) or "key" not in fact:
        raise DamageError("no fact")
    if any(isinstance(each, int) and abs(each) > MOST for each in fact.values()):
        raise DamageError("a fact beyond all numbers")
    return fact


_MERGE_FACTS = """
CREATE TEMP TABLE merged_fact AS
SELECT n.run_id, n.process, n.kind, n.key,
    CASE WHEN fact.value IS NULL THEN n.value ELSE json_merge_patch(fact.value, n.value::JSON) END AS value
FROM new_fact n
LEFT JOIN fact ON n.kind IN ('process', 'end')
    AND fact.process = n.process AND fact.kind = n.kind AND fact.key = n.key
"""


_KEEP_FACTS = """
INSERT INTO fact SELECT run_id, process, kind, key, value::JSON FROM merged_fact
WHERE kind <> 'open' OR value::JSON->>'$.let_go' IS NULL  -- these have ended, and are not kept
"""
_FORGET_ENDED = """
DELETE FROM fact WHERE kind = 'open' AND EXISTS (SELECT 1 FROM call
    WHERE call.process = fact.process AND call.span_id = TRY_CAST('0x' || fact.key AS UBIGINT))
"""


def _load_spans(connection: DuckDBPyConnection, frames: list[Frame]) -> None:
    rows = [(frame.run_id, int(frame.process, 16), *_span(span)) for frame in frames for span in frame.spans]
    if not rows:
        return
    _give(connection, "new_span", ("run_id", "process", *_SPAN), rows)
    connection.execute("INSERT INTO span SELECT * FROM new_span ORDER BY run_id, start_ns")
    connection.execute("DROP TABLE new_span")


_SPAN = (
    "trace_id", "span_id", "parent_id", "name", "kind", "scope", "start_ns", "end_ns", "status",
    "status_message", "attributes", "events", "links", "resource", "otlp",
)  # fmt: skip


def _span(span: Mapping[str, object]) -> Iterator[object]:
    for name in _SPAN:
        value = span.get(name)
        if name in ("span_id", "parent_id"):
            yield _id(value)
        elif name in ("attributes", "events", "links", "resource"):
            yield json.dumps(value)
        elif name == "otlp":
            yield None if value is None else json.dumps(value)
        else:
            yield value


def _id(value: object) -> int:
    try:
        return int(str(value), 16) if value else 0
    except ValueError as error:
        raise DamageError("an id that is none") from error


def _load_entries(connection: DuckDBPyConnection, entries: Ledger) -> None:
    rows = [(name, entry.position, entry.damaged, entry.problem) for name, entry in entries.items()]
    if not rows:
        return
    _give(connection, "new_entry", ("spool", "position", "damaged", "problem"), rows)
    connection.execute("DELETE FROM ledger WHERE spool IN (SELECT spool FROM new_entry)")
    connection.execute("INSERT INTO ledger SELECT * FROM new_entry")
    connection.execute("DROP TABLE new_entry")


def _give(
    connection: DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Make a temporary table of rows. Not by pyarrow: making an array of a list, it imports pandas."""
    chosen = ", ".join(f"unnest(${title}{_TYPES.get(title, '')}) AS {title}" for title in columns)
    values = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {chosen}", values)


_TYPES = dict.fromkeys(("process", "span_id", "parent_id"), "::UBIGINT[]")


def _size(path: Path) -> int:
    return path.stat().st_size
