"""`--data TYPE`: where objects of a type went in and came out, and how their fields changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.answer import Answer, Ask, NoAnswer
from breadcrumb.questions.call_rows import Call, iso, read_calls
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breadcrumb_exporter_duckdb.store import Reader


COUNTED = 100_000
"""Calls beyond those read that are counted; to search all of a long run for a number takes too long."""

_PLAIN = ("bool", "dict", "float", "int", "list", "str")
"""Types whose usual values say by themselves what they are."""


@dataclass(frozen=True)
class Seen:
    """An object of the type at one call: as an argument or as the result, maybe inside another value."""

    function: str
    place: str
    name: str
    value: Any
    object_id: str | None
    process: str
    start_ns: int
    span_id: str

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "function": self.function,
            "place": self.place,
            "name": self.name,
            "value": self.value,
            "object_id": self.object_id,
            "start": iso(self.start_ns),
            "span_id": self.span_id,
        }


def data(reader: Reader, ask: Ask, type_name: str) -> Answer:
    """Give each place where a value of the type (`Account` or `app.Account`) was seen, in start order."""
    run = find_run(reader, ask)
    rows, unread = _seen(reader, run, ask, type_name)
    if not rows:
        where = f"the calls that were read of run {run.run_id}" if unread else f"run {run.run_id}"
        where += ", of which not every call was kept" if run.counts else ""
        plain = "; plain ones are kept as JSON, without their type" if type_name in _PLAIN else ""
        raise NoAnswer(f"no {type_name} was seen in {where}{plain}", _hint(reader, run, ask))
    names = display_names(reader, run)
    functions = list(dict.fromkeys(row.function for row in rows))
    return Answer(
        question="data",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows) + unread,
        ask=ask,
        words=("--data", type_name),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*run.notes, *_bound_note(unread)),
        noun="sightings",
        names=names,
        next=(ask.query("--call", names.get(functions[-1], functions[-1])),),
    )


def _seen(reader: Reader, run: Run, ask: Ask, type_name: str) -> tuple[list[Seen], int]:
    """Read the sightings in the first calls that have any, and count the calls that were not read."""
    where, parameters = run.where(ask)
    where += """ and (contains(args::varchar, ?) or contains("return"::varchar, ?))"""
    needle = f'{type_name.rsplit(".", 1)[-1]}"'
    parameters += [needle, needle]
    calls = read_calls(reader.connection, where, parameters, limit=ask.rows)
    matching = len(calls)
    if matching == ask.rows:
        sql = f"select count(*) from (select 1 from base.call where {where} limit {COUNTED + matching})"  # noqa: S608
        (matching,) = reader.connection.execute(sql, parameters).fetchone() or (0,)
    return [seen for call in calls for seen in _in_call(call, type_name)], matching - len(calls)


def _bound_note(unread: int) -> list[str]:
    if not unread:
        return []
    least = "at least " if unread >= COUNTED else ""
    return [f"The total is a lower bound: {least}{unread:,} more calls with such a value were not read."]


def _in_call(call: Call, type_name: str) -> Iterator[Seen]:
    arguments = call.args if isinstance(call.args, dict) else {}
    found = [("args", *each) for name, value in arguments.items() for each in _inside(value, name, type_name)]
    found += [("return", *each) for each in _inside(call.result, "", type_name)]
    for place, name, value in found:
        identity = value.get("@id")
        yield Seen(call.function, place, name, value, identity, call.process, call.start_ns, call.span_id)


def _inside(value: Any, path: str, type_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a captured value for objects of the type; a path is written like `rows[2].account`."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, f"{path}[{index}]", type_name)
    if not isinstance(value, dict):
        return
    kind = value.get("@")
    if isinstance(kind, str) and (kind == type_name or kind.endswith("." + type_name)):
        yield path, value
    for key, item in value.items():
        if isinstance(item, list | dict):
            yield from _inside(
                item, path if key in ("@items", "@pairs") else f"{path}.{key}".lstrip("."), type_name
            )


def _hint(reader: Reader, run: Run, ask: Ask) -> str:
    """Name the types that were seen most."""
    where, parameters = run.where(ask)
    sql = f"""with texts as (select unnest([args::varchar, "return"::varchar]) as text from
            (select args, "return" from base.call where {where} limit 5000))
        select kind, count(*) from
            (select unnest(regexp_extract_all(text, '"@": ?"([^"]+)"', 1)) as kind from texts)
        group by kind order by 2 desc, 1 limit 5"""  # noqa: S608 - the condition is ours
    kinds = [kind for kind, _ in reader.connection.execute(sql, parameters).fetchall()]
    return f"types that were: {', '.join(kinds)}" if kinds else ask.query("--flow")
