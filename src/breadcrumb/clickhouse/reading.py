"""Reads one run of a team's store, as much as a question needs: its rows alone move, into tables of our own.

The server finds the run and reads its rows by the order in which they lie there. From there on everything is
as of the local store, views and questions alike, and so are the answers.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import identifier, sql
from breadcrumb_exporter_duckdb.reading.store import ALIVE, keep_rows, open_rows

from breadcrumb.clickhouse.server import connected
from breadcrumb.clickhouse.tables import RUN, check, tables
from breadcrumb.questions.facts.ask import ALL_RUNS, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader
    from duckdb import DuckDBPyConnection

    from breadcrumb.clickhouse.addresses import Address
    from breadcrumb.clickhouse.server import Server
    from breadcrumb.clickhouse.tables import Table

MOST_CALLS = 5_000_000
"""Of a run that is brought here to be asked."""
LISTED = 1_000
"""Runs that are listed."""
LAST = "last"
STILL = "The run went on when it was sent last."


@contextlib.contextmanager
def open_run(address: Address, run: str) -> Iterator[Reader]:
    """Open a run for questions: `last`, an id, or the beginning of one. Raises NoAnswer."""
    with _copying(address) as copy:
        chosen = copy.chosen(run)
        with open_rows(lambda connection: copy.whole(connection, chosen)) as reader:
            yield reader


@contextlib.contextmanager
def open_chosen(address: Address, choose: Callable[[Reader], list[str]]) -> Iterator[Reader]:
    """Open the runs that are chosen from the latest, as they are told about. Raises NoAnswer."""
    with _copying(address) as copy:
        newest = copy.newest(LISTED)
        with open_rows(lambda connection: copy.described(connection, newest)) as reader:
            chosen = list(dict.fromkeys(choose(reader)))
        with open_rows(lambda connection: copy.all(connection, chosen)) as reader:
            yield reader


@contextlib.contextmanager
def open_holding(address: Address, identifier: str) -> Iterator[Reader]:
    """Open the runs that an id, or its beginning, may belong to: a run's, a trace's, a call's, `last`."""
    with _copying(address) as copy:
        chosen = copy.holding(identifier)
        with open_rows(lambda connection: copy.all(connection, chosen)) as reader:
            yield reader


@contextlib.contextmanager
def copied(address: Address, run: str) -> Iterator[Path]:
    """One run, or all of them, as a store of its own, for as long as it is asked. Raises NoAnswer."""
    with _copying(address) as copy, tempfile.TemporaryDirectory(prefix="breadcrumb-") as folder:
        bring, chosen = (copy.all, copy.every()) if run == ALL_RUNS else (copy.whole, copy.chosen(run))
        keep_rows(Path(folder), lambda connection: bring(connection, chosen))
        yield Path(folder)


@contextlib.contextmanager
def open_runs(address: Address) -> Iterator[Reader]:
    """Open the latest runs for a list of them, without their calls. Raises NoAnswer."""
    with _copying(address) as copy:
        newest = copy.newest(LISTED)
        with open_rows(lambda connection: copy.described(connection, newest)) as reader:
            yield reader


@contextlib.contextmanager
def _copying(address: Address) -> Iterator[_Copy]:
    """What brings rows of a server here, as long as this is open. Raises NoAnswer."""
    with connected(address) as server:
        check(server)
        yield _Copy(server)


