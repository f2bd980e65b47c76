"""Opens a store for questions: folds what it can, shows the rest beside it, and reads only.

StoreError
    StoreMissing   nothing is there
    StoreTooNew    a newer version wrote it
    StoreBusy      someone else held it for too long
    QueryMissing   duckdb or pyarrow is not installed
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files, own_process
from breadcrumb_exporter_duckdb.base.location import (
    DATABASE,
    QueryMissing,
    StoreBusy,
    StoreError,
    StoreMissing,
    StoreTooNew,
)
from breadcrumb_exporter_duckdb.base.lock import end_background_fold, held, tell_nobody
from breadcrumb_exporter_duckdb.base.ownership import prepare, require_access
from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database import database, references
from breadcrumb_exporter_duckdb.database.loading import Entry, Ledger, Progress, load, pending, read_ledger
from breadcrumb_exporter_duckdb.database.statements import Sql, identifier, literal, sql
from breadcrumb_exporter_duckdb.format.arena import arena_files
from breadcrumb_exporter_duckdb.format.damage import DamageError
from breadcrumb_exporter_duckdb.format.encryption import key_of, seal_of
from breadcrumb_exporter_duckdb.reading import received
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

__all__ = [
    "QueryMissing", "Reader", "StoreBusy", "StoreError", "StoreMissing", "StoreTooNew", "open_store",
]  # fmt: skip

BUSY_SECONDS = 30.0
"""How long a turn of who folds may take: with the lowest priority, on a busy machine."""
TURN_SECONDS = 2.0
QUICKLY_READ_BYTES = 2 << 20
ALIVE = "@alive"
"""The kind of the fact by which a copy says that a process still wrote when it was made."""
PENDING_PLACES = 1 << 40
"""Where the places of calls begin that are not folded: behind all that are."""


@dataclass
class Reader:
    """A connection with the views, and what an answer should say about the data, one line each.

    Beneath the public views lies `base.call` with the columns as they are kept, and `place`: by it a call is
    found again at once, as long as the reader is open; so is a span of `base.span`. It refers to the rows of
    `base.value`; `base.whole_call` has `args` and `return` written out. `base.tally` holds what functions add
    up to.
    """

    connection: DuckDBPyConnection
    notes: list[str] = field(default_factory=list)
    has_modules: bool = False
    """Whether the bodies of modules are among the calls."""

    def add_modules(self) -> None:
        """Put the bodies of modules, of the kind `module`, among the calls that are read from now on."""
        if not self.has_modules:
            self.connection.execute(database.script("module_calls.sql"))
            self.has_modules = True


def _nobody_looks(_left: int) -> None:
    """Whoever asks does not want to see how far the fold is."""


@contextlib.contextmanager
def open_store(
    path: Path,
    *,
    fold: bool = True,
    wait: float = 2.0,
    threads: int = 2,
    every_view: bool = True,
    tell: Callable[[int], None] = _nobody_looks,
    tell_wait: Callable[[str], None] = tell_nobody,
) -> Iterator[Reader]:
    """Read the store at `path`: its views answer for everything that has reached it, folded or not.

    Folds first, after waiting up to `wait` seconds for whoever holds the store; where it cannot (held by
    someone else, read-only, disk full), unfolded frames are read into memory instead. The database file is
    held only within the block. Without `every_view` those of more_views.sql are left out. `tell` hears
    after each turn how many bytes are still to be folded, and 0 at the end; `tell_wait` who holds the store,
    where that takes long.
    """
    database.require()
    require_access(path)
    notes: list[str] = []
    if not (path / DATABASE).is_file() and not spool_files(path):
        raise StoreMissing(
            f"there is no store at {path}", "run a program with `breadcrumb run` first, or name --store"
        )
    own_process.lighten_duckdb()
    import duckdb  # not before there is something to read

    encrypted = key_of(path) is not None
    if fold and not encrypted and _worth_folding(path):
        notes.extend(_fold(path, wait, tell))
    with (
        held(path, exclusive=False, wait=wait + BUSY_SECONDS, tell=tell_wait) as mine,
        contextlib.closing(database.connect(":memory:", threads)) as connection,
    ):
        if not mine:
            raise StoreBusy(f"the store {path} is being written by someone else", "try again")
        if _attach(connection, path):
            ledger = _prepare(connection, path)
            if every_view:
                connection.execute(database.script("more_views.sql"))
            _note_damage(ledger, notes)
            _note_unrecovered(path, ledger, notes)
            try:
                yield Reader(connection, notes)
            except (duckdb.Error, DamageError) as error:
                raise _makes_no_sense(path, error) from error
            return
    _bring_up_to_date(path, wait)
    with open_store(path, fold=False, wait=wait, threads=threads, every_view=every_view) as reader:
        yield reader


@contextlib.contextmanager
def open_rows(fill: Callable[[DuckDBPyConnection], list[str]], *, threads: int = 2) -> Iterator[Reader]:
    """Read what `fill` puts into the tables of an empty store, `store.call` and so on.

    So whatever is asked has the answer that it has of a store with these rows. `fill` gives the notes.
    Processes that still write have a fact of the kind ALIVE.
    """
    database.require()
    with contextlib.closing(database.connect(database.MEMORY, threads)) as connection:
        _attach_empty(connection)
        notes = fill(connection)
        _BASE.execute(connection)
        _FOLDED.execute(connection)
        _show(connection)
        yield Reader(connection, notes)


def keep_rows(path: Path, fill: Callable[[DuckDBPyConnection], list[str]]) -> None:
    """Make a store, in an empty directory, of what `fill` puts into its tables, as of `open_rows`."""
    database.require()
    prepare(path)
    database.create_file(path)
    with contextlib.closing(database.connect(database.MEMORY, 2)) as connection:
        sql("ATTACH {file} AS store", file=literal(path / DATABASE)).execute(connection)
        fill(connection)
        connection.execute("DETACH store")


def _makes_no_sense(path: Path, error: Exception) -> StoreError:
    reason = str(error).splitlines()[0] if str(error) else ""
    return StoreError(
        f"something in {path} cannot be read: {type(error).__name__}: {reason}",
        "`breadcrumb store verify` looks for what is damaged",
    )


def _bring_up_to_date(path: Path, wait: float) -> None:
    """Let the fold make the tables those of this version; StoreError where it cannot."""
    from breadcrumb_exporter_duckdb.database.fold import fold

    try:
        if not os.access(path, os.W_OK):
            raise StoreError("it cannot be written")
        fold(path, seconds=0.0, wait=wait + BUSY_SECONDS, prune=False)
    except StoreBusy as error:
        raise StoreBusy(f"the store {path} must be brought up to date, and is in use", "try again") from error
    except StoreError as error:
        raise StoreError(
            f"an older Breadcrumb wrote {path}, and it cannot be brought up to date: {error.message}",
            "copy it to where it can be written, and name that with --store",
        ) from error


def _worth_folding(path: Path) -> bool:
    return bool(spool_files(path) or arena_files(path)) and os.access(path, os.W_OK)


def _fold(path: Path, wait: float, tell: Callable[[int], None]) -> list[str]:
    """Fold in turns, so that others get theirs, until what remains is quickly read; gives notes.

    Whoever writes as quickly as we fold is not run after.
    """
    try:
        bytes_left = files_left = sys.maxsize
        while bytes_left > QUICKLY_READ_BYTES or files_left:
            progress = _fold_soon(path, wait)
            if progress.remaining >= bytes_left and progress.unrecovered >= files_left:
                break
            bytes_left, files_left = progress.remaining, progress.unrecovered
            tell(bytes_left)
    except (StoreBusy, StoreTooNew):
        return []  # the first is nothing to tell, the second comes again where the file is opened
    except StoreError as error:
        return [f"nothing could be folded: {error.message}"]
    finally:
        tell(0)
    return []


def _fold_soon(path: Path, wait: float) -> Progress:
    """Fold for a turn, in place of a background fold that does not let us."""
    from breadcrumb_exporter_duckdb.database.fold import fold

    try:
        return fold(path, seconds=TURN_SECONDS, wait=wait)
    except StoreBusy:
        if not end_background_fold(path):
            raise
        return fold(path, seconds=TURN_SECONDS, wait=wait)


def _attach(connection: DuckDBPyConnection, path: Path) -> bool:
    """Attach the database as `store`, or an empty one where there is none; False where it is an older one."""
    import duckdb

    file = path / DATABASE
    try:
        if file.is_file():
            database.attach(connection, path, "store")
            found = database.check_attached(connection, path, "store")
            if found is not None:
                return found == database.SCHEMA_VERSION
            connection.execute("DETACH store")
        _attach_empty(connection)
    except duckdb.Error as error:
        raise database.unreadable(path, error) from error
    return True


def _attach_empty(connection: DuckDBPyConnection) -> None:
    connection.execute("ATTACH ':memory:' AS store; USE store")
    database.create(connection)
    connection.execute("USE memory")


_BASE = sql(
    """
