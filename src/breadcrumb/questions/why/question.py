"""`--why`: the story of a failure or of one call: frames, where values came from, what went well."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.call import call_of_id, calls_of, numbered_call
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_rows import MODULE
from breadcrumb.questions.facts.calls.last_calls import last_calls, made_within
from breadcrumb.questions.facts.calls.open_stacks import LIBRARY
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.siblings import nearest_sibling
from breadcrumb.questions.facts.calls.uncaught import ends_well
from breadcrumb.questions.facts.exceptions.failure import callers, frames, names_unseen, standing, unquoted
from breadcrumb.questions.facts.exceptions.frame import Frame
from breadcrumb.questions.facts.exceptions.handled import Handled, read_handled
from breadcrumb.questions.facts.exceptions.handlers import SWALLOWED
from breadcrumb.questions.facts.exceptions.reading import read_exceptions
from breadcrumb.questions.facts.exceptions.statement import code_in
from breadcrumb.questions.facts.exceptions.story import Asked, Head, Made
from breadcrumb.questions.facts.objects.changers import changer
from breadcrumb.questions.facts.objects.origins import (
    Changes,
    Origin,
    containers,
    is_concerned,
    origins,
    together,
)
from breadcrumb.questions.facts.objects.outside import outside
from breadcrumb.questions.facts.run.functions import display_names, find_function, is_named, package_of
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.facts.run.source import ANY_NS, source_line
from breadcrumb.questions.why.makers import makers
from breadcrumb.questions.why.next_steps import is_lookup, next_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.exceptions.failures import Failure

FEW = 20
"""Exceptions that are read where one is known to have ended the run, besides the last that nobody handled."""
MADE = 12
"""The last calls that a frame made which are shown."""
BEFORE = 4
"""The last calls that the caller had made before which are shown."""
IMPORTS = ("ImportError", "ModuleNotFoundError")
MODULE_BODY = "<module>"
QUIET = 3
"""Swallowed exceptions that are told with a failure."""
OFTEN = 20
"""How often an exception of a type is swallowed where code asks by it, in the ordinary course of things."""
COMPARED = 2
"""The innermost frames that are compared with calls that went well."""


def why(reader: Reader, ask: Ask, what: str = "", run: Run | None = None) -> Answer:
    """Explain the failure that ended the run, the last one of an exception's type, or one call."""
    run = run or find_run(reader, ask)
    most = None if what or run.exception is None else FEW
    found = read_exceptions(reader, run, replace(ask, limit=most))
    failures, handled = [*found.failures, *found.cancelled], found.told
    failure = _chosen(failures, what)
    if failure is None and not what:
        return _unharmed(reader, run, ask, failures, handled)
    if failure is not None:
        cause = _below(failures, failure)
        head = [Head(failure)] if cause is not None else []
        rows = [*head, *_of_failure(reader, run, cause or failure), *_quiet(reader, run, failure)]
        last = (cause or failure).calls[:1]
    else:
        taken = _taken([*handled, *found.quiet], what)
        call = _named(reader, run, ask, what if taken is None else taken.span_id or taken.function)
        quiet = [each for each in handled if call.kind == MODULE and each.function == call.function][:QUIET]
        rows, last = [*_of_call(reader, run, call), *quiet], (call,)
        rows[:0] = [] if taken is None else [taken]
    names = display_names(reader, run)
    made, changed = makers(reader, run, rows), changer(reader, run, rows)
    steps = next_steps(ask, rows, last, names, changed, made, partial(made_within, reader, run))
    return _answer(run, ask, what, rows, names, steps)


