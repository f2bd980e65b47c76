"""Tells of a recorded value whether its text says all of it: of others nobody knows whether they are equal.

A text does not say all where something is cut, summed up or redacted, below the depth limit, an instance of
which only type and address are told, or a function known by a name that others may have too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, LiteralString

from breadcrumb_exporter_duckdb.database.statements import Sql

if TYPE_CHECKING:
    from breadcrumb.common.json_types import Json

_MARKS = frozenset(("@more", "@shape", "@dtype", "@redacted", "@unrecorded", "@summary", "@failed", "@bits"))
"""Keys of which each says that there is more to the value."""

_NAMED = frozenset(("type", "module", "function"))
"""What is told by its name, and known by it where that is no name of a local one."""

_CUT_TEXT = re.compile(r"\[redacted:|\.\.\. \([0-9]+ characters\)$")
"""What stands in a text of which some is missing."""

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
"""A byte that is not written as the character that it stands for."""


def is_whole(value: Json, *, by_address: bool = False) -> bool:
    """Tell whether the recorded value is all of what there was.

    With `by_address` an instance may be told by its address alone: it may hold something else by then.
    """
    if isinstance(value, str):
        return _CUT_TEXT.search(value) is None
    if isinstance(value, list):
        return all(is_whole(item, by_address=by_address) for item in value)
    if not isinstance(value, dict):
        return True
    if value.keys() == {"@", "@id"}:
        return by_address
    members = (each for pair in value.items() for each in pair)
    return _says_all(value) and all(is_whole(each, by_address=by_address) for each in members)


def _says_all(value: dict[str, Json]) -> bool:
    """Tell it of an object by what it says of itself."""
    if not _MARKS.isdisjoint(value) and not ("@shape" in value and "@items" in value):
        return False
    if "@name" in value and (value.get("@") not in _NAMED or "<" in str(value["@name"])):
        return False
    length = value.get("@length", 0)
    shown = 0 if value.get("@") == "str" else len(_ESCAPE.sub("x", str(value.get("@head", ""))))
    return isinstance(length, int) and length <= shown  # only bytes have both and may be whole


def whole_sql(column: LiteralString, *, by_address: bool = False) -> Sql:
    """Give the SQL expression that says it of a column of JSON texts; true where there is no value.

    Most texts hold nothing that is in question, which is quickly seen.
    """
    text = f"{column}::varchar"
    part = _SQL_PART if by_address else f"{_SQL_PART}|{_SQL_BARE}"
    return Sql(f"""(case when {text} is null then true
        when not contains({text}, '"@') and not contains({text}, '[redacted:')
            and not contains({text}, ' characters)"') then true
        when regexp_matches(case when contains({text}, '"@shape"')
            then regexp_replace({text}, '{_SQL_ARRAY}', '"@items"', 'g') else {text} end, '{part}') then false
        when contains({text}, '"@length"') and not {_SQL_LENGTHS.format(text=text)} then false
        when contains({text}, '"@name"') then len(regexp_extract_all({text}, '"@name": ?"'))
            = len(regexp_extract_all({text}, '{_SQL_NAMED}'))
        else true end)""")


_SQL_PART = r'"@(more|shape|dtype|redacted|summary|failed|bits)": ?|\[redacted:|\.\.\. \([0-9]+ characters\)"'
_SQL_ARRAY = r'"@shape": ?\[[0-9, ]*\], ?"@dtype": ?"[^"]*", ?"@items"'
"""An array of which all is told."""
_SQL_BARE = r'"@": ?"(?:[^"\\]|\\.)*", ?"@id": ?"[^"]*"\}'
_SQL_NAMED = r'"@": ?"(type|module|function)", ?"@name": ?"[^"<]*"'
_BYTES = r'"@length": ?([0-9]+)(?:, ?"@head": ?"((?:[^"\\]|\\.)*)")?'
_SHOWN = r"""length(regexp_replace(
    ('"' || coalesce(told[2], '') || '"')::json->>'$', '\\(x[0-9a-fA-F][0-9a-fA-F]|.)', 'x', 'g'))"""
_SQL_LENGTHS = (
    "list_bool_and(list_transform(list_zip("
    f"regexp_extract_all({{text}}, '{_BYTES}', 1), regexp_extract_all({{text}}, '{_BYTES}', 2)), "
    f"lambda told: told[1]::bigint <= {_SHOWN}))"
)
"""Whether each length is no more than its head shows; that of a text stands behind its head, and has none."""
