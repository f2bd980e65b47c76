"""Makes stores, spools and exports that somebody else might have written, each with one thing that is wrong.

`outside` is a directory beside them that nobody may touch: a file, and a pipe that whoever opens it waits at.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from breadcrumb_exporter_duckdb.base import ownership
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.format import arena, frame

Spoil = Callable[[Path, Path], object]
"""Puts what is wrong into a store or an export, given `outside`."""

HUGE = 40 << 30
PROCESS = "00000000000000aa"
TOP = (
    "lock", ".gitignore", "config.toml", "encryption.json", "made-here", DATABASE, f"{DATABASE}.wal",
    f"{DATABASE}.wal.recovery", f"{DATABASE}.new", f"{DATABASE}.tmp", "spool",
)  # fmt: skip
"""What a store may hold."""


def new_outside(folder: Path) -> Path:
    """A directory that is none of ours."""
    folder.mkdir()
    (folder / "precious").write_text("mine")
    os.mkfifo(folder / "pipe")
    return folder


def state(folder: Path) -> dict[str, object]:
    """What would show that somebody wrote there."""
    return {
        path.name: (path.lstat().st_mode, path.lstat().st_mtime_ns, path.is_file() and path.read_text())
        for path in sorted(folder.iterdir())
    }


def _gone(path: Path) -> Path:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return path


def link(name: str, to: str) -> Spoil:
    return lambda place, outside: _gone(place / name).symlink_to(outside / to)


def pipe(name: str) -> Spoil:
    return lambda place, _: os.mkfifo(_gone(place / name), 0o600)


def folder(name: str) -> Spoil:
    return lambda place, _: _gone(place / name).mkdir()


def listening(name: str) -> Spoil:
    def spoil(place: Path, _: Path) -> None:
        here = os.open(_gone(place / name).parent, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as made:  # the path may be longer than an address
            made.bind(f"/proc/self/fd/{here}/{Path(name).name}")
        os.close(here)

    return spoil


def text(name: str, content: str | bytes, mode: int = 0o600) -> Spoil:
    def spoil(place: Path, _: Path) -> None:
        path = _gone(place / name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)

    return spoil


def hole(name: str, head: bytes = b"") -> Spoil:
    def spoil(place: Path, outside: Path) -> None:
        text(name, head)(place, outside)
        os.truncate(place / name, HUGE)

    return spoil


def mode(bits: int, name: str = ".") -> Spoil:
    return lambda place, _: (place / name).chmod(bits)


def sql(*statements: str) -> Spoil:
    """A database in which somebody ran these."""

    def spoil(place: Path, outside: Path) -> None:
        with duckdb.connect(str(place / DATABASE)) as connection:
            for statement in statements:
                connection.execute(statement.format(pipe=outside / "pipe", precious=outside / "precious"))

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(place: Path, outside: Path) -> None:
        for each in spoils:
            each(place, outside)

    return spoil


def packed(payload: bytes, length: int | None = None, version: int = 1) -> bytes:
    """A frame around any payload, its checksum right."""
    size = len(payload) if length is None else length
    return frame.PREFIX.pack(frame.MAGIC, version, 0, zlib.crc32(payload), size) + payload


def headed(header: object, rest: bytes = b"") -> bytes:
    """A frame with any header."""
    said = header if isinstance(header, bytes) else json.dumps(header).encode()
    return packed(struct.pack("<II", len(said), 0) + said + b"\0" * (-len(said) % 8) + rest)


def saying(**members: object) -> dict[str, object]:
    """A header that is right but for these."""
    said = {"process": PROCESS, "run_id": "evil", "pid": 1, "columns": [], "facts": [], "spans": []}
    return {**said, **members}


def fact(kind: str, value: object) -> bytes:
    return headed(saying(facts=[[kind, value if isinstance(value, str) else json.dumps(value)]]))


def column(name: str, kind: str, rows: object, *parts: bytes | None) -> bytes:
    sizes = [None if part is None else len(part) for part in parts]
    rest = b"".join(part + b"\0" * (-len(part) % 8) for part in parts if part)
    return headed(saying(columns=[[name, kind, rows, sizes]]), rest)


def columns(*given: tuple[str, str, object, list[bytes | None]]) -> bytes:
    """A frame of several columns."""
    said = [
        [name, kind, rows, [None if part is None else len(part) for part in parts]]
        for name, kind, rows, parts in given
    ]
    rest = b"".join(part + b"\0" * (-len(part) % 8) for *_, parts in given for part in parts if part)
    return headed(saying(columns=said), rest)


def valued(
    values: tuple[str, object, list[bytes | None]], refs: bytes, ends: tuple[int, int] = (0, 2)
) -> bytes:
    """A frame of one call, with values and what it refers to."""
    return columns(
        ("span_id", "L", 1, [None, bytes(8)]),
        ("values", *values),
        ("args", "+l:I", 1, [None, struct.pack("<2i", *ends), refs]),
        ("return", "I", 1, [None, refs[:4]]),
    )


def borrowed(layout: object, memory: bytes = b"", length: int | None = None) -> bytes:
    """An arena with any layout."""
    header = json.dumps({"process": PROCESS, "run_id": "evil", "pid": 1, "layout": layout}).encode()
    head = struct.pack("<8sII", arena.MAGIC, len(header) if length is None else length, 0) + header
    return head + b"\0" * (arena.HEAD - len(head)) + memory


DEEP = "[" * 200_000
NUMBER = "9" * 5_000
SPOOL_FILE = "spool/00000000000000000001-1-aaaaaaaa.spool"
ARENA_FILE = "spool/00000000000000000001-1-aaaaaaaa.arena"
FRAMES: dict[str, bytes] = {
    "a frame longer than the file": packed(b"", length=1 << 40),
    "a frame of all bytes there could be": packed(b"", length=(1 << 64) - 1),
    "a frame of a newer version": packed(b"x", version=9),
    "a frame in a frame": b"".join(packed(b"x" * 64, length=1 << shift) for shift in range(7, 60)) * 40,
    "beginnings without end": frame.PREFIX.pack(frame.MAGIC, 1, 0, 1, 50_000) * 60_000,
    "nothing but magic": frame.MAGIC * 200_000,
    "no JSON": headed(b"{"),
    "deep JSON": headed(DEEP.encode()),
    "a list": headed([]),
    "a long number": headed(b'{"pid": ' + NUMBER.encode() + b"}"),
    "rows without end": column("span_id", "L", 10**12, None, None),
    "rows that are text": column("span_id", "L", "7", None, b"x" * 8),
    "fewer rows than none": column("span_id", "L", -1, None, b""),
    "rows without bytes": column("span_id", "L", 50, None, None),
    "times without bounds": column("start_ns", "l", 2, None, struct.pack("<2q", 2**63 - 1, -(2**63))),
    "a format of nobody's": column("span_id", "Q!", 1, None, b"x" * 8),
    "a text that is none": column("args", "U", 1, None, struct.pack("<2q", 0, 4), b"\xff\xfe\xfd\xfc"),
    "texts that end before they begin": column("args", "U", 1, None, struct.pack("<2q", 9, -4), b"text"),
    "text that is no JSON": column("args", "U", 1, None, struct.pack("<2q", 0, 4), b"nope"),
    "values without end": valued(("U", 10**12, [None, bytes(16), b""]), struct.pack("<2I", 4, 5)),
    "fewer values than none": valued(("U", -1, [None, bytes(16), b""]), struct.pack("<2I", 4, 5)),
    "values that are no JSON": valued(
        ("U", 1, [None, struct.pack("<2q", 0, 4), b"nope"]), struct.pack("<2I", 4, 4)
    ),
    "values that end before they begin": valued(
        ("U", 1, [None, struct.pack("<2q", 9, -4), b"text"]), struct.pack("<2I", 4, 4)
    ),
    "references to nothing": valued(
        ("U", 1, [None, struct.pack("<2q", 0, 4), b"null"]), struct.pack("<2I", 5, 2**31 - 1)
    ),
    "references that end before they begin": valued(
        ("U", 1, [None, struct.pack("<2q", 0, 4), b"null"]), struct.pack("<2I", 4, 4), (2, -7)
    ),
    "references beyond all": valued(
        ("U", 1, [None, struct.pack("<2q", 0, 4), b"null"]), struct.pack("<2I", 4, 4), (0, 2**31 - 1)
    ),
    "names of parameters that are none": fact("code", {"key": 0, "function": "f", "parameters": {"a": [1]}}),
    "a process of many digits": headed(saying(process="f" * 50)),
    "a process that is a number": headed(saying(process=7)),
    "a run that is a list": headed(saying(run_id=["evil"])),
    "a pid beyond all": headed(saying(pid=10**30)),
    "spans that are numbers": headed(saying(spans=[1, 2])),
    "a span of other types": headed(saying(spans=[{"trace_id": [], "span_id": "zz", "start_ns": "x"}])),
    "a fact that is a list": fact("code", [1]),
    "a fact without key": fact("process", {"pid": 1}),
    "a deep fact": fact("process", DEEP),
    "a fact of many digits": fact("count", '{"key": 1, "calls": ' + NUMBER + "}"),
    "a fact beyond 64 bits": fact("count", {"key": 1, "calls": 10**30}),
    "a line beyond 32 bits": fact("code", {"key": 1, "function": "f", "line": 10**12}),
    "a code that is no number": fact("code", {"key": "zz", "function": "f"}),
    "an open call that is no number": fact("open", {"key": "zz", "trace_id": "zz", "start_ns": "zz"}),
    "an open call of other types": fact("open", {"key": "1", "trace_id": [], "args": {"x": []}}),
    "a run of other types": fact("run", {"key": "evil", "command": {"a": 1}, "start_ns": "x", "how": []}),
    "a process of other types": fact("process", {"key": "", "command": 7, "start_ns": [], "pid": "x"}),
    "a gap of other types": fact("gap", {"key": 1, "caller": [], "line": "x", "count": "many"}),
    "a drop of other types": fact("drop", {"key": 1, "where": {}, "count": "many"}),
    "stacks of other types": fact("stacks", {"key": 1, "threads": "none"}),
    "a retention of other types": fact("process", {"key": "", "start_ns": 2**62, "retention": {"days": "x"}}),
}
ARENAS: dict[str, bytes] = {
    "an arena of rows without end": borrowed(
        {"rows": 0, "columns": [["span_id", "L", 8, 8]], "texts": [], "noted": 0, "notes": 0},
        struct.pack("<Q", 1 << 60) + b"\0" * 64,
    ),
    "an arena of values without end": borrowed(
        {
            "rows": 0,
            "columns": [["span_id", "L", 8, 8]],
            "texts": [],
            "noted": 56,
            "notes": 64,
            "refs": [["args", 16, 24], ["return", 32]],
            "values": [40, 48, 8],
        },
        struct.pack("<8Q", 1, 1 << 60, 0, 0, 0, 0, 0, 0),
    ),
    "an arena of open calls without end": borrowed({"open": 10**15, "width": 8}, b"x" * 64),
    "an arena of no width": borrowed({"open": 10**15, "width": 0}, b"x" * 64),
    "an arena of a long header": borrowed({}, length=(1 << 32) - 1),
    "an arena of no layout": borrowed([]),
    "an arena of nobody's": b"nonsense" * 20_000,
    "an empty arena": b"",
}
IN_SPOOL: dict[str, Spoil] = {
    **{name: text(SPOOL_FILE, content) for name, content in FRAMES.items()},
    **{name: text(ARENA_FILE, content) for name, content in ARENAS.items()},
    "a hole": hole(SPOOL_FILE),
    "a frame and a hole": hole(SPOOL_FILE, packed(b"", length=HUGE - 24)),
    "an arena and a hole": hole(ARENA_FILE, borrowed({"open": 1, "width": 8})),
    **{f"a pipe as {name[6:]}": pipe(name) for name in (SPOOL_FILE, ARENA_FILE, "spool/folded.json")},
    **{f"a folder as {name[6:]}": folder(name) for name in (SPOOL_FILE, ARENA_FILE, "spool/folded.json")},
    **{f"a socket as {name[6:]}": listening(name) for name in (SPOOL_FILE, ARENA_FILE)},
    **{
        f"a link as {name[6:]}": link(name, "pipe")
        for name in (SPOOL_FILE, ARENA_FILE, f"{SPOOL_FILE}.new", "spool/folded.json")
    },
    "a link as folded.json.new": both(  # what is damaged stays, so it is told how far it was folded
        text(SPOOL_FILE, FRAMES["no JSON"]), link("spool/folded.json.new", "precious")
    ),
    "numbers in folded.json": text("spool/folded.json", '{"x": ' + NUMBER + "}"),
    "depth in folded.json": text("spool/folded.json", DEEP),
}
"""What does not keep the rest of a store from answering."""

REFUSED: dict[str, Spoil] = {
    **{f"a link as {name}": link(name, "pipe") for name in TOP},
    **{f"a link to a file as {name}": link(name, "precious") for name in TOP if name != "spool"},
    **{f"a link to nothing as {name}": link(name, "new") for name in TOP},
    **{f"a pipe as {name}": pipe(name) for name in TOP},
    **{f"a folder as {name}": folder(name) for name in TOP if name not in ("spool", f"{DATABASE}.tmp")},
    "a socket as lock": listening("lock"),
    "a file as spool": text("spool", ""),
    "no sign": lambda place, _: _gone(place / ownership.SIGN),
    "an empty sign": text(ownership.SIGN, ""),
    "another account's sign": text(ownership.SIGN, f"{'ab' * 16} {'cd' * 16}\n"),
    "a sign that is no text": text(ownership.SIGN, b"\xff" * 65),
    "a sign without end": hole(ownership.SIGN),
    "open to all": mode(0o777),
    "open to readers": mode(0o755),
    "a spool open to all": mode(0o777, "spool"),
    "a database open to all": mode(0o666, DATABASE),
    "a database that is none": text(DATABASE, b"nonsense" * 9_000),
    "a database that is a hole": hole(DATABASE),
    "a view that reads a file": sql(
        "ALTER TABLE call RENAME TO other", "CREATE VIEW call AS SELECT * FROM read_text('{pipe}')"
    ),
    "a view beside": sql("CREATE VIEW more AS SELECT 1"),
    "a computed column": sql("CREATE TABLE more (a INT, b INT GENERATED ALWAYS AS (a + 1))"),
    "another table": sql("CREATE TABLE more (a INT)"),
    "a type": sql("CREATE TYPE more AS ENUM ('a')"),
    "a sequence": sql("CREATE SEQUENCE more"),
    "an index": sql("CREATE INDEX more ON fact (run_id)"),
    "a schema": sql("CREATE SCHEMA more"),
    "a column of another type": sql("ALTER TABLE span ALTER name TYPE INT USING 1"),
    "a column more": sql("ALTER TABLE fact ADD COLUMN more INT"),
    "a table less": sql("DROP TABLE tally"),
    "a version that is no number": sql("UPDATE meta SET value = 'x'"),
    "a version of many digits": sql(f"UPDATE meta SET value = '{NUMBER}'"),
}
"""What a store is not used with."""


def told(**members: object) -> Spoil:
    """An export whose run.json says something else."""

    def spoil(place: Path, _: Path) -> None:
        manifest = json.loads((place / "run.json").read_text())
        (place / "run.json").write_text(json.dumps({**manifest, **members}))

    return spoil


def rewritten(name: str, select: str, rows: int | None = None) -> Spoil:
    """An export one of whose files holds something else, as its run.json says."""

    def spoil(place: Path, _: Path) -> None:
        path, partial = place / f"{name}.parquet", place / "partial.parquet"
        with duckdb.connect() as connection:
            query = select.format(f"'{path}'")
            (count,) = connection.execute(f"COPY ({query}) TO '{partial}' (FORMAT parquet)").fetchall()[0]
        partial.replace(path)
        manifest: dict[str, Any] = json.loads((place / "run.json").read_text())
        manifest["rows"][name] = count if rows is None else rows
        (place / "run.json").write_text(json.dumps(manifest))

    return spoil


GIVEN = "given"
FILES = ("run.json", "calls.parquet", "spans.parquet", "facts.parquet")
INJECTED = "calls AS SELECT 1; COPY (SELECT 'stolen') TO '{}'; --"
EXPORTS: dict[str, Spoil] = {
    **{f"a link as {name}": link(name, "pipe") for name in FILES},
    **{f"a pipe as {name}": pipe(name) for name in FILES},
    **{f"a folder as {name}": folder(name) for name in FILES},
    **{f"a hole as {name}": hole(name) for name in FILES},
    **{f"nonsense as {name}": text(name, b"nonsense" * 999) for name in FILES},
    "SQL as a name": lambda place, outside: told(
        rows={INJECTED.format(outside / "stolen"): 1, "calls": 1, "spans": 0, "facts": 1}
    )(place, outside),
    "a path as a name": told(rows={"../../outside/precious": 1, "calls": 1, "spans": 0, "facts": 1}),
    "counts that are none": told(rows={"calls": -1, "spans": None, "facts": []}),
    "counts beyond all": told(rows={"calls": 10**30, "spans": 10**30, "facts": 10**30}),
    "a version that is a list": told(version=[]),
    "a version beyond all": told(version=10**400),
    "a run that is a list": told(run_id=["x"]),
    "a run with a line break": told(run_id="a\nb"),
    "a deep run.json": text("run.json", DEEP),
    "digits as run.json": text("run.json", NUMBER),
    "rows out of nothing": rewritten(
        "calls", "SELECT c.* FROM (FROM read_parquet({}) LIMIT 1) c, range(3000000)"
    ),
    "a process that is none": rewritten(
        "calls", "SELECT * REPLACE ('../x' AS process) FROM read_parquet({})"
    ),
    "other columns": rewritten("calls", "SELECT run_id FROM read_parquet({})"),
    "a number as a trace": rewritten("calls", "SELECT * REPLACE (7 AS trace_id) FROM read_parquet({})"),
    "calls that called themselves": rewritten(
        "calls", "SELECT * REPLACE (span_key AS parent_key) FROM read_parquet({})"
    ),
    "calls in a ring": rewritten(
        "calls",
        "WITH c AS (FROM read_parquet({})) SELECT * REPLACE "
        "((SELECT min(span_key) FROM c o WHERE o.span_key <> c.span_key) AS parent_key) FROM c",
    ),
    "arguments that are a list": rewritten(
        "calls", "SELECT * REPLACE ('[1]'::JSON AS args) FROM read_parquet({})"
    ),
    "an exception that is a text": rewritten(
        "calls", "SELECT * REPLACE ('\"x\"'::JSON AS exception) FROM read_parquet({})"
    ),
    "changes that are a number": rewritten(
        "calls", "SELECT * REPLACE ('{{\"args_after\": 5}}'::JSON AS extra) FROM read_parquet({})"
    ),
    "lines that are a number": rewritten(
        "calls", "SELECT * REPLACE ('{{\"lines\": 5}}'::JSON AS extra) FROM read_parquet({})"
    ),
    "facts that are lists": rewritten(
        "facts", "SELECT * REPLACE ('[1]'::JSON AS value) FROM read_parquet({})"
    ),
    "facts that are texts": rewritten(
        "facts", "SELECT * REPLACE ('\"x\"'::JSON AS value) FROM read_parquet({})"
    ),
    "facts that are no JSON": rewritten("facts", "SELECT * REPLACE ('[' AS value) FROM read_parquet({})"),
    "deep facts": rewritten(
        "facts", f"SELECT * REPLACE ('{'[' * 5000}{']' * 5000}' AS value) FROM read_parquet({{}})"
    ),
}
"""What is not imported."""


class _Sparse(io.FileIO):
    """A file in which zeros are holes."""

    def write(self, data: Any) -> int:
        held = bytes(data)
        if held.count(0) < len(held):
            return super().write(held)
        self.seek(len(held), os.SEEK_CUR)
        return len(held)


def zipped(**changed: bytes | None) -> Spoil:
    """The export as one file, some of its files something else; None: left out."""

    def spoil(place: Path, _: Path) -> None:
        files = {name: (place / name).read_bytes() for name in FILES}
        with (
            _Sparse(place / GIVEN, "wb") as file,
            zipfile.ZipFile(file, "w") as packed,
        ):
            for name, content in {
                **files,
                **{key.replace("_", "."): each for key, each in changed.items()},
            }.items():
                if content is not None:
                    packed.writestr(name, content)

    return spoil


def turned(at: bytes, offset: int, *values: int) -> Spoil:
    """The export as one file, some bytes behind the last `at` others."""

    def spoil(place: Path, outside: Path) -> None:
        zipped()(place, outside)
        content = bytearray((place / GIVEN).read_bytes())
        begin = content.rindex(at) + offset
        content[begin : begin + len(values)] = bytes(values)
        (place / GIVEN).write_bytes(content)

    return spoil


def spans(**members: object) -> Spoil:
    """OTLP's JSON of a span that says something else."""
    span = {
        "traceId": "ab" * 16, "spanId": "cd" * 8, "name": "a", "startTimeUnixNano": "1",
        "endTimeUnixNano": "2", **members,
    }  # fmt: skip
    return text(GIVEN, json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))


