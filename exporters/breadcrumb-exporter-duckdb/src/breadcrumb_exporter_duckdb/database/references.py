"""How calls in the database refer to values: the one place that knows.

`a1` to `a4` are the first arguments, `rest` the other ones as one value, an object; `result` is what was
returned. NULL is no value; a positive number is the id of a row of `value`; a negative one says the value
itself, so that what is most frequent takes no row. `k1` to `k4` are the names of the parameters, as a JSON
object writes them. Where there is none, `a1` is the object of all arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from breadcrumb_exporter_duckdb.database.statements import Sql
from breadcrumb_exporter_duckdb.format.values import CONSTANTS, FIRST, INTEGERS, MOST, ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence

ARGUMENTS = ("a1", "a2", "a3", "a4")
KEYS = ("k1", "k2", "k3", "k4")
REFERENCES = (*ARGUMENTS, "rest", "result")
NO_ARGUMENTS, MISSING = -4, -5
_SAID = {**{-ref: text for text, ref in CONSTANTS.items()}, NO_ARGUMENTS: "{}", MISSING: '{"@missing": true}'}
_ZERO = -(1 << 32)
_INTEGERS_END = _ZERO + (1 << 31)


def text(reference: LiteralString, row: LiteralString) -> Sql:
    """SQL for the JSON text of a reference; `row` is that of the table `value`, joined by its id."""
    said = " ".join(f"WHEN {number} THEN '{value}'" for number, value in _SAID.items())
    return Sql(f"""CASE WHEN {reference} > 0 THEN coalesce({row}.text::VARCHAR, '{_SAID[MISSING]}')
        WHEN {reference} < {_INTEGERS_END} THEN ({reference} - {_ZERO})::VARCHAR
        ELSE CASE {reference} {said} END END""")


def of_integer(number: int) -> int | None:
    """The reference that says this integer itself; None where it takes a row."""
    return number + _ZERO if -MOST <= number < MOST else None


def of_frame_integer(ref: int) -> int:
    """The stored form of a frame's reference that says an integer."""
    return ref - ZERO + _ZERO


def frame_text(ref: int | None, texts: Sequence[memoryview | None]) -> bytes | None:
    """The JSON text of a frame's reference, given its values; None where it is to nothing."""
    if not ref:
        return None
    if ref >= INTEGERS:
        return b"%d" % (ref - ZERO)
    if ref < FIRST:
        return _SAID[-ref].encode()
    known = texts[ref - FIRST] if ref - FIRST < len(texts) else None
    return _SAID[MISSING].encode() if known is None else bytes(known)


def joins(call: LiteralString, value: LiteralString = "base.value") -> Sql:
    """SQL that joins the values of a call; their rows are named `v_a1`, `v_result` and so on."""
    each = (f"LEFT JOIN {value} v_{name} ON v_{name}.id = {call}.{name}" for name in REFERENCES)
    return Sql("\n".join(each))


def args(call: LiteralString) -> Sql:
    """SQL for the JSON text of a call's arguments, where `joins` stands behind FROM."""
    texts = {name: text(f"{call}.{name}", f"v_{name}").text for name in REFERENCES}
    members = [f"{call}.{key} || {texts[name]}" for key, name in zip(KEYS, ARGUMENTS, strict=True)]
    inner = ", ".join((*members, f"({texts['rest']})[2:-2]"))
    return Sql(
        f"CASE WHEN {call}.k1 IS NULL THEN {texts['a1']} ELSE '{{' || concat_ws(', ', {inner}) || '}}' END"
    )


def result(call: LiteralString) -> Sql:
    """SQL for the JSON text of what a call returned, as above."""
    return text(f"{call}.result", "v_result")
