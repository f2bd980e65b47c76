"""docs/promises.md names a test for each claim, and every one is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^\| (?P<claim>[^|]+) \| `(?P<file>[\w/.-]+)::(?P<test>\w+)` \|$")


def test_every_test_that_holds_a_promise_is_there() -> None:
    """Each line of a table is a claim and a test, which asserts something."""
    lines = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line.startswith("| ") and line != "| claim | test |"]
    promises = [LINE.match(line) for line in told]
    assert len(told) > 40
    assert [line for line, found in zip(told, promises, strict=True) if found is None] == []
    missing = [
        found["test"] for found in promises if found and not _asserts(ROOT / found["file"], found["test"])
    ]
    assert missing == []


def _asserts(file: Path, name: str) -> bool:
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return any(isinstance(node, ast.Assert) for test in tests for node in ast.walk(test))