def _quiet(reader: Reader, run: Run, failure: Failure) -> list[Handled]:
    """Give what was handled while the outermost call ran that failed, what was swallowed first."""
    told = [each for each in read_handled(reader, run) if _is_during(each, failure)]
    often = Counter[str]()
    for each in told:
        often[each.raised.type] += each.count
    concerned = {package_of(call.function) for call in failure.calls}
    swallowed = [
        each
        for each in told
        if each.ending == SWALLOWED
        and not _is_routine(each)
        and (each.dropped_by or often[each.raised.type] < OFTEN)
        and not _is_own_affair(each, concerned)
    ]
    others = [each for each in told if each.ending != SWALLOWED and not _is_usual(each)]
    return [*sorted(swallowed, key=lambda each: (not each.dropped_by, is_lookup(each))), *others][:QUIET]


def _is_usual(handled: Handled) -> bool:
    """Tell whether code asked so whether something is there, or a library did whatever it does."""
    return LIBRARY.search(handled.file) is not None or is_lookup(handled)


def _is_routine(handled: Handled) -> bool:
    """Tell whether a library asked so whether something is there, or an import whether a module is."""
    return _is_import(handled) or (
        LIBRARY.search(handled.file) is not None and (handled.count > 1 or is_lookup(handled))
    )


def _is_import(handled: Handled) -> bool:
    """Tell whether a module asked whether another one is installed."""
    return handled.raised.type in IMPORTS and handled.function.endswith(MODULE_BODY)


def _is_own_affair(handled: Handled, concerned: set[str]) -> bool:
    """Tell whether a package raised an exception of its own and took it, while another one's code failed."""
    raised = handled.raised
    packages = {package_of(name) for name in (raised.type, raised.function or "", handled.function)}
    return len(packages) == 1 and packages.isdisjoint(concerned) and "." in raised.type


def _is_during(handled: Handled, failure: Failure) -> bool:
    if not failure.calls or not handled.moments_ns:
        return True
    outermost = failure.calls[-1]
    ended_ns = outermost.start_ns + (outermost.duration_ns or 0)
    return any(outermost.start_ns <= moment <= ended_ns for moment in handled.moments_ns)


def _answer(
    run: Run, ask: Ask, what: str, rows: Sequence[Row], names: Mapping[str, str], following: tuple[str, ...]
) -> Answer:
    return Answer(
        question="why",
        run=run.run_id,
        rows=tuple(rows),
        total=len(rows),
        ask=ask,
        words=("--why", *([what] if what else [])),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*unquoted(each for each in rows if isinstance(each, Frame)), *run.notes),
        now_ns=run.now_ns,
        noun="facts",
        names=names,
        next=following,
    )


def _chosen(failures: Sequence[Failure], what: str) -> Failure | None:
    """Choose what ended the run, else what nobody handled; or the last of a type."""
    if what:
        named = [each for each in failures if is_named(each.type, what)]
        return named[0] if named else None
    return next((each for each in failures if each.is_harm), None)


def _below(failures: Sequence[Failure], failure: Failure) -> Failure | None:
    """Choose what failed in a process, thread or task that the innermost call had started.

    The exception that left that call says little then: a command's exit status, "a cell failed".
    """
    if not failure.calls:
        return None
    innermost = failure.calls[0]
    found = [
        each
        for each in failures
        if each.calls
        and each.is_harm
        and each.calls[-1].parent_span_id == innermost.span_id
        and each.ended_ns <= failure.ended_ns
    ]
    return max(found, key=lambda each: each.ended_ns, default=None)


def _taken(handled: Sequence[Handled], what: str) -> Handled | None:
    """Choose the first of a type that came to a handler and left no call, swallowed ones before others."""
    named = [each for each in handled if is_named(each.raised.type, what)]
    return min(named, key=lambda each: each.ending != SWALLOWED, default=None)


