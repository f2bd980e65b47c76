"""Compares the calls of two runs, or below two calls: which stand for each other, and where they came apart.

Calls of one function in the same call are aligned by what they were given, so that one more shifts nothing;
those without a like are taken in order. What calls were given is compared at their beginning, what came of
them at their end. Addresses of objects are not compared. What was recorded only in part and looks alike is
not called the same.
"""

from __future__ import annotations

from collections import defaultdict, deque
from difflib import SequenceMatcher
from itertools import count, zip_longest
from typing import TYPE_CHECKING, LiteralString

from breadcrumb_exporter_duckdb.database.statements import Sql, joined, sql
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.ask import Ask
from breadcrumb.questions.facts.calls.subtrees import find_below
from breadcrumb.questions.facts.calls.wholeness import whole_sql

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

COMPARED = 100_000
"""Calls of each side that are compared, the first ones."""

ALIGNED = 400
"""Unlike calls of one function in one call up to which they are aligned by content."""


class Apart(NamedTuple):
    """Where calls of the two sides came apart."""

    at_ns: int
    """When, since the side's first call."""
    number: int
    """The calls' place in the tree."""
    kind: str
    """`args`, `result`, or `only` where one side has the call."""
    a: int | None
    """The key of the call of the first side; None where there is none."""
    b: int | None


class Told(NamedTuple):
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
    is_failed: bool


def told(reader: Reader, run: Run, below: int | None = None) -> list[Told]:
    """Read the calls of a run, or one call by its key and all below it."""
    where = run.where(Ask())
    if below is not None:
        find_below(reader, run, [below], [])
        where = sql("span_id in (select span_id from found)")
    query = sql(
        """select span_key, parent_key, function, start_ns, start_ns + coalesce(duration_ns, 0),
            case when {args_recorded} then {args} end,
            case when {return_recorded} then
                hash(outcome, {return}, exception->>'$.type', exception->>'$.message', {exception}) end,
            {whole}, outcome = 1
        from calls where span_key in (select span_id from base.call where {where})
        order by start_ns, ordinal, span_key limit {most}""",
        **_COMPARED_AS,
        where=where,
        most=COMPARED,
    )
    return [Told(*row) for row in query.rows(reader.connection)]


_GIVEN = r"""(case when ends_with(function, '.__init__')
    then regexp_replace(args::varchar, '^\{"[^"]+": ?\{"@": ?"[^"]*", ?"@id": ?"[^"]*"\}', '{')
    else args::varchar end)"""
"""The arguments without an object that is only being made: it has no fields yet."""


def _plain(column: LiteralString) -> Sql:
    """Stand for a value: its text without the addresses of objects, as a hash."""
    return sql(
        """hash(regexp_replace({column}::varchar, '"@id": ?"[0-9a-f]+"', '', 'g'))""", column=Sql(column)
    )


def _recorded(column: LiteralString) -> Sql:
    return sql("""coalesce({column}::varchar, '') not like '%"@unrecorded"%'""", column=Sql(column))


_COMPARED_AS = {
    "args_recorded": _recorded("args"),
    "args": _plain("args"),
    "return_recorded": _recorded('"return"'),
    "return": _plain('"return"'),
    "exception": _plain("exception->'$.args'"),
    "whole": joined(" and ", (whole_sql(column) for column in (_GIVEN, '"return"', "exception"))),
}


def differences(
    a: Sequence[Told], b: Sequence[Told], unseen: Counter[str], is_ignored: Callable[[str], bool]
) -> Iterator[Apart]:
    """Compare the calls that stand for each other, but nothing below one that only one side has.

    Of each function, `unseen` counts the calls that look alike in what was recorded, which is not all.
    """
    began_a, began_b = (calls[0].start_ns if calls else 0 for calls in (a, b))
    below_a, below_b = _below(a), _below(b)
    todo = deque([(below_a[0], below_b[0])])
    number = count()
    while todo:
        for one, other in _aligned(*todo.popleft(), is_ignored):
            if one is None or other is None:
                present = one or other
                if present is not None:
                    at = present.start_ns - (began_a if other is None else began_b)
                    yield Apart(at, next(number), "only", one and one.span_id, other and other.span_id)
                continue
            todo.append((below_a[one.span_id], below_b[other.span_id]))
            if _differ(one.args, other.args):
                yield Apart(other.start_ns - began_b, next(number), "args", one.span_id, other.span_id)
            elif _differ(one.result, other.result):
                yield Apart(other.end_ns - began_b, next(number), "result", one.span_id, other.span_id)
            elif not (one.is_whole and other.is_whole):
                unseen[other.function] += 1


def _below(calls: Sequence[Told]) -> defaultdict[int, list[Told]]:
    """Put calls to the one that called them; those of which it is not among them to 0."""
    present = {call.span_id for call in calls}
    found: defaultdict[int, list[Told]] = defaultdict(list)
    for call in calls:
        found[call.parent_id if call.parent_id in present else 0].append(call)
    return found


Pair = tuple[Told | None, Told | None]


def _aligned(a: Iterable[Told], b: Iterable[Told], is_ignored: Callable[[str], bool]) -> Iterator[Pair]:
    """Pair the calls that one call made, each function by itself: threads may change their order."""
    by: defaultdict[str, tuple[list[Told], list[Told]]] = defaultdict(lambda: ([], []))
    for side, calls in enumerate((a, b)):
        for call in calls:
            by[call.function][side].append(call)
    for function, (ones, others) in by.items():
        if not is_ignored(function):
            yield from _paired(ones, others)


def _paired(a: Sequence[Told], b: Sequence[Told]) -> Iterator[Pair]:
    """Pair what was given the same; of what lies between, the first with the first."""
    first = next(
        (at for at, (one, other) in enumerate(zip(a, b, strict=False)) if _differ(one.args, other.args)),
        min(len(a), len(b)),
    )
    yield from zip(a[:first], b[:first], strict=True)
    a, b = a[first:], b[first:]
    if len(a) == len(b) or max(len(a), len(b)) > ALIGNED:
        yield from zip_longest(a, b)
        return
    matcher = SequenceMatcher(None, [each.args for each in a], [each.args for each in b], autojunk=False)
    for _, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        yield from zip_longest(a[a_from:a_to], b[b_from:b_to])


def _differ(one: int | None, other: int | None) -> bool:
    """Tell whether two pictures are different, where both were taken."""
    return one is not None and other is not None and one != other
