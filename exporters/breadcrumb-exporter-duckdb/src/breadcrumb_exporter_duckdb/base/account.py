"""The secret of the user's account, by which a store is known as one that this account made.

It lies in `account.key` beside what else programs keep for the user. A store carries a random number and a
code for it that only the secret gives: what came with a repository or an archive can carry no such code. The
launcher hands the secret's path on: a program may have another home directory. Standard library only.
"""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.originals import os

if TYPE_CHECKING:
    from collections.abc import Iterator

ENV_ACCOUNT_KEY = "BREADCRUMB_ACCOUNT_KEY"
"""The path of the secret, where it is not among the user's state."""
KEY = "account.key"
BYTES = 32
NONCE = 16
_named = os.environ.get(ENV_ACCOUNT_KEY)
"""Not read from the environment again, which a program may change."""


def sign() -> bytes | None:
    """A line that `is_signed` knows; None where there is no place for a secret."""
    secret = _secret(make=True)
    nonce = os.urandom(NONCE).hex()
    return None if secret is None else f"{nonce} {_code(secret, nonce)}\n".encode()


def is_signed(line: bytes) -> bool:
    """Whether this account wrote the line."""
    secret = _secret(make=False)
    nonce, _, code = line.decode("ascii", "replace").strip().partition(" ")
    return secret is not None and len(nonce) == 2 * NONCE and code == _code(secret, nonce)


def hand_on(environ: dict[str, str]) -> None:
    """Let processes with that environment find the secret, wherever their home directory is."""
    found = next((path for path in _places() if _read(path)), None)
    if found is not None:
        environ[ENV_ACCOUNT_KEY] = str(found)


def state_home() -> Path | None:
    """Where programs keep things for the user: `$XDG_STATE_HOME`, else below the home directory."""
    named = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(named):
        return Path(named)
    home = os.path.expanduser("~")
    return Path(home) / ".local" / "state" if os.path.isabs(home) else None


def _code(secret: bytes, nonce: str) -> str:
    try:
        from _blake2 import blake2b  # hashlib brings OpenSSL with it
    except ImportError:
        from hashlib import blake2b
    return str(blake2b(nonce.encode(), key=secret, digest_size=16, person=b"breadcrumb store").hexdigest())


def _places() -> Iterator[Path]:
    """Where the secret may lie, the likeliest first."""
    if _named:
        yield Path(os.path.abspath(_named))
        return
    home = state_home()
    if home is not None:
        yield home / "breadcrumb" / KEY
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - used only where it is ours alone
    yield Path(temporary) / f"breadcrumb-{os.geteuid()}" / KEY


def _secret(*, make: bool) -> bytes | None:
    """The secret; None where there is none, and none can be made."""
    user = os.geteuid()
    if user not in _kept and (found := next(_found(), None) or (_made() if make else None)):
        _kept[user] = found
    return _kept.get(user)


_kept: dict[int, bytes] = {}
"""The secret by user, read once: a program may give up the right to read it."""


def _found() -> Iterator[bytes]:
    return (secret for path in _places() if (secret := _read(path)))


def _made() -> bytes | None:
    for path in _places():
        with contextlib.suppress(OSError):
            _make(path)
        if secret := _read(path):
            return secret
    return None


def _read(path: Path) -> bytes | None:
    """The secret in a file that nobody else may read or replace."""
    try:
        if not _is_owned(os.lstat(path.parent), others=0o002):
            return None
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(file)
        fits = stat.S_ISREG(status.st_mode) and _is_owned(status, others=0o077)
        secret = os.read(file, BYTES) if fits else b""
    finally:
        os.close(file)
    return secret if len(secret) == BYTES else None


def _is_owned(status: os.stat_result, *, others: int) -> bool:
    """Whether it is ours, and no other user has these rights to it."""
    return status.st_uid == os.geteuid() and not status.st_mode & others


def _make(path: Path) -> None:
    """Make the secret, whole; the first of several processes wins. Raises OSError."""
    above = os.stat(next(each for each in path.parents if os.path.lexists(each)))
    if above.st_uid != os.geteuid() and not above.st_mode & stat.S_ISVTX:
        return  # under sudo the home directory may be another user's: nothing of ours is to lie there
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unborn = path.with_name(f"{path.name}.{os.urandom(4).hex()}.new")
    file = os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, os.urandom(BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(unborn, path)
    finally:
        os.close(file)
        os.unlink(unborn)
