"""Encodes and reads frames, the units of a spool file: each is whole or it is not there.

    magic 8 | version u16 | zero u16 | crc32 u32 | payload length u64 | payload
    payload: header length u32 | zero u32 | header (JSON) | buffers, each padded to 8 bytes

The header says of each column: name, Arrow format, length, sizes of its buffers; and, where these are narrow
(narrow.py), the bytes that stand above those that its second buffer keeps, in hex. Of a buffer that was made
small, as an LZ4 block, it says two sizes: as it is here, and as it was.

All little-endian; the checksum covers the payload, which an encrypted store seals: its version is SEALED.
The magic holds bytes that UTF-8 text cannot, so recorded data never looks like the start of a frame. A reader
steps over what it cannot read to the next whole frame: every frame stands for itself, so losing one must not
hide those behind it.
"""

from __future__ import annotations

import errno
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from breadcrumb_exporter_duckdb.base import json_text
from breadcrumb_exporter_duckdb.base.location import MARKER, StoreError
from breadcrumb_exporter_duckdb.base.originals import os
from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.format.narrow import WIDTHS, narrowed, widened

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.format.encryption import Seal

MAGIC = b"\xff\xfeBCRUMB"
VERSION, SEALED = 5, 6
PREFIX = struct.Struct("<8sHHIQ")
LENGTHS = struct.Struct("<II")
CHUNK = 1 << 20
MOST_BYTES = 1 << 30
"""Of one frame: what says that it is longer is none of ours."""
MOST_ROWS = 1 << 22
LEAST_ROWS = 8
"""Of a column that is made narrow: in the header that takes some bytes as well."""
MOST_TRIED = 1_000
"""Places in a damaged stretch that look like a frame: so many are tried."""
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
"""What reading bytes that are none of ours may raise."""
IDS = "span_id"
VALUES = "values"
"""The column of what calls refer to: it has an entry for each value, not for each call."""
MERGED = frozenset({"process", "end"})
"""Kinds of facts whose members add up; of the others the last one wins."""

Piece = bytes | memoryview
Buffers = Sequence[Piece | None]
Columns = Mapping[str, tuple[str, int, Buffers]]
Sizes = int | tuple[int, int] | None
Pack = Callable[[Piece], bytes | None]
"""Makes bytes small, as an LZ4 block; None where it hardly would."""
Unpack = Callable[[Piece, int], bytes]
"""The bytes that were made small, by how many they are; ValueError where it is no such block."""
Problem = Literal["torn", "corrupt", "foreign", "newer"]


@dataclass(frozen=True)
class Frame:
    """What one process wrote at once: rows in columns, facts and spans of other instrumentations."""

    process: str
    run_id: str
    pid: int
    columns: Columns = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    spans: Sequence[Mapping[str, object]] = ()

    @property
    def rows(self) -> int:
        """How many calls the frame carries."""
        return max(_lengths(self.columns), default=0)

    @property
    def size(self) -> int:
        """Bytes of its columns."""
        return sum(len(part) for _, _, parts in self.columns.values() for part in parts if part)


class _Written(NamedTuple):
    """A column as a frame has it: with what the header says of its buffers, and what its numbers share."""

    kind: str
    rows: int
    parts: Buffers
    sizes: Sequence[Sizes]
    above: bytes


class Prefix(NamedTuple):
    """What a frame's first bytes say of its payload."""

    version: int
    checksum: int
    length: int


@dataclass(frozen=True)
class Found:
    """A stretch of a spool file, in bytes: a frame, or a problem where none could be read."""

    start: int
    end: int
    frame: Frame | None = None
    problem: Problem | None = None
    is_whole: bool = False
    """The checksum of a problem held, so that its end is known."""


def encode(frame: Frame) -> bytes:
    """The frame's bytes."""
    return b"".join(pieces(frame))


def pieces(frame: Frame, pack: Pack | None = None) -> list[Piece]:
    """The frame's bytes in pieces, to be handed to one writev(): rows are made small, or not copied."""
    columns = {name: _as_written(name, frame.columns, pack) for name in frame.columns}
    header = _header(frame, columns)
    payload: list[Piece] = [LENGTHS.pack(len(header), 0), header, _padding(header)]
    for _, _, parts, _, _ in columns.values():
        for part in parts:
            if part:
                payload += (part, _padding(part))
    checksum = 0
    for piece in payload:
        checksum = zlib.crc32(piece, checksum)
    length = sum(len(piece) for piece in payload)
    return [PREFIX.pack(MAGIC, VERSION, 0, checksum, length), *(piece for piece in payload if piece)]


