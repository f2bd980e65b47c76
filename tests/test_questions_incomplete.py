"""Answers about runs that are not whole say so: open calls, drops, lost ends, lower bounds, torn frames."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

from breadcrumb.cli.report import main as report
from breadcrumb.questions.call import call
from breadcrumb.questions.data import data
from breadcrumb.questions.errors import errors
from breadcrumb.questions.expensive import expensive
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.flow import flow
from breadcrumb.questions.gaps import gaps
from breadcrumb.questions.sql import sql
from breadcrumb.questions.trace import trace
from breadcrumb.render.text import text

START = time.time_ns() - 10**10
TRACE = "0" * 31 + "1"


class Recorder:
    """Writes a run into a store as a traced process does."""

    def __init__(self, store: Path, run_id: str = "abcd1234") -> None:
        self.writer = SpoolWriter(store, run_id=run_id, resource={})
        self.writer.describe(command=["python", "app.py"], cwd="/srv", versions={}, recorder="c", scope={})
        self.spans = 0

    def fact(self, sort: str, key: Any, /, **fields: Any) -> None:
        """Write one fact."""
        self.writer.write(facts=[(sort, json.dumps({"key": key, **fields}))])

    def code(self, key: int, qualname: str, module: str = "app") -> None:
        """Name a function."""
        function = {"module": module, "qualname": qualname, "function": f"{module}.{qualname}"}
        self.fact("code", key, **function, file="/srv/app.py", line=key, kind="function")

    def call(self, code: int, parent: int = 0, /, **more: Any) -> int:
        """Write a finished call; gives its span."""
        self.spans += 1
        row = {
            "trace_id": TRACE, "span_id": self.spans, "parent_id": parent, "code": code, "stack": 1,
            "start_ns": START + self.spans, "duration_ns": 1000, "ran_ns": 1000, "ordinal": self.spans,
            "last_ordinal": self.spans, "depth": int(parent > 0), "thread": 1, "args": "{}", "return": "null",
        }  # fmt: skip
        self.writer.write(columns_from_rows([{**row, **more}]), [])
        return self.spans

    def open_call(self, code: int) -> None:
        """Write a call that did not end yet."""
        where = {"trace_id": TRACE, "parent_id": None, "depth": 0, "stack": 1, "ordinal": 0}
        self.fact(
            "open", "00000000000000ff", code=code, start_ns=START, thread=1, task=0, args={"n": 1}, **where
        )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def recorder(store: Path) -> Iterator[Recorder]:
    made = Recorder(store)
    made.code(1, "main")
    made.code(2, "step")
    yield made
    made.writer.close()


def ask_flow(store: Path) -> tuple[str, dict[str, Any]]:
    with open_store(store) as reader:
        answer = flow(reader, Ask())
        return text(answer), answer.json()


def test_a_running_program_can_be_asked(store: Path, recorder: Recorder) -> None:
    recorder.open_call(1)
    written, answer = ask_flow(store)
    lines = written.splitlines()
    assert lines[0].startswith("main(n=1)  ... still open ")
    assert lines[1] == "The run still goes on, 1 call open."
    assert answer["rows"][0]["status"] == "open"
    assert answer["rows"][0]["duration_ns"] is None
    assert answer["notes"] == ["The run still goes on, 1 call open."]


def test_drops_are_told_and_counted(store: Path, recorder: Recorder) -> None:
    recorder.call(1)
    recorder.fact("drop", "recorder/full", where="recorder", reason="buffer full", count=57)
    recorder.writer.close()
    written, answer = ask_flow(store)
    assert "57 dropped in recorder (buffer full): counts are lower bounds." in written
    assert answer["dropped"] == 57


def test_a_torn_spool_is_told(store: Path, recorder: Recorder) -> None:
    recorder.call(1)
    recorder.writer.close()
    (spool,) = (file for file in (store / "spool").iterdir() if file.is_file())
    with spool.open("ab") as file:
        file.write(b"garbage" * 10)
    written, _ = ask_flow(store)
    assert "were left out" in written


def test_a_process_that_vanished_ended_without_goodbye(store: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter\n"
        "w = SpoolWriter(Path(sys.argv[1]), run_id='dead0001', resource={}); w.write(facts=[]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(store)], check=False)
    written, answer = ask_flow(store)
    assert written.splitlines()[0] == "The run ended without goodbye; the very last calls may be missing."
    assert answer["rows"] == []


def test_a_lower_bound_is_marked(store: Path, recorder: Recorder) -> None:
    place = {"caller": "app.main", "file": "/srv/app.py", "line": 3}
    recorder.fact("gap", 1, **place, callee="x.y", kind="python", count=1000, lower_bound=True, include="x")
    recorder.writer.close()
    with open_store(store) as reader:
        answer = gaps(reader, Ask())
    assert "x.y  x1000+" in text(answer)
    assert "+ marks a lower bound" in text(answer)


def test_gaps_name_the_own_modules_first(store: Path, recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "cart.py").touch()
    callees = {"json": 9, "requests": 8, "cart": 1}
    for key, (module, count) in enumerate(callees.items()):
        place = {"caller": "app.main", "file": str(tmp_path / "app.py"), "line": key}
        fields = {"callee": f"{module}.f", "kind": "python", "count": count, "include": module}
        recorder.fact("gap", key, **place, **fields, lower_bound=False)
    recorder.fact(
        "gap", 9, caller="app.main", file=None, line=1, callee="len", kind="c", count=99, include=None
    )
    recorder.writer.close()
    with open_store(store) as reader:
        answer = gaps(reader, Ask())
        assert flow(reader, Ask()).summary.startswith("Not traced: cart.f x1, requests.f x8, json.f x9 and")
    assert [row["callee"] for row in answer.json()["rows"]] == ["cart.f", "requests.f", "json.f", "len"]
    assert answer.next[0] == "breadcrumb config add-include cart"


def test_calls_of_a_failed_frame_are_one_exception(store: Path, recorder: Recorder) -> None:
    error = {"type": "app.Bad", "message": "no", "file": "/srv/app.py", "line": 9, "id": "ff"}
    failed = {"outcome": 1, "exception": json.dumps(error), "return": None}
    main = recorder.call(1, **failed)
    recorder.call(2, main, **failed)
    recorder.fact("end", "", exception={"type": "app.Bad", "message": "no", "file": "/srv/app.py", "line": 9})
    recorder.writer.close()
    with open_store(store) as reader:
        answer = errors(reader, Ask())
    (row,) = answer.json()["rows"]
    assert row["ended_run"]
    assert row["path"] == ["app.step", "app.main"]
    assert row["handled_by"] is None
    assert text(answer).splitlines()[:5] == [
        "The run ended with Bad: no    raised at /srv/app.py:9",
        "  main#1()",
        "      defined at /srv/app.py:1",
        "  step#1()",
        "      defined at /srv/app.py:2",
    ]


def test_a_caught_exception_is_not_taken_for_a_later_one_at_its_address(
    store: Path, recorder: Recorder
) -> None:
    error = json.dumps({"type": "app.Bad", "message": "no", "file": "/srv/app.py", "line": 9, "id": "ff"})
    failed = {"outcome": 1, "exception": error, "return": None}
    main = recorder.call(1, **failed)
    recorder.call(2, main, **failed)
    recorder.call(2, main, **failed)
    recorder.writer.close()
    with open_store(store) as reader:
        first, second = errors(reader, Ask()).json()["rows"]
    assert (first["path"], first["handled_by"]) == (["app.step"], "app.main")
    assert (second["path"], second["handled_by"]) == (["app.step", "app.main"], None)


def test_exceptions_raised_at_two_places_are_two(store: Path, recorder: Recorder) -> None:
    def failed(line: int) -> dict[str, Any]:
        error = {"type": "app.Bad", "message": "no", "file": "/srv/app.py", "line": line, "id": "ff"}
        return {"outcome": 1, "exception": json.dumps(error), "return": None}

    main = recorder.call(1, **failed(8))
    recorder.call(2, main, **failed(9))
    recorder.writer.close()
    with open_store(store) as reader:
        rows = errors(reader, Ask()).json()["rows"]
    assert sorted((row["raised"]["line"], row["path"], row["handled_by"]) for row in rows) == [
        (8, ["app.main"], None),
        (9, ["app.step"], "app.main"),
    ]


def test_a_name_that_means_several_functions_is_answered_for_all(store: Path, recorder: Recorder) -> None:
    recorder.code(3, "step", module="other")
    recorder.call(2)
    recorder.call(3)
    recorder.writer.close()
    with open_store(store) as reader:
        for name in ("step", "*step", "*.st?p"):
            said = text(call(reader, Ask(), name))
            assert [line.split("(")[0] for line in said.splitlines()[:2]] == ["app.step", "other.step"]
            assert "These are app.step x1, other.step x1." in said
            assert len(trace(reader, Ask(), name).rows) == 2
        with pytest.raises(NoAnswer, match=r"step is ambiguous: app\.step, other\.step"):
            call(reader, Ask(), "step#1")
        with pytest.raises(NoAnswer, match=r"no call of \*stop in run"):
            call(reader, Ask(), "*stop")
        assert text(call(reader, Ask(), "other.step")).startswith("other.step()")


def test_since_leaves_out_what_started_before(store: Path, recorder: Recorder) -> None:
    recorder.call(1)
    recorder.call(2, start_ns=time.time_ns())
    with open_store(store) as reader:
        answer = flow(reader, Ask(since=timedelta(seconds=5)))
    assert [row["function"] for row in answer.json()["rows"]] == ["app.step"]


def test_what_has_no_time_is_told_to_be_of_the_whole_run(store: Path, recorder: Recorder) -> None:
    recorder.open_call(1)
    recorder.call(2, start_ns=time.time_ns())
    place = {"caller": "app.main", "file": "/srv/app.py", "line": 3}
    recorder.fact("gap", 1, **place, callee="x.y", kind="python", count=2, lower_bound=False, include="x")
    recorder.fact("drop", "recorder/full", where="recorder", reason="full", count=57)
    with open_store(store) as reader:
        lately = Ask(since=timedelta(seconds=5))
        tree, callees = flow(reader, lately), gaps(reader, lately)
    assert tree.notes == (
        "The run still goes on.",
        "57 dropped in recorder (full) in the whole run: counts are lower bounds.",
    )
    assert tree.summary == "Not traced in the whole run: x.y x2."
    assert callees.notes[-1] == "--since does not apply: gaps are counted over the whole run."


GENERATORS = """\
def numbers(n):
    for number in range(n):
        yield number

