"""`--call F`: every call of one function with its arguments and result; `--call F#4` or a span id, one."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.database.statements import Sql, joined, sql

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_numbers import call_numbers
from breadcrumb.questions.facts.calls.call_rows import (
    MODULE,
    ORDER,
    Call,
    calls_at,
    calls_made_by,
    changed,
    count_where,
    read_calls,
)
from breadcrumb.questions.facts.calls.meanwhile import meanwhile
from breadcrumb.questions.facts.calls.odd import oddly_made
from breadcrumb.questions.facts.calls.relations import calls_any, complete
from breadcrumb.questions.facts.calls.where import Condition
from breadcrumb.questions.facts.calls.where import where as where_of
from breadcrumb.questions.facts.run.counts import Count, count_note, function_note
from breadcrumb.questions.facts.run.functions import Named, display_names, find_functions
from breadcrumb.questions.facts.run.run_facts import Run, command_line, find_run
from breadcrumb.questions.next_steps import MOST

MANY, LONG = 20, 40
"""Calls from which those with an unusual result are pointed at, and characters of the usual one."""

MADE = 100
"""Calls made by a single one that are read for their results."""

COMPARED = 200
"""Calls of which it is read what each called: one that called other things than most is pointed at."""

MEANT = 8
"""Functions that are named of those that a name means."""

_KEEP_ALL = {"calls/s": "BREADCRUMB_THINNING_RATE=0", "overhead": "BREADCRUMB_OVERHEAD=none"}
"""What keeps every call, by a word of the reason for which it was not kept."""

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

SPAN_ID = re.compile(r"[0-9a-f]{16}")


def call(reader: Reader, ask: Ask, name: str) -> Answer:
    """Give the calls of the function `name` in start order, or the one that `name#n` names."""
    run = find_run(reader, ask)
    one = call_of_id(reader, run, ask, name)
    named = Named(one.function) if one else find_functions(reader, run, ask, name)
    rows, total = ([one], 1) if one else _find(reader, run, ask, named)
    connection = reader.connection
    is_counted = ask.calls_made or len(rows) <= COMPARED
    rows = with_args_after(reader, run, complete(connection, run.run_id, rows, calls_made=is_counted))
    if len(rows) == 1:
        rows = [changed(rows[0], made=tuple(calls_made_by(connection, rows[0], limit=MADE)))]
    if len(rows) == 1 and rows[0].kind != MODULE:
        rows = [changed(rows[0], beside=meanwhile(reader, run, rows[0]))]
    names = display_names(reader, run)
    return Answer(
        question="call",
        run=run.run_id,
        rows=tuple(rows),
        total=total,
        ask=ask,
        words=("--call", name),
        dropped=run.dropped,
        counts=run.counts,
        notes=_notes(run, named.functions),
        now_ns=run.now_ns,
        summary=_meant(reader, run, ask, named, names),
        names=names,
        next=(*_next(reader, run, ask, rows, names), *_unthinned(reader, run, ask, named))[:MOST],
    )


def _meant(reader: Reader, run: Run, ask: Ask, named: Named, names: Mapping[str, str]) -> str:
    """Name the functions that a name means, where they are several, the most called first."""
    if not named.also:
        return ""
    where, _ = count_calls(reader, run, ask, *named.functions)
    query = sql(
        "select function, count(*) from base.call where {where} group by 1 order by 2 desc, 1", where=where
    )
    found = query.rows(reader.connection)
    told = ", ".join(f"{names.get(function, function)} x{count}" for function, count in found[:MEANT])
    return f"These are {told}{f' and {len(found) - MEANT} more functions' if len(found) > MEANT else ''}."


def _notes(run: Run, functions: Sequence[str]) -> tuple[str, ...]:
    """Tell more of the counts of these functions than of others."""
    others = count_note(each for each in run.counts if each.function not in functions)
    notes = [note for note in run.notes if note not in count_note(run.counts)]
    return (*notes, *others, *(note for name in functions for note in function_note(run.counts, name)))


def _find(reader: Reader, run: Run, ask: Ask, named: Named) -> tuple[list[Call], int]:
    if named.number is None:
        return calls_of(reader, run, ask, *named.functions)
    return [numbered_call(reader, run, ask, named.function, named.number)], 1


def call_of_id(reader: Reader, run: Run, ask: Ask, name: str) -> Call | None:
    """Read the call that has `name` as its span id; None where it is none."""
    if not SPAN_ID.fullmatch(name):
        return None
    where = sql("run_id = {run} and span_id = {key}", run=run.run_id, key=int(name, 16))
    found = read_calls(reader.connection, where, limit=1)
    if not found:
        reader.add_modules()
        found = read_calls(reader.connection, where, limit=1)
    if not found:
        raise NoAnswer(f"no call of run {run.run_id} has the id {name}", ask.command("show", name))
    return found[0]


def calls_of(reader: Reader, run: Run, ask: Ask, *functions: str) -> tuple[list[Call], int]:
    """Read the first calls of functions, and count all of them."""
    where, total = count_calls(reader, run, ask, *functions)
    return read_calls(reader.connection, where, limit=ask.rows), total


def count_calls(reader: Reader, run: Run, ask: Ask, *functions: str) -> tuple[Sql, int]:
    """Give the condition that picks the calls of functions, and how many they are."""
    of_them = joined(", ", (sql("{function}", function=each) for each in functions))
    where = sql("{where} and function in ({of_them})", where=run.where(ask), of_them=of_them)
    total = count_where(reader.connection, where)
    if not total:
        raise no_call(functions[0], ask, run.counts)
    if ask.where is None:
        return where, total
    meets = where_of(reader, run, ask.where, _known(reader, where))(where)
    which = sql("place in ({places})", places=meets.places)
    met = count_where(reader.connection, which)
    if not met:
        without = replace(ask, where=None).query("--call", functions[0])
        raise NoAnswer(_none_meets(reader, meets, functions[0], ask, total), without)
    return which, met


def _none_meets(reader: Reader, meets: Condition, function: str, ask: Ask, total: int) -> str:
    """Say that no call meets a condition, and of which part that is not known."""
    seen = meets.seen.execute(reader.connection).fetchone() or ()
    unseen = [part for part, count in zip(meets.parts, seen, strict=False) if not count]
    if not unseen:
        return f"none of {total:,} calls of {function} meets {ask.where}"
    return (
        f"of no call of {function} is {' or '.join(unseen)} recorded (of an object inside another only the "
        "type and the address are)"
    )


def _known(reader: Reader, where: Sql) -> list[str]:
    """Give the names of the arguments of calls, by the first of each function."""
    query = sql("select any_value(place) from base.call where {where} group by function", where=where)
    calls = calls_at(reader.connection, query.column(reader.connection))
    return list(dict.fromkeys(name for call in calls if isinstance(call.args, dict) for name in call.args))


def numbered_call(reader: Reader, run: Run, ask: Ask, function: str, number: int) -> Call:
    """Read the call that is the `number`-th (from 1) of `function` in the run."""
    low, high = 0, number - 1
    at = high  # before it are all others, or fewer where some are gone: numbers stay
    while low <= high:
        found = _nth(reader, run, function, at)
        its = number + 1
        if found is not None:
            its = call_numbers(reader.connection, run.run_id, [found])[found.span_id]
            if its == number:
                return changed(found, number=number)
        low, high = (low, at - 1) if its > number else (at + 1, high)
        at = (low + high) // 2
    raise _no_number(reader, run, ask, function, number)


def _no_number(reader: Reader, run: Run, ask: Ask, function: str, number: int) -> NoAnswer:
    """Say which numbers there are, and that they are those of the calls that were kept."""
    first, last = _ends(reader, run, ask, function)
    there_are = f"there are #{first} to #{last}" if first < last else f"there is only #{first}"
    counted = next((each for each in run.counts if each.function == function), None)
    if counted is not None:
        there_are = (
            f"#n numbers the calls that were kept, {counted.kept:,} of {counted.calls:,} "
            f"({counted.reason}): {there_are}"
        )
    nearest = first if number < first else last
    return NoAnswer(
        f"there is no call #{number} of {function} in run {run.run_id}: {there_are}",
        ask.query("--call", f"{function}#{nearest}"),
    )


def _ends(reader: Reader, run: Run, ask: Ask, function: str) -> tuple[int, int]:
    """Give the numbers of the first and the last call of a function."""
    _, total = count_calls(reader, run, replace(ask, since=None), function)
    ends = [each for at in (0, total - 1) if (each := _nth(reader, run, function, at))]
    numbers = call_numbers(reader.connection, run.run_id, ends)
    return numbers[ends[0].span_id], numbers[ends[-1].span_id]


def _nth(reader: Reader, run: Run, function: str, at: int) -> Call | None:
    """Read the call of a function that `at` others are before, of those that there are."""
    query = sql(
        """select place from base.call where run_id = {run} and function = {function}
        order by {order} limit 1 offset {at}""",
        run=run.run_id,
        function=function,
        order=ORDER,
        at=at,
    )
    found = query.execute(reader.connection).fetchone()
    return calls_at(reader.connection, found)[0] if found else None


def no_call(function: str, ask: Ask, counts: tuple[Count, ...] = ()) -> NoAnswer:
    """Say that a known function has no call to show."""
    if ask.since is not None:
        return NoAnswer(f"no call of {function} since then", "leave out --since")
    note = "".join(
        f", {each.thinned:,} counted ({each.reason})" for each in counts if each.function == function
    )
    return NoAnswer(f"no call of {function} was kept{note}", ask.query("--expensive" if note else "--flow"))


def _unthinned(reader: Reader, run: Run, ask: Ask, named: Named) -> tuple[str, ...]:
    """Give the command that keeps every call, where calls of the function were thinned for what they are."""
    why = " ".join(each.reason for each in run.counts if each.function in named.functions)
    wanted = [setting for word, setting in _KEEP_ALL.items() if word in why]
    again = command_line(reader, run) if wanted else ()
    return (f"{' '.join(wanted)} {ask.run_again(again)}",) if again else ()


def _unusual(ask: Ask, rows: list[Call]) -> str:
    """Give the condition of the calls that returned something else than most; empty if none stands out."""
    if ask.where is not None or len(rows) < MANY or len({row.function for row in rows}) > 1:
        return ""
    plain = [row.result for row in rows if isinstance(row.result, str | int | float | None)]
    ((usual, count),) = Counter(map(repr, plain)).most_common(1) or [("", 0)]
    is_most = len(rows) / 2 < count < len(rows) and len(usual) < LONG
    return f"result != {usual}" if is_most else ""


def _next(reader: Reader, run: Run, ask: Ask, rows: list[Call], names: dict[str, str]) -> tuple[str, ...]:
    """After many calls look at the one that failed, after a single one at its tree."""
    failed = [row for row in rows if row.raised and not row.cancelled]
    odd = oddly_made(rows)
    chosen = next(iter([*failed, *odd.values()]), rows[0])
    if chosen.kind == MODULE:
        return (ask.query("--source", names[chosen.function]), ask.query("--gaps"))
    name = f"{names[chosen.function]}#{chosen.number}"
    unusual = "" if odd else _unusual(ask, rows)
    if unusual and not failed:
        return (ask.query("--call", names[chosen.function], "--where", unusual), ask.query("--trace", name))
    if len(rows) > 1 and failed:
        return (ask.query("--call", name), ask.query("--trace", name))
    known = ask.calls_made or len(rows) == 1
    if chosen.calls_made if known else calls_any(reader.connection, run.run_id, chosen):
        return (ask.query("--trace", name),)
    callers = [row.called_by for row in rows if row.called_by]
    others = replace(ask, where=None)  # it is about what this function was given
    return (others.query("--call", names.get(callers[0], callers[0])),) if callers else (ask.query("--flow"),)
