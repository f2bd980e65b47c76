"""Opens what lies in a store: below the directory's own descriptor, never through a link, and only files.

A link, a pipe or a directory in the place of a file raises OSError at once, whatever it leads to. What is
written anew appears whole, under a name that nothing had. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import stat
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import SPOOL
from breadcrumb_exporter_duckdb.base.originals import io, os

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path
    from typing import BinaryIO

UNBORN = ".new"
MOST_TEXT = 16 << 20
"""Bytes of the largest file that is read at once."""
_HOLES = 8
"""A file may seem to hold so many times what its blocks take."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextlib.contextmanager
def folder(path: Path) -> Iterator[int]:
    """A descriptor of a directory: the spool is taken from within its store. Raises OSError."""
    inside = path.name == SPOOL
    descriptor = os.open(path.parent if inside else path, _FOLDER)
    try:
        if inside:
            outer, descriptor = descriptor, os.open(SPOOL, _FOLDER, dir_fd=descriptor)
            os.close(outer)
        yield descriptor
    finally:
        os.close(descriptor)


def opened(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file; one that is made is its owner's alone. Raises OSError."""
    with folder(path.parent) as place:
        descriptor = os.open(path.name, flags | _FILE, 0o600, dir_fd=place)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def made(path: Path, flags: int = os.O_WRONLY) -> int:
    """A descriptor of a file that was not there. Raises OSError."""
    return opened(path, flags | os.O_CREAT | os.O_EXCL)


def reading(path: Path) -> BinaryIO:
    """A file to be read. Raises OSError."""
    return io.open(opened(path), "rb")


def given(path: Path) -> BufferedReader:
    """A file that the user named, links included. Raises OSError where it is no file, or mostly holes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    file = io.open(descriptor, "rb")
    status = os.fstat(descriptor)
    reason = "it is no regular file" if not stat.S_ISREG(status.st_mode) else ""
    if reason or is_mostly_holes(status):
        file.close()
        raise OSError(errno.EINVAL, reason or "it is mostly holes", str(path))
    return file


def is_mostly_holes(status: os.stat_result) -> bool:
    """Whether a file seems to hold much more than it takes."""
    return status.st_size > status.st_blocks * 512 * _HOLES + (1 << 20)


def read(path: Path, most: int = MOST_TEXT) -> bytes:
    """All of a file. Raises OSError, also where it holds more than `most` bytes."""
    with reading(path) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read(most)


def replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step. Raises OSError."""
    unborn = f"{path.name}.{os.urandom(4).hex()}{UNBORN}"
    with folder(path.parent) as place:
        descriptor = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, 0o600, dir_fd=place)
        try:
            with io.open(descriptor, "wb") as file:
                file.write(content)
            os.rename(unborn, path.name, src_dir_fd=place, dst_dir_fd=place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(unborn, dir_fd=place)
            raise


def is_file(path: Path) -> bool:
    """Whether a file lies there, and neither a link nor anything else."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def named(place: Path, suffix: str) -> list[Path]:
    """The files of a directory whose names end so, in order; what is a link, or no file, is left out."""
    try:
        with folder(place) as descriptor, os.scandir(descriptor) as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.endswith(suffix) and entry.is_file(follow_symlinks=False)
            ]
    except OSError:
        return []
    return [place / name for name in sorted(names)]