DIRECTORY, END = b"PK\1\2", b"PK\5\6"
GIVENS: dict[str, Spoil] = {
    "a zip that is mostly a hole": zipped(calls_parquet=bytes(64 << 20)),
    "a zip without calls": zipped(calls_parquet=None),
    "a zip whose run.json is a path": zipped(run_json=b"../../outside/precious"),
    "a zip that is locked": turned(DIRECTORY, 8, 1),
    "a zip packed in another way": turned(DIRECTORY, 10, 99),
    "a zip of a size beyond all": turned(DIRECTORY, 20, *b"\xfe" * 8),
    "a zip of a member beyond its end": turned(DIRECTORY, 42, *b"\xfe" * 4),
    "a zip of entries without end": turned(END, 10, *b"\xff" * 10),
    "a hole": hole(GIVEN),
    "spans and a hole": hole(GIVEN, b'{"resourceSpans":'),
    "lines and a hole": hole(GIVEN, b"{}\n"),
    "deep spans": text(GIVEN, '{"resourceSpans":' + DEEP),
    "a span of another trace id": spans(traceId=["x"]),
    "a span before all times": spans(startTimeUnixNano=-1),
    "a span beyond all times": spans(endTimeUnixNano="9" * 400),
    "attributes that are a mapping": spans(attributes={"a": 1}),
    "events that are numbers": spans(events=[1]),
    "no span": text(GIVEN, "null"),
    "a pipe": pipe(GIVEN),
    "a socket": listening(GIVEN),
}
"""Files that are not imported."""