def sealed(pieces: Sequence[Piece], seal: Seal | None, at: int) -> Sequence[Piece]:
    """A frame's pieces as they are written at byte `at` of the seal's file; without a seal, as they are."""
    if seal is None:
        return pieces
    payload = seal.close(pieces[1:], at)
    return [PREFIX.pack(MAGIC, SEALED, 0, zlib.crc32(payload), len(payload)), payload]


def _as_written(name: str, columns: Columns, pack: Pack | None) -> _Written:
    """A column. Ids stay: a reader expects a byte for each row."""
    kind, rows, parts = columns[name]
    above = b""
    is_of_calls = name != IDS and IDS in columns
    if is_of_calls and kind in WIDTHS and rows >= LEAST_ROWS and _is_plain(parts):
        low, above = narrowed(kind, parts[1] or b"")
        parts = [None, low]
    small = [pack(part) if pack is not None and part and name != IDS else None for part in parts]
    both = list(zip(parts, small, strict=True))
    return _Written(
        kind, rows, [block or part for part, block in both], [_sizes(*each) for each in both], above
    )


def _sizes(part: Piece | None, block: bytes | None) -> Sizes:
    """What the header says of a buffer, and of the block that stands in its place."""
    if part is None:
        return None
    return len(part) if block is None else (len(block), len(part))


def _is_plain(parts: Buffers) -> bool:
    """Whether it is numbers, one in each row."""
    return len(parts) == 2 and parts[0] is None and bool(parts[1])


def _header(frame: Frame, columns: Mapping[str, _Written]) -> bytes:
    told = [
        [name, kind, length, sizes] + ([above.hex()] if above else [])
        for name, (kind, length, _, sizes, above) in columns.items()
    ]
    return json_text.dumps(
        {
            "process": frame.process,
            "run_id": frame.run_id,
            "pid": frame.pid,
            "columns": told,
            "facts": [(kind, json_text.restated(text)) for kind, text in frame.facts],
            "spans": list(frame.spans),
        }
    ).encode("ascii")


def decode(payload: bytes, unpack: Unpack | None = None) -> Frame:
    """The frame in a payload whose checksum held; ValueError or KeyError where it is no frame of ours.

    Where nobody can `unpack`, the columns are left out of which a buffer was made small: never the ids.
    """
    length, _ = LENGTHS.unpack_from(payload)
    header = json_text.loads(payload[LENGTHS.size : LENGTHS.size + length])
    position = LENGTHS.size + length + _gap(length)
    view = memoryview(payload)
    columns: dict[str, tuple[str, int, Buffers]] = {}
    for name, kind, rows, sizes, *above in header["columns"]:
        parts: list[Piece | None] = []
        is_small = False
        for told in sizes:
            size, *full = told if isinstance(told, list) else (told or 0,)
            part = None if told is None else view[position : position + size]
            parts.append(unpack(part, *full) if part is not None and full and unpack is not None else part)
            position += size + _gap(size)
            is_small |= len(full) > 0
        if unpack is not None or not is_small:
            columns[name] = (kind, rows, _wide(kind, rows, parts, len(payload), *above))
    facts = [(kind, json_text.restated(text)) for kind, text in header["facts"]]
    frame = Frame(header["process"], header["run_id"], header["pid"], columns, facts, header["spans"])
    require_sense(frame, len(payload))
    return frame


def _wide(kind: str, rows: int, parts: Buffers, most: int, above: str = "") -> Buffers:
    """The buffers of a column that has no more rows than that."""
    if not above:
        return parts
    if not 0 <= rows <= min(MOST_ROWS, most):
        raise ValueError("more rows than bytes")
    nothing, low = parts
    return [nothing, widened(kind, rows, low or b"", bytes.fromhex(above))]


def require_sense(frame: Any, size: int) -> None:
    """ValueError where what was read says what no process of ours does."""
    lengths = _lengths(frame.columns)
    if len(lengths) > 1 or not all(isinstance(rows, int) for rows in lengths):
        raise ValueError("columns of no length, or of several")
    if not all(0 <= rows <= min(MOST_ROWS, size) for rows in lengths):
        raise ValueError("more rows than bytes")
    _, values, _ = frame.columns.get(VALUES, ("U", 0, ()))
    if not (isinstance(values, int) and 0 <= values <= size):
        raise ValueError("more values than bytes")
    if not (isinstance(frame.run_id, str) and isinstance(frame.pid, int) and abs(frame.pid) < 1 << 32):
        raise ValueError("no run, or no process")
    if not 0 <= int(frame.process, 16) < 1 << 64:
        raise ValueError("no process")
    if not all(isinstance(text, str) for fact in frame.facts for text in fact):
        raise ValueError("facts that are no text")
    if not all(isinstance(span, dict) for span in frame.spans):
        raise ValueError("spans that are none")


