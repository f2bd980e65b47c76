"""The failures of a run: each exception once, the calls that it left, and what became of it."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.call_rows import ORDER, Call, Raised, calls_at, iso
from breadcrumb.questions.facts.calls.relations import Through, complete, raised_through
from breadcrumb.questions.facts.calls.uncaught import EXIT, LOOP, PROGRAM, TEST, Uncaught
from breadcrumb.questions.facts.exceptions.handlers import FAILED_PART, HANDLED
from breadcrumb.questions.facts.exceptions.thrown import is_thrown_into

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.uncaught import Place
    from breadcrumb.questions.facts.exceptions.frame import Frame
    from breadcrumb.questions.facts.exceptions.handled import Handled
    from breadcrumb.questions.facts.run.run_facts import Run


@dataclass(frozen=True)
class Failure:
    """One exception: the calls that it left, innermost first; or, with no calls, one that nobody handled."""

    type: str
    message: str | None
    file: str | None
    line: int | None
    calls: tuple[Call, ...] = ()
    locals: tuple[Mapping[str, Json] | None, ...] = ()
    """The variables of each call as the exception left them; None where they were not kept."""
    uncaught: Uncaught | None = None
    """To whom it came, where nobody handled it and that is known."""
    handling: Handled | None = None
    """The handler to which it came after it left its calls, where that was seen."""
    test: str | None = None
    """The test that it failed."""
    passed: tuple[Call, ...] = ()
    """The context managers, written as generators, that it left on its way before its calls."""
    frames: tuple[Frame, ...] = ()
    """The frames of its traceback, the outermost first, where they were read."""

    @property
    def is_fatal(self) -> bool:
        """Whether it ended the run or failed a test."""
        return self.ended_run or self.test is not None

    @property
    def failed_part(self) -> bool:
        """Whether it failed a part of a test, which went on."""
        return self.handling is not None and self.handling.ending == FAILED_PART

    @property
    def is_harm(self) -> bool:
        """Whether it ended the run, failed a test or a part, or came to nobody who handled it."""
        last = self.calls[-1].raised if self.calls else None
        is_served = last is not None and last.request is not None and not last.failed_request
        was_expected = last is not None and last.was_expected
        is_known = self.handled_by is not None or self.reached is not None or is_served or was_expected
        is_cancelled = any(call.cancelled for call in self.calls)
        is_left = not is_known and not is_cancelled and self.type != EXIT
        return is_left or self.test is not None or self.failed_part

    @property
    def ended_run(self) -> bool:
        """Whether it ended a main program."""
        return self.uncaught is not None and self.uncaught.ended_run

    @property
    def raised(self) -> Raised | None:
        """What is known of the exception itself."""
        if self.calls:
            return self.calls[0].raised
        return None if self.uncaught is None else self.uncaught.raised

    @property
    def left(self) -> Place | None:
        """Where the innermost frame in scope was left, if that is no call and not where it was raised."""
        place = self.uncaught.left if self.uncaught is not None and not self.calls else None
        return None if place is None or (place.file, place.line) == (self.file, self.line) else place

    @property
    def ended_ns(self) -> int:
        """When it left the last of its calls."""
        return _end_ns(self.calls[-1]) if self.calls else 0

    def goes_on_from(self, first: Failure) -> bool:
        """Tell whether the other one, which looks the same, was handed on to these calls."""
        raised = self.raised
        if raised is None or any(call.function == raised.function for call in self.calls):
            return False
        return first.calls[0].function == raised.function and first.ended_ns <= _end_ns(self.calls[0])

    @property
    def handled_by(self) -> str | None:
        """The call that caught the exception, if it is known."""
        raised = self.calls[-1].raised if self.calls else None
        known = raised.handled_by if raised else None
        return known if known is not None or self.handling is None else self.handling.function

    @property
    def not_handled_in(self) -> str | None:
        """The thread, task or process that it left; its caller, if it has one, is in another."""
        raised = self.calls[-1].raised if self.calls else None
        if raised and raised.not_handled_in and self.handling is None:
            return raised.not_handled_in
        return None if self.uncaught is None else _outside(self.uncaught)

    @property
    def came_to_nobody(self) -> bool:
        """Whether it is known that nobody handled it."""
        raised = self.calls[-1].raised if self.calls else None
        is_told = raised is not None and raised.not_handled_in is not None and raised.came_to_nobody
        return self.uncaught is not None or is_told

    @property
    def reached(self) -> str | None:
        """The call that it reached, of which nobody knows whether it handled it: its end is not known."""
        raised = self.calls[-1].raised if self.calls else None
        return raised.reached if raised and self.handling is None else None

    @property
    def ending(self) -> str:
        """What became of it, in one word or two."""
        last = self.calls[-1].raised if self.calls else None
        if self.ended_run:
            return "ended the run"
        if self.test is not None:
            return "failed a test"
        if last is not None and last.was_expected:
            return "expected"
        if self.handled_by is not None:
            passed_on = last is not None and last.then is not None
            return "replaced" if passed_on else HANDLED if self.handling is None else self.handling.ending
        if last is not None and last.failed_request:
            return "failed a request"
        return "not handled" if self.came_to_nobody else "not known"

    def json(self) -> dict[str, Any]:
        """Give the row."""
        first = self.calls[0] if self.calls else None
        return {
            "type": self.type,
            "message": self.message,
            "raised": {
                "function": self.raised.function if self.raised else None,
                "file": self.file,
                "line": self.line,
            },
            "left": None if self.left is None else vars(self.left),
            "path": [call.function for call in self.calls],
            "locals": list(self.locals),
            "handled_by": self.handled_by,
            "not_handled_in": self.not_handled_in,
            "reached": self.reached,
            "ended_run": self.ended_run,
            "args": first.args if first else None,
            "start": iso(first.start_ns) if first else None,
            "span_id": first.span_id if first else None,
            "trace_id": first.trace_id if first else None,
            "ending": self.ending,
            **({} if self.test is None else {"test": self.test}),
            "count": 1,
            "handler": None
            if self.handling is None
            else {"file": self.handling.file, "line": self.handling.line},
        }


def _end_ns(call: Call) -> int:
    return call.start_ns + (call.duration_ns or 0)


@dataclass(frozen=True)
class Paths:
    """The failed calls of a run by key, in start order: where each is, and through which calls each went."""

    places: Mapping[int, int]
    paths: tuple[tuple[int, ...], ...]
    """The calls that one exception left, innermost first."""
    escaped: tuple[int, ...]
    """Which of them left a call that nothing called."""
    through: Through


def read_paths(reader: Reader, run: Run, ask: Ask) -> Paths:
    """Find the calls that exceptions left, and put those together that one exception left."""
    query = sql(
        "select span_id, parent_id, place from base.call where {where} and outcome = 1 order by {order}",
        where=run.where(ask),
        order=ORDER,
    )
    rows = query.rows(reader.connection)
    through = raised_through(reader.connection, run.run_id)
    sources = through[0]
    parents = {key: parent for key, parent, _ in rows}
    above = {low: high for high, low in sources.items() if high in parents}
    paths = [_path(key, above) for key in parents if sources.get(key) not in parents]
    escaped = tuple(at for at, path in enumerate(paths) if not parents[path[-1]])
    return Paths({key: place for key, _, place in rows}, tuple(paths), escaped, through)


def _path(key: int, above: Mapping[int, int]) -> tuple[int, ...]:
    path = [key]
    while path[-1] in above:
        path.append(above[path[-1]])
    return tuple(path)


def read_failures(reader: Reader, run: Run, found: Paths, chosen: Iterable[int]) -> list[Failure]:
    """Read the calls of the chosen paths."""
    paths = [found.paths[at] for at in chosen]
    places = list(dict.fromkeys(found.places[key] for path in paths for key in path))
    found_calls = calls_at(reader.connection, places)
    calls = complete(reader.connection, run.run_id, found_calls, found.through, calls_made=False)
    by_key = {int(call.span_id, 16): call for call in calls}
    left = _locals(reader, places)
    return [
        failure_of(tuple([by_key[key] for key in path]), tuple([left.get(key) for key in path]))
        for path in paths
    ]


def failure_of(path: tuple[Call, ...], left: tuple[Mapping[str, Json] | None, ...]) -> Failure:
    """Make the failure that left these calls, innermost first, with what each held."""
    at = _raiser(path)
    inner = path[at]
    raised = inner.raised
    if raised is None:
        return Failure("?", None, inner.file, inner.line, path, locals=left)
    file = raised.file or inner.file
    line = raised.line if raised.file else inner.ended_line
    return Failure(raised.type, raised.message, file, line, path[at:], locals=left[at:], passed=path[:at])


def _raiser(path: Sequence[Call]) -> int:
    """Say which call raised: not the generators of `with` blocks into which it was thrown on its way."""
    raised = path[0].raised
    if raised is None or raised.function == path[0].function:
        return 0
    named = next((at for at, call in enumerate(path) if call.function == raised.function), None)
    if named is not None:
        within = path[:named]
        return named if all(call.yields for call in within) else 0
    thrown = itertools.takewhile(is_thrown_into, path[:-1])
    return sum(1 for _ in thrown)


def _locals(reader: Reader, places: Sequence[int]) -> dict[int, Mapping[str, Json]]:
    """Read by key what the frames of calls held when the exception left them."""
    held = """select span_id, extra->'$.locals' from base.call
        where place in (select unnest(?::bigint[])) and (extra->'$.locals') is not null"""
    found = reader.connection.execute(held, [list(places)]).fetchall()
    return {key: json.loads(told) for key, told in found}


def uncaught_first(failures: list[Failure], uncaught: list[Uncaught]) -> list[Failure]:
    """Put what nobody handled first, what ended the run before all, with its calls where they were traced."""
    first = []
    for each in uncaught:
        alike = [failure for failure in failures if _is_same(failure, each)]
        traced = min(alike, key=lambda failure: failure.not_handled_in is not None, default=None)
        if traced:
            failures = [failure for failure in failures if failure is not traced]
        raised = each.raised
        failure = traced or Failure(raised.type, raised.message, raised.file, raised.line)
        if failure.line is None:
            failure = replace(failure, file=raised.file, line=raised.line)
        first.append(replace(failure, uncaught=each))
    return first + failures


def _is_same(failure: Failure, uncaught: Uncaught) -> bool:
    """Whether it is one exception: what left the outermost call is what nobody handled after that."""
    last = failure.calls[-1]
    raised, end = last.raised, uncaught.raised
    if raised is None or last.process != uncaught.process:
        return False
    if failure.handled_by is not None and not raised.taken_below:
        return False
    return (raised.type, raised.message) == (end.type, end.message) and end.id in ("", raised.id)


def one_each(failures: Sequence[Failure]) -> list[Failure]:
    """Put the calls together that one exception left in several threads, tasks or greenlets.

    The function that raised it is none of those that it left later: there it was handed on.
    """
    whole = list(failures)
    last: dict[tuple[object, ...], int] = {}
    handed_on = set()
    for at in sorted((at for at, each in enumerate(whole) if each.calls), key=lambda at: whole[at].ended_ns):
        failure, raised = whole[at], whole[at].raised
        if raised is None:
            continue
        what = failure.calls[0].process, raised.type, raised.message, raised.id, *_place(raised)
        first = whole[last[what]] if what in last else None
        if first is not None and failure.goes_on_from(first):
            calls, held = first.calls + failure.calls, first.locals + failure.locals
            whole[last[what]] = replace(failure, calls=calls, locals=held, file=first.file, line=first.line)
            handed_on.add(at)
        else:
            last[what] = at
    return [each for at, each in enumerate(whole) if at not in handed_on]


def with_handlers(failures: list[Failure], handled: list[Handled]) -> list[Failure]:
    """Add to each the handler to which it came, where one of its function, or of a body, saw such a one."""
    seen: dict[tuple[object, ...], list[Handled]] = {}
    for each in handled:
        if each.by is None:
            seen.setdefault((each.process, each.raised.type), []).append(each)
    return [replace(failure, handling=_handler(failure, seen)) for failure in failures]


def _handler(failure: Failure, seen: Mapping[tuple[object, ...], list[Handled]]) -> Handled | None:
    last = failure.calls[-1] if failure.calls else None
    if last is None or last.raised is None or failure.came_to_nobody or last.raised.test is not None:
        return None
    raised = last.raised
    by = raised.handled_by or raised.reached
    alike = [
        each
        for each in seen.get((last.process, raised.type), [])
        if each.function == by or (by is None and is_same(each, failure))
    ]
    at_place = [each for each in alike if each.left and _place(each.raised) == _place(raised)]
    # a traceback may begin at who called: of a generator's end, or of what a future keeps
    return next(iter([*at_place, *(each for each in alike if is_same(each, failure))]), None)


def is_same(handled: Handled, failure: Failure) -> bool:
    """Tell whether one of those that came to a handler is known to be this exception."""
    raised = failure.calls[-1].raised if failure.calls else None
    return raised is not None and (raised.id, raised.message) in [
        (kept.id, kept.message) for kept in handled.kept
    ]


def _place(raised: Raised) -> tuple[str | None, int | None]:
    return raised.file, raised.line


def _outside(uncaught: Uncaught) -> str | None:
    return None if uncaught.whom in (PROGRAM, LOOP, TEST) else uncaught.whom
