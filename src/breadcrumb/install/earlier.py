"""Remembers how settings were before our entry came: taking it out leaves them byte for byte as they were.

Kept is what the edit replaced (some braces or blanks) and a digest of what it left, no copy of the settings,
which may hold keys. Settings that somebody changed since are edited instead. Folders that we made are
noted, too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.account import state_home
from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Earlier(NamedTuple):
    """Settings as they were."""

    text: bytes
    existed: bool


def remember(path: Path, earlier: Earlier, now: bytes) -> None:
    """Note how settings were that have now become so; where nothing can be kept, nothing is."""
    note = _note(path)
    if note is None:
        return
    start = len(os.path.commonprefix([earlier.text, now]))  # noqa: RUF071 - bytes, each by itself
    ends = [earlier.text[start:][::-1], now[start:][::-1]]
    end = len(os.path.commonprefix(ends))  # noqa: RUF071
    was = earlier.text[start : len(earlier.text) - end]
    fact = {"now": _digest(now), "start": start, "end": end, "was": was.hex(), "existed": earlier.existed}
    _write(note, {"settings": os.fspath(path), **fact})


def remember_made(folder: Path) -> None:
    """Note that a folder is there because of us."""
    note = _note(folder)
    if note is not None:
        _write(note, {"folder": os.fspath(folder), "inode": folder.stat().st_ino})


def was_made(folder: Path) -> bool:
    """Whether it is that folder, and not another that came in its place."""
    return _noted(folder).get("inode") == folder.stat().st_ino


def recall(path: Path, now: bytes) -> Earlier | None:
    """How the settings were before us; None where that is not known, or where they were changed since."""
    fact = _noted(path)
    try:
        if fact.get("now") != _digest(now):
            return None
        text = now[: fact["start"]] + bytes.fromhex(fact["was"]) + now[len(now) - fact["end"] :]
        return Earlier(text, bool(fact["existed"]))
    except (ValueError, KeyError, TypeError):
        return None


def forget(path: Path) -> None:
    """Keep nothing of settings, or of a folder."""
    note = _note(path)
    if note is not None:
        note.unlink(missing_ok=True)


def _noted(path: Path) -> dict[str, Any]:
    note = _note(path)
    try:
        fact = json.loads(note.read_bytes()) if note is not None else {}
    except (OSError, ValueError):
        return {}
    return fact if isinstance(fact, dict) else {}


def _write(note: Path, fact: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.replace(note, json.dumps(fact).encode())


def _note(path: Path) -> Path | None:
    home = state_home()
    name = _digest(os.fsencode(path.resolve()))[:16]
    return None if home is None else home / "breadcrumb" / "installed" / f"{name}.json"


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
