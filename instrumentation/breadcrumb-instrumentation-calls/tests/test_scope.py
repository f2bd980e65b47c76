"""What is traced, as data."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.selection.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

APP = "/project/app.py"
LIBRARY = os.path.join(sys.prefix, "lib", "python3", "site-packages", "lib.py")

DECISIONS = [
    ("main by default", Scope(), "__main__", "main", APP, True),
    ("a child's main", Scope(), "__mp_main__", "main", APP, True),
    ("nothing else by default", Scope(), "app", "main", APP, False),
    ("main can be left out", Scope(main=False), "__main__", "main", APP, False),
    ("module", Scope(include=("app",)), "app", "f", APP, True),
    ("what lies below it", Scope(include=("app",)), "app.sub.deep", "f", APP, True),
    ("no name that only begins like it", Scope(include=("app",)), "apple", "f", APP, False),
    ("class", Scope(include=("app.C",)), "app", "C.f", APP, True),
    ("class by colon", Scope(include=("app:C",)), "app", "C.f", APP, True),
    ("what a function holds", Scope(include=("app.f",)), "app", "f.<locals>.g", APP, True),
    ("a function's neighbour", Scope(include=("app.f",)), "app", "ff", APP, False),
    ("glob", Scope(include=("app.*",)), "app.sub", "f", APP, True),
    ("a glob also means functions", Scope(include=("app.*",)), "app", "f", APP, True),
    ("dotted function", Scope(include=("app.C.f",)), "app", "C.f", APP, True),
    ("function by colon", Scope(include=("app:C.*",)), "app", "C.f", APP, True),
    ("colon is exact about the module", Scope(include=("app:C.*",)), "app.C", "f", APP, False),
    ("exclude wins", Scope(include=("app*",), exclude=("app.f",)), "app", "f", APP, False),
    ("exclude reaches main", Scope(exclude=("__main__.noisy*",)), "__main__", "noisy_one", APP, False),
    ("main's by name alone", Scope(main=False, lines=("C.f",)), "__main__", "C.f", APP, True),
    ("main's class by name alone", Scope(main=False, only=("C",)), "__main__", "C.f", APP, True),
    ("no other's by name alone", Scope(include=("f",)), "app", "f", APP, False),
    ("exclude reaches a root", Scope(roots=("/project",), exclude=("app",)), "app", "f", APP, False),
    ("entry module", Scope(modules=("tool.cli",)), "tool.cli", "f", APP, True),
    ("entry module is exact", Scope(modules=("tool",)), "tool.cli", "f", APP, False),
    ("case matters", Scope(include=("App",)), "app", "f", APP, False),
    ("root", Scope(roots=("/project",)), "app", "f", APP, True),
    ("root is no prefix of names", Scope(roots=("/pro",)), "app", "f", APP, False),
    ("root without its environment", Scope(roots=("/project",)), "x", "f", "/project/.venv/lib/x.py", False),
    ("root, no site-packages", Scope(roots=("/project",)), "x", "f", "/project/site-packages/x.py", False),
    ("root at the interpreter", Scope(roots=(sys.prefix,)), "lib", "f", LIBRARY, False),
    ("root without what it vendors", Scope(roots=("/p",)), "x", "f", "/p/lib/_vendor/x.py", False),
    ("root without what was built", Scope(roots=("/p",)), "x", "f", "/p/build/lib/x.py", False),
    ("root without its tools", Scope(roots=("/p",)), "x", "f", "/p/node_modules/gyp/x.py", False),
    ("a root in such a folder", Scope(roots=("/build/p",)), "x", "f", "/build/p/x.py", True),
    ("a way out of the root", Scope(roots=("/p",)), "x", "f", "/p/../lib/x.py", False),
    ("tests are found in such a folder", Scope(files=("t_*",)), "t_a", "f", "/build/t_a.py", True),
    ("no tests of others", Scope(files=("t_*",)), "t_a", "f", "/x/site-packages/p/t_a.py", False),
    ("only takes the place of main", Scope(only=("app",)), "__main__", "f", APP, False),
    ("only takes the place of a root", Scope(roots=("/project",), only=("x",)), "app", "f", APP, False),
    ("only means what it says", Scope(only=("app.*",)), "app", "f", APP, True),
    ("include adds to only", Scope(only=("x",), include=("app",)), "app", "f", APP, True),
    ("exclude takes away from only", Scope(only=("app",), exclude=("app.f",)), "app", "f", APP, False),
    ("lines add to only", Scope(only=("x",), lines=("app.f",)), "app", "f", APP, True),
    ("generated code has no file", Scope(roots=("/",)), "x", "f", "<string>", False),
    ("test files", Scope(files=("test_*.py",)), "test_a", "f", "/project/test_a.py", True),
    ("other files", Scope(files=("test_*.py",)), "a", "f", "/project/a.py", False),
    ("never ourselves", Scope(include=("*",)), "breadcrumb_redaction.names", "f", APP, False),
    ("never our distro", Scope(include=("*",)), "breadcrumb", "f", APP, False),
    ("a name that begins like ours", Scope(include=("*",)), "breadcrumbs", "f", APP, True),
]  # fmt: skip


def test_a_root_ends_at_an_environment_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    scope = Scope(roots=(str(tmp_path),))
    assert scope.traces("x", "f", str(tmp_path / "tools" / "x.py"))
    (tmp_path / "tools" / "pyvenv.cfg").touch()
    again = Scope(roots=(str(tmp_path),))
    assert not again.traces("x", "f", str(tmp_path / "tools" / "lib" / "x.py"))
    assert again.traces("y", "f", str(tmp_path / "y.py"))


@pytest.mark.parametrize(
    ("scope", "module", "qualname", "file", "expected"),
    [row[1:] for row in DECISIONS],
    ids=[row[0] for row in DECISIONS],
)
def test_scope_decides(scope: Scope, module: str, qualname: str, file: str, expected: bool) -> None:
    assert scope.traces(module, qualname, file) is expected
