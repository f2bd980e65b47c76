"""A small real store, written through the real spool."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import own_account  # before ours, which look for an account as they are imported

# isort: split
import hypothesis_profiles  # noqa: F401 - sets how many examples are tried
import pytest
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from pathlib import Path

MS = 1_000_000
START = 1_700_000_000_000_000_000
TRACE = "0af7651916cd43dd8448eb211c80319c"
CODES = {1: "main", 2: "withdraw", 3: "parse"}
ACCOUNT = {"@": "app.Account", "@id": "7f3a", "owner": "ada"}
ERROR = {
    "type": "ValueError",
    "message": "bad qty -1",
    "file": "/srv/app.py",
    "line": 31,
    "function": "app.parse",
    "id": "7f00",
}

WriteRun = Callable[..., SpoolWriter]


def facts() -> list[tuple[str, str]]:
    """What the rows refer to, and one of each kind that counts something."""
    codes: list[tuple[str, dict[str, object]]] = [
        (
            "code",
            {
                "key": key,
                "module": "app",
                "qualname": name,
                "function": f"app.{name}",
                "file": "/srv/app.py",
                "line": key * 10,
                "kind": "function",
            },
        )
        for key, name in CODES.items()
    ]
    gap = {"key": 1, "caller": "app.main", "file": "/srv/app.py", "line": 12, "callee": "round", "kind": "c"}
    others: list[tuple[str, dict[str, object]]] = [
        ("thread", {"key": 1, "name": "MainThread", "ident": 5, "native_id": 6}),
        ("task", {"key": 4, "name": "Task-1"}),
        ("gap", {**gap, "count": 6, "lower_bound": False, "include": None}),
        ("drop", {"key": "otlp/full", "where": "otlp queue", "reason": "full", "count": 3}),
        ("redaction", {"key": "password/args", "rule": "password", "place": "args", "count": 2}),
        ("later", {"key": 1, "what": "a kind of tomorrow"}),
    ]
    return [(kind, json.dumps(fact)) for kind, fact in codes + others]


def rows(start: int = START) -> list[dict[str, object]]:
    """main calls withdraw twice and parse, which raises; main handles it."""
    common = {"trace_id": TRACE, "stack": 1, "thread": 1}
    withdraws: list[dict[str, object]] = [
        {
            **common,
            "span_id": 20 + i,
            "parent_id": 10,
            "code": 2,
            "start_ns": start + i * MS,
            "duration_ns": MS // 2,
            "ran_ns": MS // 2,
            "depth": 1,
            "ordinal": i,
            "last_ordinal": i,
            "args": json.dumps({"acc": {**ACCOUNT, "balance": 100.0 - 75 * i}, "amount": 75}),
            "return": json.dumps(25.0 - 75 * i),
            "extra": json.dumps(
                {"lines": [[4, 10, {"acc": {**ACCOUNT, "balance": 25.0 - 75 * i}}], [5, 20]]}
            ),
        }
        for i in (1, 2)
    ]
    parse = {"span_id": 30, "parent_id": 10, "code": 3, "start_ns": start + 3 * MS, "duration_ns": MS}
    raised = {
        "ran_ns": MS,
        "depth": 1,
        "ordinal": 3,
        "last_ordinal": 3,
        "outcome": 1,
        "args": '{"row": {"qty": -1}}',
    }
    main = {
        "span_id": 10,
        "code": 1,
        "start_ns": start,
        "duration_ns": 6 * MS,
        "ran_ns": 5 * MS,
        "last_ordinal": 3,
    }
    return [
        *withdraws,
        {**common, **parse, **raised, "exception": json.dumps(ERROR)},
        {**common, **main, "child_ns": 2 * MS, "args": "{}", "return": "-50.0"},
    ]


def write(store: Path, run_id: str = "aaaa1111", *, end: bool = True, start: int = START) -> SpoolWriter:
    """One process of a run; with `end=False` it is still running, with a call open."""
    writer = SpoolWriter(store, run_id=run_id, resource={"service.name": "app"})
    writer.describe(command=["python", "app.py"], cwd="/srv", recorder="python", scope={"include": ["app"]})
    writer.write(columns_from_rows(rows(start)), facts())
    if end:
        writer.close()
        return writer
    opened = {"key": f"{99:016x}", "code": 2, "trace_id": TRACE, "parent_id": f"{10:016x}", "thread": 1}
    writer.write(
        facts=[
            (
                "open",
                json.dumps({**opened, "start_ns": start + 9 * MS, "depth": 1, "stack": 1, "args": {"a": 1}}),
            )
        ]
    )
    return writer


def write_launch(store: Path, run_id: str, **members: object) -> None:
    """What the launcher writes at the end of a run."""
    fact = {
        "key": run_id,
        "run_id": run_id,
        "command": ["python", "app.py"],
        "start_ns": START - MS,
        **members,
    }
    launcher = SpoolWriter(store, run_id=run_id, traced=False)
    launcher.write(facts=[("run", json.dumps(fact))])
    launcher.close()


@pytest.fixture(scope="session")
def write_run() -> WriteRun:
    """Writes a run of four calls into a store."""
    return write


@pytest.fixture
def write_end() -> Callable[..., None]:
    """Writes the launcher's `run` fact into a store."""
    return write_launch


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, write_run: WriteRun) -> Path:
    """A folded store with one run, only to be read."""
    store = tmp_path_factory.mktemp("filled") / "store"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BREADCRUMB_RUN_ID", "")
        write_run(store)
        fold(store)
    return store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for a store; nothing of the caller's environment names another."""
    for name in [name for name in os.environ if name.startswith(("BREADCRUMB_", "OTEL_"))]:
        if name != own_account.KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("BREADCRUMB_RUN_ID", "")  # one that an exporter sets goes with the test
    return tmp_path / "store"
