"""Keeps the spool within bounds while nobody folds: the oldest calls go, what is told about them stays.

The oldest finished files give way to one that holds their facts, and for each process how many calls and
spans went: answers then say so. Standard library only: traced processes do this when they begin a new file.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.lock import held
from breadcrumb_exporter_duckdb.base.originals import io, json, os
from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.format.encryption import seal_of
from breadcrumb_exporter_duckdb.format.frame import MERGED, Frame, pieces, scan, sealed
from breadcrumb_exporter_duckdb.format.spool_file import FOLDED, begins_as_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from breadcrumb_exporter_duckdb.format.frame import Piece

KEY = "spool/room/"
REASON = "nobody read the store until retention.megabytes was reached"
MOST_FILES = 16
"""Files that give way at once: whoever makes room has a program to serve."""


@dataclass
class _Told:
    """What files told about one process."""

    run_id: str
    pid: int
    dropped: int = 0
    facts: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)


def make_room(store: Path, files: Sequence[Path], room: int, is_finished: Callable[[Path], bool]) -> None:
    """Let the oldest of the spool's `files` give way until they take less than `room` bytes.

    Does nothing while somebody reads or folds the store, or where the disk refuses.
    """
    sizes = {path: os.stat(path).st_size for path in files}
    over = sum(sizes.values()) - room
    if over <= 0:
        return
    with held(store, exclusive=True, wait=0.0) as mine:
        going: list[Path] = []
        for path in files[:MOST_FILES]:
            if mine and over > 0 and is_finished(path) and begins_as_ours(path):
                going.append(path)
                over -= sizes[path]
        if going:
            _replace(going, room // 4)


def _replace(going: list[Path], most: int) -> None:
    told: dict[str, _Told] = {}
    last = going[-1]
    folded = _folded(last.with_name(FOLDED))
    for path in going:
        _gather(path, told, folded.get(path.name, 0))
    unborn = last.with_name(last.name + UNBORN)
    new = last.with_name(f"{'-'.join(last.stem.split('-')[:2])}-{os.urandom(4).hex()}{last.suffix}")
    seal = seal_of(new)
    with io.open(files.made(unborn), "wb") as file:
        for frame in _newest([pieces(_frame(process, each)) for process, each in told.items()], most):
            file.writelines(sealed(frame, seal, file.tell()))
    os.rename(unborn, new)
    for path in going:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _newest(frames: list[list[Piece]], most: int) -> list[list[Piece]]:
    """The last frames that take `most` bytes together; a process of which nothing is left is not told of."""
    while len(frames) > 1 and sum(len(piece) for frame in frames for piece in frame) > most:
        frames.pop(0)
    return frames


def _folded(path: Path) -> dict[str, int]:
    """How many bytes of each file are in the database already."""
    try:
        return dict(json.loads(files.read(path)))
    except (OSError, ValueError):
        return {}


def _gather(path: Path, told: dict[str, _Told], start: int) -> None:
    with files.reading(path) as file:
        for found in scan(file, start, seal_of(path)):
            if found.frame is not None:
                frame = found.frame
                _add(told.setdefault(frame.process, _Told(frame.run_id, frame.pid)), frame)


def _add(told: _Told, frame: Frame) -> None:
    told.dropped += frame.rows + len(frame.spans)
    for kind, text in frame.facts:
        fact = json.loads(text)
        place = (kind, str(fact["key"]))
        if kind == "drop" and place[1].startswith(KEY):
            told.dropped += int(fact["count"])
        else:
            told.facts[place] = {**(told.facts.get(place, {}) if kind in MERGED else {}), **fact}
    for span_id in _ended(frame):
        told.facts.pop(("open", f"{span_id:016x}"), None)


def _ended(frame: Frame) -> memoryview | tuple[int, ...]:
    """The span ids of a frame's calls."""
    _, _, parts = frame.columns.get("span_id", ("L", 0, [None, b""]))
    return memoryview(parts[1]).cast("Q") if parts[1] else ()


def _frame(process: str, told: _Told) -> Frame:
    facts = [(kind, json.dumps(fact)) for (kind, _), fact in told.facts.items()]
    if told.dropped:
        drop = {"key": KEY + os.urandom(4).hex(), "where": "spool", "reason": REASON, "count": told.dropped}
        facts.append(("drop", json.dumps(drop)))
    return Frame(process, told.run_id, told.pid, facts=facts)
