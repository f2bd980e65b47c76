"""Finds the store's directory; launcher, command line and MCP server all ask here.

The rule: what was named explicitly, else BREADCRUMB_STORE, else `.breadcrumb` in the project root, else a
directory of the project's own under the XDG state home. A store's path is UTF-8: DuckDB opens no other.
Standard library only: the launcher imports this.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.account import state_home
from breadcrumb_exporter_duckdb.base.originals import os

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ".breadcrumb"
SPOOL = "spool"
DATABASE = "traces.duckdb"
LOCK = "lock"
MARKER = "encryption.json"
"""Its presence makes a store an encrypted one."""
ROOT_MARKS = ("pyproject.toml", "setup.py", ".git")
DJANGO_MARK = "manage.py"
"""Marks a root where no other mark does, up to `/`: a new Django project has nothing else."""
UNFINISHED = f"{DATABASE}.new"
SETTINGS = "config.toml"
OTHER = "name another directory with --store or BREADCRUMB_STORE"
"""What to do where a store cannot be used."""


class HintedError(Exception):
    """What is wrong in `message`, what to do in `hint`, each one line."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class StoreError(HintedError):
    """A store cannot be used."""


class StoreMissing(StoreError):  # noqa: N818 - the name says what happened, as its siblings do
    """There is no store at that place."""


class StoreForeign(StoreError):  # noqa: N818 - as above
    """The store is not one that this account's Breadcrumb made, or holds what is none of its files."""


class StoreTooNew(StoreError):  # noqa: N818 - as above
    """A newer Breadcrumb wrote the store."""


class StoreBusy(StoreError):  # noqa: N818 - as above
    """Somebody else held the store for longer than we may wait."""


class QueryMissing(StoreError):  # noqa: N818 - as above
    """duckdb or pyarrow is not installed in this environment."""


def find_store(explicit: str | None = None, *, start: Path | None = None) -> Path:
    """The absolute directory of the store that belongs to `start` (default: the working directory)."""
    named = explicit or os.environ.get("BREADCRUMB_STORE")
    if named:
        return _named(named)
    here = _absolute(start or Path())
    root = project_root(here)
    if root is not None and _usable(root) and _is_text(root):
        return root / FOLDER
    return _state_home() / "breadcrumb" / _digest(root or here)


def project_root(start: Path) -> Path | None:
    """The nearest directory from `start` upwards that holds a project; never the home directory or `/`."""
    here = _absolute(start)
    for marks in (ROOT_MARKS, (DJANGO_MARK,)):
        for folder in (here, *here.parents):
            if is_project(folder, marks):
                return folder
    return None


def is_project(folder: Path, marks: Sequence[str] = (*ROOT_MARKS, DJANGO_MARK)) -> bool:
    """Whether a directory holds a project."""
    return not is_forbidden(folder) and any(os.access(folder / mark, os.F_OK) for mark in marks)


def is_encrypted(store: Path) -> bool:
    """Whether what is written to the store is sealed with a key."""
    return exists(store / MARKER)


def exists(path: Path) -> bool:
    """Whether there is something; pathlib and os.path ask functions that a program may have replaced."""
    try:
        os.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def is_forbidden(folder: Path) -> bool:
    """Whether it is `/` or the home directory, which are neither a project nor a store."""
    home = os.path.expanduser("~")
    return _is_same(folder, "/") or (home != "~" and _is_same(folder, home))


def _is_same(folder: Path, other: str) -> bool:
    try:
        here, there = os.stat(folder), os.stat(other)
    except (OSError, ValueError):
        return str(folder) == other
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _absolute(path: Path) -> Path:
    return path if path.is_absolute() else Path(os.getcwd()) / path


def require_text(store: Path) -> None:
    """StoreError where the path is not UTF-8."""
    if not _is_text(store):
        raise StoreError(f"no store at {str(store)!a}: DuckDB opens no path that is not UTF-8", OTHER)


def _is_text(path: Path) -> bool:
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


def _named(text: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(text)))


def _usable(root: Path) -> bool:
    folder = root / FOLDER
    return os.access(folder if os.access(folder, os.F_OK) else root, os.W_OK)


def _state_home() -> Path:
    found = state_home()
    if found is None:
        raise StoreError("there is no project here and no home directory for a store", OTHER)
    return found


def _digest(path: Path) -> str:
    import hashlib  # brings OpenSSL with it, for the one case that asks for it

    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
