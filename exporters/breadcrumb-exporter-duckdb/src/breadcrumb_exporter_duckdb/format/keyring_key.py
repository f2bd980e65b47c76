"""The secret of a store out of the keyring, in a file in memory that the processes of a run can read.

Whoever starts a run, or asks, reads the keyring, once; a traced process is handed the path of the file. It is
there for as long as the process that read the keyring. Linux only.
"""

from __future__ import annotations

import functools

from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.originals import os, sys
from breadcrumb_exporter_duckdb.format.spool_file import HIGH

_files: list[int] = []


@functools.cache
def path_of(named: str) -> str:
    """The path of a file that holds what the keyring keeps for SERVICE/NAME. Raises StoreError."""
    service, _, name = named.rpartition("/")
    if not service or not name:
        raise StoreError("the name of a key in the keyring lacks a part", "write keyring:SERVICE/NAME")
    if sys.platform != "linux":
        raise StoreError("a key comes from the keyring on Linux only", "name a file")
    return _in_memory(_secret(service, name).encode())


def keep_over_exec() -> None:
    """Let the program that replaces this one keep the files."""
    for file in _files:
        os.set_inheritable(file, True)


def _secret(service: str, name: str) -> str:
    try:
        import keyring
    except ImportError as error:
        raise StoreError(
            "the key is in the keyring, and keyring is not installed", "pip install keyring"
        ) from error
    try:
        secret = keyring.get_password(service, name)
    except Exception as error:  # a backend may raise anything
        raise StoreError(f"the keyring is not to be had: {type(error).__name__}", "name a file") from error
    if secret is None:
        make = f"python -c 'import secrets; print(secrets.token_hex(32))' | keyring set {service} {name}"
        raise StoreError(f"the keyring has no key {service}/{name}", f"make one with {make}")
    return secret


def _in_memory(secret: bytes) -> str:
    import fcntl

    low = os.memfd_create("breadcrumb-key")
    file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(low)
    os.fchmod(file, 0o600)
    os.write(file, secret)
    _files.append(file)
    return f"/proc/{os.getpid()}/fd/{file}"
