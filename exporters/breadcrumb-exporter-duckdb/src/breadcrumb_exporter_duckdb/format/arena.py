"""Memory in files, lent to whoever records: what was written there is found after the process is gone.

    magic 8 | header length u32 | zero u32 | header (JSON): process, run_id, pid, layout | at HEAD: the memory

The layout is the borrower's: where it keeps the count of rows, the columns, texts, references, values and
notes, in bytes from HEAD on; or, in a file of open calls, how many there may be and where each keeps its
numbers and its arguments' text.
A file is locked (flock, shared) for as long as the memory is mapped: Linux keeps the lock when the descriptor
is closed. Its blocks are reserved on the disk before it is lent: writing to a mapped file on a full disk
would kill the program.
"""

from __future__ import annotations

import contextlib
import struct
from operator import index
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files, json_text
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.location import SPOOL
from breadcrumb_exporter_duckdb.base.originals import fcntl, json, os
from breadcrumb_exporter_duckdb.format.frame import VALUES, Buffers, Columns, Frame, require_sense
from breadcrumb_exporter_duckdb.format.values import REFS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

MAGIC = b"\xff\xfeBCAREN"
SUFFIX = ".arena"
MOST_BYTES = 64 << 20
HEAD = 1 << 16
"""Where the memory begins: a multiple of every page size in use."""
_PREFIX = struct.Struct("<8sII")
_COUNT = struct.Struct("<Q")
_OFFSET = struct.Struct("<q")
_REF = 4
"""Bytes of a reference, and of an offset among them."""


def make(path: Path, size: int, header: Mapping[str, object]) -> int:
    """A new file with `size` bytes of memory, reserved and locked; its descriptor. Raises OSError."""
    text = json.dumps(header).encode()
    if _PREFIX.size + len(text) > HEAD:
        raise ValueError(f"a header of {len(text)} bytes is too long")
    unborn = path.with_name(path.name + UNBORN)
    file = files.made(unborn, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        os.posix_fallocate(file, 0, HEAD + size)
        os.pwrite(file, _PREFIX.pack(MAGIC, len(text), 0) + text, 0)
        os.rename(unborn, path)
    except OSError:
        os.close(file)
        with contextlib.suppress(OSError):
            os.unlink(unborn)
        raise
    return file


def arena_files(store: Path) -> list[Path]:
    """The store's arenas, oldest first."""
    return files.named(store / SPOOL, SUFFIX)


def read(path: Path) -> Frame | None:
    """What lies in an arena, as a frame; None where nothing does.

    Raises one of frame.UNREADABLE where it is no arena.
    """
    try:
        data = files.read(path, MOST_BYTES)
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror}") from error
    magic, length, _ = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise ValueError(f"{path.name} is no arena")
    header = json.loads(data[_PREFIX.size : _PREFIX.size + length])
    memory = memoryview(data)[HEAD:]
    layout = header["layout"]
    columns, facts = ({}, _open_calls(memory, layout)) if "open" in layout else _calls(memory, layout)
    if not columns and not facts:
        return None
    frame = Frame(header["process"], header["run_id"], header["pid"], columns, facts)
    require_sense(frame, len(data))
    return frame


def _calls(memory: memoryview, layout: Mapping[str, Any]) -> tuple[Columns, list[tuple[str, str]]]:
    (rows,) = _COUNT.unpack_from(memory, layout["rows"])
    if rows > len(memory):
        raise ValueError(f"{rows} rows in {len(memory)} bytes")
    columns = {}
    if rows:
        columns = {name: _fixed(memory, rows, *place) for name, *place in layout["columns"]}
        columns |= {name: _texts(memory, rows, *place) for name, *place in layout["texts"]}
        if "values" in layout:
            columns |= {name: _references(memory, rows, *place) for name, *place in layout["refs"]}
            columns[VALUES] = _values(memory, *layout["values"])
    return columns, _notes(memory, layout)


def _open_calls(memory: memoryview, layout: Mapping[str, Any]) -> list[tuple[str, str]]:
    width, room = index(layout["width"]), index(layout["open"])  # a text times a number is memory
    if not 0 < width * room <= len(memory):
        raise ValueError("more open calls than there is room for")
    each = (memory[at : at + width] for at in range(0, room * width, width))
    found = [("open", json_text.dumps(_open_call(one, layout))) for one in each if any(one[: _COUNT.size])]
    has_room = len(found) < room
    return [("process", json.dumps({"key": "", "open_known": has_room})), *found]


def _open_call(memory: memoryview, layout: Mapping[str, Any]) -> dict[str, object]:
    number = {
        name: int.from_bytes(memory[at : at + width], "little") for name, at, width in layout["numbers"]
    }
    span_id, parent_id, size = (number.pop(name) for name in ("span_id", "parent_id", "size"))
    trace_id, args = (layout[name] for name in ("trace_id", "args"))
    return {
        "key": f"{span_id:016x}",
        "trace_id": bytes(memory[trace_id : trace_id + 16]).hex(),
        "parent_id": f"{parent_id:016x}" if parent_id else None,
        **number,
        "args": json.loads(bytes(memory[args : args + size])) if size <= layout["room"] else None,
    }


def _fixed(memory: memoryview, rows: int, kind: str, width: int, at: int) -> tuple[str, int, Buffers]:
    return kind, rows, [None, bytes(memory[at : at + rows * index(width)])]


def _texts(
    memory: memoryview, rows: int, offsets: int, valid: int, data: int, filled: int
) -> tuple[str, int, Buffers]:
    (known,) = _COUNT.unpack_from(memory, filled)
    known = min(known, rows)  # rows beyond have no text
    last = bytes(memory[offsets + known * _OFFSET.size : offsets + (known + 1) * _OFFSET.size])
    (size,) = _OFFSET.unpack(last)
    ends = memory[offsets : offsets + known * _OFFSET.size], last * (rows - known + 1)
    return (
        "U",
        rows,
        [bytes(memory[valid : valid + (rows + 7) // 8]), b"".join(ends), bytes(memory[data : data + size])],
    )


def _references(memory: memoryview, rows: int, *places: int) -> tuple[str, int, Buffers]:
    """References of each row: one, or as many as the offsets say."""
    *offsets, data = places
    if not offsets:
        return "I", rows, [None, bytes(memory[data : data + rows * _REF])]
    (begin,) = offsets
    ends = bytes(memory[begin : begin + (rows + 1) * _REF])
    count = int.from_bytes(ends[-_REF:], "little")
    return REFS, rows, [None, ends, bytes(memory[data : data + count * _REF])]


def _values(memory: memoryview, offsets: int, data: int, counted: int) -> tuple[str, int, Buffers]:
    """The whole values: a reference to one beyond them finds none."""
    (count,) = _COUNT.unpack_from(memory, counted)
    ends = bytes(memory[offsets : offsets + (count + 1) * _OFFSET.size])
    (size,) = _OFFSET.unpack(ends[-_OFFSET.size :])
    return "U", count, [None, ends, bytes(memory[data : data + size])]


def _notes(memory: memoryview, layout: Mapping[str, Any]) -> list[tuple[str, str]]:
    (size,) = _COUNT.unpack_from(memory, layout["noted"])
    lines = bytes(memory[layout["notes"] : layout["notes"] + size]).decode().splitlines()
    return [(kind, json_text.dumps(fact)) for kind, fact in map(json.loads, lines)]
