"""A connection to ClickHouse, over its HTTP interface: rows go and come as Arrow, and trouble is named.

Nothing is tried again here: whether an insert without an answer was carried out its sender has to find out.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import re
from typing import TYPE_CHECKING

from breadcrumb.common.messages import with_extra
from breadcrumb.otlp.backends import Later, Refused
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

    from breadcrumb.clickhouse.addresses import Address

CONNECT_SECONDS = 10
SECONDS = 120
"""How long one request may take."""
OLDEST = (23, 8)
"""The oldest release whose Arrow reads and writes what the tables hold."""
READING = {
    "readonly": 2,
    "max_execution_time": SECONDS,
    "max_result_bytes": 8 << 30,
    "result_overflow_mode": "throw",
    "max_query_size": 16 << 20,
}
"""How much of the server a question may take; a user's profile may say less."""
WRITING = {"async_insert": 0, "wait_end_of_query": 1, "max_query_size": 16 << 20}
LATER = frozenset(
    (
        159,  # TIMEOUT_EXCEEDED
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        236,  # ABORTED
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY: a replica that looks for its keeper
        252,  # TOO_MANY_PARTS
        319,  # UNKNOWN_STATUS_OF_INSERT
        999,  # KEEPER_EXCEPTION
    )
)
"""Errors of the server that go by."""
HINTS = {
    60: "`breadcrumb forward --create --to ...` makes the tables",
    81: "`breadcrumb forward --create --to ...` makes it",
    164: "this user may only read: name one that may insert",
    243: "make room on the server; what it has not taken stays here",
    497: "the user needs a grant for it",
    516: "check user and password (CLICKHOUSE_USER, CLICKHOUSE_PASSWORD)",
}
_DETAIL = re.compile(r"DB::Exception: (.*?)(?:\s*\(([A-Z_]+)\))?\s*(?:\(version .*)?$", re.DOTALL)


def require_client() -> None:
    """NoAnswer where what speaks to ClickHouse is not installed."""
    if importlib.util.find_spec("clickhouse_connect") is None:
        raise NoAnswer("clickhouse-connect is not installed here", with_extra("clickhouse"))


@contextlib.contextmanager
def connected(address: Address, *, in_database: bool = True) -> Iterator[Server]:
    """A server for one command. Raises NoAnswer where it cannot be reached, or refuses."""
    try:
        server = Server(address, in_database=in_database)
        try:
            yield server
        finally:
            server.close()
    except (Later, Refused) as error:
        hint = getattr(error, "hint", "") or "check the address, and that it runs"
        raise NoAnswer(f"{address}: {error.reason}", hint) from error


class Server:
    """A database of a server. Its methods raise Later or Refused."""

    def __init__(self, address: Address, *, in_database: bool = True) -> None:
        self.address = address
        logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # trouble is told by us, once
        import clickhouse_connect  # type: ignore[import-untyped, unused-ignore]  # not before one is named
        from clickhouse_connect import common

        common.set_setting("invalid_setting_action", "drop")  # those that a profile keeps to itself
        self._errors = clickhouse_connect.driver.exceptions.Error
        with self._told():
            self._client = clickhouse_connect.get_client(
                host=address.host,
                port=address.port,
                username=address.user,
                password=address.password,
                database=address.database if in_database else None,
                interface="https" if address.is_secure else "http",
                connect_timeout=CONNECT_SECONDS,
                send_receive_timeout=SECONDS,
                query_retries=0,
                autogenerate_session_id=False,
            )
        self.version = str(self._client.server_version)
        if _release(self.version) < OLDEST:
            self.close()
            oldest = ".".join(map(str, OLDEST))
            raise Refused(f"it is ClickHouse {self.version}, which is too old", f"{oldest} and newer will do")

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def command(self, sql: str) -> None:
        """Run a statement."""
        with self._told():
            self._client.command(sql, settings=WRITING)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """What a SELECT gives, if that is not much."""
        with self._told():
            return self._client.query_arrow(sql, dict(parameters or {}), settings=READING, use_strings=True)

    def stream(self, sql: str, parameters: Mapping[str, object]) -> Iterator[pa.Table]:
        """What a SELECT gives, in parts."""
        with (
            self._told(),
            self._client.query_arrow_stream(
                sql, dict(parameters), settings=READING, use_strings=True
            ) as parts,
        ):
            yield from parts

    def insert(self, table: str, rows: pa.Table, token: str | None = None) -> None:
        """Insert rows; with a token, the server leaves out what it was lately given by the same one."""
        once = {"insert_deduplicate": 0} if token is None else {"insert_deduplication_token": token}
        settings = {**WRITING, **once}
        names = [f"`{name}`" for name in rows.column_names]
        with self._told():
            self._client.raw_insert(table, names, _once(_file(rows)), settings, "Arrow")

    def _told(self) -> _Told:
        return _Told(self._errors)


class _Told:
    """Makes of the errors of a client what a backend answers."""

    def __init__(self, errors: type[Exception]) -> None:
        self._errors = errors

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, (self._errors, OSError)):
            raise _answer(error) from error


def _answer(error: Exception) -> Later | Refused:
    code = getattr(error, "code", None)
    text = " ".join(str(error).split())
    found = _DETAIL.search(text.rpartition(" (for url ")[0] or text)
    if code is None and found is None:
        return Later(_unreachable(text))
    detail = found[1] if found else text
    said = f"ClickHouse says: {detail[:300]}" + (f" ({found[2]})" if found and found[2] else "")
    return Later(said) if code in LATER else Refused(said, HINTS.get(code or 0, ""))


def _unreachable(text: str) -> str:
    for sign, said in _SIGNS.items():
        if sign in text:
            return said
    return text[:200]


_SIGNS = {
    "Connection refused": "nothing listens there",
    "Name or service not known": "there is no such host",
    "Failed to resolve": "there is no such host",
    "timed out": "it does not answer",
    "Connection aborted": "it gave no answer",
}


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _once(body: bytes) -> Generator[bytes, None, None]:
    """A body that the client cannot send again by itself."""
    yield body


def _file(rows: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
        file.write_table(rows)
    return bytes(sink.getvalue())
