"""What stands around calls: who called them, what they called, who handled their exceptions."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import CANCELLED, MODULE, RAISED, Call, Raised, changed, keys
from breadcrumb.questions.facts.calls.span_rows import Span
from breadcrumb.questions.facts.calls.uncaught import Outside, read_outside
from breadcrumb.questions.facts.run.tests import XFAILED, taken_by_tests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from breadcrumb.questions.facts.run.tests import Test

Through = tuple[dict[int, int], dict[int, int]]
"""What `raised_through` gives."""

SPANS = 20
"""Spans between a call and its request that are looked through."""


@dataclass(frozen=True)
class Other:
    """What is told of a call around others."""

    function: str
    outcome: int | None
    process: str
    pid: int
    thread: str | None
    task: str | None
    raised: str | None
    """The type of the exception that left it."""

    def outside(self, caller: Other) -> str | None:
        """Name the process, thread or task of this call, if its caller is in another and gets no exception.

        Who runs a task to its end without being one, as `asyncio.run` does, gets what leaves it.
        """
        if self.process != caller.process:
            return f"process {self.pid}"
        if self.thread != caller.thread:
            return f"thread {self.thread}"
        if not caller.task or self.task == caller.task:
            return None
        if self.task:
            return f"task {self.task}"
        return "the main greenlet" if caller.task.startswith("greenlet-") else "a callback of the event loop"


@dataclass(frozen=True)
class _Caught:
    """By a failed call's key: the last call that its exception left, who called that, and the call below."""

    catchers: dict[int, int]
    ends: dict[int, int]
    sources: dict[int, int]
    outside: Outside
    """What is known of those that left every traced call."""
    tests: Mapping[tuple[int, str], Sequence[Test]] = field(default_factory=dict)
    """The tests whose runner caught exceptions, by process and address."""

    def by_test(self, call: Call, raised: Raised) -> Raised | None:
        """Name the test whose runner caught what left a call while it ran; None where none did."""
        process = int(call.process, 16)
        end_ns = call.start_ns + (call.duration_ns or 0)
        for test in self.tests.get((process, raised.id), ()):
            if test.ran(process, end_ns):
                was_expected = (test.taken or {})[raised.id].outcome == XFAILED
                return changed(raised, test=test.name, was_expected=was_expected)
        return None


def complete(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    calls: Sequence[Call],
    through: Through | None = None,
    *,
    calls_made: bool = True,
) -> list[Call]:
    """Add to each call all that other rows say about it; `through` where it is known already.

    Without `calls_made`, only a single call is told what it called.
    """
    return numbered(connection, run, related(connection, run, calls, through, calls_made=calls_made))


def related(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    calls: Sequence[Call],
    through: Through | None = None,
    *,
    calls_made: bool = True,
) -> list[Call]:
    """Add to each call who called it, what it called, and who handled its exception."""
    if not calls:
        return []
    is_asked = calls_made or len(calls) == 1
    made = calls_made_by_each(connection, run, [call.span_id for call in calls]) if is_asked else {}
    caught = _caught(connection, run, calls, through)
    above = {int(call.parent_span_id, 16) for call in calls if call.parent_span_id}
    others = _others(connection, run, calls, above | {*caught.catchers.values(), *caught.ends.values()})
    requests = _requests(connection, run, {*caught.catchers.values()} - {0, *keys(others)})
    names = {call.span_id: call.function for call in calls}
    return [
        changed(
            call,
            called_by=_caller(call, others, names),
            calls_made=made.get(call.span_id, {}),
            raised=_with_handler(call, caught, others, requests),
        )
        for call in calls
    ]


def _caller(call: Call, others: Mapping[str, Other], names: Mapping[str, str]) -> str | None:
    caller = others.get(call.parent_span_id or "")
    return caller.function if caller is not None else names.get(call.parent_span_id or "")


def _requests(
    connection: duckdb.DuckDBPyConnection, run: str, span_ids: set[int]
) -> dict[int, tuple[str, bool]]:
    """Read of which request or message each of these spans is a part, and whether that failed."""
    query = """with recursive above as (
            select span_id as part, span_id, parent_id, kind, name, status, 0 as level from base.span
            where run_id = $run and span_id in (select unnest($spans::ubigint[]))
            union all
            select part, span.span_id, span.parent_id, span.kind, span.name, span.status, level + 1
            from above join base.span span on span.span_id = above.parent_id and span.run_id = $run
            where above.kind not in ('SERVER', 'CONSUMER') and level < $most)
        select part, concat(kind, ' ', name), status = 'ERROR' from above
        where kind in ('SERVER', 'CONSUMER')"""
    given = {"run": run, "spans": list(span_ids), "most": SPANS}
    found = connection.execute(query, given).fetchall() if span_ids else []
    return {key: (name, failed) for key, name, failed in found}


