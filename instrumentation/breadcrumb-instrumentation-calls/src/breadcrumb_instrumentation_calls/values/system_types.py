"""Summaries of files, sockets, generators, tasks, and memory."""

from __future__ import annotations

import array
import io
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.values.summary_parts import Members, c_member, identity, kept

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.values.summary_parts import Reader


def _raw_file(value: Any) -> Members | None:
    if "name" not in kept(value):
        return None
    name, mode = kept(value)["name"], c_member(value, "mode")
    return [identity(value), ("name", name), ("mode", mode), ("closed", c_member(value, "closed"))]


def _binary_file(value: Any) -> Members | None:
    raw = c_member(value, "raw")
    told = _raw_file(raw) if type(raw) is io.FileIO else None
    return told and [identity(value), *told[1:]]


def _text_file(value: Any) -> Members | None:
    buffer = c_member(value, "buffer")
    told = _binary_file(buffer) if any(type(buffer) is kind for kind in _BUFFERED) else None
    if told is None:
        return None
    mode = kept(value).get("mode", "r")  # what `open` was given
    return [identity(value), *((name, mode if name == "mode" else each) for name, each in told[1:])]


def _memory_file(value: Any) -> Members:
    return [identity(value), ("closed", c_member(value, "closed"))]


def _socket_object(value: Any) -> Members:
    family, kind = c_member(value, "family"), c_member(value, "type")
    closed = dict(raw_objects.slots(value)).get("_closed")
    return [
        identity(value),
        ("family", _constant("AF_", family)),
        ("type", _constant("SOCK_", kind)),
        ("closed", closed),
    ]


def _suspendable(prefix: str) -> Reader:
    def read(value: Any) -> Members:
        if c_member(value, f"{prefix}_running"):
            state = "running"
        elif c_member(value, f"{prefix}_suspended"):
            state = "suspended"
        else:
            state = "closed" if c_member(value, f"{prefix}_frame") is None else "not started"
        name = raw_objects.plain_text(type(value).__dict__["__qualname__"].__get__(value))
        return [identity(value), ("@name", name), ("state", state)]

    return read


def _task(value: Any) -> Members:
    coroutine = c_member(value, "_coro")
    name = coroutine.cr_code.co_qualname if type(coroutine) is CoroutineType else None
    return [
        identity(value),
        ("name", value.get_name()),
        ("state", c_member(value, "_state")),
        ("coroutine", name),
    ]


def _future(value: Any) -> Members:
    return [identity(value), ("state", c_member(value, "_state"))]


def _numbers(value: Any) -> Members:
    return [identity(value), ("typecode", value.typecode), ("@length", len(value))]


def _memory(value: memoryview) -> Members | None:
    size = c_member(value, "nbytes")  # None where it was released
    return None if size is None else [identity(value), ("@length", size)]


def _view(value: Any) -> Members:
    return [("@length", len(value))]


def _zone(value: Any) -> Members | None:
    key = c_member(value, "key")
    return [("@text", key)] if type(key) is str else None


def _constant(prefix: str, number: object) -> object:
    """The name of a number of the socket module; the number where it has none."""
    module = sys.modules.get("_socket")
    names = raw_objects.instance_dict(module) or {}
    found = (
        name
        for name, each in names.items()
        if name.startswith(prefix) and type(each) is int and each == number
    )
    return next(found, number)


_BUFFERED = (io.BufferedReader, io.BufferedWriter, io.BufferedRandom)

READERS: dict[str, Reader] = {
    "_asyncio.Task": _task,
    "_asyncio.Future": _future,
    "socket.socket": _socket_object,
    "zoneinfo.ZoneInfo": _zone,
}
"""By the type's name."""

SUSPENDABLE: dict[type, str] = {GeneratorType: "gi", CoroutineType: "cr", AsyncGeneratorType: "ag"}
"""What begins the names of their attributes. The C recorder writes them itself (suspendables.c)."""

BUILT_IN: dict[int, Reader] = {
    id(io.FileIO): _raw_file,
    **dict.fromkeys(map(id, _BUFFERED), _binary_file),
    id(io.TextIOWrapper): _text_file,
    id(io.BytesIO): _memory_file,
    id(io.StringIO): _memory_file,
    **{id(cls): _suspendable(prefix) for cls, prefix in SUSPENDABLE.items()},
    id(array.array): _numbers,
    id(memoryview): _memory,
    **dict.fromkeys(map(id, (type({}.keys()), type({}.values()), type({}.items()))), _view),
}
"""By identity: types that are always there."""
