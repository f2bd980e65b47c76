"""Where a team's store is: `clickhouse://user:password@host:port/database`, or `clickhouses://` with TLS."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from urllib.parse import SplitResult

PLAIN, SECURE = "clickhouse", "clickhouses"
PORTS = {PLAIN: 8123, SECURE: 8443}
"""Those of its HTTP interface."""
DATABASE = "default"
ENV_USER, ENV_PASSWORD = "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD"
"""As ClickHouse's own client knows them."""


@dataclass(frozen=True)
class Address:
    """A database of a server, and who asks there."""

    host: str
    port: int
    database: str
    user: str
    password: str
    is_secure: bool

    def __str__(self) -> str:
        """Write it without the password."""
        scheme = SECURE if self.is_secure else PLAIN
        user = "" if self.user == "default" else f"{quote(self.user, safe='')}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{user}{host}:{self.port}/{quote(self.database, safe='')}"

    __repr__ = __str__


def names_one(text: str | None) -> bool:
    """Whether it is the address of a ClickHouse, and no directory."""
    return text is not None and text.partition("://")[0].lower() in PORTS and "://" in text


def address(text: str) -> Address:
    """Make sense of what was typed. Raises NoAnswer."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _unusable("it is no address") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
        raise _unusable(f"{_without_password(parts)!r} is no address of a ClickHouse")
    database = unquote(parts.path.strip("/")) or DATABASE
    if "/" in database or "`" in database or "\\" in database:
        raise _unusable(f"there is no database {database!r}")
    return Address(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        database=database,
        user=unquote(parts.username or "") or os.environ.get(ENV_USER) or "default",
        password=unquote(parts.password or "") or os.environ.get(ENV_PASSWORD, ""),
        is_secure=parts.scheme == SECURE,
    )


def _without_password(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _unusable(message: str) -> NoAnswer:
    return NoAnswer(message, "write clickhouse://USER@HOST:8123/DATABASE", ExitCode.USAGE)
