"""`breadcrumb diff A B`: where two runs went different ways, the first difference first.

Calls stand for each other where they are the n-th of their function in the same call; what they were given is
compared at their beginning, what came of them at their end. Addresses of objects are not compared. What was
recorded only in part and looks alike is not called the same: it is counted as not compared.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from breadcrumb.questions.expensive import costs
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_rows import Call, calls_by_key
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.wholeness import whole_sql
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.facts.run.tests import passed_and_failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

COMPARED = 100_000
"""Calls of each run that are compared, the first ones."""

ROWS = 100
"""Different calls that are read where nobody set a limit."""

LAST = "last"
NAMED = 5
"""Functions that are named of those with calls that cannot be compared."""


class _Apart(NamedTuple):
    """Where calls of the two runs came apart."""

    at_ns: int
    """When, since the run's first call."""
    number: int
    """The calls' place in the tree."""
    kind: str
    a: int | None
    """The key of the call of the first run; None where there is none."""
    b: int | None


class _Told(NamedTuple):
    """A call as far as it is compared: texts by their hash."""

    span_id: int
    parent_id: int
    function: str
    start_ns: int
    end_ns: int
    args: int | None
    """None where they were not recorded, and so `result`."""
    result: int | None
    is_whole: bool
    """Whether arguments and result are all of what there was."""


@dataclass(frozen=True)
class Difference:
    """A call that differs between the runs; None on the side that does not have it."""

    kind: str
    """`args`, `result`, or `only` where one run has the call."""
    a: Call | None
    b: Call | None

    @property
    def call(self) -> Call:
        """The call of the second run, or else of the first."""
        found = self.b or self.a
        assert found is not None
        return found

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {"kind": self.kind, "function": self.call.function, "a": _side(self.a), "b": _side(self.b)}


def _side(call: Call | None) -> dict[str, Any] | None:
    if call is None:
        return None
    row = call.json()
    names = ("args", "return", "exception", "called_by", "status", "span_id")
    return {"call": call.number, **{name: row[name] for name in names}}


@dataclass(frozen=True)
class CountDifference:
    """A function that was called, or failed, more often in one of the runs."""

    function: str
    a: tuple[int, int]
    """Calls, and how many of them failed."""
    b: tuple[int, int]

    def json(self) -> dict[str, Any]:
        """Give the row."""
        sides = {
            name: {"calls": calls, "errors": errors}
            for name, (calls, errors) in (("a", self.a), ("b", self.b))
        }
        return {"kind": "calls", "function": self.function, **sides}


def diff(reader: Reader, ask: Ask, first: str = LAST, second: str = LAST) -> Answer:
    """Give the calls that differ between two runs in the order in which they came apart, then the counts.

    The last run against itself means against the one before; of a test, the last time that it passed against
    the last time that it failed.
    """
    if first == second == LAST:
        first, second = passed_and_failed(reader, ask.test) if ask.test else (_before_last(reader, ask), LAST)
    a, b = (find_run(reader, replace(ask, run=name)) for name in (first, second))
    told_a, told_b = _told(reader, a), _told(reader, b)
    if told_a and told_b and {call.function for call in told_a}.isdisjoint(call.function for call in told_b):
        raise NoAnswer(f"runs {a.run_id} and {b.run_id} have no function in common", ask.command("runs"))
    unseen: Counter[str] = Counter()
    found = sorted(_differences(told_a, told_b, unseen), key=lambda each: (each.at_ns, each.number))
    rows = _read(reader, a, b, found[: ROWS if ask.limit is None else ask.limit])
    counts = list(_counts(reader, a, b))
    names = display_names(reader, a) | display_names(reader, b)
    whole = max(len(told_a), len(told_b)) < COMPARED
    return Answer(
        question="diff",
        run=b.run_id,
        rows=(*rows, *counts),
        total=len(found) + len(counts),
        ask=ask,
        words=(first, second, *(("--test", ask.test) if ask.test else ())),
        command=("diff",),
        dropped=a.dropped + b.dropped,
        notes=(
            *dict.fromkeys((*a.notes, *b.notes)),
            *(() if whole else (f"Only the first {COMPARED:,} calls of each run were compared.",)),
            *_unseen_note(unseen, names),
        ),
        noun="differences in what was recorded whole"
        if unseen and not found and not counts
        else "differences",
        names=names,
        next=_next(ask, a, b, rows, names),
        compared=(_named(a), _named(b)),
    )


def _before_last(reader: Reader, ask: Ask) -> str:
    sql = """select run_id from runs where run_id not in (from base.received)
        order by started desc nulls last limit 2"""
    found = reader.connection.execute(sql).fetchall()
    if len(found) < 2:
        raise NoAnswer("there is no run before the last one", ask.command("runs"))
    return str(found[1][0])


def _unseen_note(unseen: Counter[str], names: Mapping[str, str]) -> list[str]:
    """Name the calls of which nobody knows whether they differ: values were cut, summed up or redacted."""
    if not unseen:
        return []
    named = [f"{names.get(function, function)} x{count}" for function, count in unseen.most_common(NAMED)]
    more = f" and {len(unseen) - NAMED} more functions" if len(unseen) > NAMED else ""
    return [f"Not compared, as their values were recorded only in part: {', '.join(named)}{more}."]


