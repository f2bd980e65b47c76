"""Starts a process that folds the store and outlives us."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import is_encrypted
from breadcrumb_exporter_duckdb.base.originals import os, sys

if TYPE_CHECKING:
    from pathlib import Path


def fold_detached(store: Path) -> None:
    """Start a process that folds the store and outlives us; without duckdb here, the next reader folds."""
    readers = all(importlib.util.find_spec(name) for name in ("duckdb", "pyarrow"))
    if is_encrypted(store) or not readers:
        return
    # -I keeps PYTHONPATH, and with it a sitecustomize that would trace the folding, out of that process.
    command = [
        sys.executable,
        "-I",
        "-m",
        "breadcrumb_exporter_duckdb",
        "fold",
        "--all",
        "--store",
        str(store),
    ]
    null = (os.POSIX_SPAWN_OPEN, os.devnull, os.O_RDWR, 0)
    actions = [(null[0], number, *null[1:]) for number in (0, 1, 2)]
    with suppress(OSError):  # then the next reader folds
        os.posix_spawn(sys.executable, command, os.environ, file_actions=actions, setsid=True)
