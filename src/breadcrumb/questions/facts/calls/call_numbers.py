"""Which call of its function in the run a call is: what `F#4` says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.calls.call_rows import Call, changed, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


def numbered(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> list[Call]:
    """Add to each call which call of its function in the run it is, where that is not known yet."""
    unknown = [call for call in calls if call.number is None and call.number_in_chunk]
    numbers = call_numbers(connection, run, unknown)
    return [changed(call, number=call.number or numbers.get(call.span_id)) for call in calls]


def call_numbers(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> dict[str, int]:
    """Find for each call which call of its function in the run it is, in start order, from 1.

    Before it come those of the chunks that had begun and ended before, and those of its own chunk; only where
    other chunks go on at the same time, their calls are looked at.
    """
    if not calls:
        return {}
    sql = """select function, first_ns, last_ns, numbers from base.tally
        where run_id = ? and function in (select unnest(?))"""
    chunks: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    wanted = sorted({call.function for call in calls})
    for function, *chunk in connection.execute(sql, [run, wanted]).fetchall():
        chunks[function].append(tuple(chunk))
    starts = {function: sorted(first for first, _, _ in each) for function, each in chunks.items()}
    ends = {function: sorted((last, count) for _, last, count in each) for function, each in chunks.items()}
    sums = {function: [0, *accumulate(count for _, count in each)] for function, each in ends.items()}
    numbers, among_others = {}, []
    for call in calls:
        over = bisect_left(ends[call.function], (call.start_ns, 0))
        numbers[call.span_id] = sums[call.function][over] + call.number_in_chunk
        if bisect_right(starts[call.function], call.start_ns) - over > 1:
            among_others.append(call)
    for span_id, count in _before_in_others(connection, run, among_others):
        numbers[span_id] += count
    return numbers


_BEFORE_IN_OTHERS = """
with wanted as (
    select unnest($spans) as span, unnest($functions) as function, unnest($chunks::uinteger[]) as chunk,
        unnest($starts::bigint[]) as start_ns, unnest($keys::ubigint[]) as key),
pair as materialized (
    select w.span, w.function, t.chunk, w.start_ns::hugeint * 18446744073709551616 + c.ordinal as moment
    from wanted w join base.call c on c.run_id = $run and c.span_id = w.key
    join base.tally t on t.run_id = $run and t.function = w.function and t.chunk <> w.chunk
        and w.start_ns between t.first_ns and t.last_ns),
other as (
    select function, chunk, start_ns::hugeint * 18446744073709551616 + ordinal as moment,
        max(number) as number
    from base.call
    where run_id = $run and function in (select unnest($functions)) and chunk in (select chunk from pair)
    group by function, chunk, moment)
select pair.span, sum(other.number)::bigint from pair asof join other
    on other.function = pair.function and other.chunk = pair.chunk and pair.moment > other.moment
group by pair.span"""


def _before_in_others(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]
) -> list[tuple[str, int]]:
    if not calls:
        return []
    given = {
        "run": run,
        "spans": [call.span_id for call in calls],
        "functions": [call.function for call in calls],
        "chunks": [call.chunk for call in calls],
        "starts": [call.start_ns for call in calls],
        "keys": keys(call.span_id for call in calls),
    }
    return connection.execute(_BEFORE_IN_OTHERS, given).fetchall()
