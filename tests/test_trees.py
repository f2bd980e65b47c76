"""Every kind of call, each in a small real program whose exact tree stands, written by hand, at its end.

A line of a tree is a call: its function, its arguments as JSON, then `-> return`, `!! exception` or `?`;
below it, indented, its children in the order of their starts. Addresses are `~`, and so many suspensions.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

PROGRAMS = sorted((Path(__file__).parent / "trees").glob("*.py"))
SLOW = re.compile(r"Executing <.*> took [0-9.]+ seconds\n")
"""What asyncio says in Python's development mode on a busy machine."""
QUERY = """
    SELECT span_id, parent_span_id, function, status, outcome,
           CAST(args AS VARCHAR), CAST("return" AS VARCHAR), CAST(exception AS VARCHAR), suspensions
    FROM calls ORDER BY start_ns, depth, ordinal
"""


def expected_tree(program: Path) -> list[str]:
    """The lines after `# tree`, or after `# tree before 3.12` and the like where one fits."""
    trees: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in program.read_text().splitlines():
        if line.startswith("# tree"):
            heading = line
        elif heading and line.startswith("# "):
            trees[heading].append(line[2:])
    version = f"# tree on {sys.version_info[0]}.{sys.version_info[1]}"
    return trees.get(version, trees["# tree"])


def recorded_tree(store: Path) -> list[str]:
    """The calls of a store as such lines."""
    with open_store(store) as reader:
        rows = reader.connection.execute(QUERY).fetchall()
    children: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
    known = {row[0] for row in rows}
    for row in rows:
        children[row[1] if row[1] in known else None].append(row)

    def lines(parent: str | None, indent: str) -> list[str]:
        found = []
        for row in children[parent]:
            found.append(indent + _line(row))
            found += lines(row[0], indent + "  ")
        return found

    return lines(None, "")


def _line(row: tuple[Any, ...]) -> str:
    _, _, function, status, outcome, args, returned, exception, suspensions = row
    waits = f" ~{suspensions}" if suspensions else ""
    call = f"{function.removeprefix('__main__.')} {_plain(args)}{waits}"
    if status == "open" or outcome == 3:
        return f"{call} ?"
    if outcome == 0:
        return f"{call} -> {_plain(returned)}"
    return f"{call} {'!!' if outcome == 1 else '!'} {json.loads(exception)['type']}"


def _plain(text: str) -> str:
    return re.sub(r'"@id": "[0-9a-f]+"', '"@id": "~"', json.dumps(json.loads(text)))


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_tree(program: Path, recorder: str, project: Any) -> None:
    ended = project.run("--no-report", "python", program, environ={"BREADCRUMB_RECORDER": recorder})
    assert (ended.returncode, SLOW.sub("", ended.stderr)) == (0, "")
    expected = expected_tree(program)
    assert expected, f"{program.name} has no tree"
    assert recorded_tree(project.store) == expected
