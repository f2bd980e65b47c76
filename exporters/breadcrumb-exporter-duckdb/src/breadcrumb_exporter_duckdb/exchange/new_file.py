"""A file that an export writes: it appears when it is whole, is its owner's alone, and replaces no other."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, BinaryIO

from breadcrumb_exporter_duckdb.base.location import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """The file that will be `path` at the end of the block. Raises StoreError, also for an OSError within."""
    if os.path.lexists(path):
        raise StoreError(f"{path} exists already", "name a file that does not")
    partial = path.with_name(f"{path.name}.partial-{os.urandom(4).hex()}")
    try:
        made = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(made, "wb") as file:
            yield file
        os.link(partial, path)  # fails where somebody made one meanwhile
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror}", "name another place, or make room"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
