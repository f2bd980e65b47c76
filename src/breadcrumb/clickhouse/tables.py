"""The tables of a team's store: the Collector's `otel_traces`, ours as the local store has them, the ledger.

Ours are made of the local store's own schema: whatever column that gets, these get by the same command. Each
row says in which `batch` it came, and which `row` of that it was: this order is that of the local store.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.database import SCHEMA_VERSION
from breadcrumb_exporter_duckdb.database.shape import known_tables
from breadcrumb_exporter_duckdb.database.statements import Sql, identifier, joined, sql

from breadcrumb.otlp.backends import Refused

if TYPE_CHECKING:
    from breadcrumb.clickhouse.server import Server

DAYS = 30
TRACES = "otel_traces"
PREFIX = "breadcrumb_"
SENT, RUN = f"{PREFIX}sent", f"{PREFIX}run"
PLACE = {"batch": "UInt64", "row": "UInt32"}
"""What our tables have besides."""
DAY = "day"
"""When a row came, by the server's clock: a partition each, which goes as a whole when its time has come."""
_TYPES = {
    "VARCHAR": "LowCardinality(Nullable(String))",
    "JSON": "Nullable(String)",
    "UUID": "Nullable(String)",
    "BIGINT": "Nullable(Int64)",
    "INTEGER": "Nullable(Int32)",
    "UTINYINT": "Nullable(UInt8)",
    "UINTEGER": "Nullable(UInt32)",
    "UBIGINT": "Nullable(UInt64)",
    "UHUGEINT": "Nullable(String)",
}
AS_TEXT = ("JSON", "UUID", "UHUGEINT")
"""What goes and comes as text."""
KEY = "run_id"
_KEYS = {"call": "batch, row", "span": "batch, row", "value": "batch, row"}
_FOUND_BY = ("span_id", "trace_id")
"""Of these ids calls and spans are kept in order as well, so that what belongs to one is found at once."""
_VERSIONED = {"fact": "process, kind, key", "tally": "chunk, function"}
"""What is sent anew as a whole where it has changed: the newest batch of a run is what holds."""
CREATE = "`breadcrumb forward --create --to ...` brings it up to date"


@dataclass(frozen=True)
class Table:
    """A table of the local store, and what stands for it on the server."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """With the local store's types."""

    @property
    def there(self) -> str:
        """Its name on the server."""
        return PREFIX + self.name

    def sent(self) -> Sql:
        """What is read from the local store, as an Arrow column has it."""
        return joined(", ", (_sent(identifier(name), kind) for name, kind in self.columns))

    def brought(self) -> Sql:
        """What the local store takes of such columns."""
        return joined(", ", (_brought(identifier(name), kind) for name, kind in self.columns))

    def names(self) -> str:
        """Its columns."""
        return ", ".join(name for name, _ in self.columns)

    def orders(self) -> dict[str, str]:
        """In which orders the server keeps the runs of its rows besides: a projection each."""
        return {
            f"by_{name}": f"(SELECT {KEY}, {name} ORDER BY {name})"
            for name, _ in self.columns
            if name in _FOUND_BY
        }

    def types(self) -> dict[str, str]:
        """The columns on the server."""
        return {**{name: _type(name, kind) for name, kind in self.columns}, **PLACE}


def _sent(name: Sql, kind: str) -> Sql:
    return sql("{name}::VARCHAR AS {name}", name=name) if kind in AS_TEXT else name


def _brought(name: Sql, kind: str) -> Sql:
    return sql("{name}::{kind}", name=name, kind=Sql(kind)) if kind in AS_TEXT else name


def _type(name: str, kind: str) -> str:
    return "LowCardinality(String)" if name == KEY else _TYPES[kind]


def tables() -> dict[str, Table]:
    """Those of ours by their name in the local store."""
    return {
        name: Table(name, tuple(known_tables()[name])) for name in ("fact", "tally", "value", "call", "span")
    }


def create(server: Server, days: int) -> None:
    """Make what is missing, and add columns that are. Raises Refused or Later."""
    database = quoted(server.address.database)
    server.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    for statement in _statements(database, days):
        server.command(statement)
    found = _columns(server)
    for table, wanted in _wanted().items():
        _require(table, found.get(table, {}), wanted, exactly=False)
        for name, kind in wanted.items():
            if name not in found[table]:
                server.command(f"ALTER TABLE {database}.{table} ADD COLUMN IF NOT EXISTS {name} {kind}")
    for table in [*(each.there for each in tables().values())]:
        server.command(f"ALTER TABLE {database}.{table} MODIFY TTL {DAY} + toIntervalDay({days})")
    _add_orders(server, database)


def _add_orders(server: Server, database: str) -> None:
    """Have the tables of earlier versions kept in order of ids; what they hold the server sorts meanwhile."""
    query = "SELECT name, create_table_query AS made FROM system.tables WHERE database = {database:String}"
    found = server.rows(query, {"database": server.address.database}).to_pylist()
    made = {row["name"]: row["made"] for row in found}
    for table in tables().values():
        for name, order in table.orders().items():
            if f"PROJECTION {name} " not in made[table.there]:
                alter = f"ALTER TABLE {database}.{table.there}"
                server.command(f"{alter} ADD PROJECTION IF NOT EXISTS {name} {order}")
                server.command(f"{alter} MATERIALIZE PROJECTION {name}")


