"""Suites of published packages, each broken by one line: pytest says why, and it is three calls to that line.

Opt in, by a folder with their source distributions:

    pip download --no-deps --no-binary :all: --dest DIR marshmallow networkx attrs sqlglot
    BREADCRUMB_TESTS_SDISTS=DIR make test ARGS=tests/test_published_suites.py
"""

from __future__ import annotations

import asyncio
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from test_published_suite import COMMAND, TOKENS, asked

if TYPE_CHECKING:
    from conftest import Project

SDISTS = os.environ.get("BREADCRUMB_TESTS_SDISTS", "")


class Broken(NamedTuple):
    """A package with one wrong line, and the calls that lead from its failing suite to that."""

    package: str
    module: str
    right: str
    wrong: str
    tests: str
    failed: str
    cause: str
    """What pytest's end says of it."""
    calls: tuple[tuple[str, dict[str, Any]], ...]
    folder: str = "."
    """Where the package lies that is imported."""


SUITES = (
    Broken(
        "marshmallow",
        "src/marshmallow/utils.py",
        "            obj = _get_value_for_key(obj, k, default)\n",
        "            obj = _get_value_for_key(obj, key, default)\n",
        "tests/test_utils.py",
        "test_get_value_for_nested_object",
        "get_value(obj=Triangle#1, key='p1.x', default=_Missing#1)  -> _Missing#1",
        (("source", {"function": "marshmallow.utils.get_value"}),),
        "src",
    ),
    Broken(
        "networkx",
        "networkx/algorithms/dag.py",
        "indegree_map[child] -= len(G[node][child]) if multigraph else 1",
        "indegree_map[child] -= 1",
        "networkx/algorithms/tests/test_dag.py",
        "TestDagLongestPath::test_multigraph_weighted_default_weight",
        "NetworkXUnfeasible: Graph contains a cycle or graph changed during iteration",
        (("source", {"function": "topological_generations"}),),
    ),
    Broken(
        "attrs",
        "src/attr/_make.py",
        "        filtered.insert(0, a)\n",
        "        filtered.append(a)\n",
        "tests/test_make.py",
        "TestTransformAttrs::test_multiple_inheritance_proper_mro",
        "AssertionError",
        (("source", {"function": "attr._make._collect_base_attrs"}),),
        "src",
    ),
    Broken(
        "sqlglot",
        "sqlglot/time.py",
        "            sym = chars\n",
        "            sym = chars[:1]\n",
        "tests/test_time.py",
        "TestTime::test_format_time",
        "AssertionError",
        (("source", {"function": "sqlglot.time.format_time"}),),
    ),
)


@pytest.mark.skipif(not SDISTS, reason="needs BREADCRUMB_TESTS_SDISTS")
@pytest.mark.parametrize("broken", SUITES, ids=[each.package for each in SUITES])
def test_it_is_three_calls_from_a_failing_suite_to_the_cause(broken: Broken, project: Project) -> None:
    (archive,) = Path(SDISTS).glob(f"{broken.package}-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(project.path, filter="data")
    (root,) = (each for each in project.path.iterdir() if each.name.startswith(f"{broken.package}-"))
    project.path = root
    module = root / broken.module
    text = module.read_text()
    assert broken.right in text
    module.write_text(text.replace(broken.right, broken.wrong, 1))
    words = ("-p", "no:cacheprovider", "-p", "no:asyncio", "--breadcrumb", "--breadcrumb-keep", "failures")
    environ = {"PYTHONPATH": broken.folder}
    done = project.call("python", "-m", "pytest", *words, broken.tests, environ=environ)
    assert done.returncode == 1, done.stdout
    told = done.stdout.partition("= breadcrumb =")[2]
    assert broken.cause in told, told
    calls = [
        ("why", {"test": f"{broken.tests}::{broken.failed}"}),
        *((name, {**given, "test": f"{broken.tests}::{broken.failed}"}) for name, given in broken.calls),
    ]
    answers = asyncio.run(asked(project, COMMAND, ["mcp"], calls))
    assert broken.cause in answers[0] and broken.wrong.strip() in answers[-1], answers
    assert len(calls) <= 3 and sum(map(len, answers)) / 4 < TOKENS, list(map(len, answers))
