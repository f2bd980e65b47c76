"""`--data TYPE`: each object of a type, the calls that it passed, how it changed, and since which call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.references import REFERENCES
from breadcrumb_exporter_duckdb.database.statements import columns, joined, sql

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.objects.following import State, follow, not_seen_after
from breadcrumb.questions.facts.objects.parts import (
    fields_of,
    in_two,
    narrowed,
    never_cleared,
    telling_fields,
    told,
)
from breadcrumb.questions.facts.objects.sightings import Sighting, sightings
from breadcrumb.questions.facts.run.functions import display_names, functions_of, is_named
from breadcrumb.questions.facts.run.run_facts import Run, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader


COUNTED = 100_000
"""Calls beyond those read that are counted; to search all of a long run for a number takes too long."""

METHOD_CALLS = 20_000
"""Calls of a class's methods that are looked through for subclasses."""

FIELDS = 12
"""Fields that are named where the one that was asked for is not there."""

NAMED = 5
"""Types that a sentence names."""

_PLAIN = ("bool", "dict", "float", "int", "list", "str")
"""Types whose usual values say by themselves what they are."""


def data(reader: Reader, ask: Ask, type_name: str) -> Answer:
    """Give the states of each object of the type (`Account` or `app.Account`) or a subclass of it.

    Where there is no such type, the last name is that of a field: `Account.balance`.
    """
    run = find_run(reader, ask)
    part = ""
    below = _subclasses(reader, run, type_name)
    found, unread = _seen(reader, run, ask, type_name, below)
    if not found and "." in type_name:
        kind, _, part = type_name.rpartition(".")
        below = _subclasses(reader, run, kind)
        found, unread = _seen(reader, run, ask, kind, below)
        found = _only(found, part, run, ask, kind)
    if not found:
        raise _nothing(reader, run, ask, type_name, unread)
    states = follow(found)
    names = display_names(reader, run)
    life = tuple(told(states, part, names) if part else in_two(states, fields_of(found)))
    kept = never_cleared(states, part) if part else []
    return Answer(
        question="data",
        run=run.run_id,
        rows=tuple(states),
        total=len(states),
        ask=ask,
        words=("--data", type_name),
        dropped=run.dropped,
        counts=run.counts,
        notes=(
            *life,
            *run.notes,
            *_subclass_note(below, found),
            *(_left_note(states, names, compared=_are_compared(reader, run)) if not kept else ()),
            *_bound_note(unread),
        ),
        noun="states",
        names=names,
        next=_next(ask, kept[0] if kept else states, names, unread, type_name),
    )


def _only(found: list[Sighting], part: str, run: Run, ask: Ask, kind: str) -> list[Sighting]:
    """Look at nothing but one field of the objects."""
    fields = fields_of(found)
    if fields and part not in fields:
        near = f"{', '.join(fields[:FIELDS])}{', …' if len(fields) > FIELDS else ''}"
        raise NoAnswer(
            f"no {kind} of run {run.run_id} was seen with a field {part}; fields: {near}",
            ask.query("--data", f"{kind}.{_nearest(part, fields)}"),
        )
    known_by = telling_fields(found, part)
    return [narrowed(seen, part, known_by) for seen in found] if fields else []


def _nearest(part: str, fields: list[str]) -> str:
    import difflib  # only mistakes pay for it

    return next(iter(difflib.get_close_matches(part, fields, n=1, cutoff=0.0)), fields[0])


def _nothing(reader: Reader, run: Run, ask: Ask, type_name: str, unread: int) -> NoAnswer:
    where = f"the calls that were read of run {run.run_id}" if unread else f"run {run.run_id}"
    where += ", of which not every call was kept" if run.counts else ""
    plain = "; plain ones are kept as JSON, without their type" if type_name in _PLAIN else ""
    return NoAnswer(f"no {type_name} was seen in {where}{plain}", _hint(reader, run, ask, type_name))


def _seen(reader: Reader, run: Run, ask: Ask, type_name: str, below: list[str]) -> tuple[list[Sighting], int]:
    """Read the sightings in the first calls that have any, and count the calls that were not read."""
    needles = [f'{kind.rsplit(".", 1)[-1]}"' for kind in (type_name, *below)]
    contains = joined(" or ", (sql("contains(text::varchar, {needle})", needle=each) for each in needles))
    tell = sql(
        """create or replace temp table told as
            select id from base.value where run_id = {run} and ({contains})""",
        run=run.run_id,
        contains=contains,
    )
    tell.execute(reader.connection)
    holds = columns(REFERENCES, "{name} in (from told)", " or ")
    where = sql("{where} and ({holds})", where=run.where(ask), holds=holds)
    calls = read_calls(reader.connection, where, limit=ask.rows)
    matching = len(calls)
    if matching == ask.rows:
        query = sql(
            "select count(*) from (select 1 from base.call where {where} limit {most})",
            where=where,
            most=COUNTED + matching,
        )
        matching = query.number(reader.connection)
    calls_read = with_args_after(reader, run, numbered(reader.connection, run.run_id, calls))

    def wanted(kind: str) -> bool:
        return is_named(kind, type_name) or kind in below

    return [seen for call in calls_read for seen in sightings(call, wanted)], matching - len(calls)


