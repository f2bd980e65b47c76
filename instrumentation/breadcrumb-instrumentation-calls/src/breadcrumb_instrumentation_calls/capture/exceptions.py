"""Describes an exception that leaves a call, without asking it: `str(exc)` would run the program's code."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.json_text import quote, shown
from breadcrumb_instrumentation_calls.base.members import as_json
from breadcrumb_instrumentation_calls.base.originals import json
from breadcrumb_instrumentation_calls.selection.selection import caller_name, module_of

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

_NO_ERRORS = frozenset(
    (
        "GeneratorExit",
        "greenlet.GreenletExit",
        "StopIteration",
        "StopAsyncIteration",
        "asyncio.exceptions.CancelledError",
        "concurrent.futures._base.CancelledError",
        "trio.Cancelled",
    )
)
_READ_BY_STR: dict[int, tuple[type[BaseException], tuple[str, ...]]] = {
    id(cls.__str__): (cls, names)
    for cls, names in (
        (BaseException, ("args",)),
        (KeyError, ("args",)),
        (AttributeError, ("args",)),
        (NameError, ("args",)),
        (OSError, ("args", "errno", "strerror", "filename", "filename2")),
        (ImportError, ("args", "msg")),
        (SyntaxError, ("msg", "filename", "lineno")),
        (BaseExceptionGroup, ("message",)),
        (UnicodeDecodeError, ("encoding", "object", "start", "end", "reason")),
        (UnicodeEncodeError, ("encoding", "object", "start", "end", "reason")),
        (UnicodeTranslateError, ("object", "start", "end", "reason")),
    )
}
"""What each built-in `__str__` reads, by the identity of the slot, and the class that stores it."""

_LONGEST_ARGUMENT = 100_000
_LARGEST_INT = 2**2000
"""Greater ones may be refused when they are spelled."""

_args = BaseException.__dict__["args"].__get__


class Seen(NamedTuple):
    """An exception described while it leaves a frame, to be known again in the next one."""

    exception_id: int
    traceback_id: int
    code_id: int
    is_error: bool
    text: str
    is_group: bool


def is_error(exception: BaseException) -> bool:
    """Whether leaving by this exception is an error; cancellation and ends of iteration are not."""
    known = _BUILT_IN.get(id(type(exception)))
    return _is_error(type(exception)) if known is None else known[0]


def _is_error(cls: type) -> bool:
    ends = [base for base in raw_objects.mro(cls) if raw_objects.type_name(base) in _NO_ERRORS]
    return not ends  # no function is made: see frame_locals.variables_of


_BUILT_IN = {
    id(cls): (_is_error(cls), quote(raw_objects.type_name(cls)))
    for cls in vars(builtins).values()
    if isinstance(cls, type) and issubclass(cls, BaseException)
}
"""Whether it is an error, and its name as JSON, of each built-in exception class by its identity."""


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
        text = description(exception, traceback, snapshot)
    code_id = id(traceback.tb_frame.f_code) if traceback is not None else 0
    is_group = issubclass(type(exception), BaseExceptionGroup)
    return Seen(id(exception), id(traceback), code_id, is_error(exception), text, is_group)


def unidentified(seen: Seen) -> Seen:
    """What is known of an exception where another one may have come in its place."""
    text = json.dumps(json.loads(seen.text) | {"id": ""})
    return seen._replace(exception_id=0, text=text)


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


def description(exception: BaseException, traceback: TracebackType | None, snapshot: Snapshot) -> str:
    """The `exception` column as JSON text."""
    cls = type(exception)
    known = _BUILT_IN.get(id(cls))
    parts = [f'"type": {quote(raw_objects.type_name(cls)) if known is None else known[1]}']
    parts += _message(exception, cls, snapshot)
    parts += _raised_at(traceback)
    parts.append(f'"id": "{id(exception):x}"')
    return "{" + ", ".join(parts) + "}"


def _message(exception: BaseException, cls: type, snapshot: Snapshot) -> list[str]:
    to_text = raw_objects.lookup(cls, "__str__")
    if _can_tell(exception, to_text):
        return [f'"message": {snapshot.text(to_text(exception), "exception")}']
    return ['"message": null', f'"args": {snapshot.value(list(_args(exception)), "exception")}']


def _can_tell(exception: BaseException, to_text: object) -> bool:
    """Whether the built-in `__str__` reads nothing but exact built-in values of bounded size."""
    holder, names = _READ_BY_STR.get(id(to_text), (BaseException, ()))
    for name in names:
        value = raw_objects.lookup(holder, name).__get__(exception)
        if name == "args":
            if not all(map(_is_short, value)):
                return False
        elif not (_is_short(value) or type(value) is bytes):
            return False
    return bool(names)


def _is_short(value: object) -> bool:
    """Whether a value is quickly told; bytes are not: `str` of them is an error under `python -bb`."""
    if type(value) is str:
        return len(value) <= _LONGEST_ARGUMENT
    if type(value) is int:
        return -_LARGEST_INT < value < _LARGEST_INT
    return value is None or type(value) is bool or type(value) is float


def _raised_at(traceback: TracebackType | None) -> list[str]:
    if traceback is None:
        return ['"file": null', '"line": null', '"function": null']
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    (file, function), _ = place(traceback.tb_frame)
    return [f'"file": {file}', f'"line": {as_json(traceback.tb_lineno)}', f'"function": {function}']


def place(frame: FrameType) -> tuple[tuple[str, str], bool]:
    """File and function of a frame as JSON texts; whether they are so for all frames of its code."""
    code, module = frame.f_code, module_of(frame.f_globals)
    known = _places.get(id(code))
    if known is not None and known[0] is code and known[1] == module:
        return known[2], True
    owner, function = caller_name(frame)
    found = quote(shown(code.co_filename)), quote(shown(function))
    if owner is frame and len(_places) < _MOST_PLACES:
        _places[id(code)] = (code, module, found)
    return found, owner is frame


_MOST_PLACES = 1_000
_places: dict[int, tuple[CodeType, str, tuple[str, str]]] = {}
"""Code (kept alive, so that its id stays its own), module, file and function, by the identity of the code."""
