"""Where forwarding to a place has come: a fact of the run, which whoever folds next takes up.

It is written as a file of the spool that appears whole: so whoever forwards needs no lock, and the database
keeps its one writer.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import SPOOL, StoreError
from breadcrumb_exporter_duckdb.base.records import asdict, dataclass
from breadcrumb_exporter_duckdb.exchange.outgoing import START, Cursor
from breadcrumb_exporter_duckdb.format.frame import Frame, encode
from breadcrumb_exporter_duckdb.writing.spool import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

KIND = "forwarded"
NOBODY = "0" * 16
"""The process that such facts belong to: none that was traced."""


@dataclass(frozen=True)
class Progress:
    """How much of a run a place has, and the last of it."""

    sent: int = 0
    refused: int = 0
    """How many of those sent it did not take."""
    cursor: Cursor = START


def read(connection: DuckDBPyConnection, run_id: str, to: str) -> Progress:
    """How far the run was forwarded to that place."""
    sql = "SELECT value::VARCHAR FROM base.fact WHERE run_id = ? AND kind = ? AND key = ?"
    row = connection.execute(sql, [run_id, KIND, _key(run_id, to)]).fetchone()
    if row is None:
        return Progress()
    said = json.loads(row[0])
    return Progress(said["sent"], said["refused"], Cursor(**said["cursor"]))


def write(store: Path, run_id: str, to: str, progress: Progress) -> None:
    """Keep how far the run was forwarded. Raises StoreError."""
    value = {"key": _key(run_id, to), "to": to, "time_ns": time.time_ns(), **asdict(progress)}
    frame = Frame(NOBODY, run_id, os.getpid(), facts=[(KIND, json.dumps(value))])
    name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
    try:
        files.replace(store / SPOOL / name, encode(frame))
    except OSError as error:
        raise StoreError(f"cannot write to {store}: {error.strerror}", "make room, then go on") from error


def _key(run_id: str, to: str) -> str:
    return f"{run_id} {to}"
