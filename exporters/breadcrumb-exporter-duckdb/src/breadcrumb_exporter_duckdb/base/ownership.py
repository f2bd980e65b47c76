"""Whose a store is: only one that this account made is read or written; whoever opens a store asks here.

A store is ours where it bears our sign (see `account`), belongs to the user, is closed to everyone else, and
holds no link and nothing special in the place of a file. Standard library only: traced processes ask too.
"""

from __future__ import annotations

import contextlib
import stat
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import account, files
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.location import (
    DATABASE,
    LOCK,
    MARKER,
    OTHER,
    SETTINGS,
    SPOOL,
    StoreError,
    StoreForeign,
    StoreMissing,
    exists,
    is_forbidden,
    require_text,
)
from breadcrumb_exporter_duckdb.base.originals import os

if TYPE_CHECKING:
    from pathlib import Path

SIGN = "made-here"
IGNORE = ".gitignore"
IGNORE_ALL = b"*\n"
SPILL = f"{DATABASE}.tmp"
"""Where DuckDB puts what does not fit into memory."""
_WRITTEN = frozenset({DATABASE, f"{DATABASE}.wal", LOCK})
"""What is written where it lies: with a hard link it would be a file outside of the store."""
_KNOWN = frozenset({SPOOL, DATABASE, LOCK, MARKER, SETTINGS, SIGN})
"""A directory that holds none of these is no store."""
_TAKE_IN = "take in its runs with `breadcrumb store import {} --store ELSEWHERE`"


def prepare(path: Path) -> Path:
    """Make the store's directory (mode 0700, ignored by git) and its spool, or raise StoreError."""
    require_text(path)
    try:
        _claim(path)
        with files.folder(path) as place, contextlib.suppress(FileExistsError):
            os.mkdir(SPOOL, 0o700, dir_fd=place)
    except FileExistsError as error:
        raise StoreError(f"{error.filename} is a file, a store is a directory", OTHER) from error
    except NotADirectoryError as error:
        raise StoreError(f"no store at {path}: part of that path is a file", OTHER) from error
    except OSError as error:
        raise StoreError(f"no store at {path}: {error.strerror}", OTHER) from error
    require_access(path)
    if not all(os.access(each, os.W_OK | os.X_OK) for each in (path, path / SPOOL)):
        raise StoreError(f"the store {path} is not writable", OTHER)
    return path


def require_access(store: Path, *, writing: bool = False) -> None:
    """StoreError where there is a store that is not ours, or that we may not read, or not write to."""
    if not exists(store):
        return
    require_text(store)
    wrong = None if stat.S_ISDIR(os.lstat(store).st_mode) else _wrong_folder(store, "it")
    if not wrong and not os.access(store, os.R_OK | os.X_OK):
        raise StoreError(f"the store {store} is not readable: it is someone else's", OTHER)
    if not wrong and _KNOWN.isdisjoint(os.listdir(store)):
        return
    if wrong := wrong or _wrong_with(store):
        raise StoreForeign(f"the store {store} is not used: {wrong}", _TAKE_IN.format(store))
    if not is_signed(store):
        raise StoreForeign(
            f"the store {store} is not used: this account did not make it",
            f"if it is yours, `breadcrumb store adopt --store {store}`; else {_TAKE_IN.format(store)}",
        )
    needed = (store, store / DATABASE) if writing else ()
    if any(exists(each) and not os.access(each, os.W_OK) for each in needed):
        raise StoreError(f"the store {store} is not writable", OTHER)


def is_ours(store: Path) -> bool:
    """Whether there is a store that this account made."""
    try:
        require_access(store)
    except StoreError:
        return False
    return exists(store)