def _with_handler(
    call: Call, caught: _Caught, others: Mapping[str, Other], requests: Mapping[int, tuple[str, bool]]
) -> Raised | None:
    key = int(call.span_id, 16)
    if call.raised is None or key not in caught.catchers:
        return call.raised
    came_from = f"{caught.sources[key]:016x}" if key in caught.sources else None
    raised = changed(call.raised, came_from=came_from)
    handler = others.get(f"{caught.catchers[key]:016x}")
    end = others.get(f"{caught.ends[key]:016x}")
    raised = changed(
        raised,
        came_to_nobody=caught.outside.came_to_nobody(call.process, raised),
        ended_run=caught.outside.ended_run(call.process, raised),
    )
    if call.kind == MODULE:
        return caught.by_test(call, raised) or _left_module(call.process, raised, caught.outside)
    if handler is None or not caught.outside.came_to(handler.function, call.process, raised):
        of_test = caught.by_test(call, raised)
        if of_test is not None:
            return of_test
    if handler is None or end is None:
        return _left_all(call, raised, caught.outside, end, requests.get(caught.catchers[key]))
    return _left_calls_below(handler, end, call.process, raised, caught.outside)


def _left_calls_below(handler: Other, end: Other, process: str, raised: Raised, outside: Outside) -> Raised:
    """Tell what became of an exception that left a call, and not the one that made this."""
    elsewhere = end.outside(handler)
    if elsewhere is not None:
        return changed(raised, not_handled_in=elsewhere)
    if not raised.id:  # a group of which 3.11 does not tell what `except*` left
        return changed(raised, reached=handler.function)
    if end.function.endswith(".__del__") and not outside.came_to(handler.function, process, raised):
        return changed(raised, not_handled_in="__del__", came_to_nobody=True)
    is_below = not outside.may_have_come_to(handler.function, process, raised)
    if is_below and end.task and end.task != handler.task:  # who runs it need not be who gets what leaves it
        return changed(raised, not_handled_in=f"task {end.task}")
    if is_below and raised.came_to_nobody:
        return changed(raised, not_handled_in=outside.thread(process, raised))
    if handler.outcome is None or handler.outcome > CANCELLED:
        if outside.took(handler.function, process, raised):
            return changed(raised, handled_by=handler.function)
        return changed(raised, reached=handler.function)
    then = handler.raised if handler.outcome == RAISED and not is_below else None
    return changed(raised, handled_by=handler.function, taken_below=is_below, then=then)


def _left_all(
    call: Call, raised: Raised, outside: Outside, end: Other | None, request: tuple[str, bool] | None
) -> Raised:
    """Tell what became of an exception that left every traced call."""
    body = outside.body(call.process, raised, call.start_ns + (call.duration_ns or 0))
    if body is not None:
        return changed(raised, handled_by=body)
    if request is not None:
        return changed(raised, request=request[0], failed_request=request[1])
    return changed(raised, not_handled_in=outside.thread(call.process, raised) or _thread_begun_by(end))


def _left_module(process: str, raised: Raised, outside: Outside) -> Raised:
    """Tell what became of an exception that left the body of a module."""
    if outside.came_to_nobody(process, raised):
        return changed(raised, not_handled_in=outside.thread(process, raised))
    importer = outside.importer(process, raised)
    return changed(raised, handled_by=importer) if importer else changed(raised, reached="who imported it")


def _thread_begun_by(end: Other | None) -> str | None:
    """Name the thread that an exception left, where it is not the one in which the program began."""
    return f"thread {end.thread}" if end and end.thread not in (None, "MainThread") else None


def calls_any(connection: duckdb.DuckDBPyConnection, run: str, call: Call) -> bool:
    """Tell whether a call called any other."""
    return bool(calls_made_by_each(connection, run, [call.span_id]))


def calls_made_by_each(
    connection: duckdb.DuckDBPyConnection, run: str, span_ids: Iterable[str]
) -> dict[str, Counter[str]]:
    """Count by function what each of these calls called, by span id, what was called first first."""
    made: dict[str, Counter[str]] = defaultdict(Counter)
    query = """select parent_id, function, count(*) from base.call
        where run_id = ? and parent_id in (select unnest(?::ubigint[]))
        group by all order by min(start_ns)"""
    for parent, function, count in connection.execute(query, [run, keys(span_ids)]).fetchall():
        made[f"{parent:016x}"][function] = count
    return made


