"""The calls that held a value: as an argument, a result, or in an exception, also inside of others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_exporter_duckdb.database.references import ARGUMENTS, REFERENCES, of_integer
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, identifier, joined, sql

from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_rows import Call, count_where, read_calls
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.values import parsed
from breadcrumb.questions.facts.objects.wanted import Wanted, holds, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader
    from duckdb import DuckDBPyConnection

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.run.run_facts import Run

_LEFT = "(extra is not null and contains(extra::varchar, {needle}))"
TEXTS = 20_000
"""Different values that are looked into; each stands for as many calls as have it."""
PORTION = 200
"""How many of them are at first, where the first calls alone are wanted."""
_ANY = sql("true")


@dataclass(frozen=True)
class Held:
    """A value in a call: the places where it was, of one kind."""

    call: Call
    place: str
    """`args`, `args_after`, `return` or `exception`."""
    parts: Mapping[str, Json]
    """What was found, by where: `order.lines[2].sku`; empty for the whole result or exception."""
    moment_ns: int
    first_ns: int = 0
    """When the first call of the answer held it."""
    lost: tuple[str, ...] = ()
    """The parts of arguments that held it as the call began, and did not as it ended."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "function": self.call.function,
            "call": self.call.number,
            "place": self.place,
            "parts": dict(self.parts),
            "after_ns": self.moment_ns - self.first_ns,
            "called_by": self.call.called_by,
            "thread": self.call.thread,
            "task": self.call.task,
            "span_id": self.call.span_id,
        }


@dataclass(frozen=True)
class Search:
    """What was found of a value."""

    held: tuple[Held, ...]
    calls: int
    """Calls that hold it, read or, where they were counted, not."""
    unread_texts: bool = False
    """Whether there were more values than are looked into."""


def search(
    reader: Reader,
    run: Run,
    wanted: Wanted,
    limit: int,
    condition: Sql = _ANY,
    *,
    counted: bool = False,
    left: bool = False,
) -> Search:
    """Find the first `limit` calls that held the value, in start order; `counted` counts the others too.

    With `left` also those that only left it in what they were given, which takes reading more.
    """
    connection = reader.connection
    refs, more = _references(reader, run, wanted, condition, None if counted else limit)
    connection.execute("create or replace temp table wanted as select unnest(?::bigint[]) as id", [refs])
    where = sql(
        """run_id = {run} and {condition} and
        ({holds} or (outcome = 1 and contains(exception::varchar, {needle})) or {left})""",
        run=run.run_id,
        condition=condition,
        holds=columns(REFERENCES, "{name} in (from wanted)", " or "),
        needle=wanted.needle,
        left=sql(_LEFT, needle=wanted.recorded) if left else sql("false"),
    )
    calls = read_calls(connection, where, limit=limit)
    total = len(calls)
    if counted and total == limit:
        total = count_where(connection, where)
    calls = with_args_after(reader, run, complete(connection, run.run_id, calls, calls_made=False))
    held = sorted((each for call in calls for each in _held(call, wanted)), key=lambda each: each.moment_ns)
    first_ns = held[0].moment_ns if held else 0
    told = tuple(replace(each, first_ns=first_ns) for each in held)
    return Search(told, total, more)


def first_with(reader: Reader, run: Run, values: Sequence[Wanted], until_ns: int) -> Call | None:
    """Find the first call that was given all of these values."""
    connection = reader.connection
    conditions = [sql("run_id = {run} and start_ns <= {until}", run=run.run_id, until=until_ns)]
    for at, wanted in enumerate(values):
        refs, _ = _references(reader, run, wanted, conditions[0], None)
        table = identifier(f"wanted{at}")
        sql(
            "create or replace temp table {table} as select unnest({refs}::bigint[]) as id",
            table=table,
            refs=refs,
        ).execute(connection)
        given = columns((*ARGUMENTS, "rest"), "{name} in (from {table})", " or ", table=table)
        conditions.append(sql("({given})", given=given))
    calls = read_calls(connection, joined(" and ", conditions), limit=1)
    return next(iter(complete(connection, run.run_id, calls, calls_made=False)), None)


def _references(
    reader: Reader, run: Run, wanted: Wanted, condition: Sql, enough: int | None
) -> tuple[list[int], bool]:
    """Find the references that lead to the value, each text that may hold it looked into once.

    `enough` is how many calls that hold it are to be found at least, the first ones, among those that meet
    the condition; by None all. Whether there were more texts than are looked into is told beside.
    """
    connection = reader.connection
    found = _candidates(connection, run, wanted, condition, in_order=enough is not None)
    said = of_integer(int(wanted.number)) if wanted.number is not None and wanted.number % 1 == 0 else None
    refs = [] if said is None else [said]
    begun: set[int] = set()
    for part in _portions(found[:TEXTS], len(found) if enough is None else PORTION):
        held = _with_texts_that_hold(connection, run, [ref for ref, _ in part], wanted)
        refs += held
        begun.update(start for ref, start in part if ref in held)
        if enough is not None and len(begun) >= enough:
            return refs, False
    return refs, len(found) > TEXTS