CREATE SCHEMA base;
CREATE TABLE base.alive AS SELECT run_id, process FROM store.fact WHERE kind = {alive};
""",
    alive=literal(ALIVE),
)


def _prepare(connection: DuckDBPyConnection, path: Path) -> Ledger:
    ledger: Ledger = read_ledger(connection, sql("store.ledger"))
    _BASE.execute(connection)
    if pending(path, ledger):
        ledger = _load_pending(connection, path, ledger)
    else:
        _FOLDED.execute(connection)
    _note_alive(connection, path)
    _show(connection)
    return ledger


def _show(connection: DuckDBPyConnection) -> None:
    """Make the views, where the schema `base` has what is stored."""
    _add_open_calls(connection)
    received.join(connection)
    connection.execute(database.script("views.sql"))


_FOLDED = sql(
    """
CREATE VIEW base.stored_call AS SELECT *, rowid AS place FROM store.call;
CREATE VIEW base.stored_tally AS FROM store.tally;
CREATE VIEW base.stored_value AS FROM store.value;
CREATE VIEW base.stored_span AS SELECT *, rowid AS place FROM store.span;
CREATE VIEW base.fact AS FROM store.fact WHERE kind <> {alive};
""",
    alive=literal(ALIVE),
)
_VALUES = "CREATE VIEW base.stored_value AS FROM store.value UNION ALL FROM pending.value"
"""Also where what is not folded is loaded: its values are numbered behind those of the store."""
_WITH_PENDING = sql(
    """
