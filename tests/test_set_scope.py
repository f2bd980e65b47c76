"""`breadcrumb.set_scope`: the functions that are traced change while the program runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

SHOP = """
def price(number):
    return number * 2
def stock(number):
    return price(number) + 1
def items(number):
    yield price(number)
    yield price(number + 1)
"""
APP = """
import breadcrumb
import shop

def work(number):
    return shop.stock(number)

def main():
    work(1)
    breadcrumb.set_scope(include=["shop.price", "shop.items"])
    work(2)
    items = shop.items(20)
    next(items)
    breadcrumb.set_scope(include=["shop.stock"])
    work(3)
    next(items, None)
    list(items)
    breadcrumb.set_scope(exclude=["*.work"])
    work(4)
    breadcrumb.set_scope(include=["shop"], exclude=[])
    work(5)

main()
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_scope_changes_while_the_program_runs(project: Any, recorder: str) -> None:
    project.write("shop.py", SHOP)
    project.write("app.py", APP)
    project.run(
        "--no-report",
        "python",
        "app.py",
        environ={"BREADCRUMB_RECORDER": recorder, "BREADCRUMB_ONLY": "__main__"},
    )
    found = project.query("SELECT qualname, args, status FROM calls ORDER BY start_ns, ordinal")
    assert [(name, *json.loads(args).values(), status) for name, args, status in found] == [
        ("main", "ok"),
        ("work", 1, "ok"),
        ("work", 2, "ok"),
        ("price", 2, "ok"),
        ("items", 20, "ok"),
        ("price", 20, "ok"),
        ("work", 3, "ok"),
        ("stock", 3, "ok"),
        ("stock", 4, "ok"),
        ("work", 5, "ok"),
        ("stock", 5, "ok"),
        ("price", 5, "ok"),
    ]
    gaps = project.query("SELECT caller, callee, count FROM gaps WHERE kind = 'python' ORDER BY ALL")
    assert [gap for gap in gaps if gap[1] != "breadcrumb.traced.scoping.set_scope"] == [
        ("__main__.main", "__main__.work", 1),
        ("__main__.work", "shop.stock", 2),
        ("shop.items", "shop.price", 1),
        ("shop.stock", "shop.price", 2),
    ]
    [(scope,)] = project.query("SELECT facts->'$.scope.include' FROM processes")
    assert json.loads(scope) == ["__main__", "shop"]


def test_a_program_that_is_not_traced_loses_no_time(project: Any) -> None:
    project.write(
        "app.py",
        """
import sys
import breadcrumb
breadcrumb.set_scope(include=["shop"])
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
""",
    )
    assert project.call("python", "app.py").returncode == 0


def test_what_is_no_list_is_refused(project: Any) -> None:
    project.write("app.py", "import breadcrumb\nbreadcrumb.set_scope(include='shop')\n")
    refused = project.call("python", "app.py")
    assert "set_scope: include: expected a list of texts, not 'shop'" in refused.stderr.splitlines()[-1]
