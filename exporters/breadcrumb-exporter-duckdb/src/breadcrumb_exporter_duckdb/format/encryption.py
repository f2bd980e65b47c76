"""Encryption at rest: whether a store is encrypted, with which key, and how the frames of a file are sealed.

A store is encrypted from its first file on, or never: `encryption.json` says so, with the salt of its keys
and a check by which a wrong secret is known. Every spool file has a key of its own, derived (HKDF) from the
secret, the salt and the file's name, and every frame is bound to its place in the file: what was moved does
not open. The secret stands in none of them; a process gets the path of its file.

Standard library only, but for `cryptography` where a store is encrypted.
"""

from __future__ import annotations

import contextlib
import functools
import stat
from os import urandom  # bound here: a program may put something predictable in the place of os.urandom
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import DATABASE, MARKER, SPOOL, StoreError, StoreTooNew, exists
from breadcrumb_exporter_duckdb.base.originals import io, json, os
from breadcrumb_exporter_duckdb.format.damage import DamageError

if TYPE_CHECKING:
    from collections.abc import Sequence

ENV_KEY = "BREADCRUMB_ENCRYPTION_KEY"
"""The path of the file that holds the secret, or its name in the keyring."""
KEYRING = "keyring:"
"""What the name of a secret in the keyring begins with."""
LEAST_BYTES = 32
CIPHER = "AES-256-GCM"
NONCE = 12
_FILE = "the file that encryption.key (or BREADCRUMB_ENCRYPTION_KEY) names"
_MAKE = "make one with (umask 077; head -c 32 /dev/urandom > FILE)"

_path: str | None = None
"""Where the secret is; not read from the environment again, which a program may change."""


class Seal:
    """Seals and opens the frames of one file: AES-256-GCM, a random nonce for each."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)

    def close(self, payload: Sequence[bytes | memoryview], at: int) -> bytes:
        """The payload of the frame at byte `at` of the file, sealed: nonce, ciphertext, tag."""
        nonce = urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, b"".join(payload), _place(at))

    def open(self, sealed: bytes, at: int) -> bytes:
        """What was sealed. Raises DamageError where it is not what `close` gave for that place."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < NONCE:
            raise DamageError("too short to be sealed")
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _place(at))
        except InvalidTag as error:
            raise DamageError("sealed with another key or for another place, or changed since") from error


class Key:
    """From what the keys of a store's files are derived."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        self._secret = secret
        self._salt = salt

    def derive(self, what: str) -> bytes:
        """32 bytes for that purpose."""
        try:
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError as error:
            raise StoreError("an encrypted store needs cryptography", "pip install cryptography") from error
        return HKDF(SHA256(), 32, self._salt, f"breadcrumb {what}".encode()).derive(self._secret)


def use(named: str | None) -> None:
    """Let this process, and those that it starts, take the secret from that file, or from the keyring."""
    global _path
    if named:
        in_keyring = named.startswith(KEYRING)
        _path = os.environ[ENV_KEY] = named if in_keyring else os.path.abspath(os.path.expanduser(named))


def prepare(store: Path) -> None:
    """To be called before a store is written to: with a key named, an empty one becomes encrypted.

    StoreError where the store is encrypted and the key is missing or another, or where a key is named and the
    store is plain.
    """
    spool = store / SPOOL  # looked at before the marker: whoever marks the store does so before it writes
    occupied = exists(store / DATABASE) or (exists(spool) and any(os.listdir(spool)))
    if key_of(store) is not None or not _path:
        return
    if occupied:
        raise StoreError(
            f"the store {store} is not encrypted, and a key is named",
            "clear it with `breadcrumb store clear`, or name another with --store",
        )
    _mark(store)
    key_of(store)


def key_of(store: Path) -> Key | None:
    """The key of a store; None where it is plain. StoreError where the secret is missing or another."""
    marker = _marker(store)
    if marker is None:
        return None
    if exists(store / DATABASE):
        raise StoreError(f"{store} is encrypted, {DATABASE} in it is not", "move that elsewhere")
    if not _path:
        raise StoreError(
            f"the store {store} is encrypted", f"name the file of its key with encryption.key or {ENV_KEY}"
        )
    salt, check = marker
    key = Key(_named_secret(_path), salt)
    if key.derive("check") != check:
        _secret.cache_clear()
        raise StoreError(
            f"the key is not that of the store {store}", f"name its file with encryption.key or {ENV_KEY}"
        )
    return key


def seal_of(file: Path) -> Seal | None:
    """What seals and opens the frames of a spool file; None in a plain store. Raises as `key_of`."""
    key = key_of(file.parent.parent)
    return None if key is None else Seal(key.derive(f"file {file.name}"))


def _place(at: int) -> bytes:
    return at.to_bytes(8, "little")


def _marker(store: Path) -> tuple[bytes, bytes] | None:
    """The store's salt and check."""
    try:
        said = json.loads(files.read(store / MARKER))
        cipher, salt, check = said["cipher"], bytes.fromhex(said["salt"]), bytes.fromhex(said["check"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{store / MARKER} cannot be read", "put back a copy: nothing opens without it"
        ) from error
    if cipher != CIPHER:
        raise StoreTooNew(f"a newer Breadcrumb encrypted {store}", "update breadcrumb")
    return salt, check


def _mark(store: Path) -> None:
    """Write the marker, whole, before anything is sealed; the first of several processes wins."""
    salt = urandom(32)
    check = Key(_named_secret(_path or ""), salt).derive("check")
    unborn = store / f"{MARKER}.{urandom(4).hex()}"
    text = json.dumps({"cipher": CIPHER, "salt": salt.hex(), "check": check.hex()})
    try:
        with io.open(files.made(unborn), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(unborn, store / MARKER)
    except OSError as error:
        raise StoreError(f"cannot encrypt the store {store}: {error.strerror}", "name another") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(unborn)


def _named_secret(named: str) -> bytes:
    if named.startswith(KEYRING):
        from breadcrumb_exporter_duckdb.format.keyring_key import path_of

        named = path_of(named.removeprefix(KEYRING))
        use(named)
    return _secret(named)


@functools.cache
def _secret(path: str) -> bytes:
    """The bytes of the file. StoreError, without its path, which may be a secret by mistake.

    Kept: a program may give up the right to read it, or change its root directory.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{_FILE} is no regular file", _MAKE)
        if status.st_mode & 0o077:
            raise StoreError(f"others may read {_FILE}", "take that from them with chmod 600")
        secret = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no path"
        raise StoreError(f"{_FILE} cannot be read: {reason}", _MAKE) from None
    if len(secret) < LEAST_BYTES:
        raise StoreError(f"{_FILE} holds fewer than {LEAST_BYTES} bytes", _MAKE)
    return secret


use(os.environ.get(ENV_KEY))
