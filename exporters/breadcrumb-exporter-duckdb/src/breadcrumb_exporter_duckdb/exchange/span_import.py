"""Takes the spans of a file into a store: OTLP's JSON, one request or one a line, or Jaeger's.

They are redacted as spans that are received. The run is named after the file's content, so that the same file
is not taken in twice, and pinned, for it may be old already. A file of lines is never in memory as a whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, BinaryIO

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.exchange import jaeger
from breadcrumb_exporter_duckdb.exchange.incoming import UNREADABLE, Intake
from breadcrumb_exporter_duckdb.exchange.taking_in import take_in
from breadcrumb_exporter_duckdb.format.frame import Frame, encode
from breadcrumb_exporter_duckdb.reading.received import RECEIVED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from breadcrumb_redaction import Redactor

    from breadcrumb_exporter_duckdb.exchange.otlp_spans import Json

MOST_BYTES = 128 << 20
"""Of a line, or of a file that is one document."""
WANTED = "give a file of OTLP's JSON, or of Jaeger's"


@dataclass
class Imported:
    """A run that is taken in."""

    run_id: str
    spans: int = 0
    rejected: int = 0
    """How much of the file is no span."""
    reason: str = ""
    """Why the first of these is none."""
    first_ns: int = 0
    last_ns: int = 0
    process: str = field(default_factory=lambda: os.urandom(8).hex())
    ids: set[str] = field(default_factory=set)
    """Of the spans so far: in a run each has one of its own."""

    def add(self, request: Json, intake: Intake) -> list[Json]:
        """Count and give the spans of a request."""
        read = intake.read(request)
        spans: dict[str, Json] = {}
        for span in read.spans:
            if span["span_id"] not in self.ids:
                spans.setdefault(span["span_id"], span)
        twice = len(read.spans) - len(spans)
        self.ids.update(spans)
        self.spans += len(spans)
        self.rejected += read.rejected + twice
        self.reason = self.reason or read.reason or ("its id is that of a span before it" if twice else "")
        if spans:
            first = min(span["start_ns"] for span in spans.values())
            self.first_ns = min(self.first_ns or first, first)
            self.last_ns = max(self.last_ns, *(span["end_ns"] for span in spans.values()))
        return list(spans.values())

    def facts(self, name: str) -> list[tuple[str, str]]:
        """What is told about the run."""
        command = ["breadcrumb", "store", "import", name]
        about: dict[str, Json] = {
            "process": {"start_ns": self.first_ns, "command": command, RECEIVED: True},
            "end": {"end_ns": self.last_ns, "how": "exit"},
            "pin": {},
        }
        return [(kind, json.dumps({"key": "", **value})) for kind, value in about.items()]


def import_spans(store: Path, path: Path, redactor: Redactor) -> Imported | None:
    """Take in the spans of a file; None where the store holds them already. Raises StoreError."""
    database.require()
    try:
        with files.given(path) as file:
            imported = Imported(hashlib.file_digest(file, "sha256").hexdigest()[:8])
            file.seek(0)
            taken = take_in(
                store, imported.run_id, lambda spool: _write(spool, file, path.name, imported, redactor)
            )
    except OSError as error:
        raise StoreError(f"cannot import {path}: {error.strerror}", "nothing was changed") from error
    except UNREADABLE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise StoreError(f"{path} cannot be read: {reason}", f"nothing was imported; {WANTED}") from error
    return imported if taken else None


def _write(spool: Path, file: BinaryIO, name: str, imported: Imported, redactor: Redactor) -> None:
    intake = Intake(redactor)
    with os.fdopen(files.made(spool), "wb") as writing:
        for document in _documents(file):
            request = jaeger.request_of(document) if jaeger.is_jaeger(document) else document
            spans = imported.add(request, intake)
            writing.write(encode(Frame(imported.process, imported.run_id, 0, spans=spans)))
        if not imported.spans:
            raise ValueError(f"it holds no spans{f' ({imported.reason})' if imported.reason else ''}")
        facts = imported.facts(name)
        writing.write(encode(Frame(imported.process, imported.run_id, 0, facts=facts)))
        writing.flush()
        os.fsync(writing.fileno())


def _documents(file: BinaryIO) -> Iterator[Json]:
    """The JSON objects of a file: one, or one a line."""
    first = _line(file)
    try:
        yield _object(json.loads(first))
    except json.JSONDecodeError:
        rest = file.read(MOST_BYTES + 1)
        if len(rest) > MOST_BYTES:
            raise
        yield _object(json.loads(first + rest))
        return
    while line := _line(file):
        if line.strip():
            yield _object(json.loads(line))


def _line(file: BinaryIO) -> bytes:
    line = file.readline(MOST_BYTES + 1)
    if len(line) > MOST_BYTES:
        raise ValueError(f"it has a line of more than {MOST_BYTES >> 20} MB")
    return line


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value