def _named(run: Run) -> str:
    status = f"{run.status} ({run.exit_status})" if run.exit_status else run.status
    return f"{run.run_id}, {status}, {run.calls:,} calls: {run.command}"


def _told(reader: Reader, run: Run) -> list[_Told]:
    plain = """hash(regexp_replace({}::varchar, '"@id": ?"[0-9a-f]+"', '', 'g'))"""
    recorded = """coalesce({}::varchar, '') not like '%"@unrecorded"%'"""
    wholes = [whole_sql(column) for column in (_GIVEN, '"return"', "exception")]
    where, parameters = run.where(Ask())
    sql = f"""select span_key, parent_key, function, start_ns, start_ns + coalesce(duration_ns, 0),
            case when {recorded.format("args")} then {plain.format("args")} end,
            case when {recorded.format('"return"')} then
                hash(outcome, {plain.format('"return"')}, exception->>'$.type', exception->>'$.message',
                    {plain.format("exception->'$.args'")}) end,
            {" and ".join(wholes)}
        from calls where span_key in (select span_id from base.call where {where})
        order by start_ns, ordinal, span_key limit {COMPARED}"""  # noqa: S608 - ours
    return [_Told(*row) for row in reader.connection.execute(sql, parameters).fetchall()]


_GIVEN = r"""(case when ends_with(function, '.__init__')
    then regexp_replace(args::varchar, '^\{"[^"]+": ?\{"@": ?"[^"]*", ?"@id": ?"[^"]*"\}', '{')
    else args::varchar end)"""
"""The arguments without an object that is only being made: it has no fields yet."""


def _differences(a: Sequence[_Told], b: Sequence[_Told], unseen: Counter[str]) -> Iterator[_Apart]:
    """Compare the calls at the same place in the tree, but not those below one that only one run has.

    Of each function, `unseen` counts the calls that look alike in what was recorded, which is not all.
    """
    numbers: dict[tuple[int, str, int], int] = {}
    calls_a, calls_b = _positions(a, numbers), _positions(b, numbers)
    began_a, began_b = (calls[0].start_ns if calls else 0 for calls in (a, b))
    parents = {number: parent for (parent, _, _), number in numbers.items()}
    for number, parent in parents.items():
        one, other = calls_a.get(number), calls_b.get(number)
        if one is None or other is None:
            present = one or other
            if present is not None and (not parent or (parent in calls_a and parent in calls_b)):
                at = present.start_ns - (began_a if other is None else began_b)
                yield _Apart(at, number, "only", one and one.span_id, other and other.span_id)
        elif _differ(one.args, other.args):
            yield _Apart(other.start_ns - began_b, number, "args", one.span_id, other.span_id)
        elif _differ(one.result, other.result):
            yield _Apart(other.end_ns - began_b, number, "result", one.span_id, other.span_id)
        elif not (one.is_whole and other.is_whole):
            unseen[other.function] += 1


def _differ(one: int | None, other: int | None) -> bool:
    """Tell whether two pictures are different, where both were taken."""
    return one is not None and other is not None and one != other


def _positions(calls: Sequence[_Told], numbers: dict[tuple[int, str, int], int]) -> dict[int, _Told]:
    """Number the places of calls in the tree alike in both runs: the n-th of its function in that call."""
    found: dict[int, _Told] = {}
    known: dict[int, int] = {}
    turns: Counter[tuple[int, str]] = Counter()
    for call in calls:
        above = known.get(call.parent_id, 0), call.function
        turns[above] += 1
        number = numbers.setdefault((*above, turns[above]), len(numbers) + 1)
        known[call.span_id] = number
        found[number] = call
    return found


def _read(reader: Reader, a: Run, b: Run, found: Sequence[_Apart]) -> list[Difference]:
    """Read the calls of the differences."""
    calls_a = _calls(reader, a, [each.a for each in found if each.a is not None])
    calls_b = _calls(reader, b, [each.b for each in found if each.b is not None])
    return [Difference(each.kind, calls_a.get(each.a), calls_b.get(each.b)) for each in found]


def _calls(reader: Reader, run: Run, wanted: Sequence[int]) -> dict[int | None, Call]:
    found = calls_by_key(reader.connection, wanted)
    calls = complete(reader.connection, run.run_id, found, calls_made=False)
    return {int(call.span_id, 16): call for call in calls}


def _counts(reader: Reader, a: Run, b: Run) -> Iterator[CountDifference]:
    each = [
        {cost.function: (cost.calls, cost.errors) for cost in costs(reader, run, Ask())} for run in (a, b)
    ]
    for function in sorted(each[0].keys() | each[1].keys()):
        sides = [counts.get(function, (0, 0)) for counts in each]
        if sides[0] != sides[1]:
            yield CountDifference(function, *sides)


def _next(ask: Ask, a: Run, b: Run, rows: Sequence[Difference], names: dict[str, str]) -> tuple[str, ...]:
    """Look at the first difference in each run."""
    if not rows:
        return (ask.command("show", b.run_id),)
    first = rows[0]
    return tuple(
        replace(ask, run=run.run_id).query(
            "--call", f"{names.get(call.function, call.function)}#{call.number}"
        )
        for run, call in ((a, first.a), (b, first.b))
        if call is not None
    )