def _unharmed(
    reader: Reader, run: Run, ask: Ask, failures: Sequence[Failure], handled: Sequence[Handled]
) -> Answer:
    """Say that nothing failed; what was swallowed or handled may still be why something is wrong."""
    left = len(failures)
    failures = [each for each in failures if not ends_well(each.raised)]
    handled = sorted((each for each in handled if not _is_import(each)), key=is_lookup)
    if not failures and not handled and ask.test:
        told = f"no exception left a traced call while {ask.test} ran"
        raise NoAnswer(told, f"{ask.query('--flow')} tells what happened")
    if not failures and not handled:
        other = " but an exit" if left else ""
        raise NoAnswer(
            f"nothing failed in run {run.run_id}, and no exception{other} left a traced call",
            f"{ask.query('--why', 'F#n')} explains a call, {ask.query('--value', 'TEXT')} follows a value",
        )
    names = display_names(reader, run)
    rows: list[Row] = [*handled, *_alike(failures)]
    within = [ask.query("--why", each.span_id) for each in handled if each.span_id]
    steps = (*within[:1], *(ask.query("--why", each.type) for each in failures[:1]), ask.query("--flow"))
    return _answer(run, ask, "", rows[: ask.rows], names, steps[:2])


def _alike(failures: Sequence[Failure]) -> list[Head]:
    """Tell exceptions of a type that were raised and handled at the same places once."""
    found: dict[tuple[object, ...], Head] = {}
    for each in failures:
        outermost = each.calls[-1].function if each.calls else None
        way = (each.type, each.file, each.line, outermost, each.handled_by)
        first = found.get(way)
        found[way] = Head(each) if first is None else replace(first, times=first.times + 1)
    return list(found.values())


def _named(reader: Reader, run: Run, ask: Ask, what: str) -> Call:
    """Read the call that is meant: of a function the first that failed, else the last one."""
    found = call_of_id(reader, run, ask, what)
    if found is None:
        try:
            named = find_function(reader, run, ask, what)
        except NoAnswer as error:
            message = error.message.replace("no call of", "no exception and no call of", 1)
            raise NoAnswer(message, error.hint, error.code) from None
        if named.number is not None:
            found = numbered_call(reader, run, ask, named.function, named.number)
        else:
            calls, _ = calls_of(reader, run, ask, named.function)
            found = next((each for each in calls if each.raised and not each.cancelled), calls[-1])
    (whole,) = complete(reader.connection, run.run_id, [found])
    return with_args_after(reader, run, [whole])[0]


def _of_failure(reader: Reader, run: Run, failure: Failure) -> Iterator[Row]:
    found = frames(reader, run, failure)
    if not found:
        yield from _of_module(reader, run, failure)
        return
    yield Head(failure)
    yield from found
    last = found[-1]
    yield from _around(reader, run, last.call)
    values = {**(last.call.args if isinstance(last.call.args, dict) else {}), **last.held}
    raised = last.call.raised
    if raised is not None and raised.args is not None:
        args = raised.args if isinstance(raised.args, list) else [raised.args]
        values |= {f"exception.args[{at}]": each for at, each in enumerate(args)}
    under = last.under or ""
    looped = under.startswith(("for ", "async for "))  # what it goes through did not fail, its item did
    line = code_in(f"{last.source or ''} {'' if looped else under}")
    traced = _origins(reader, run, last.call, values, line, message=failure.message or "")
    if names_unseen(last, line):
        traced = [each for each in traced if isinstance(each, Changes) or is_concerned(each, line)]
    yield from traced
    met = together(reader, run, traced, last.call.start_ns)
    if met is not None and met.call.span_id not in {each.call.span_id for each in found}:
        yield met
    for frame in found[: -COMPARED - 1 : -1]:
        sibling = nearest_sibling(reader, run, frame.call)
        if sibling is not None:
            yield sibling
    yield from outside(reader, run, last.call)


def _of_module(reader: Reader, run: Run, failure: Failure) -> Iterator[Row]:
    """Explain what left no traced call by its line and by the last calls that the main program made."""
    if failure.uncaught is None or not failure.ended_run:
        yield Head(failure)
        return
    outermost = sql(
        "parent_id = 0 and process = {process} and thread = 'MainThread'",
        process=int(failure.uncaught.process, 16),
    )
    calls, total = last_calls(reader, run, outermost, BEFORE)
    left = failure.left
    file, line = (left.file, left.line) if left else (failure.file, failure.line)
    last_ns = max((call.start_ns for call in calls), default=ANY_NS)
    source = source_line(file, line, last_ns) if file and line else None
    yield Head(failure, source and source.strip())
    if calls:
        yield Made("__main__.<module>", calls, total, is_before=True)


