"""What running processes import: a traced one no reading side, launcher and redaction only the library."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.launches

READING = {
    "duckdb",
    "pyarrow",
    "fastmcp",
    "mcp",
    "breadcrumb.__main__",
    "breadcrumb.cli",
    "breadcrumb.questions",
    "breadcrumb.picture",
    "breadcrumb.render",
    "breadcrumb.cli.report",
    "breadcrumb.mcp",
    "breadcrumb_exporter_duckdb.reading.store",
    "breadcrumb_exporter_duckdb.database.fold",
    "breadcrumb_exporter_duckdb.reading.sandbox",
}
WRITING = {"wrapt", "opentelemetry.sdk", "breadcrumb_instrumentation_calls"}


def imported(statement: str, project: Project) -> set[str]:
    """The modules that a fresh interpreter has after `statement` beyond those that it starts with."""
    listing = (
        "import json, sys; begin = set(sys.modules); {}; print(json.dumps(sorted(set(sys.modules) - begin)))"
    )
    ended = project.call(sys.executable, "-c", listing.format(statement))
    return set(json.loads(ended.stdout))


def foreign(modules: set[str]) -> set[str]:
    """The modules among these that are not the standard library's."""
    return {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}


def test_a_traced_process_never_imports_the_reading_side(project: Project) -> None:
    project.write("app.py", "import json, sys\nprint(json.dumps(sorted(sys.modules)))\n")
    modules = set(json.loads(project.run("python", "app.py").stdout))
    assert "breadcrumb_instrumentation_calls" in modules
    assert not modules & READING


def test_a_program_begins_without_what_only_some_programs_need(project: Project) -> None:
    project.write("app.py", "import json, sys\nprint(json.dumps(sorted(sys.modules)))\n")
    modules = set(json.loads(project.run("--no-report", "python", "app.py").stdout))
    rarely_needed = {
        "hashlib",
        "sysconfig",
        "tomllib",
        "_ast",
        "ast",
        "dataclasses",
        "inspect",
        "logging",
        "platform",
    }
    assert not modules & rarely_needed
    assert ("breadcrumb_instrumentation_calls.recorders.python" in modules) == (RECORDERS[0] == "python")


def test_collecting_garbage_is_the_program_s_choice_again(project: Project) -> None:
    project.write("app.py", "import gc\nprint(gc.isenabled(), gc.get_threshold()[0] > 0)\n")
    assert project.run("--no-report", "python", "app.py").stdout == "True True\n"


def test_folding_imports_no_pandas(project: Project) -> None:
    project.write("app.py", "def main(): pass\nmain()\n")
    assert project.call("breadcrumb-instrument", "python", "app.py").returncode == 0
    imports = "from pathlib import Path; from breadcrumb_exporter_duckdb.database.fold import fold"
    found = imported(f"{imports}; fold(Path('.breadcrumb'))", project)
    assert "pyarrow" in found, "nothing was folded"
    assert "pandas" not in found


def test_the_launcher_needs_the_standard_library_alone(project: Project) -> None:
    found = foreign(imported("import breadcrumb.launch.launcher", project))
    others = {".".join(name.split(".")[:2]) for name in found if name.partition(".")[0] != "breadcrumb"}
    writing = {f"breadcrumb_exporter_duckdb.{folder}" for folder in ("base", "format", "writing")}
    small = {"breadcrumb_redaction", "breadcrumb_redaction.lazy", "breadcrumb_redaction.named_tuple"}
    assert others <= {"breadcrumb_exporter_duckdb", *writing, *small}
    assert not found & (READING | WRITING)


@pytest.mark.parametrize(
    "module", ["breadcrumb.launch.launcher", "breadcrumb.cli.report", "breadcrumb.cli.ask"]
)
def test_a_short_command_makes_no_class_by_compiling_code(module: str, project: Project) -> None:
    found = imported(f"import {module}", project)
    assert "breadcrumb_exporter_duckdb.base.records" in found
    assert not found & {"dataclasses", "inspect", "breadcrumb_redaction.redactor"}


def test_the_mcp_server_begins_with_nothing_beside_fastmcp_and_ours(project: Project) -> None:
    theirs = imported("from fastmcp import FastMCP; FastMCP('x')", project)
    found = imported("from breadcrumb.mcp.server import build; build(None)", project)
    assert "breadcrumb.mcp.tools" in found
    ours = {"breadcrumb", "breadcrumb_exporter_duckdb", "breadcrumb_redaction"}
    assert {name.partition(".")[0] for name in foreign(found - theirs)} <= {*ours, "anyio"}
    assert "breadcrumb_redaction.redactor" not in found


def test_redaction_needs_the_standard_library_alone(project: Project) -> None:
    found = foreign(imported("from breadcrumb_redaction import *", project))
    assert found
    assert {name.partition(".")[0] for name in found} == {"breadcrumb_redaction"}


@pytest.mark.parametrize("module", ["breadcrumb", "breadcrumb_exporter_duckdb", "breadcrumb.__main__"])
def test_what_commands_start_with_is_light(module: str, project: Project) -> None:
    heavy = {"duckdb", "pyarrow", "fastmcp", "mcp", "opentelemetry", *WRITING}
    assert not imported(f"import {module}", project) & heavy


@pytest.mark.parametrize(
    "module", ["breadcrumb.cli.report", "breadcrumb.cli", "breadcrumb_exporter_duckdb.reading.store"]
)
def test_the_reading_side_imports_nothing_of_the_writing_side(module: str, project: Project) -> None:
    assert not imported(f"import {module}", project) & WRITING


def test_the_tracer_knows_neither_exporter_nor_distribution(project: Project) -> None:
    found = imported("import breadcrumb_instrumentation_calls", project)
    assert not [
        name for name in found if name.partition(".")[0] in {"breadcrumb", "breadcrumb_exporter_duckdb"}
    ]


USES_OPENTELEMETRY = "import opentelemetry.trace\n"


@pytest.mark.parametrize("uses", ["", USES_OPENTELEMETRY])
def test_what_is_done_in_a_forked_child_has_one_order(project: Project, uses: str) -> None:
    project.write(
        "app.py",
        uses + "from breadcrumb.traced import at_fork\n"
        "print(*(step.__module__ for step in at_fork.ours_in_child if step is not None), sep='\\n')\n",
    )
    ended = project.run("--no-report", "--timeout", "60", "python", "app.py")
    assert [name for name in ended.stdout.split() if name.startswith("breadcrumb")] == [
        "breadcrumb_exporter_duckdb.writing.fork",
        "breadcrumb_instrumentation_calls.base.fork",
        "breadcrumb.traced.first_use",
        "breadcrumb.common.stacks",
        *(["breadcrumb.traced.pool_numbers"] if uses else []),
    ]
