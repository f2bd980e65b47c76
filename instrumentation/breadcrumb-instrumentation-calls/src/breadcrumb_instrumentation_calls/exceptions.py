"""Describes an exception that leaves a call, without asking it: `str(exc)` would run the program's code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from breadcrumb_instrumentation_calls import storage
from breadcrumb_instrumentation_calls.selection import caller_name, module_of
from breadcrumb_instrumentation_calls.text import quote, spell_surrogates

if TYPE_CHECKING:
    from types import TracebackType

    from breadcrumb_instrumentation_calls.snapshot import Snapshot

_NO_ERRORS = frozenset(
    (
        "GeneratorExit",
        "StopIteration",
        "StopAsyncIteration",
        "asyncio.exceptions.CancelledError",
        "concurrent.futures._base.CancelledError",
        "trio.Cancelled",
    )
)
_EXACT = (str, int, float, bool, type(None), bytes)
_MEMBERS_READ_BY_STR: dict[int, tuple[str, ...]] = {
    id(BaseException.__str__): (),
    id(KeyError.__str__): (),
    id(OSError.__str__): ("errno", "strerror", "filename", "filename2"),
    id(ImportError.__str__): ("msg",),
    id(SyntaxError.__str__): ("msg", "filename", "lineno"),
    id(BaseExceptionGroup.__str__): ("message",),
    id(UnicodeDecodeError.__str__): ("encoding", "object", "start", "end", "reason"),
    id(UnicodeEncodeError.__str__): ("encoding", "object", "start", "end", "reason"),
    id(UnicodeTranslateError.__str__): ("object", "start", "end", "reason"),
}
"""What each built-in `__str__` reads besides `args`, by the identity of the slot."""

_args = BaseException.__dict__["args"].__get__


class Seen(NamedTuple):
    """An exception described while it leaves a frame, to be known again in the next one."""

    exception_id: int
    traceback_id: int
    code_id: int
    is_error: bool
    text: str


def is_error(exception: BaseException) -> bool:
    """Whether leaving by this exception is an error; cancellation and ends of iteration are not."""
    return not any(storage.type_name(cls) in _NO_ERRORS for cls in storage.mro(type(exception)))


def traceback_of(exception: BaseException) -> TracebackType | None:
    """The exception's traceback, without asking its class."""
    found: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(exception)
    return found


def describe(
    exception: BaseException, traceback: TracebackType | None, snapshot: Snapshot, before: Seen | None
) -> Seen:
    """The `exception` column as JSON text; `before` is what left the call below, which may be the same."""
    if before is not None and _is_same(exception, traceback, before):
        text = before.text
    else:
        text = _describe(exception, traceback, snapshot)
    code_id = id(traceback.tb_frame.f_code) if traceback is not None else 0
    return Seen(id(exception), id(traceback), code_id, is_error(exception), text)


def left_main(exception: BaseException) -> bool:
    """Whether an exception went out of the main program, by where its traceback begins."""
    head = traceback_of(exception)
    if head is None:
        return False
    frame = head.tb_frame
    return frame.f_code.co_name == "<module>" or module_of(frame.f_globals) == "runpy"


def as_object(exception: BaseException, snapshot: Snapshot) -> object:
    """The `exception` column as a JSON object."""
    return json.loads(_describe(exception, traceback_of(exception), snapshot))


def _is_same(exception: BaseException, head: TracebackType | None, before: Seen) -> bool:
    """Whether the traceback goes through the one seen before: an address alone can be used again."""
    if id(exception) != before.exception_id or head is None:
        return False
    below = head.tb_next
    while below is not None:
        if id(below) == before.traceback_id:
            return id(below.tb_frame.f_code) == before.code_id
        below = below.tb_next
    return False


def _describe(exception: BaseException, traceback: TracebackType | None, snapshot: Snapshot) -> str:
    cls = type(exception)
    parts = [f'"type": {quote(storage.type_name(cls))}']
    parts += _message(exception, cls, snapshot)
    parts += _raised_at(traceback)
    parts.append(f'"id": "{id(exception):x}"')
    return "{" + ", ".join(parts) + "}"


def _message(exception: BaseException, cls: type, snapshot: Snapshot) -> list[str]:
    args = _args(exception)
    to_text = storage.lookup(cls, "__str__")
    if _can_tell(exception, args, to_text):
        return [f'"message": {snapshot.text(to_text(exception), "exception")}']
    return ['"message": null', f'"args": {snapshot.value(list(args), "exception")}']


def _can_tell(exception: BaseException, args: tuple[object, ...], to_text: object) -> bool:
    """Whether the built-in `__str__` reads nothing but exact built-in values."""
    members = _MEMBERS_READ_BY_STR.get(id(to_text))
    if members is None:
        return False
    if "message" in members:
        args = ()
    read = [storage.lookup(type(exception), name) for name in members]
    if any(type(descriptor).__module__ != "builtins" for descriptor in read):
        return False
    values = (*args, *(descriptor.__get__(exception) for descriptor in read))
    return all(type(value) in _EXACT for value in values)


def _raised_at(traceback: TracebackType | None) -> list[str]:
    if traceback is None:
        return ['"file": null', '"line": null', '"function": null']
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    _, function = caller_name(frame)
    return [
        f'"file": {quote(spell_surrogates(frame.f_code.co_filename))}',
        f'"line": {json.dumps(traceback.tb_lineno)}',
        f'"function": {quote(function)}',
    ]
