"""What is traced by default is the project's own code; options extend it, replace it and take away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from breadcrumb_instrumentation_calls.selection.scope import matches
from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.questions.facts.run.unmatched import _means

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

PROGRAM = """\
import tools.env
from lib.build import made
import lib.third_party, lib.vendored
import json, shop, runpy
from shop import cart

def main():
    cart.total([1, 2])
    made(), lib.third_party.copied(), lib.vendored.copied(), tools.env.work()
    json.dumps({})

if __name__ == "__main__":
    main()
"""
OWN = {"__main__.main", "shop.cart.total", "shop.cart.price"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project with a package, and with code that is not its own."""
    project = new_project(tmp_path_factory.mktemp("shop"))
    project.write("app.py", PROGRAM)
    project.write("shop/__init__.py", "")
    project.write("shop/__main__.py", "from shop import cart\ncart.total([3])\n")
    cart = "def price(item):\n    return item\n\ndef total(items):\n    return sum(map(price, items))\n"
    project.write("shop/cart.py", cart)
    project.write("lib/build/__init__.py", "def made(): pass\n")
    for folder in ("third_party", "vendored"):
        project.write(f"lib/{folder}/__init__.py", "def copied(): pass\n")
    project.write("tools/pyvenv.cfg", "")
    project.write("tools/env.py", "def work(): pass\n")
    return project


def _traced(project: Project, *words: object, folder: Path | None = None) -> set[str]:
    ended = project.run("--no-report", *words, cwd=folder or project.path)
    assert ended.returncode == 0, ended.stderr
    last = "SELECT run_id FROM runs ORDER BY started DESC LIMIT 1"
    return {row[0] for row in project.query(f"SELECT DISTINCT function FROM calls WHERE run_id = ({last})")}


def test_the_modules_of_the_project_are_traced_and_what_it_holds_of_others_is_not(shop: Project) -> None:
    assert _traced(shop, "python", "app.py") == OWN
    assert _traced(shop, "python", "../app.py", folder=shop.path / "shop") == OWN
    assert _traced(shop, "python", "-m", "shop") == OWN - {"__main__.main"}
    assert _traced(shop, "python", "-c", "from shop import cart; cart.price(1)") == {"shop.cart.price"}


@pytest.mark.parametrize(
    ("options", "traced"),
    [
        (["-i", "json.dumps"], OWN | {"json.dumps"}),
        (["-x", "shop.*"], {"__main__.main"}),
        (["-x", "main"], OWN - {"__main__.main"}),
        (["--only", "shop.cart.total"], {"shop.cart.total"}),
        (["--only", "shop.*", "-i", "json.dumps", "-x", "*.price"], {"shop.cart.total", "json.dumps"}),
    ],
)
def test_options_extend_replace_and_take_away(shop: Project, options: list[str], traced: set[str]) -> None:
    assert _traced(shop, *options, "python", "app.py") == traced


def test_settings_do_the_same(shop: Project) -> None:
    shop.write("pyproject.toml", "[tool.breadcrumb]\nonly = ['shop.cart.*']\nexclude = ['*.price']\n")
    try:
        assert _traced(shop, "python", "app.py") == {"shop.cart.total"}
    finally:
        shop.write("pyproject.toml", "")


@pytest.mark.parametrize("recorder", RECORDERS)
def test_where_there_is_no_project_the_entry_alone_is_traced(project: Project, recorder: str) -> None:
    (project.path / "pyproject.toml").unlink()
    project.write("app.py", "import shop\ndef main():\n    shop.price()\nmain()\n")
    project.write("shop.py", "def price(): pass\n")
    store = {"BREADCRUMB_STORE": str(project.store), "BREADCRUMB_RECORDER": recorder}
    project.run("--no-report", "python", "app.py", environ=store)
    assert project.functions() == {"__main__.main"}


def test_a_program_says_what_is_traced_in_place_of_its_own_code(project: Project) -> None:
    project.write("shop.py", "def price(): pass\ndef total(): price()\n")
    project.write(
        "app.py",
        "import breadcrumb, shop\nwith breadcrumb.init(only=['shop.total']):\n    shop.total()\n"
        "    breadcrumb.set_scope(only=['shop.price'])\n    shop.total()\n",
    )
    assert project.call("python", "app.py").returncode == 0
    counted = project.query("SELECT function, count(*) FROM calls GROUP BY ALL ORDER BY 1")
    assert counted == [("shop.price", 1), ("shop.total", 1)]


TEST = "from pack.core import compute\n\ndef test_compute():\n    assert compute(2) == 4\n"


def test_the_package_under_test_is_traced_with_its_tests(project: Project) -> None:
    project.write("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = ['src']\n")
    project.write("src/pack/__init__.py", "")
    project.write("src/pack/core.py", "def compute(n):\n    return 2 * n\n")
    project.write("tests/test_core.py", TEST)
    project.write("tests/conftest.py", "def pytest_configure(config): pass\n")
    project.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # tracing their import takes its time on 3.11
    assert _traced(project, "pytest", "-q", "-p", "no:cacheprovider") == {
        "conftest.pytest_configure",
        "pack.core.compute",
        "test_core.test_compute",
    }


def test_a_pattern_that_matches_nothing_is_told_with_what_may_have_been_meant(shop: Project) -> None:
    report = shop.run("-i", "shpo.*", "-i", "json", "python", "app.py").stderr
    assert "Nothing that was called matches shpo.* (did you mean shop.*?).\n" in report
    assert "matches" not in shop.run("-i", "json", "python", "app.py").stderr


@pytest.mark.skipif(sys.version_info < (3, 12), reason="keeps no lines")
def test_so_is_one_of_a_function_whose_lines_are_wanted(shop: Project) -> None:
    report = shop.run("--lines", "mian", "--lines", "main", "python", "app.py").stderr
    assert "Nothing that was called matches mian.\n" in report


@given(
    st.lists(
        st.sampled_from(["app", "app.sub", "app.*", "app.C", "app:C", "app.C.f", "*.f", "ap", "x", "C", "f"]),
        min_size=1,
    ),
    st.sampled_from(["app", "app.sub", "apple", "__main__"]),
    st.sampled_from(["f", "C.f", "C", "f.<locals>.g", "<module>"]),
)
def test_what_matched_is_told_as_it_was_chosen(patterns: list[str], module: str, qualname: str) -> None:
    told = any(_means(pattern, module, qualname) for pattern in patterns)
    assert told is matches(tuple(patterns), module, qualname)
