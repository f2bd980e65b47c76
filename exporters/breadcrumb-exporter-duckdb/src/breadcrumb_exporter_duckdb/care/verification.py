"""Looks for what is wrong in a store: damaged files, and rows that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import DATABASE, UNFINISHED, StoreMissing
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.database.arrow.unpacking import unpacked
from breadcrumb_exporter_duckdb.database.loading import Ledger, read_ledger
from breadcrumb_exporter_duckdb.database.references import REFERENCES
from breadcrumb_exporter_duckdb.database.statements import columns, identifier, sql
from breadcrumb_exporter_duckdb.format import arena
from breadcrumb_exporter_duckdb.format.arena import arena_files
from breadcrumb_exporter_duckdb.format.damage import DamageError
from breadcrumb_exporter_duckdb.format.encryption import seal_of
from breadcrumb_exporter_duckdb.format.frame import scan
from breadcrumb_exporter_duckdb.reading.inventory import attached
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

REMOVE = "what could be read of it was: remove the file when it is of no use"
TELL = "this is a mistake of ours: please report it, with the command that was traced"


@dataclass(frozen=True)
class Finding:
    """Something wrong: what, where, how much of it, and what to do."""

    what: str
    where: str
    count: int
    hint: str


def verify(store: Path) -> list[Finding]:
    """Everything that is wrong. Raises StoreMissing, StoreBusy, StoreTooNew, QueryMissing or StoreError."""
    database.require()
    if not (store / DATABASE).is_file():
        if not spool_files(store):
            raise StoreMissing(f"there is no store at {store}", "run a program with `breadcrumb run` first")
        return [*_files(store)]
    with attached(store) as connection:
        ledger = read_ledger(connection)
        return [*_files(store), *_ledger(store, ledger), *_rows(connection)]


def _files(store: Path) -> Iterator[Finding]:
    for path in spool_files(store):
        finished = is_finished(path)
        with files.reading(path) as file:
            for found in scan(file, seal=seal_of(path), unpack=unpacked):
                if found.problem == "newer":
                    yield Finding(
                        "bytes that a newer version wrote", path.name, found.end, "update breadcrumb"
                    )
                elif found.problem == "foreign":
                    yield Finding("a file that is not ours", path.name, found.end, "move it elsewhere")
                elif found.problem and (finished or found.problem != "torn"):
                    what = f"bytes from {found.start} on that are {found.problem}"
                    yield Finding(what, path.name, found.end - found.start, REMOVE)
    for path in arena_files(store):
        try:
            if is_finished(path):
                arena.read(path)
        except DamageError:
            yield Finding("bytes that cannot be read", path.name, path.stat().st_size, REMOVE)
    if (store / UNFINISHED).exists():
        yield Finding(
            "a database that was not finished", UNFINISHED, 1, "it goes with the next `store compact`"
        )


def _ledger(store: Path, ledger: Ledger) -> Iterator[Finding]:
    for name, entry in ledger.items():
        path = store / "spool" / name
        size = path.stat().st_size if path.exists() else entry.position
        if size < entry.position:
            yield Finding("bytes missing that were folded already", name, entry.position - size, REMOVE)
        if entry.problem == "unreadable" and not name.endswith(arena.SUFFIX):
            yield Finding("bytes that could not be loaded", name, entry.damaged, REMOVE)


def _rows(connection: DuckDBPyConnection) -> Iterator[Finding]:
    connection.execute(_VIEWS)
    for what, query in CHECKS.items():
        for where, count in query.rows(connection):
            yield Finding(what, where, count, TELL)


_VIEWS = """
CREATE TEMP VIEW whole AS  -- processes that said how they ended, and lost nothing that is known
SELECT DISTINCT process FROM fact
WHERE kind = 'end' AND run_id NOT IN (SELECT run_id FROM fact WHERE kind IN ('pruned', 'drop'));
CREATE TEMP VIEW named AS  -- functions that no other of the process shares name and line with
SELECT process, any_value(key) AS key, value->>'$.function' AS function, value->>'$.file' AS file,
    TRY_CAST(value->>'$.line' AS INTEGER) AS line
FROM fact WHERE kind = 'code' GROUP BY ALL HAVING count(*) = 1;
CREATE TEMP VIEW counted AS
SELECT n.run_id, n.process, named.function, named.file, named.line,
    TRY_CAST(n.value->>'$.calls' AS BIGINT) - TRY_CAST(n.value->>'$.thinned' AS BIGINT) AS kept
FROM fact n JOIN named ON named.process = n.process AND named.key = n.key
WHERE n.kind = 'count' AND n.process IN (FROM whole);
"""
_TWICE = """
SELECT 'run ' || run_id, sum(n - 1)::BIGINT
FROM (SELECT run_id, process, span_id, count(*) AS n FROM {table} GROUP BY ALL HAVING n > 1) GROUP BY run_id
"""
CHECKS = {
    "calls with the span id of another": sql(_TWICE, table=identifier("call")),
    "spans of other instrumentations with the span id of another": sql(_TWICE, table=identifier("span")),
    "calls made by a call that is missing": sql("""
        SELECT 'run ' || run_id || ', ' || function, count(*) FROM call
        WHERE depth > 0 AND parent_id <> 0 AND process IN (FROM whole)
            AND parent_id NOT IN (SELECT span_id FROM call)
            AND parent_id NOT IN (SELECT span_id FROM span)
            AND parent_id NOT IN (SELECT TRY_CAST('0x' || key AS UBIGINT) FROM fact WHERE kind = 'open')
        GROUP BY ALL"""),
    "calls more or fewer than were counted": sql("""
        SELECT 'run ' || c.run_id || ', ' || c.function, abs(any_value(c.kept) - count(k.span_id))
        FROM counted c LEFT JOIN call k ON k.process = c.process AND k.function = c.function
            AND k.file = c.file AND k.line = c.line
        GROUP BY c.run_id, c.process, c.function, c.file, c.line
        HAVING any_value(c.kept) <> count(k.span_id)"""),
    "calls of a process that nothing was told about": sql("""
        SELECT 'run ' || run_id, count(*) FROM call
        WHERE process NOT IN (SELECT process FROM fact WHERE kind = 'process') GROUP BY run_id"""),
    "values with the id of another": sql("""
        SELECT 'run ' || run_id, sum(n - 1)::BIGINT FROM (
            SELECT any_value(run_id) AS run_id, count(*) AS n FROM value GROUP BY id HAVING n > 1
        ) GROUP BY run_id"""),
    "calls whose arguments, or return value, are missing": sql(
        """
        SELECT 'run ' || run_id, count(*) FROM (
            SELECT run_id, unnest([{references}]) AS reference FROM call)
        WHERE reference > 0 AND reference NOT IN (SELECT id FROM value)
        GROUP BY run_id""",
        references=columns(REFERENCES),
    ),
    "calls that ended before they began": sql("""
        SELECT 'run ' || run_id, count(*) FROM call WHERE duration_ns < 0 GROUP BY run_id"""),
}
"""What must not be, and the query that finds where it is, and how often."""