def _subclasses(reader: Reader, run: Run, type_name: str) -> list[str]:
    """Find the other types whose instances were `self` in methods of the class."""
    methods = [name for name in functions_of(reader, run) if is_named(name.rpartition(".")[0], type_name)]
    if not methods:
        return []
    query = """with given as (
            select distinct a1, k1 is null as is_all from (
                select a1, k1 from base.call where run_id = ? and function in (select unnest(?))
                    and (k1 is null or starts_with(k1, '"self"')) limit ?))
        select distinct text->>(case when is_all then '$.self.@' else '$.@' end)
        from given join base.value on id = a1 order by 1"""
    kinds = reader.connection.execute(query, [run.run_id, methods, METHOD_CALLS]).fetchall()
    return [kind for (kind,) in kinds if kind and not is_named(kind, type_name)]


def _subclass_note(below: list[str], found: list[Sighting]) -> list[str]:
    kinds = {seen.kind for seen in found}
    told = [kind for kind in below if kind in kinds]
    if not told:
        return []
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return [f"Also of a type that ran its methods: {', '.join(told[:NAMED])}{more}."]


def _are_compared(reader: Reader, run: Run) -> bool:
    """Tell whether arguments were looked at again when a call ended."""
    query = (
        """select bool_and(coalesce(facts->>'$.compares' = 'true', false)) from processes where run_id = ?"""
    )
    (compares,) = reader.connection.execute(query, [run.run_id]).fetchone() or (False,)
    return bool(compares)


def _left_note(states: list[State], names: dict[str, str], *, compared: bool) -> list[str]:
    """Say which calls were the last to have an object: that they changed it was not recorded."""
    last = [each.call for each in not_seen_after(states)]
    if not last:
        return []
    every = list(dict.fromkeys(f"{names.get(call.function, call.function)}#{call.number}" for call in last))
    named, more = every[:NAMED], f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    if compared:
        return [f"No change by {', '.join(named)}{more}, the last to have the object, was recorded."]
    return [
        f"How {', '.join(named)}{more} left the object is not known: it was not seen again "
        "(run with --lines to know)."
    ]


def _bound_note(unread: int) -> list[str]:
    if not unread:
        return []
    least = "at least " if unread >= COUNTED else ""
    return [f"The total is a lower bound: {least}{unread:,} more calls with such a value were not read."]


def _next(
    ask: Ask, states: list[State], names: dict[str, str], unread: int, type_name: str
) -> tuple[str, ...]:
    """Look at the call that had an object as it changed last, else at the last one that saw any."""
    changed = [state for state in states if state.since]
    since = changed[-1].since if changed else ()
    nearest = next((each.sighting for each in since if each.during), None)
    call = (nearest or (since[0].sighting if since else states[-1].seen[-1])).call
    steps = [ask.query("--call", f"{names.get(call.function, call.function)}#{call.number}")]
    if unread and unread < COUNTED:
        steps.append(ask.query("--data", type_name, limit=ask.rows + unread))
    return tuple(steps)


def _hint(reader: Reader, run: Run, ask: Ask, type_name: str) -> str:
    """Name the types that are spelled alike, else those that were seen most."""
    import difflib  # only mistakes pay for it

    query = sql(
        """with texts as (select unnest([args::varchar, "return"::varchar]) as text from
            (select args, "return" from base.whole_call where {where} limit 5000))
        select kind, count(*) from
            (select unnest(regexp_extract_all(text, '"@": ?"([^"]+)"', 1)) as kind from texts)
        group by kind order by 2 desc, 1 limit 1000""",
        where=run.where(ask),
    )
    kinds = query.column(reader.connection)
    last = {kind.rpartition(".")[2].lower(): kind for kind in reversed(kinds)}
    near = difflib.get_close_matches(type_name.rpartition(".")[2].lower(), last, n=NAMED, cutoff=0.6)
    if near:
        return ask.query("--data", last[near[0]])
    return f"types that were: {', '.join(kinds[:NAMED])}" if kinds else ask.query("--flow")
