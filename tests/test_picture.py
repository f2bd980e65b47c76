"""`breadcrumb export RUN --to html`: a run as one page, true to what was recorded."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.picture.lanes import placed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

    from breadcrumb.questions.facts.calls.call_rows import Call

PROGRAM = """
import asyncio, threading

class Page:
    def __init__(self, text):
        self.text = text

def show(page, password):
    return page.text[::-1]

def fail(text):
    raise ValueError(text)

async def wait(name):
    await asyncio.sleep(0.01)
    return name

async def both():
    return await asyncio.gather(wait("a"), wait("b"))

def main():
    show(Page("</script><script>alert(1)</script><!-- /* run */ \\u2028"), "hunter2-secret")
    thread = threading.Thread(target=show, args=(Page("in a thread"), ""), name="helper")
    thread.start()
    thread.join()
    try:
        fail("no & <b>good</b>")
    except ValueError:
        pass
    return asyncio.run(both())

main()
"""


def exported(project: Project, name: str = "run.html") -> tuple[str, dict[str, Any]]:
    said = project.call("breadcrumb", "export", "last", "--to", "html", name, "--store", str(project.store))
    assert said.returncode == 0, said.stderr
    text = (project.path / name).read_text(encoding="utf-8")
    (told,) = re.findall(r'<script type="application/json" id="run">(.*?)</script>', text, re.DOTALL)
    return text, json.loads(told)


def test_a_page_shows_every_call_and_needs_nothing_else(project: Project) -> None:
    project.write("app.py", PROGRAM)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    text, told = exported(project)
    names = [each["full"] for each in told["functions"]]
    calls = [(names[call[2]].removeprefix("__main__."), *call[9:]) for call in told["calls"]]
    assert ("main", "", "['a', 'b']", None) in calls
    assert [args for name, args, *_ in calls if name == "wait"] == ["name='a'", "name='b'"]
    (failed,) = [call for call in calls if call[0] == "fail"]
    assert failed[3].startswith("ValueError: no & <b>good</b> (")
    assert len(calls) == told["kept"] == told["counted"] == 9
    assert {tuple(lane[1:]) for lane in told["lanes"]} >= {("MainThread", None), ("helper", None)}
    assert len({lane[2] for lane in told["lanes"]}) == 4  # none, and three tasks
    assert "hunter2" not in text
    assert not re.search(r"https?://|\ssrc=|@import|url\(", text)
    assert text.count("<script") == text.count("</script>") == 2


def test_callers_stand_above_what_they_call(project: Project) -> None:
    project.write("app.py", PROGRAM)
    project.run("--no-report", "python", "app.py")
    _, told = exported(project)
    for lane, row, _, start, *_, caller, _, _, _, _ in told["calls"]:
        if caller >= 0 and told["calls"][caller][0] == lane:
            assert told["calls"][caller][1] < row
        assert 0 <= start <= told["end"]


def test_a_page_goes_nowhere_else(project: Project, tmp_path: Path) -> None:
    project.write("app.py", "def main():\n    return 1\nmain()\n")
    project.run("--no-report", "python", "app.py")
    taken = tmp_path / "taken.html"
    taken.write_text("mine")
    said = project.call(
        "breadcrumb", "export", "last", "--to", "html", str(taken), "--store", str(project.store)
    )
    assert (said.returncode, taken.read_text()) != (0, "") and "exists already" in said.stderr
    assert taken.read_text() == "mine"


@dataclass(frozen=True)
class Placed:
    """What `placed` reads of a call."""

    span_id: str
    parent_span_id: str | None
    start_ns: int
    duration_ns: int | None
    thread: str
    pid: int = 1
    task: str | None = None


@st.composite
def programs(draw: st.DrawFn) -> list[Placed]:
    """Calls in start order, each by one that began before it."""
    calls: list[Placed] = []
    for at in range(draw(st.integers(0, 25))):
        start = (calls[-1].start_ns if calls else 0) + draw(st.integers(0, 5))
        above = draw(st.sampled_from([None, *(call.span_id for call in calls)]))
        length = draw(st.none() | st.integers(0, 20))
        calls.append(Placed(str(at), above, start, length, draw(st.sampled_from(["a", "b"]))))
    return calls


@given(programs())
def test_calls_in_a_row_follow_each_other(calls: list[Placed]) -> None:
    end = max([call.start_ns + (call.duration_ns or 0) for call in calls], default=0) + 1
    lanes, places = placed(cast("list[Call]", calls), end)
    assert len(places) == len(calls) and len(set(lanes)) == len(lanes)
    rows: dict[tuple[int, int], int] = defaultdict(int)
    where = {call.span_id: place for call, place in zip(calls, places, strict=True)}
    for call, (lane, row) in zip(calls, places, strict=True):
        assert lanes[lane] == (1, call.thread, None)
        assert rows[lane, row] <= call.start_ns
        rows[lane, row] = end if call.duration_ns is None else call.start_ns + call.duration_ns
        above = where.get(call.parent_span_id or "")
        assert above is None or above[0] != lane or above[1] < row