def _candidates(
    connection: DuckDBPyConnection, run: Run, wanted: Wanted, condition: Sql, *, in_order: bool
) -> list[tuple[int, int]]:
    """Find the references to texts that may hold the value, one more than are looked into.

    `in_order` is by the start of the first call that has it, which is given too.
    """
    around = sql(" and regexp_matches(text::varchar, {around})", around=wanted.around)
    sql(
        """create or replace temp table candidate as select id from base.value
        where run_id = {run} and contains(text::varchar, {recorded}){around}""",
        run=run.run_id,
        recorded=wanted.recorded,
        around=around if wanted.around else sql(""),
    ).execute(connection)
    if not in_order:
        query = sql("select id, 0 from candidate order by id limit {most}", most=TEXTS + 1)
        return query.rows(connection)
    query = sql(
        """select reference, min(start_ns) as begun from (
            select start_ns, unnest([{references}]) as reference from base.call
            where run_id = {run} and {condition})
        where reference in (from candidate) group by reference order by begun, reference limit {most}""",
        references=columns(REFERENCES),
        run=run.run_id,
        condition=condition,
        most=TEXTS + 1,
    )
    return query.rows(connection)


def _portions(found: Sequence[tuple[int, int]], size: int) -> Iterator[Sequence[tuple[int, int]]]:
    """Part what is to be looked into, in growing portions: each takes a query."""
    while found:
        yield found[:size]
        found, size = found[size:], 4 * size


def _with_texts_that_hold(
    connection: DuckDBPyConnection, run: Run, refs: list[int], wanted: Wanted
) -> set[int]:
    query = sql(
        """select id, text::varchar from base.value
        where run_id = {run} and id in (select unnest({refs}::bigint[]))""",
        run=run.run_id,
        refs=refs,
    )
    found = query.rows(connection)
    values = parsed([text for _, text in found])
    return {ref for (ref, _), value in zip(found, values, strict=True) if holds(value, wanted.meets)}


def _held(call: Call, wanted: Wanted) -> Iterator[Held]:
    """Give where in a call the value is; the end of a call that goes on is its start."""
    end_ns = call.start_ns + (call.duration_ns or 0)
    given = _in_arguments(call.args, wanted)
    left = _in_arguments(dict(call.args_after), wanted)
    if given:
        lost = tuple(path for path in given if _argument(path) in call.args_after and path not in left)
        yield Held(call, "args", given, call.start_ns, lost=lost)
    new = {path: part for path, part in left.items() if path not in given}
    if new:
        yield Held(call, "args_after", new, end_ns)
    result = _parts(call.result, "", wanted) if call.returned else {}
    if result:
        yield Held(call, "return", result, end_ns)
    raised = call.raised
    if raised is not None and raised.first:
        as_text = Wanted(wanted.text)
        told = _parts(raised.args, "", wanted) or _parts(raised.message, "", as_text)
        if told:
            yield Held(call, "exception", told, end_ns)


def _in_arguments(args: Json, wanted: Wanted) -> dict[str, Json]:
    known = args if isinstance(args, dict) else {}
    return {path: part for name, value in known.items() for path, part in _parts(value, name, wanted).items()}


def _argument(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _parts(value: Json, path: str, wanted: Wanted) -> dict[str, Json]:
    return {part.path: part.value for part in places(value, path, wanted.meets)}


def nearest(reader: Reader, run: Run, wanted: Wanted, most: int) -> list[str]:
    """Give values that are like the one that no call held."""
    import difflib  # only where there is nothing else to tell

    texts: dict[str, float] = defaultdict(float)
    rows = reader.connection.execute(
        "select text::varchar from base.value where run_id = ? and length(text::varchar) < 200 limit 5000",
        [run.run_id],
    ).fetchall()
    for value in parsed([text for (text,) in rows]):
        for *_, leaf in places(value, "", lambda each: isinstance(each, str | int | float)):
            text = str(leaf)
            if text and not isinstance(leaf, bool):
                texts[text] = 1
    if wanted.number is not None:
        return _numbers_near(texts, wanted.number)[:most]
    return difflib.get_close_matches(wanted.text, texts, n=most, cutoff=0.5)


def _numbers_near(texts: Mapping[str, float], number: float) -> list[str]:
    def away(text: str) -> float:
        try:
            return abs(float(text) - number)
        except ValueError:
            return float("inf")

    return [text for text in sorted(texts, key=away) if away(text) < float("inf")]
