"""Takes the runs of a store that this account did not make into one that it did.

Nothing of it is opened where it lies: its files are copied, by descriptor and without following a link, and
a child process with limits on memory and time reads the copies and writes each run as an export does. What
is no file, or mostly holes, is left behind; settings are too.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import DATABASE, MARKER, SPOOL, StoreError
from breadcrumb_exporter_duckdb.base.ownership import prepare
from breadcrumb_exporter_duckdb.exchange.parquet_import import import_run
from breadcrumb_exporter_duckdb.format import arena
from breadcrumb_exporter_duckdb.reading.sandbox import environment
from breadcrumb_exporter_duckdb.writing import spool

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 600
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def is_store(folder: Path) -> bool:
    """Whether the directory may be a store, whoever made it."""
    return any(os.path.lexists(folder / name) for name in (DATABASE, SPOOL))


def import_store(store: Path, folder: Path) -> list[tuple[str, int]]:
    """Take in every run that is not there yet: their ids, and their numbers of calls. Raises StoreError."""
    if os.path.lexists(folder / MARKER):
        raise StoreError(f"{folder} is encrypted", "export its runs where they were recorded")
    with tempfile.TemporaryDirectory(prefix="breadcrumb-import-") as place:
        copy, runs = Path(place, "store"), Path(place, "runs")
        runs.mkdir()
        prepare(copy)
        try:
            _copy_all(folder, copy)
        except OSError as error:
            raise StoreError(f"cannot read {folder}: {error.strerror}", "nothing was changed") from error
        _exported(copy, runs, folder)
        found = (import_run(store, each) for each in sorted(runs.iterdir()))
        return [run for run in found if run is not None]


def _copy_all(folder: Path, copy: Path) -> None:
    with _opened(os.open(folder, _FOLDER)) as place:
        for name in (DATABASE, f"{DATABASE}.wal"):
            _copy(place, name, copy / name)
        with (
            contextlib.suppress(FileNotFoundError),
            _opened(os.open(SPOOL, _FOLDER | os.O_NOFOLLOW, dir_fd=place)) as inner,
        ):
            for name in sorted(os.listdir(inner)):
                if name.endswith((spool.SUFFIX, arena.SUFFIX)):
                    _copy(inner, name, copy / SPOOL / name)


def _copy(place: int, name: str, target: Path) -> None:
    """Copy a regular file; what is none is left behind."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
    except OSError:
        return
    with os.fdopen(file, "rb") as source:
        status = os.fstat(file)
        if stat.S_ISREG(status.st_mode) and not files.is_mostly_holes(status):
            with os.fdopen(files.made(target), "wb") as copied:
                shutil.copyfileobj(source, copied)


@contextlib.contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _exported(copy: Path, runs: Path, folder: Path) -> None:
    """Let the child write every run of the copy. StoreError where it cannot."""
    words = [
        sys.executable,
        "-P",
        "-m",
        "breadcrumb_exporter_duckdb.exchange.foreign_child",
        str(copy),
        str(runs),
    ]
    try:
        ended = subprocess.run(words, capture_output=True, env=environment(), timeout=SECONDS, check=False)
        said = json.loads(ended.stdout)
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"{folder} takes too long to read", "nothing was imported") from error
    except ValueError as error:
        raise StoreError(
            f"{folder} cannot be read: it needs too much memory", "nothing was imported"
        ) from error
    if said is not None:
        raise StoreError(
            f"{folder} cannot be read: {said.replace(str(copy), str(folder))}", "nothing was imported"
        )