def adopt(store: Path) -> bool:
    """Take a store for ours from now on, because the user says so; False where it is. Raises StoreError."""
    if not exists(store):
        raise StoreMissing(f"there is no store at {store}", "there is nothing to adopt")
    if wrong := _wrong_with(store):
        raise StoreForeign(f"the store {store} cannot be adopted: {wrong}", _TAKE_IN.format(store))
    if is_signed(store):
        return False
    if _KNOWN.isdisjoint(os.listdir(store)):
        raise StoreMissing(f"there is no store at {store}", "there is nothing to adopt")
    try:
        _sign(store)
    except OSError as error:
        raise StoreError(f"cannot write to {store}: {error.strerror}", OTHER) from error
    return True


def is_signed(store: Path) -> bool:
    """Whether it bears our sign."""
    try:
        return account.is_signed(files.read(store / SIGN))
    except OSError:
        return False


def is_empty(store: Path) -> bool:
    """Whether a directory holds nothing but signs that are being written."""
    return all(name.startswith(SIGN) and name.endswith(UNBORN) for name in os.listdir(store))


def _claim(path: Path) -> None:
    """Make the directory ours where it is new or empty: the sign comes first, for others may look."""
    if is_forbidden(path):
        raise StoreError(f"{path} cannot be a store", OTHER)
    _make(path, 0o700)
    if stat.S_ISLNK(os.lstat(path).st_mode) or not is_empty(path):
        require_access(path)
        if _KNOWN.isdisjoint(os.listdir(path)):
            raise StoreError(f"{path} holds other files, a store needs a directory of its own", OTHER)
        return
    if os.lstat(path).st_uid == os.geteuid():
        os.chmod(path, 0o700)
    if wrong := _wrong_with(path):
        raise StoreError(f"{path} cannot be a store: {wrong}", OTHER)
    _sign(path)


def _make(path: Path, mode: int = 0o777) -> None:
    """Make a directory, unless it is there, and those above it."""
    try:
        _make_one(path, mode)
    except FileNotFoundError:
        if path == path.parent:
            raise
        _make(path.parent)
        _make_one(path, mode)


def _make_one(path: Path, mode: int) -> None:
    try:
        os.mkdir(path, mode)
    except FileNotFoundError:
        raise
    except OSError:
        if not _is_folder(path):
            raise


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError:
        return False


def _sign(store: Path) -> None:
    sign = account.sign()
    if sign is None:
        raise StoreError(
            "there is no place for the account's secret: the home directory is not ours",
            f"set XDG_STATE_HOME, or {account.ENV_ACCOUNT_KEY} to a file's path",
        )
    files.replace(store / SIGN, sign)
    if not exists(store / IGNORE):
        files.replace(store / IGNORE, IGNORE_ALL)


def _wrong_with(store: Path) -> str | None:
    """Why the directory, or what lies in it, cannot be a store of ours, whatever sign it bears."""
    if wrong := _wrong_folder(store, "it"):
        return wrong
    with os.scandir(store) as entries:
        return next(filter(None, (_wrong_entry(store, each) for each in entries)), None)


def _wrong_entry(store: Path, entry: os.DirEntry[str]) -> str | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # whoever folds has just removed it
        return None
    if entry.name == SPOOL:
        return _wrong_folder(store / SPOOL, SPOOL)
    if entry.name == SPILL and stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return f"{entry.name} in it is {_kind(status.st_mode)}"
    if status.st_uid != os.geteuid():
        return f"{entry.name} in it belongs to another user"
    if entry.name in _WRITTEN and status.st_nlink > 1:
        return f"{entry.name} in it has another name elsewhere: a copy (`cp`) in its place would be its own"
    if entry.name == DATABASE and status.st_mode & 0o077:
        return f"others may read {DATABASE} in it (`chmod 600` would keep them out)"
    return None


def _wrong_folder(path: Path, called: str) -> str | None:
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        return f"{called} is {_kind(status.st_mode)}"
    if status.st_uid != os.geteuid():
        return f"{called} belongs to another user"
    if status.st_mode & 0o077:
        return f"others may enter {called} (`chmod 700` would keep them out)"
    return None


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISREG, "a file"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    return next((name for test, name in kinds if test(mode)), "a device")
