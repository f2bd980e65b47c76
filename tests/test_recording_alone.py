"""An environment that only records: each command that needs more says so in one line, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """
import contextlib, io, sys

for name in ("duckdb", "pyarrow", "fastmcp", "grpc", "requests", "google.protobuf", "clickhouse_connect"):
    sys.modules[name] = None

from breadcrumb.__main__ import _dispatch

for line in sys.stdin.read().splitlines():
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = _dispatch(line.split())
    print(code, line, "|", told.getvalue().strip().replace(chr(10), chr(92)))
"""
READING = """query --why
runs
show last
diff
top
ask why
export last --to html x.html
store info
store prune
store verify
store compact"""
OTHERS = {
    "forward --endpoint http://127.0.0.1:1": "otlp",
    "forward --endpoint http://127.0.0.1:1 --protocol grpc": "otlp",
    "serve": "otlp",
    "runs --store clickhouse://127.0.0.1/db": "clickhouse",
    "mcp": "mcp",
    "mcp install claude-code": "mcp",
}
EXTRAS = dict.fromkeys(READING.splitlines(), "query") | OTHERS


def test_what_is_missing_is_one_line(project: Project) -> None:
    project.write("app.py", "print(sum([1, 2]))")
    project.run("--no-report", "python", "app.py")
    answer = project.call("python", "-c", PROGRAM, stdin="\n".join(EXTRAS))
    told = [line.partition(" | ") for line in answer.stdout.splitlines()]
    assert [command[2:] for command, _, _ in told] == [*EXTRAS], answer.stdout + answer.stderr
    for (command, extra), (code, _, words) in zip(EXTRAS.items(), told, strict=True):
        assert code[0] in "14" and words.startswith("breadcrumb: ") and "\\" not in words, (command, words)
        assert "not installed here" in words and f"extra `{extra}`" in words, (command, words)
    assert not (project.path / ".mcp.json").exists()
    shown = project.call("python", "-c", PROGRAM, stdin="mcp install claude-code --print").stdout
    assert shown.startswith("0 ") and "mcpServers" in shown
