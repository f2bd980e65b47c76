"""Tracing from inside a program, and asking the store from Python: no launcher, no change to the functions.

python examples/embedded.py
"""

import tempfile
from pathlib import Path

from breadcrumb_exporter_duckdb.reading.store import open_store

import breadcrumb


def price(quantity: int, unit: float) -> float:
    return quantity * unit


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        with breadcrumb.init(store=str(store)):
            price(3, 9.5)
        with open_store(store) as reader:
            print(reader.connection.execute('SELECT function, args, "return" FROM calls').fetchall())
