"""An exported run as one file: a zip of the directory of Parquet files, which are compressed themselves."""

from __future__ import annotations

import contextlib
import shutil
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.exchange.new_file import new_file
from breadcrumb_exporter_duckdb.exchange.parquet_export import MANIFEST, QUERIES, write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

NAMES = (MANIFEST, *(f"{name}.parquet" for name in QUERIES))


def write_zip(connection: DuckDBPyConnection, run_id: str, path: Path) -> dict[str, int]:
    """Write the run into the new file `path`; the rest is as for `write_parquet`."""
    with new_file(path) as file, tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        rows = write_parquet(connection, run_id, run)
        with zipfile.ZipFile(file, "w") as packed:
            for name in NAMES:
                packed.write(run / name, name)
    return rows


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The directory that such a file holds, for a while. Raises StoreError where it holds something else."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with files.given(path) as given, zipfile.ZipFile(given) as packed:
                for name in NAMES:
                    if packed.getinfo(name).compress_type != zipfile.ZIP_STORED:
                        raise zipfile.BadZipFile
                    with packed.open(name) as member, (Path(folder) / name).open("wb") as file:
                        shutil.copyfileobj(member, file)
        except (zipfile.BadZipFile, struct.error, EOFError, LookupError, ValueError, RuntimeError) as error:
            raise StoreError(
                f"{path} is no exported run", "give a file that `breadcrumb export` wrote"
            ) from error
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        yield Path(folder)
