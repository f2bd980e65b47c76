"""Statements of SQL: the text is ours, whatever else stands in it is bound or quoted, here alone."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any, LiteralString

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Sql:
    """A statement or a piece of one, with the values of its question marks in order."""

    text: str
    values: tuple[object, ...] = ()

    def execute(self, connection: DuckDBPyConnection) -> DuckDBPyConnection:
        """Execute it; what is given then holds its rows."""
        return connection.execute(self.text, self.values)

    def rows(self, connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
        """Read all rows."""
        return self.execute(connection).fetchall()

    def column(self, connection: DuckDBPyConnection) -> list[Any]:
        """Read the first value of each row."""
        return [first for first, *_ in self.rows(connection)]

    def number(self, connection: DuckDBPyConnection) -> int:
        """Read the one number that it gives, a count say."""
        ((number,),) = self.rows(connection)
        return int(number)


def sql(text: LiteralString, /, **parts: object) -> Sql:
    """Write SQL: a piece of SQL takes the place of its `{name}`, any other value is bound there."""
    written: list[str] = []
    values: list[object] = []
    for before, name, _, _ in Formatter().parse(text):
        written.append(before)
        if name is not None:
            part = parts[name]
            piece = part if isinstance(part, Sql) else Sql("?", (part,))
            written.append(piece.text)
            values += piece.values
    return Sql("".join(written), tuple(values))


def joined(separator: LiteralString, pieces: Iterable[Sql]) -> Sql:
    """Write pieces one after the other."""
    pieces = list(pieces)
    return Sql(separator.join(each.text for each in pieces), tuple(v for each in pieces for v in each.values))


def columns(
    names: Iterable[str],
    pattern: LiteralString = "{name}",
    separator: LiteralString = ", ",
    /,
    **parts: object,
) -> Sql:
    """Write the same of each column: its name where nothing else is wanted."""
    return joined(separator, (sql(pattern, name=identifier(each), **parts) for each in names))


def identifier(name: str) -> Sql:
    """Write a table's or a column's name."""
    return Sql('"' + name.replace('"', '""') + '"')


def literal(text: object) -> Sql:
    """Write a text, a path say, where no value can be bound."""
    return Sql("'" + str(text).replace("'", "''") + "'")
