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
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from breadcrumb_redaction.lazy import lazy
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_exporter_duckdb.base import json_text
from breadcrumb_exporter_duckdb.base.location import MARKER, StoreError
from breadcrumb_exporter_duckdb.base.originals import os
from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.format.damage import DamageError, parsed
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
"""The bytes that were made small, by how many they are. Raises DamageError where it is no such block."""
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
    """The frame in a payload whose checksum held. Raises DamageError.

    Where nobody can `unpack`, the columns are left out of which a buffer was made small: never the ids.
    """
    header, position = _read_header(payload)
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
    facts = [(kind, parsed(text, json_text.restated)) for kind, text in header["facts"]]
    process, run_id, pid = (header.get(name) for name in ("process", "run_id", "pid"))
    return sensible(process, run_id, pid, columns, facts, header.get("spans"), len(payload))


def _read_header(payload: bytes) -> tuple[dict[str, Any], int]:
    """What a payload says of itself, its lists as `_header` makes them, and where its buffers begin."""
    if len(payload) < LENGTHS.size:
        raise DamageError("no header")
    length, _ = LENGTHS.unpack_from(payload)
    header = parsed(payload[LENGTHS.size : LENGTHS.size + length], json_text.loads)
    if not isinstance(header, dict):
        raise DamageError("no header")
    columns, facts = header.get("columns"), header.get("facts")
    if not (isinstance(columns, list) and all(map(_is_column, columns))):
        raise DamageError("no columns")
    if not (isinstance(facts, list) and all(map(_is_fact, facts))):
        raise DamageError("no facts")
    return header, LENGTHS.size + length + _gap(length)


def _is_column(told: Any) -> bool:
    """Whether a header says so much of a column; its bytes are looked at later."""
    if not (isinstance(told, list) and 4 <= len(told) <= 5):
        return False
    name, kind, rows, sizes, *above = told
    return (
        all(isinstance(each, str) for each in (name, kind, *above))
        and isinstance(rows, int)
        and isinstance(sizes, list)
        and all(map(_is_size, sizes))
    )


def _is_size(told: Any) -> bool:
    sizes = told if isinstance(told, list) and len(told) == 2 else [told or 0]
    return all(isinstance(size, int) and 0 <= size <= MOST_BYTES for size in sizes)


def _is_fact(told: Any) -> bool:
    return isinstance(told, list) and len(told) == 2 and all(isinstance(each, str) for each in told)


def _wide(kind: str, rows: int, parts: Buffers, most: int, above: str = "") -> Buffers:
    """The buffers of a column that has no more rows than that."""
    if not above:
        return parts
    if len(parts) != 2 or not 0 <= rows <= min(MOST_ROWS, most):
        raise DamageError("more rows than bytes")
    try:
        shared = bytes.fromhex(above)
    except ValueError as error:
        raise DamageError("shared bytes that are none") from error
    return [None, widened(kind, rows, parts[1] or b"", shared)]


def sensible(
    process: Any,
    run_id: Any,
    pid: Any,
    columns: Columns,
    facts: Sequence[tuple[Any, str]],
    spans: Any,
    size: int,
) -> Frame:
    """The frame of what was read, `size` bytes. Raises DamageError where no process of ours says that."""
    lengths = _lengths(columns)
    if len(lengths) > 1 or not all(0 <= rows <= min(MOST_ROWS, size) for rows in lengths):
        raise DamageError("columns of several lengths, or more rows than bytes")
    _, values, _ = columns.get(VALUES, ("U", 0, ()))
    if not 0 <= values <= size:
        raise DamageError("more values than bytes")
    if not (isinstance(run_id, str) and isinstance(pid, int) and abs(pid) < 1 << 32):
        raise DamageError("no run, or no process")
    if not (isinstance(process, str) and _PROCESS.fullmatch(process)):
        raise DamageError("no process")
    if not all(isinstance(kind, str) for kind, _ in facts):
        raise DamageError("facts of no kind")
    if not (isinstance(spans, list) and all(isinstance(span, dict) for span in spans)):
        raise DamageError("spans that are none")
    return Frame(process, run_id, pid, columns, facts, spans)


_PROCESS = lazy(r"[0-9a-fA-F]{1,16}")


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
    except DamageError:
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