def _lengths(columns: Columns) -> set[int]:
    """How long the columns are that have an entry for each call."""
    return {length for name, (_, length, _) in columns.items() if name != VALUES}


def scan(
    file: BinaryIO, start: int = 0, seal: Seal | None = None, unpack: Unpack | None = None
) -> Iterator[Found]:
    """What lies in the file from `start` on, in order, without holes; a torn tail comes last.

    See `decode` for what is left out where nobody can `unpack`.
    StoreError where a frame is sealed and there is no seal, or the other way round.
    """
    position = start
    while True:
        found = _read(file, position, seal, unpack)
        if found is None:
            return
        if found.frame is None and found.problem != "newer" and not found.is_whole:
            found = _skip(file, found, seal, unpack)
        yield found
        if found.problem in ("torn", "newer"):
            return
        position = found.end


def _read(file: BinaryIO, position: int, seal: Seal | None, unpack: Unpack | None) -> Found | None:
    file.seek(position)
    prefix = file.read(PREFIX.size)
    if not prefix:
        return None
    if not prefix.startswith(MAGIC[: len(prefix)]):
        return Found(position, position + 1, problem="corrupt" if position else "foreign")
    if len(prefix) < PREFIX.size:
        return Found(position, position + len(prefix), problem="torn")
    _, version, _, checksum, length = PREFIX.unpack(prefix)
    if version > SEALED:
        return Found(position, _size(file), problem="newer")
    return _body(file, position, Prefix(version, checksum, length), seal, unpack)


def _body(file: BinaryIO, position: int, said: Prefix, seal: Seal | None, unpack: Unpack | None) -> Found:
    end = position + PREFIX.size + said.length
    if said.length > MOST_BYTES:
        return Found(position, position + 1, problem="corrupt")
    if end > _size(file):
        return Found(position, _size(file), problem="torn")
    file.seek(position + PREFIX.size)
    payload = file.read(said.length)
    if zlib.crc32(payload) != said.checksum:
        return Found(position, end, problem="corrupt")
    if _is_sealed(said.version) != (seal is not None):
        raise _mixed(file.name, said.version)
    try:
        opened = payload if seal is None else seal.open(payload, position)
        return Found(position, end, decode(opened, unpack))
    except UNREADABLE:
        return Found(position, end, problem="corrupt", is_whole=True)


def _is_sealed(version: int) -> bool:
    return version % 2 == SEALED % 2  # of each version there are two


def _mixed(file: str, version: int) -> StoreError:
    told = "is encrypted, its store is not" if _is_sealed(version) else "is not encrypted, its store is"
    return StoreError(f"{file} {told}", f"put {MARKER} back, or move the file elsewhere")


def _skip(file: BinaryIO, bad: Found, seal: Seal | None, unpack: Unpack | None) -> Found:
    """Stretch a problem to the next whole frame, or to the end of the file."""
    position = bad.start + 1
    left, tries = 2 * _size(file), MOST_TRIED
    problem: Problem = "corrupt" if bad.problem == "torn" else bad.problem or "corrupt"
    newer: int | None = None
    while left > 0 and tries > 0 and (candidate := _next_magic(file, position)) is not None:
        found = _read(file, candidate, seal, unpack)
        left -= found.end - found.start if found is not None and found.problem == "corrupt" else 0
        tries -= 1
        if found is not None and found.frame is not None:
            return Found(bad.start, candidate, problem=problem)
        if found is not None and found.problem == "newer" and newer is None:
            newer = candidate  # or what looks so within the damage: whole frames may follow
        position = candidate + 1
    if newer is not None:
        return Found(bad.start, newer, problem=problem)
    return Found(bad.start, _size(file), problem="foreign" if bad.problem == "foreign" else "torn")


def _next_magic(file: BinaryIO, position: int) -> int | None:
    """Where the next magic begins, read in pieces: a spool file may be larger than memory."""
    carried = b""
    while (reached := _data_from(file, position)) is not None:
        carried = carried if reached == position else b""
        file.seek(reached)
        piece = file.read(CHUNK)
        window = carried + piece
        if (at := window.find(MAGIC)) >= 0:
            return reached - len(carried) + at
        carried = window[-(len(MAGIC) - 1) :]
        position = reached + len(piece)
    return None


def _data_from(file: BinaryIO, position: int) -> int | None:
    """Where anything but a hole begins, from there on; None at the end."""
    if position >= _size(file):
        return None
    try:
        return os.lseek(file.fileno(), position, os.SEEK_DATA)
    except OSError as error:  # only a hole is left; or no file: holes are not known
        return None if error.errno == errno.ENXIO else position


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _gap(length: int) -> int:
    return -length % 8


def _padding(data: Piece) -> bytes:
    return b"\0" * _gap(len(data))
