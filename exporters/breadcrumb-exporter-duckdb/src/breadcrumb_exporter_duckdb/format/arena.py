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
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files, json_text
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.location import SPOOL
from breadcrumb_exporter_duckdb.base.originals import fcntl, json, os
from breadcrumb_exporter_duckdb.format.damage import DamageError, parsed
from breadcrumb_exporter_duckdb.format.frame import VALUES, Buffers, Columns, Frame, sensible
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
_END = 8
"""Bytes of an offset among texts."""
_REF = 4
"""Bytes of a reference, and of an offset among them."""
_MOST_NUMBER = (1 << 64) - 1


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
    """What lies in an arena, as a frame; None where nothing does. Raises DamageError where it is no arena."""
    try:
        data = files.read(path, MOST_BYTES)
    except OSError as error:
        raise DamageError(f"{path.name}: {error.strerror}") from error
    if len(data) < _PREFIX.size:
        raise DamageError(f"{path.name} is no arena")
    magic, length, _ = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise DamageError(f"{path.name} is no arena")
    header = parsed(data[_PREFIX.size : _PREFIX.size + length])
    layout = header.get("layout") if isinstance(header, dict) else None
    if not isinstance(layout, dict):
        raise DamageError(f"{path.name} has no layout")
    memory = memoryview(data)[HEAD:]
    columns, facts = ({}, _open_calls(memory, layout)) if "open" in layout else _calls(memory, layout)
    if not columns and not facts:
        return None
    process, run_id, pid = (header.get(name) for name in ("process", "run_id", "pid"))
    return sensible(process, run_id, pid, columns, facts, [], len(data))


def _number(layout: Mapping[str, Any], name: str) -> int:
    """A number of the layout."""
    number = layout.get(name)
    if not isinstance(number, int):
        raise DamageError(f"a layout without {name}")
    return number


def _lists(layout: Mapping[str, Any], name: str, *texts: str, numbers: tuple[int, ...]) -> list[list[Any]]:
    """Lists of the layout: each has these texts, then one of these numbers of numbers."""
    told, begin = layout.get(name), len(texts)
    if not (
        isinstance(told, list)
        and all(
            isinstance(each, list)
            and len(each) - begin in numbers
            and all(isinstance(text, str) for text in each[:begin])
            and all(isinstance(number, int) for number in each[begin:])
            for each in told
        )
    ):
        raise DamageError(f"a layout without {name}")
    return told


def _count(memory: memoryview, at: int) -> int:
    return int.from_bytes(_part(memory, at, _COUNT.size), "little")


def _part(memory: memoryview, at: int, size: int) -> bytes:
    """So many bytes. Raises DamageError where there are fewer."""
    if at < 0 or not 0 <= size <= len(memory) - at:
        raise DamageError("beyond the end of the memory")
    return bytes(memory[at : at + size])


def _calls(memory: memoryview, layout: Mapping[str, Any]) -> tuple[Columns, list[tuple[str, str]]]:
    rows = _count(memory, _number(layout, "rows"))
    if rows > len(memory):
        raise DamageError(f"{rows} rows in {len(memory)} bytes")
    columns = {}
    if rows:
        fixed = _lists(layout, "columns", "name", "kind", numbers=(2,))
        columns = {name: _fixed(memory, rows, *place) for name, *place in fixed}
        texts = _lists(layout, "texts", "name", numbers=(4,))
        columns |= {name: _texts(memory, rows, *place) for name, *place in texts}
        if "values" in layout:
            refs = _lists(layout, "refs", "name", numbers=(1, 2))
            columns |= {name: _references(memory, rows, *place) for name, *place in refs}
            (values,) = _lists({"values": [layout["values"]]}, "values", numbers=(3,))
            columns[VALUES] = _values(memory, *values)
    return columns, _notes(memory, layout)


def _open_calls(memory: memoryview, layout: Mapping[str, Any]) -> list[tuple[str, str]]:
    width, room = _number(layout, "width"), _number(layout, "open")
    if not 0 < width * room <= len(memory) or room < 0:
        raise DamageError("more open calls than there is room for")
    each = (memory[at : at + width] for at in range(0, room * width, width))
    found = [("open", json_text.dumps(_open_call(one, layout))) for one in each if any(one[: _COUNT.size])]
    has_room = len(found) < room
    return [("process", json.dumps({"key": "", "open_known": has_room})), *found]


def _open_call(memory: memoryview, layout: Mapping[str, Any]) -> dict[str, object]:
    numbers = _lists(layout, "numbers", "name", numbers=(2,))
    number = {name: int.from_bytes(_part(memory, at, width), "little") for name, at, width in numbers}
    if not {"span_id", "parent_id", "size"} <= number.keys() or max(number.values()) > _MOST_NUMBER:
        raise DamageError("no open call")
    span_id, parent_id, size = (number.pop(name) for name in ("span_id", "parent_id", "size"))
    trace_id, args = (_number(layout, name) for name in ("trace_id", "args"))
    return {
        "key": f"{span_id:016x}",
        "trace_id": _part(memory, trace_id, 16).hex(),
        "parent_id": f"{parent_id:016x}" if parent_id else None,
        **number,
        "args": parsed(_part(memory, args, size)) if size <= _number(layout, "room") else None,
    }


def _fixed(memory: memoryview, rows: int, kind: str, width: int, at: int) -> tuple[str, int, Buffers]:
    return kind, rows, [None, _part(memory, at, rows * width)]


def _texts(
    memory: memoryview, rows: int, offsets: int, valid: int, data: int, filled: int
) -> tuple[str, int, Buffers]:
    known = min(_count(memory, filled), rows)  # rows beyond have no text
    ends = _part(memory, offsets, (known + 1) * _END)
    last = ends[-_END:]
    size = int.from_bytes(last, "little")
    return (
        "U",
        rows,
        [_part(memory, valid, (rows + 7) // 8), ends + last * (rows - known), _part(memory, data, size)],
    )


def _references(memory: memoryview, rows: int, *places: int) -> tuple[str, int, Buffers]:
    """References of each row: one, or as many as the offsets say."""
    *offsets, data = places
    if not offsets:
        return "I", rows, [None, _part(memory, data, rows * _REF)]
    (begin,) = offsets
    ends = _part(memory, begin, (rows + 1) * _REF)
    count = int.from_bytes(ends[-_REF:], "little")
    return REFS, rows, [None, ends, _part(memory, data, count * _REF)]


def _values(memory: memoryview, offsets: int, data: int, counted: int) -> tuple[str, int, Buffers]:
    """The whole values: a reference to one beyond them finds none."""
    count = _count(memory, counted)
    ends = _part(memory, offsets, (count + 1) * _END)
    size = int.from_bytes(ends[-_END:], "little")
    return "U", count, [None, ends, _part(memory, data, size)]


def _notes(memory: memoryview, layout: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts, each a line with its kind."""
    size = _count(memory, _number(layout, "noted"))
    notes = [parsed(line) for line in _part(memory, _number(layout, "notes"), size).splitlines()]
    if not all(isinstance(note, list) and len(note) == 2 for note in notes):
        raise DamageError("no notes")
    return [(kind, json_text.dumps(fact)) for kind, fact in notes]
