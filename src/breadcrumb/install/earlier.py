"""Remembers how settings were before our entry came: taking it out leaves them byte for byte as they were.

Kept is what the edit replaced (some braces or blanks) and a digest of what it left, no copy of the settings,
which may hold keys. Settings that somebody changed since are edited instead.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.account import state_home

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
    try:
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.replace(note, json.dumps({"settings": os.fspath(path), **fact}).encode())
    except OSError:
        return


def recall(path: Path, now: bytes) -> Earlier | None:
    """How the settings were before us; None where that is not known, or where they were changed since."""
    note = _note(path)
    try:
        fact = json.loads(note.read_bytes()) if note is not None else {}
        if fact.get("now") != _digest(now):
            return None
        text = now[: fact["start"]] + bytes.fromhex(fact["was"]) + now[len(now) - fact["end"] :]
        return Earlier(text, bool(fact["existed"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def forget(path: Path) -> None:
    """Keep nothing of them."""
    note = _note(path)
    if note is not None:
        note.unlink(missing_ok=True)


def _note(path: Path) -> Path | None:
    home = state_home()
    name = _digest(os.fsencode(path.resolve()))[:16]
    return None if home is None else home / "breadcrumb" / "installed" / f"{name}.json"


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
