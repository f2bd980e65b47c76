"""Writes a store of as many spans as one likes: `python -m benchmarks.probes.synthetic STORE SPANS`.

One run of requests: trees of 50 calls, a trace each, whose values differ as those of a program do. A cycle
of distinct portions is longer than a row group of DuckDB, so that repetition makes nothing smaller.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from array import array
from pathlib import Path
from typing import Any

from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

TREE = 50
PORTION = 10_000
DISTINCT = 20
RUN = "be0c4000"
MICROSECOND = 1_000
MODULES = ("shop.web", "shop.cart", "shop.prices", "shop.stock", "shop.mail")
CLASSES = ("Cart", "Account", "Order", "Item")
FUNCTIONS = [f"{name}.step_{number}" for number in range(6) for name in CLASSES]
CODES = [(module, name) for module in MODULES for name in FUNCTIONS]
MOVED = {"span_id", "parent_id"}
SHIFTED = {"start_ns", "ordinal", "last_ordinal"}

chance = random.Random(7)  # noqa: S311 - the same store each time


def facts() -> list[tuple[str, str]]:
    """The functions, the thread, and some gaps."""
    codes = [
        ("code", {
            "key": key, "module": module, "qualname": name, "function": f"{module}.{name}",
            "file": f"/srv/{module.replace('.', '/')}.py", "line": 10 * key, "kind": "function",
        })
        for key, (module, name) in enumerate(CODES, 1)
    ]  # fmt: skip
    gaps = [
        ("gap", {
            "key": key, "caller": f"{module}.{name}",
            "file": f"/srv/{module.replace('.', '/')}.py", "line": key, "callee": f"requests.api.call_{key}",
            "kind": "python", "count": key, "lower_bound": False, "include": "requests.*",
        })
        for key, (module, name) in enumerate(CODES, 1)
    ]  # fmt: skip
    thread = [("thread", {"key": 1, "name": "MainThread", "ident": 1, "native_id": 1})]
    return [(kind, json.dumps(fact)) for kind, fact in [*codes, *gaps, *thread]]


def tree(start_ns: int, ordinal: int) -> list[dict[str, Any]]:
    """One request: a root, seven calls in it, six calls in each; in the order in which they end."""
    trace = chance.randbytes(16).hex()
    root, at, rows = chance.getrandbits(63), start_ns, []
    number = ordinal
    for _ in range(7):
        number += 1
        middle, first, began = chance.getrandbits(63), number, at
        for _ in range(6):
            number += 1
            at += chance.randrange(1, 40) * MICROSECOND
            rows.append(row(trace, chance.getrandbits(63), middle, 2, at, number, number))
        at += chance.randrange(1, 40) * MICROSECOND
        rows.append(row(trace, middle, root, 1, began, first, number, took=at - began))
    rows.append(row(trace, root, 0, 0, start_ns, ordinal, number, took=at - start_ns))
    return rows


def row(
    trace: str, span: int, parent: int, depth: int, start: int, ordinal: int, last: int, took: int = 0
) -> dict[str, Any]:
    """One call; one in a hundred leaves raises."""
    took = took or chance.randrange(500, 20_000)
    columns: dict[str, Any] = {
        "trace_id": trace, "span_id": span, "parent_id": parent, "code": chance.randrange(len(CODES)) + 1,
        "depth": depth, "start_ns": start, "duration_ns": took, "ran_ns": took,
        "child_ns": took // 2 if depth < 2 else 0, "stack": 1, "thread": 1, "ordinal": ordinal,
        "last_ordinal": last, "args": json.dumps(arguments()),
    }  # fmt: skip
    if depth == 2 and chance.random() < 0.01:
        return {**columns, "outcome": 1, "exception": json.dumps(error(span))}
    return {**columns, "return": json.dumps(chance.choice((None, True, chance.randrange(99_999) / 100)))}


def arguments() -> dict[str, Any]:
    """An object, a number and a word."""
    return {
        "self": {
            "@": f"shop.{chance.choice(CLASSES)}",
            "@id": f"7f{chance.getrandbits(16) << 4:06x}",
            "owner": f"customer {chance.randrange(500)}",
            "balance": chance.randrange(99_999) / 100,
        },
        "amount": chance.randrange(1_000),
        "kind": chance.choice(("standard", "express", "gift")),
    }


def error(span: int) -> dict[str, Any]:
    """What a leaf raises."""
    place = {"file": "/srv/shop/cart.py", "line": 12, "function": "shop.cart.parse"}
    return {
        "type": "ValueError",
        "message": f"bad amount {chance.randrange(1_000)}",
        "id": f"{span:x}",
        **place,
    }


def portions() -> list[Any]:
    """Distinct batches of columns, their times and ordinals counted from zero."""
    made = []
    for _ in range(DISTINCT):
        rows: list[dict[str, Any]] = []
        while len(rows) < PORTION:
            rows += tree(len(rows) * 20 * MICROSECOND, len(rows))
        made.append(columns_from_rows(rows))
    return made


def moved(columns: Any, turn: int) -> Any:
    """The same batch, later: other ids, times and ordinals."""
    changed = dict(columns)
    mask = random.Random(turn).getrandbits(63)  # noqa: S311 - the same store each time
    begun = {
        "start_ns": turn * PORTION * 20 * MICROSECOND + START,
        "ordinal": turn * PORTION,
        "last_ordinal": turn * PORTION,
    }
    for name in (*MOVED, *SHIFTED):
        kind, length, (_, data) = columns[name]
        values = array("q" if kind == "l" else "Q", data)
        if name in MOVED:
            values = array("Q", [value and value ^ mask for value in values])
        else:
            values = array(values.typecode, [value + begun[name] for value in values])
        changed[name] = (kind, length, [None, values.tobytes()])
    kind, length, (_, data) = columns["trace_id"]
    whole = int.from_bytes(data, "little") ^ int.from_bytes(
        (mask.to_bytes(8, "little") * 2) * length, "little"
    )
    changed["trace_id"] = (kind, length, [None, whole.to_bytes(16 * length, "little")])
    return changed


START = time.time_ns() - 3_600 * 10**9


def write(store: Path, spans: int) -> None:
    """Write the store."""
    writer = SpoolWriter(store, run_id=RUN, resource={"service.name": "shop"})
    writer.describe(command=["python", "-m", "shop"], cwd="/srv", versions={}, recorder="c", scope={})
    writer.write(facts=facts())
    made = portions()
    for turn in range(spans // PORTION):
        writer.write(moved(made[turn % DISTINCT], turn))
    writer.close()
    launched = SpoolWriter(store, run_id=RUN, traced=False)
    fact = {"key": RUN, "run_id": RUN, "command": ["python", "-m", "shop"], "start_ns": START, "how": "exit"}
    launched.write(facts=[("run", json.dumps({**fact, "end_ns": time.time_ns(), "exit_status": 0}))])
    launched.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.flush()
    os._exit(0)  # nothing to tidy, and much to free
