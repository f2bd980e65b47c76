"""What is traced, as data."""

from __future__ import annotations

import os
import sys

import pytest
from breadcrumb_instrumentation_calls.selection.scope import Scope

APP = "/project/app.py"
LIBRARY = os.path.join(sys.prefix, "lib", "python3", "site-packages", "lib.py")

DECISIONS = [
    ("main by default", Scope(), "__main__", "main", APP, True),
    ("a child's main", Scope(), "__mp_main__", "main", APP, True),
    ("nothing else by default", Scope(), "app", "main", APP, False),
    ("main can be left out", Scope(main=False), "__main__", "main", APP, False),
    ("module", Scope(include=("app",)), "app", "f", APP, True),
    ("not its submodules", Scope(include=("app",)), "app.sub", "f", APP, False),
    ("glob", Scope(include=("app.*",)), "app.sub", "f", APP, True),
    ("a glob also means functions", Scope(include=("app.*",)), "app", "f", APP, True),
    ("dotted function", Scope(include=("app.C.f",)), "app", "C.f", APP, True),
    ("function by colon", Scope(include=("app:C.*",)), "app", "C.f", APP, True),
    ("colon is exact about the module", Scope(include=("app:C.*",)), "app.C", "f", APP, False),
    ("exclude wins", Scope(include=("app*",), exclude=("app.f",)), "app", "f", APP, False),
    ("exclude reaches main", Scope(exclude=("__main__.noisy*",)), "__main__", "noisy_one", APP, False),
    ("exclude reaches a root", Scope(roots=("/project",), exclude=("app",)), "app", "f", APP, False),
    ("entry module", Scope(modules=("tool.cli",)), "tool.cli", "f", APP, True),
    ("entry module is exact", Scope(modules=("tool",)), "tool.cli", "f", APP, False),
    ("case matters", Scope(include=("App",)), "app", "f", APP, False),
    ("root", Scope(roots=("/project",)), "app", "f", APP, True),
    ("root is no prefix of names", Scope(roots=("/pro",)), "app", "f", APP, False),
    ("root without its environment", Scope(roots=("/project",)), "x", "f", "/project/.venv/lib/x.py", False),
    ("root, no site-packages", Scope(roots=("/project",)), "x", "f", "/project/site-packages/x.py", False),
    ("root at the interpreter", Scope(roots=(sys.prefix,)), "lib", "f", LIBRARY, False),
    ("generated code has no file", Scope(roots=("/",)), "x", "f", "<string>", False),
    ("test files", Scope(files=("test_*.py",)), "test_a", "f", "/project/test_a.py", True),
    ("other files", Scope(files=("test_*.py",)), "a", "f", "/project/a.py", False),
    ("never ourselves", Scope(include=("*",)), "breadcrumb_redaction.names", "f", APP, False),
    ("never our distro", Scope(include=("*",)), "breadcrumb", "f", APP, False),
    ("a name that begins like ours", Scope(include=("*",)), "breadcrumbs", "f", APP, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "module", "qualname", "file", "expected"),
    [row[1:] for row in DECISIONS],
    ids=[row[0] for row in DECISIONS],
)
def test_scope_decides(scope: Scope, module: str, qualname: str, file: str, expected: bool) -> None:
    assert scope.traces(module, qualname, file) is expected