def _others(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call], wanted: set[int]
) -> dict[str, Other]:
    """Find what is told of these calls and of the wanted ones, by span id.

    Callers began before what they called, unless the clock was set meanwhile: later ones are seldom read.
    """
    known = {
        call.span_id: Other(
            call.function,
            call.outcome,
            call.process,
            call.pid,
            call.thread,
            call.task,
            call.raised.type if call.raised else None,
        )
        for call in calls
        if not isinstance(call, Span)
    }
    missing = wanted - set(keys(known)) - {0}
    latest = max(call.start_ns for call in calls)
    for began in (sql("start_ns <= {latest}", latest=latest), sql("start_ns > {latest}", latest=latest)):
        if missing:
            query = sql(
                """select span_id, function, nullif(outcome, 255), printf('%016x', process), pid, thread,
                    task, exception->>'$.type'
                from base.call
                where run_id = {run} and span_id in (select unnest({missing}::ubigint[])) and {began}""",
                run=run,
                missing=list(missing),
                began=began,
            )
            rows = query.rows(connection)
            known.update((f"{key:016x}", Other(*told)) for key, *told in rows)
            missing -= {row[0] for row in rows}
    return known


def _caught(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call], through: Through | None
) -> _Caught:
    """Find for the failed calls which call caught what left them, and from which call below it came."""
    failed = {int(call.span_id, 16): call for call in calls if call.outcome == RAISED}
    if not failed:
        return _Caught({}, {}, {}, Outside())
    end_ns = max(call.start_ns + (call.duration_ns or 0) for call in failed.values())
    sources, above = through or raised_through(connection, run, end_ns)
    parents = above | {key: int(call.parent_span_id or "0", 16) for key, call in failed.items()}
    ends = {key: path_end(key, parents, sources) for key in failed}
    catchers = {key: parents[end] for key, end in ends.items()}
    tests = taken_by_tests(connection, run)
    return _Caught(catchers, ends, sources, read_outside(connection, run), tests)


def raised_through(connection: duckdb.DuckDBPyConnection, run: str, end_ns: int | None = None) -> Through:
    """Find the calls that an exception left after it had left one below: that one, and who called them.

    All of the run, or those that began by `end_ns`: what an exception left by then began before.

    The exception is the same where address, text and place where it was raised are. Of several calls below it
    left the last: earlier ones only look the same, for the address was used again.
    """
    query = sql(
        """with failed as materialized (
            select span_id, parent_id, place, start_ns, ordinal from base.call
            where run_id = {run} and outcome = 1 {begun})
        select low.span_id, low.place, high.span_id, high.parent_id, high.place
        from failed low join failed high on high.span_id = low.parent_id
        order by low.start_ns, low.ordinal""",
        run=run,
        begun=sql("") if end_ns is None else sql("and start_ns <= {end}", end=end_ns),
    )
    pairs = query.rows(connection)
    places = list({place for _, low, _, _, high in pairs for place in (low, high)})
    told = """select place, hash(exception), contains(exception::varchar, '"file": null')
        from base.call where place in (select unnest(?::bigint[]))"""
    read = connection.execute(told, [places]).fetchall() if places else []
    what = {place: text for place, text, _ in read}
    # raised by the interpreter at a generator's end: the caller is told as their place
    placeless = {place for place, _, is_placeless in read if is_placeless}
    who = _who(connection, [place for _, at, _, _, over in pairs if at in placeless for place in (at, over)])
    same = [
        (low, high, above)
        for low, at, high, above, over in pairs
        if what[at] == what[over] or (at in placeless and who[at] == who[over])
    ]
    return {high: low for low, high, _ in same}, {high: above for _, high, above in same}


def _who(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> dict[int, str]:
    """Give what tells the exceptions that left these calls apart, but for where they were raised."""
    query = """select place, concat_ws(' ', exception->>'$.type', exception->>'$.message', exception->>'$.id')
        from base.call where place in (select unnest(?::bigint[]))"""
    return dict(connection.execute(query, [places]).fetchall()) if places else {}


def path_end(key: int, parents: Mapping[int, int], sources: Mapping[int, int]) -> int:
    """Climb from a failed call to the last one that its exception left."""
    while sources.get(parents[key]) == key:
        key = parents[key]
    return key
