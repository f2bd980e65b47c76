"""`breadcrumb diff A B`: where two runs, or two calls of one, came apart, the first difference first."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.call import SPAN_ID, call_of_id, numbered_call
from breadcrumb.questions.expensive import costs
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_rows import Call, calls_by_key
from breadcrumb.questions.facts.calls.comparing import COMPARED, Apart, Told, differences, told
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.siblings import unlike
from breadcrumb.questions.facts.run.functions import display_names, find_function
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.facts.run.tests import FAILED, PASSED, passed_and_failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

ROWS = 100
"""Different calls that are read where nobody set a limit."""

LAST = "last"
IGNORED = 20
"""Times as many differences are read where some of them are ignored."""
NAMED = 5
"""Functions that are named of those with calls that cannot be compared."""


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


@dataclass(frozen=True)
class _Side:
    """What is compared: a run, or one call of it with all below."""

    run: Run
    title: str
    calls: list[Told]


def diff(reader: Reader, ask: Ask, first: str = LAST, second: str = LAST) -> Answer:
    """Give the calls that differ between two runs, or below two calls, in the order in which they came apart.

    The last run against itself means against the one before; of a test, the last time that it passed against
    the last time that it failed. Behind the calls come the counts.
    """
    first, second = _names(reader, ask, first, second)
    runs = compared(reader, ask, first, second)
    if _is_call(first):
        a, b = (_of_call(reader, runs[0], ask, name) for name in (first, second))
        counts = list(_counts_of(a, b))
    else:
        a, b = (_of_run(reader, run) for run in runs)
        counts = list(_counts(reader, a.run, b.run))
    _require_common(ask, a, b)
    unseen: Counter[str] = Counter()
    apart = list(differences(a.calls, b.calls, unseen, lambda function: ignored(ask.ignore, function)))
    found, rows = _shown(reader, ask, a, b, sorted(apart, key=lambda each: (each.at_ns, each.number)))
    counts = [each for each in counts if not ignored(ask.ignore, each.function)]
    names = display_names(reader, a.run) | display_names(reader, b.run)
    whole = max(len(a.calls), len(b.calls)) < COMPARED
    return Answer(
        question="diff",
        run=b.run.run_id,
        rows=(*rows, *counts),
        total=found + len(counts),
        ask=ask,
        words=(first, second, *(("--test", ask.test) if ask.test else ())),
        command=("diff",),
        dropped=a.run.dropped + b.run.dropped,
        notes=(
            *dict.fromkeys((*a.run.notes, *b.run.notes)),
            *(() if whole else (f"Only the first {COMPARED:,} calls of each side were compared.",)),
            *_unseen_note(unseen, names),
        ),
        noun="differences in what was recorded whole"
        if unseen and not found and not counts
        else "differences",
        names=names,
        next=_next(ask, a.run, b.run, rows, names),
        compared=(a.title, b.title),
    )


def compared(reader: Reader, ask: Ask, first: str, second: str) -> tuple[Run, Run]:
    """The runs that these words mean; the same one twice where they mean calls of it. Raises NoAnswer."""
    of_calls = [_is_call(name) for name in (first, second)]
    if any(of_calls):
        if not all(of_calls):
            raise NoAnswer("two calls are compared, or two runs", "breadcrumb diff F#1 F#2", ExitCode.USAGE)
        run = find_run(reader, ask)
        return run, run
    names = _names(reader, ask, first, second)  # a test that was run again has passed and failed in one run
    a, b = (
        find_run(reader, replace(ask, run=name), outcome)
        for name, outcome in zip(names, (PASSED, FAILED[0]), strict=True)
    )
    return a, b


def _names(reader: Reader, ask: Ask, first: str, second: str) -> tuple[str, str]:
    """What the words name; the last run twice is not meant."""
    if not first == second == LAST:
        return first, second
    return passed_and_failed(reader, ask.test) if ask.test else (_before_last(reader, ask), LAST)


def _is_call(name: str) -> bool:
    return "#" in name or SPAN_ID.fullmatch(name) is not None


def _of_run(reader: Reader, run: Run) -> _Side:
    return _Side(run, _named(run), told(reader, run))


def _of_call(reader: Reader, run: Run, ask: Ask, name: str) -> _Side:
    found = call_of_id(reader, run, ask, name)
    if found is None:
        named = find_function(reader, run, ask, name)
        found = numbered_call(reader, run, ask, named.function, named.number or 1)
    calls = told(reader, run, int(found.span_id, 16))
    below = "1 call" if len(calls) == 2 else f"{len(calls) - 1:,} calls"
    return _Side(run, f"{name}: {below} below, of run {run.run_id}", calls)


def _require_common(ask: Ask, a: _Side, b: _Side) -> None:
    """Refuse to compare what has nothing in common."""
    functions = [{call.function for call in side.calls} for side in (a, b)]
    if all(functions) and functions[0].isdisjoint(functions[1]):
        what = f"runs {a.run.run_id} and {b.run.run_id}" if a.run is not b.run else "these calls"
        raise NoAnswer(f"{what} have no function in common", ask.command("runs"))


def _shown(
    reader: Reader, ask: Ask, a: _Side, b: _Side, apart: Sequence[Apart]
) -> tuple[int, list[Difference]]:
    """Read the first differences, without those in nothing but what is ignored; count all."""
    most = ROWS if ask.limit is None else ask.limit
    if not ask.ignore:
        return len(apart), _read(reader, a.run, b.run, apart[:most])
    read = _read(reader, a.run, b.run, apart[: most * IGNORED])
    rows = [each for each in read if not _is_ignored(ask.ignore, each)]
    return len(rows) + max(len(apart) - most * IGNORED, 0), rows[:most]


def ignored(patterns: Sequence[str], name: str) -> bool:
    """Tell whether a pattern means a function, an argument or a part of one."""
    plain = name.replace(".<locals>", "")
    return any(fnmatchcase(plain, each) or fnmatchcase(plain, f"*.{each}") for each in patterns)


def _is_ignored(patterns: Sequence[str], row: Difference) -> bool:
    """Tell whether two calls differ in nothing but what is ignored."""
    if row.a is None or row.b is None:
        return False
    sides = [{"args": each.args, "returned": each.result, "raised": _raised(each)} for each in (row.a, row.b)]
    paths = [path.removeprefix("args.") for path, _, _ in unlike("", *sides)]
    return all(ignored(patterns, path) for path in paths)


def _raised(call: Call) -> str | None:
    return None if call.raised is None else f"{call.raised.type}: {call.raised.message}"


def _counts_of(a: _Side, b: _Side) -> Iterator[CountDifference]:
    """Count the calls below two calls."""
    sides = [
        (
            Counter(each.function for each in side.calls),
            Counter(e.function for e in side.calls if e.is_failed),
        )
        for side in (a, b)
    ]
    for function in sorted(sides[0][0].keys() | sides[1][0].keys()):
        one, other = ((calls[function], failed[function]) for calls, failed in sides)
        if one != other:
            yield CountDifference(function, one, other)


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
    if run.tests:
        ran = ", ".join(dict.fromkeys(f"{test.name} {test.outcome}" for test in run.tests[:NAMED]))
        return f"{run.run_id}, while {ran}: {run.command}"
    status = f"{run.status} ({run.exit_status})" if run.exit_status else run.status
    return f"{run.run_id}, {status}, {run.calls:,} calls: {run.command}"


def _read(reader: Reader, a: Run, b: Run, found: Sequence[Apart]) -> list[Difference]:
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
        (ask if a is b else replace(ask, run=run.run_id)).query(
            "--call", f"{names.get(call.function, call.function)}#{call.number}"
        )
        for run, call in ((a, first.a), (b, first.b))
        if call is not None
    )
