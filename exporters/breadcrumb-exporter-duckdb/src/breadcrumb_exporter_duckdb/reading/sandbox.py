"""Runs a user's SELECT where it can neither reach beyond the store nor outlive its time.

Everything happens in a child process with limits on memory, CPU and time: some of DuckDB's own functions
ignore its limits and interrupts. There, once the views stand, files, network and settings are shut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import location, stopping
from breadcrumb_exporter_duckdb.base.account import ENV_ACCOUNT_KEY
from breadcrumb_exporter_duckdb.base.location import HintedError, StoreError
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.format.encryption import ENV_KEY, key_of

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_BYTES = 2 << 30
START_SECONDS = 20.0
"""What opening the store (and reading what is not folded) may take on top of the query's own time."""


class SqlError(HintedError):
    """A query gave no answer."""


class SqlRefused(SqlError):  # noqa: N818 - the name says what happened, as its siblings do
    """The statement is not one that may run here."""


class SqlFailed(SqlError):  # noqa: N818 - as above
    """DuckDB could not run the statement, or it needed too much memory."""


class SqlTimeout(SqlError):  # noqa: N818 - as above
    """The statement took too long."""


@dataclass(frozen=True)
class SqlResult:
    """Rows as JSON can say them; `truncated` when there were more than asked for."""

    columns: list[str]
    types: list[str]
    rows: list[list[object]]
    truncated: bool
    thinned: list[str]
    """Functions of which not every call was kept."""


def run_sql(
    store: Path,
    sql: str,
    *,
    limit: int,
    seconds: float = 30.0,
    memory_bytes: int = MEMORY_BYTES,
    run_id: str | None = None,
) -> SqlResult:
    """Run exactly one SELECT or EXPLAIN over the rows of one run, or of all, and give at most `limit` rows.

    Raises SqlRefused, SqlFailed, SqlTimeout or StoreError.
    """
    key_of(store)  # one that is in the keyring is handed on
    bounds = {"limit": limit, "seconds": seconds, "memory": memory_bytes}
    request = {"store": str(store), "run": run_id, "sql": sql, **bounds}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "breadcrumb_exporter_duckdb.reading.sandbox_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    ) as child:
        try:
            stopping.add(lambda: _kill(child))
            output, _ = child.communicate(json.dumps(request).encode(), timeout=seconds + START_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _timeout(seconds) from error
        finally:
            _kill(child)
    return _answer(output, child.returncode, seconds)


def environment() -> dict[str, str]:
    """What Python needs to start, and nothing that would trace the child."""
    wanted = (
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "VIRTUAL_ENV",
        "XDG_STATE_HOME",
        ENV_ACCOUNT_KEY,
        ENV_KEY,
    )
    kept = {name: os.environ[name] for name in wanted if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if child.returncode is None:  # else its number may be another's by now
            os.killpg(child.pid, signal.SIGKILL)


def _answer(output: bytes, status: int, seconds: float) -> SqlResult:
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        if status in (-signal.SIGXCPU, -signal.SIGALRM):
            raise _timeout(seconds) from None
        raise SqlFailed("the query was stopped: it needed too much memory", _SMALLER) from None
    kind = answer.get("error")
    if kind is None:
        return SqlResult(**answer)
    message, hint = answer["message"], answer["hint"]
    if kind in _ERRORS:
        raise _ERRORS[kind](message, hint)
    raise getattr(location, kind, StoreError)(message, hint)


_SMALLER = "narrow it with WHERE or LIMIT"
_ERRORS: dict[str, type[SqlError]] = {"refused": SqlRefused, "failed": SqlFailed, "timeout": SqlTimeout}


def _timeout(seconds: float) -> SqlTimeout:
    return SqlTimeout(f"the query was stopped after {seconds:g} s", _SMALLER)