def _origins(
    reader: Reader,
    run: Run,
    call: Call,
    values: Mapping[str, Json],
    first: str = "",
    until_ns: int | None = None,
    message: str = "",
) -> Sequence[Origin | Changes]:
    """Follow the values until a moment, or the call's end; plain ones first, then changes of objects."""
    ended_ns = call.start_ns + (call.duration_ns or 0)
    until_ns = ended_ns if until_ns is None else until_ns
    found = origins(reader, run, call, values, until_ns, first, message)
    return sorted(found, key=lambda each: isinstance(each, Changes))


def _of_call(reader: Reader, run: Run, call: Call) -> Iterator[Row]:
    yield Asked(call)
    above = callers(reader, run, call)
    yield from standing([*above[-COMPARED:], call])
    yield from _around(reader, run, call)
    sibling = nearest_sibling(reader, run, call)
    if sibling is not None:
        yield sibling
    yield from outside(reader, run, call)
    args = call.args if isinstance(call.args, dict) else {}
    found = [
        *_origins(reader, run, call, args, until_ns=call.start_ns),
        *_passed_on(reader, run, above, call),
        *(_origins(reader, run, call, {"return": call.result}) if call.returned else ()),
    ]
    once: dict[str, Origin | Changes] = {}
    for each in found:
        once.setdefault(repr(each.value) if isinstance(each, Origin) else each.path, each)
    yield from sorted(once.values(), key=lambda each: isinstance(each, Changes))


def _passed_on(reader: Reader, run: Run, above: Sequence[Call], call: Call) -> Iterator[Origin | Changes]:
    """Follow the lists and dicts that the caller's statement names, such as `**kwargs`."""
    for frame in standing([*above[-1:], call]):
        if frame.source is not None and isinstance(frame.call.args, dict):
            known = containers(frame.call.args, frame.source)
            given = {f"{name} given to the caller": value for name, value in known}
            yield from _origins(reader, run, frame.call, given, frame.source, call.start_ns)


def _around(reader: Reader, run: Run, call: Call) -> Iterator[Made]:
    """Give what the caller had called before, and what the call itself called."""
    if call.kind == MODULE:
        made = [_begun_in(reader, run, call)]
    else:
        made = [_made(reader, run, call.called_by, call.parent_span_id, BEFORE, call.start_ns)]
    made += [_made(reader, run, call.function, call.span_id, MADE, None)]
    yield from (each for each in made if each.calls)


def _made(
    reader: Reader, run: Run, caller: str | None, span_id: str | None, most: int, before_ns: int | None
) -> Made:
    """Read the last calls that a call made, or those before a moment."""
    key = int(span_id or "0", 16)
    made = sql("parent_id = {key}", key=key)
    if before_ns is not None:
        made = sql("{made} and start_ns < {before}", made=made, before=before_ns)
    calls, total = last_calls(reader, run, made, most) if key else ((), 0)
    return Made(caller or "?", calls, total, is_before=before_ns is not None)


def _begun_in(reader: Reader, run: Run, body: Call) -> Made:
    """Read the last calls without a traced caller that a thread made while it ran a module's body."""
    within = sql(
        """parent_id = 0 and kind <> {module} and process = {process} and thread = {thread}
            and start_ns between {start} and {end}""",
        module=MODULE,
        process=int(body.process, 16),
        thread=body.thread,
        start=body.start_ns,
        end=ANY_NS if body.duration_ns is None else body.start_ns + body.duration_ns,
    )
    calls, total = last_calls(reader, run, within, MADE)
    return Made(body.function, calls, total)