@dataclass
class _Copy:
    """Brings rows of the server into a DuckDB."""

    server: Server

    def chosen(self, run: str) -> list[str]:
        """The runs that the word may mean; one of them, where it is clear."""
        if run == LAST:
            return self.newest(1)
        query = (
            f"SELECT run_id FROM {RUN} FINAL WHERE startsWith(run_id, {{run:String}}) ORDER BY run_id LIMIT 6"  # noqa: S608
        )
        found = [row["run_id"] for row in self.server.rows(query, {"run": run.lower()}).to_pylist()]
        return [run] if run in found else found

    def holding(self, identifier: str) -> list[str]:
        """The runs that an id, or its beginning, may be of or in."""
        beginning = identifier.lower().removeprefix("0x").replace("-", "")
        found = self.chosen(identifier if identifier == LAST else beginning)
        if found or not _HEX.fullmatch(beginning):
            return found
        ends = {
            "trace": "-".join(filter(None, (beginning[a:b] for a, b in _UUID))),
            "low": int(beginning[:16].ljust(16, "0"), 16),
            "high": int(beginning[:16].ljust(16, "f"), 16),
        }
        return [row["run_id"] for row in self.server.rows(_HOLDING, ends).to_pylist()]

    def newest(self, most: int) -> list[str]:
        """The latest runs; what was received counts as older than what was run."""
        query = f"SELECT run_id FROM {RUN} FINAL ORDER BY received, started_ns DESC LIMIT {most}"  # noqa: S608
        return [row["run_id"] for row in self.server.rows(query).to_pylist()]

    def every(self) -> list[str]:
        """All runs. Raises NoAnswer where these are too many."""
        found = self.newest(LISTED + 1)
        if len(found) > LISTED:
            raise NoAnswer(f"more than {LISTED:,} runs are not brought here", "ask ClickHouse in SQL")
        return found

    def described(self, connection: DuckDBPyConnection, runs: Sequence[str]) -> list[str]:
        """Bring what was told about runs, and what their functions add up to."""
        for name in ("fact", "tally"):
            table = tables()[name]
            newest = f"""SELECT run_id, max(batch) FROM {table.there} WHERE run_id IN {{runs:Array(String)}}
                GROUP BY run_id"""  # noqa: S608 - a name of ours
            where = f"run_id IN {{runs:Array(String)}} AND (run_id, batch) IN ({newest})"
            self._bring(connection, table, where, {"runs": list(runs)})
        return []

    def whole(self, connection: DuckDBPyConnection, runs: Sequence[str]) -> list[str]:
        """Bring all of a run; of several only what says which they are."""
        if len(runs) == 1:
            return self.all(connection, runs)
        return self.described(connection, runs)

    def all(self, connection: DuckDBPyConnection, runs: Sequence[str]) -> list[str]:
        """Bring all of these runs."""
        self.described(connection, runs)
        self._require_few(connection, runs)
        chosen = {"runs": list(runs)}
        for name in ("value", "call"):
            self._bring(connection, tables()[name], "run_id IN {runs:Array(String)}", chosen)
        self._bring(connection, tables()["span"], _SPANS, chosen)
        others = connection.execute(
            "SELECT DISTINCT run_id FROM store.span WHERE NOT list_contains($runs, run_id)", chosen
        ).fetchall()
        if others:
            self.described(connection, [run_id for (run_id,) in others])
        query = "SELECT 1 FROM store.fact WHERE kind = $kind AND list_contains($runs, run_id) LIMIT 1"
        return [STILL] if connection.execute(query, {"kind": ALIVE, **chosen}).fetchall() else []

    def _require_few(self, connection: DuckDBPyConnection, runs: Sequence[str]) -> None:
        [(calls,)] = connection.execute("SELECT coalesce(sum(calls), 0) FROM store.tally").fetchall()
        if calls > MOST_CALLS:
            have = f"run {runs[0]} has" if len(runs) == 1 else f"these {len(runs)} runs have"
            raise NoAnswer(
                f"{have} {calls:,} calls: more than {MOST_CALLS:,} are not brought here",
                "ask ClickHouse: SELECT ... FROM breadcrumb_call WHERE run_id = ... AND function = ...",
            )

    def _bring(
        self, connection: DuckDBPyConnection, table: Table, where: str, parameters: dict[str, Any]
    ) -> None:
        there = f"SELECT {table.names()} FROM {table.there} WHERE {where} ORDER BY run_id, batch, row"  # noqa: S608
        take = sql(
            "INSERT INTO store.{name} SELECT {columns} FROM brought",
            name=identifier(table.name),
            columns=table.brought(),
        )
        own_process.arrow_for_duckdb()
        for part in self.server.stream(there, parameters):
            connection.register("brought", part)  # in this order: as they lie, so calls are numbered and told
            connection.execute("SET preserve_insertion_order = true")
            take.execute(connection)
            connection.execute("SET preserve_insertion_order = false")
            connection.unregister("brought")


_HEX = re.compile(r"[0-9a-f]{4,32}")
"""What is looked for in every run: less would mean most of them."""
_UUID = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
"""The parts of a trace's id, as it lies there."""
_HOLDING = """SELECT DISTINCT run_id FROM (
    SELECT DISTINCT run_id FROM breadcrumb_call WHERE startsWith(trace_id, {trace:String}) LIMIT 6
    UNION ALL
    SELECT DISTINCT run_id FROM breadcrumb_call WHERE span_id BETWEEN {low:UInt64} AND {high:UInt64} LIMIT 6
    UNION ALL
    SELECT DISTINCT run_id FROM breadcrumb_span WHERE startsWith(trace_id, {trace:String}) LIMIT 6
    UNION ALL
    SELECT DISTINCT run_id FROM breadcrumb_span WHERE span_id BETWEEN {low:UInt64} AND {high:UInt64} LIMIT 6
) ORDER BY run_id LIMIT 6"""
"""Each part asks for one id: so the server takes what it keeps in order of that."""
_SPANS = """(run_id IN {runs:Array(String)} OR trace_id IN
    (SELECT DISTINCT trace_id FROM breadcrumb_call WHERE run_id IN {runs:Array(String)})
    AND run_id IN (SELECT run_id FROM breadcrumb_run WHERE received))"""
"""Spans that were received belong to every run that their trace has calls of."""
