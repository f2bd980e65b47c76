"""The child process that run_sql starts: reads a request from stdin, writes one JSON answer to stdout."""

from __future__ import annotations

import base64
import contextlib
import datetime
import decimal
import difflib
import json
import math
import re
import resource
import signal
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.database.statements import identifier
from breadcrumb_exporter_duckdb.database.statements import sql as statement
from breadcrumb_exporter_duckdb.reading.one_run import show_only
from breadcrumb_exporter_duckdb.reading.store import open_store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

if __name__ == "__main__":
    own_process.begin()
own_process.lighten_duckdb()
import duckdb  # noqa: E402 - not before that

ALLOWED = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
LOCKDOWN = """
SET memory_limit = '{memory}B';
SET temp_directory = '';
SET max_execution_time = {milliseconds};
SET enable_external_access = false;
SET lock_configuration = true;
"""
VIEWS = """SELECT DISTINCT view_name FROM duckdb_views()
    WHERE schema_name = 'main' AND NOT internal ORDER BY view_name"""
COLUMNS = "DESCRIBE calls tells the columns of one"
EXAMPLE = """this works: SELECT function, args, "return" FROM calls LIMIT 5"""
LIKE = 3
"""Columns that are named first, as they are spelled like the one that is not there."""
ONE_SELECT = "ask with one SELECT, or EXPLAIN; DESCRIBE calls tells the columns of a view"
THINNED = """SELECT function FROM counts WHERE thinned > 0
    GROUP BY function ORDER BY sum(thinned) DESC, function LIMIT 4"""
NARROWER = "narrow it with WHERE or LIMIT"
INT_BITS = 63


class RefusedError(Exception):
    """The statement may not run."""


def main() -> None:
    """Answer one request. Never raises; what goes wrong is the answer."""
    request = json.load(sys.stdin)
    try:
        answer = _run(request)
    except RefusedError as error:
        answer = _error("refused", str(error), ONE_SELECT)
    except StoreError as error:
        answer = _error(type(error).__name__, error.message, error.hint)
    except MemoryError:
        answer = _error("failed", "the query needs too much memory", NARROWER)
    except (duckdb.Error, RuntimeError, ValueError) as error:
        answer = _error("failed", _first_line(error), EXAMPLE)
    json.dump(answer, sys.stdout)


def _run(request: dict[str, Any]) -> dict[str, object]:
    with open_store(Path(request["store"])) as reader:
        if request["run"] is not None:
            show_only(reader.connection, request["run"])
        thinned = reader.connection.execute(THINNED).fetchall()
        return _asked(reader.connection, request, [function for (function,) in thinned])


def _asked(connection: DuckDBPyConnection, request: dict[str, Any], thinned: list[str]) -> dict[str, object]:
    try:
        statement = _only_statement(connection, request["sql"])
        _limit(request["memory"], request["seconds"])
        connection.execute(
            LOCKDOWN.format(memory=request["memory"] // 2, milliseconds=int(request["seconds"] * 1000))
        )
        return _rows(connection.execute(statement), request["limit"]) | {"thinned": thinned}
    except duckdb.Error as error:
        return _failed(connection, error, request)


def _rows(cursor: DuckDBPyConnection, limit: int) -> dict[str, object]:
    description = cursor.description or []
    rows = cursor.fetchmany(limit + 1)
    return {
        "columns": [column[0] for column in description],
        "types": [str(column[1]) for column in description],
        "rows": [[_value(value) for value in row] for row in rows[:limit]],
        "truncated": len(rows) > limit,
    }


def _failed(
    connection: DuckDBPyConnection, error: duckdb.Error, request: dict[str, Any]
) -> dict[str, object]:
    if isinstance(error, duckdb.OutOfMemoryException):
        return _error("failed", "the query needs too much memory", NARROWER)
    if isinstance(error, duckdb.PermissionException | duckdb.IOException):  # no file can be opened any more
        return _error("refused", _first_line(error), "a query reads only the store's views")
    if isinstance(error, duckdb.InterruptException):
        return _error(
            "timeout", f"the query was stopped after {request['seconds']:g} s", "narrow it with WHERE"
        )
    return _error("failed", _first_line(error), _lesson(connection, _first_line(error), request["sql"]))


def _lesson(connection: DuckDBPyConnection, message: str, sql: str) -> str:
    """Say which columns there are, where one is not, and how a text is written."""
    missing = re.search(r'column "([^"]+)" not found|not have a column named "([^"]+)"', message)
    views = [view for (view,) in connection.execute(VIEWS).fetchall()]
    named = [view for view in views if re.search(rf"\b{view}\b", sql, re.IGNORECASE)]
    if missing is None or not named:
        return f"the views are {', '.join(views)}; {COLUMNS}; {EXAMPLE}"
    name = missing[1] or missing[2]
    if re.search(rf'[=<>(,]\s*"{re.escape(name)}"|\b(like|in)\s*\(?\s*"', sql, re.IGNORECASE):
        return f"a text is written in single quotes: '{name}'"
    told = []
    for view in named:
        described = statement("SELECT * FROM {view} LIMIT 0", view=identifier(view)).execute(connection)
        columns = [column[0] for column in described.description or []]
        like = difflib.get_close_matches(name.lower(), columns, n=LIKE, cutoff=0.5)
        told.append(f"{view} has {', '.join(dict.fromkeys((*like, *columns)))}")
    return f"{'; '.join(told)}; {EXAMPLE}"


def _only_statement(connection: DuckDBPyConnection, sql: str) -> duckdb.Statement:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise RefusedError(f"this is {len(statements)} statements, not one")
    (statement,) = statements
    if statement.type not in ALLOWED:
        raise RefusedError(f"a {statement.type.name} statement is not allowed here")
    if statement.type == duckdb.StatementType.EXPLAIN and not _explains_select(connection, statement.query):
        raise RefusedError("only a SELECT may be explained here")
    return statement


def _explains_select(connection: DuckDBPyConnection, sql: str) -> bool:
    """EXPLAIN ANALYZE runs what it explains."""
    words = sql.split(None, 2)
    rest = words[2] if len(words) > 2 and words[1].upper() == "ANALYZE" else sql.split(None, 1)[-1]
    with contextlib.suppress(duckdb.Error):
        return [each.type for each in connection.extract_statements(rest)] == [duckdb.StatementType.SELECT]
    return False


def _limit(memory: int, seconds: float) -> None:
    """Limit what comes on top of what the process already uses; the alarm is the last resort."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _LINUX else 0
    if _LINUX:
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    cpu = math.ceil(resource.getrusage(resource.RUSAGE_SELF).ru_utime + seconds * CPUS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # DuckDB lets a query read its own database's file
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)


_LINUX = sys.platform == "linux"
CPUS = 2
"""Threads that a reader's connection uses."""


def _value(value: object) -> object:
    """A value as JSON can say it; times in ISO 8601, UTC."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= INT_BITS else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): _value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    if isinstance(value, decimal.Decimal):
        return float(value)
    return str(value) if isinstance(value, uuid.UUID | datetime.timedelta) else repr(value)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _error(kind: str, message: str, hint: str) -> dict[str, object]:
    return {"error": kind, "message": message, "hint": hint}


if __name__ == "__main__":
    main()
    own_process.leave(0)
