"""A program that ran once under `breadcrumb run`, and is asked: for tests that only read what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import own_account
from patience import HANGS

if TYPE_CHECKING:
    from forks import Forks

Ask = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs `breadcrumb ARGUMENTS...` in a project."""

_BIN = Path(sys.executable).parent
_FRAMEWORKS = "celery,django,fastapi,flask,requests"


def environ(folder: Path) -> dict[str, str]:
    """A user's environment, in which the frameworks' instrumentations stay away."""
    path = f"{_BIN}:/usr/bin:/bin"
    account = {own_account.KEPT: os.environ[own_account.KEPT]}
    return account | {
        "HOME": str(folder.parent),
        "PATH": path,
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": _FRAMEWORKS,
    }


def breadcrumb(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `breadcrumb ARGUMENTS...` in a project; it must end well."""
    words = ["breadcrumb", *arguments]
    ended = subprocess.run(
        words, cwd=folder, env=environ(folder), capture_output=True, text=True, timeout=HANGS, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended


def new(folder: Path, **sources: str) -> Path:
    """A project of these modules."""
    (folder / "pyproject.toml").write_text("")
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def asking(folder: Path, reading: Forks) -> Ask:
    """What asks in a project."""
    return lambda *words: reading.breadcrumb(*words, cwd=folder, environ=environ(folder))