def check(server: Server) -> None:
    """Refused where the tables are not what is to be written and read here."""
    found = _columns(server)
    for table, wanted in {TRACES: _TRACES, **_wanted()}.items():
        _require(table, found.get(table, {}), wanted, exactly=True)


def _require(table: str, found: dict[str, str], wanted: dict[str, str], *, exactly: bool) -> None:
    if not found:
        raise Refused(f"there is no table {table}", "`breadcrumb forward --create --to ...` makes the tables")
    for name, kind in wanted.items():
        if name in found and not _alike(found[name], kind):
            raise Refused(
                f"{table}.{name} is {found[name]}, and not {kind}: it has another schema",
                "name another database",
            )
        if name not in found and exactly:
            raise Refused(f"{table} has no column {name}: it has another schema, or an older one", CREATE)


def _alike(found: str, wanted: str) -> bool:
    """The Collector's releases differ in what makes no difference here."""
    return found == wanted or (wanted == "UInt64" and found == "Int64")


def quoted(name: str) -> str:
    """A name in SQL."""
    return "`" + name.replace("`", "``") + "`"


def _columns(server: Server) -> dict[str, dict[str, str]]:
    query = "SELECT table, name, type FROM system.columns WHERE database = {database:String}"
    found: dict[str, dict[str, str]] = {}
    for row in server.rows(query, {"database": server.address.database}).to_pylist():
        found.setdefault(row["table"], {})[row["name"]] = row["type"]
    return found


def _wanted() -> dict[str, dict[str, str]]:
    """Our tables with their columns."""
    ours = {table.there: table.types() for table in tables().values()}
    return {**ours, SENT: _SENT, RUN: _RUN}


def _statements(database: str, days: int) -> list[str]:
    text = resources.files(__package__).joinpath("otel_traces.sql").read_text(encoding="utf-8")
    theirs = [each.format(database=database, days=days) for each in text.split(";") if each.strip()]
    ours = [_create(database, table, days) for table in tables().values()]
    kept = "CREATE TABLE IF NOT EXISTS {}.{} ({}) ENGINE = {} ORDER BY {} SETTINGS {}"
    window = "non_replicated_deduplication_window = 1000"
    ledger = kept.format(
        database,
        SENT,
        _listed({**_SENT, "time": "DateTime64(6) DEFAULT now64(6)"}),
        "MergeTree",
        "(run_id, number)",
        window,
    )
    runs = kept.format(database, RUN, _listed(_RUN), "ReplacingMergeTree(batch)", "run_id", window)
    return [*theirs, *ours, ledger, runs]


def _create(database: str, table: Table, days: int) -> str:
    versioned = _VERSIONED.get(table.name)
    engine = "ReplacingMergeTree(batch)" if versioned else "MergeTree"
    columns = _listed({**table.types(), DAY: "Date DEFAULT today()"})
    columns += "".join(f", PROJECTION {name} {order}" for name, order in table.orders().items())
    return f"""CREATE TABLE IF NOT EXISTS {database}.{table.there} ({columns}) ENGINE = {engine}
        PARTITION BY {DAY} ORDER BY ({KEY}, {versioned or _KEYS[table.name]})
        TTL {DAY} + toIntervalDay({days})
        SETTINGS ttl_only_drop_parts = 1, allow_nullable_key = 1, non_replicated_deduplication_window = 1000
        COMMENT 'breadcrumb, schema {SCHEMA_VERSION}'"""


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


_SENT = {
    "run_id": "String",
    "number": "UInt64",
    "state": "LowCardinality(String)",
    "kind": "LowCardinality(String)",
    "after": "String",
    "last": "String",
    "rows": "UInt64",
    "sender": "String",
    "store": "String",
    "time": "DateTime64(6)",
}
_RUN = {"run_id": "String", "started_ns": "Int64", "received": "UInt8", "calls": "UInt64", "batch": "UInt64"}
_MAP = "Map(LowCardinality(String), String)"
_TRACES = {
    "Timestamp": "DateTime64(9)",
    "TraceId": "String",
    "SpanId": "String",
    "ParentSpanId": "String",
    "TraceState": "String",
    "SpanName": "LowCardinality(String)",
    "SpanKind": "LowCardinality(String)",
    "ServiceName": "LowCardinality(String)",
    "ResourceAttributes": _MAP,
    "ScopeName": "String",
    "ScopeVersion": "String",
    "SpanAttributes": _MAP,
    "Duration": "UInt64",
    "StatusCode": "LowCardinality(String)",
    "StatusMessage": "String",
    "Events.Timestamp": "Array(DateTime64(9))",
    "Events.Name": "Array(LowCardinality(String))",
    "Events.Attributes": f"Array({_MAP})",
    "Links.TraceId": "Array(String)",
    "Links.SpanId": "Array(String)",
    "Links.TraceState": "Array(String)",
    "Links.Attributes": f"Array({_MAP})",
}