CREATE VIEW base.stored_call AS SELECT *, rowid AS place FROM store.call
    UNION ALL SELECT *, rowid + {beyond} FROM pending.call;
CREATE VIEW base.stored_tally AS FROM pending.tally;
CREATE VIEW base.stored_span AS SELECT *, rowid AS place FROM store.span
    UNION ALL SELECT *, rowid + {beyond} FROM pending.span;
CREATE VIEW base.fact AS FROM pending.fact;
""",
    beyond=Sql(str(PENDING_PLACES)),
)


def _load_pending(connection: DuckDBPyConnection, path: Path, ledger: Ledger) -> Ledger:
    """Load unfolded frames into tables of our own; facts are copied, for newer ones replace older ones."""
    import duckdb

    connection.execute("CREATE SCHEMA pending; SET schema = 'pending'")
    database.create(connection)
    connection.execute(_VALUES)
    for table in ("fact", "ledger", "tally"):
        sql("INSERT INTO {table} FROM store.{table}", table=identifier(table)).execute(connection)
    try:
        load(connection, path, ledger, values=sql("base.stored_value"))
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            f"what is not folded in {path} needs more memory than there is",
            "ask where there is more, or lower retention.megabytes",
        ) from error
    connection.execute("SET schema = 'main'")
    _WITH_PENDING.execute(connection)
    return read_ledger(connection, sql("pending.ledger"))


def _add_open_calls(connection: DuckDBPyConnection) -> None:
    """Calls that have not ended are facts; where there are none, queries are planned quicker without."""
    if connection.execute("SELECT 1 FROM base.fact WHERE kind = 'open' LIMIT 1").fetchone():
        connection.execute(database.script("open_calls.sql"))
    else:
        connection.execute(_NONE_OPEN)
    _WHOLE_CALLS.execute(connection)


_NONE_OPEN = """
CREATE VIEW base.call AS FROM base.stored_call;
CREATE VIEW base.tally AS FROM base.stored_tally;
CREATE VIEW base.value AS FROM base.stored_value;
"""
_WHOLE_CALLS = sql(
    """
CREATE VIEW base.whole_call AS
SELECT c.*, ({args})::JSON AS args, ({result})::JSON AS "return" FROM base.call c {joins}
""",
    args=references.args("c"),
    result=references.result("c"),
    joins=references.joins("c"),
)


def _note_alive(connection: DuckDBPyConnection, path: Path) -> None:
    """Which processes still write: those whose spool file is locked."""
    from breadcrumb_exporter_duckdb.format.frame import scan

    rows = []
    for spool in spool_files(path):
        if not is_finished(spool):
            with files.reading(spool) as file:
                first = next(scan(file, seal=seal_of(spool)), None)
            if first is not None and first.frame is not None:
                rows.append((first.frame.run_id, int(first.frame.process, 16)))
    if rows:
        connection.executemany("INSERT INTO base.alive VALUES (?, ?)", rows)


def _note_damage(ledger: Ledger, notes: list[str]) -> None:
    for name, entry in ledger.items():
        if entry.damaged:
            notes.append(_damage(name, entry))


def _note_unrecovered(path: Path, ledger: Ledger, notes: list[str]) -> None:
    """Say so where the last calls of processes that are gone wait for whoever may fold."""
    waiting = [each for each in arena_files(path) if each.name not in ledger and is_finished(each)]
    if waiting:
        notes.append("the very last calls of processes that ended are not folded yet: ask again")


def _damage(name: str, entry: Entry) -> str:
    if entry.problem == "foreign":
        return f"spool file {name} is not ours: ignored"
    return f"spool file {name}: {entry.damaged} bytes are {entry.problem} and were left out"