def main():
    list(numbers(3))
    return next(numbers(2))

main()
"""


def test_generators_tell_what_they_gave_and_dropped_ones_are_not_missing(project: Any) -> None:
    project.write("app.py", GENERATORS)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    tree = project.call("breadcrumb", "query", "--flow").stdout
    assert "yielded 3" in tree
    assert "did not end." not in tree
    answer = project.call("breadcrumb", "query", "--call", "numbers", "--format", "json")
    assert json.loads(answer.stdout)["rows"][0]["yields"] == 3


def test_a_total_that_is_a_lower_bound_says_so(store: Path, recorder: Recorder) -> None:
    account = json.dumps({"acc": {"@": "app.Account", "@id": "1"}})
    error = {"outcome": 1, "return": None, "exception": json.dumps({"type": "app.Bad", "message": "no"})}
    for _ in range(25):
        recorder.call(2, recorder.call(1), args=account, **error)
    recorder.writer.close()
    with open_store(store) as reader:
        asked = Ask(limit=2)
        answers = [data(reader, asked, "Account"), trace(reader, asked, "main")]
        whole = [data(reader, Ask(), "Account"), errors(reader, asked), trace(reader, Ask(), "main")]
    assert [answer.notes[-1].partition(":")[0] for answer in answers] == ["The total is a lower bound"] * 2
    assert ["lower bound" in text(answer) for answer in whole] == [False] * 3
    assert (len(whole[1].rows), whole[1].total) == (2, 25)


def test_sql_beyond_the_limit_is_truncated_by_nobody_knows_how_much(store: Path, recorder: Recorder) -> None:
    for _ in range(7):
        recorder.call(1)
    recorder.writer.close()
    with open_store(store):
        pass
    cut = sql(store, Ask(limit=3), "select span_id from calls")
    truncated = cut.json()["truncated"]
    assert (truncated["shown"], truncated["total"]) == (3, None)
    assert "--limit 30" in truncated["command"]
    assert "The first 3 rows shown; more: breadcrumb query --sql" in text(cut)
    assert sql(store, Ask(limit=7), "select span_id from calls").json()["truncated"] is None


def test_exact_counts_are_told_where_not_every_call_was_kept(store: Path, recorder: Recorder) -> None:
    for _ in range(5):
        recorder.call(2)
    numbers = {"total_ns": 15_000_000, "min_ns": 7, "max_ns": 2_000}
    thinned = {"thinned": 119_995, "thinned_ns": 14_995_000, "thinned_self_ns": 9_000_000}
    recorder.fact("count", 2, calls=120_000, reason="over 50 calls/s", **numbers, **thinned)
    recorder.writer.close()
    with open_store(store) as reader:
        answer = expensive(reader, Ask())
        lately = expensive(reader, Ask(since=timedelta(days=1)))
        detail = call(reader, Ask(), "step")
    note = "Not every call was kept, the rest counted: 5 of 120,000 of app.step (over 50 calls/s)."
    assert answer.notes == (note,)
    (row,) = answer.json()["rows"]
    assert (row["calls"], row["kept"], row["max_ns"]) == (120_000, 5, 2_000)
    assert (row["total_ns"], row["self_ns"]) == (15_000_000, 9_005_000)
    (counts,) = answer.json()["counts"]
    assert counts == numbers | {
        "function": "app.step",
        "calls": 120_000,
        "kept": 5,
        "reason": "over 50 calls/s",
    }
    assert "x120000 (5 kept)" in text(answer)
    assert lately.json()["rows"][0]["calls"] == 5
    assert "only kept calls" in lately.notes[-1]
    assert "5 kept calls, all shown." in text(detail)
    assert "5 of 120,000 calls of app.step" in text(detail)
    assert "15.000 ms in total, 0.000 to 0.002 ms each" in text(detail)


def test_a_long_run_is_shown_by_its_outermost_calls_and_the_last(store: Path, recorder: Recorder) -> None:
    main = recorder.call(1)
    for _ in range(3):
        step = recorder.call(2, main)
        recorder.call(2, step, depth=2)
    with open_store(store) as reader:
        answer = flow(reader, Ask(limit=5)).json()
    assert [row["depth"] for row in answer["rows"]] == [0, 1, 1, 1, 2]
    assert answer["truncated"]["total"] == 7


def test_the_report_is_short_and_says_what_to_ask(
    store: Path, recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    main = recorder.call(1)
    for n in range(300):
        recorder.call(2, main, args=json.dumps({"n": n}))
    recorder.fact("redaction", "password/args", rule="password", place="args", count=2)
    recorder.writer.close()
    assert report(["--store", str(store), "--run", "abcd1234"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 25
    assert "301 calls" in lines[0]
    assert "Redacted: password x2." in lines
    assert lines[-1] == f"Next: breadcrumb query --flow --store {store}"


def test_a_run_that_no_process_joined_says_so(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(["--store", str(store), "--run", "abcd1234"]) == 0
    assert "no Python process joined this run" in capsys.readouterr().out
