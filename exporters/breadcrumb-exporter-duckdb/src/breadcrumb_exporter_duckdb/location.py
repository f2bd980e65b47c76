"""Finds the store's directory and makes it ready; launcher, command line and MCP server all ask here.

The rule: what was named explicitly, else BREADCRUMB_STORE, else `.breadcrumb` in the project root, else a
directory of the project's own under the XDG state home. A store's path is UTF-8: DuckDB opens no other.
Standard library only: the launcher imports this.
"""

from __future__ import annotations

from pathlib import Path

from breadcrumb_exporter_duckdb.standard import os

FOLDER = ".breadcrumb"
SPOOL = "spool"
DATABASE = "traces.duckdb"
LOCK = "lock"
MARKER = "encryption.json"
"""Its presence makes a store an encrypted one."""
ROOT_MARKS = ("pyproject.toml", "setup.py", ".git")
UNFINISHED = f"{DATABASE}.new"
KNOWN = frozenset({SPOOL, DATABASE, f"{DATABASE}.wal", UNFINISHED, LOCK, MARKER, "config.toml", ".gitignore"})
IGNORE_ALL = "*\n"


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
    here = (start or Path.cwd()).absolute()
    root = project_root(here)
    if root is not None and _usable(root) and _is_text(root):
        return root / FOLDER
    return _state_home() / "breadcrumb" / _digest(root or here)


def project_root(start: Path) -> Path | None:
    """The nearest directory from `start` upwards that holds a project; never the home directory or `/`."""
    forbidden = _forbidden()
    for folder in (start.absolute(), *start.absolute().parents):
        if folder.resolve() in forbidden:
            continue
        if any(os.path.exists(folder / mark) for mark in ROOT_MARKS):
            return folder
    return None


def is_encrypted(store: Path) -> bool:
    """Whether what is written to the store is sealed with a key."""
    return (store / MARKER).exists()


def require_access(store: Path, *, writing: bool = False) -> None:
    """StoreError where there is a store that we may not read, or not write to."""
    if not os.path.lexists(store):
        return
    _require_text(store)
    if not os.access(store, os.R_OK | os.X_OK):
        raise StoreError(f"the store {store} is not readable: it is someone else's, or no directory", _OTHER)
    needed = (store, store / DATABASE) if writing else ()
    if any(each.exists() and not os.access(each, os.W_OK) for each in needed):
        raise StoreError(f"the store {store} is not writable", _OTHER)


def prepare(path: Path) -> Path:
    """Make the store's directory (mode 0700, ignored by git) and its spool, or raise StoreError."""
    _require_text(path)
    try:
        _claim(path)
        (path / SPOOL).mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as error:
        raise StoreError(f"{error.filename} is a file, a store is a directory", _OTHER) from error
    except NotADirectoryError as error:
        raise StoreError(f"no store at {path}: part of that path is a file", _OTHER) from error
    except OSError as error:
        raise StoreError(f"no store at {path}: {error.strerror}", _OTHER) from error
    if not all(os.access(each, os.W_OK | os.X_OK) for each in (path, path / SPOOL)):
        raise StoreError(f"the store {path} is not writable", _OTHER)
    return path


def _require_text(path: Path) -> None:
    if not _is_text(path):
        raise StoreError(f"no store at {str(path)!a}: DuckDB opens no path that is not UTF-8", _OTHER)


def _is_text(path: Path) -> bool:
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


_OTHER = "name another directory with --store or BREADCRUMB_STORE"


def _claim(path: Path) -> None:
    if path.resolve() in _forbidden():
        raise StoreError(f"{path} cannot be a store", _OTHER)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    ignore = path / ".gitignore"
    if ignore.is_file() and ignore.read_text(encoding="utf-8", errors="replace") == IGNORE_ALL:
        return
    if set(os.listdir(path)) - KNOWN or ignore.exists():
        raise StoreError(f"{path} holds other files, a store needs a directory of its own", _OTHER)
    path.chmod(0o700)
    ignore.write_text(IGNORE_ALL, encoding="utf-8")


def _named(text: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(text)))


def _usable(root: Path) -> bool:
    folder = root / FOLDER
    return os.access(folder if os.path.exists(folder) else root, os.W_OK)


def _forbidden() -> frozenset[Path]:
    found = {Path("/")}
    home = os.path.expanduser("~")
    if home != "~":
        found.add(Path(home).resolve())
    return frozenset(found)


def _state_home() -> Path:
    named = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(named):
        return Path(named)
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        raise StoreError("there is no project here and no home directory for a store", _OTHER)
    return Path(home) / ".local" / "state"


def _digest(path: Path) -> str:
    import hashlib  # brings OpenSSL with it, for the one case that asks for it

    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
