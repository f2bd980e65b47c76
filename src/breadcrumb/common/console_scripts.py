"""Reads the scripts that installers write for the commands of a package.

A command is often a link to such a script: those of pipx and uv lie in ~/.local/bin. One that was installed
elsewhere (`--target`, `--prefix`) is known by its text.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

from breadcrumb_redaction.lazy import lazy

from breadcrumb.common import entry_points

if TYPE_CHECKING:
    from pathlib import Path

_STUB = lazy(r"#!.*?^from ([\w.]+) import ([\w.]+)", re.MULTILINE | re.DOTALL)
_WRITTEN = lazy(
    r"#!.*\n(?:'''exec.*\n' '''\n)?(?:#.*\n)*(?:import (?:re|sys)\n)+from [\w.]+ import \w+\n+"
    r"if __name__ == [\"']__main__[\"']:\n(?: +.*\n)* +sys\.exit\([\w.]+\(\)\)\n*"
)
"""All of what pip, uv and setuptools write."""
_SIZE = 2000


def module_of(path: Path) -> str | None:
    """The module that an installed console script starts; None for any other file."""
    try:
        if path.stat().st_size > _SIZE:
            return None
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _STUB.match(text)
    return found[1] if found and (_WRITTEN.fullmatch(text) or _is_among_scripts(path)) else None


def is_from_a_directory(path: Path, module: str) -> bool:
    """Whether the project of this command was installed from a directory or a file, and not from an index."""
    command = re.compile(rf"^{re.escape(path.resolve().name)}\s*=\s*{re.escape(module)}\s*:", re.MULTILINE)
    return any(
        _is_local(folder) and command.search(_read(folder, "entry_points.txt")) is not None
        for folder in entry_points.distributions()
    )


def _is_local(distribution: str) -> bool:
    try:
        return str(json.loads(_read(distribution, "direct_url.json"))["url"]).startswith("file:")
    except (ValueError, KeyError, TypeError):
        return False


def _read(distribution: str, name: str) -> str:
    try:
        with open(os.path.join(distribution, name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _is_among_scripts(path: Path) -> bool:
    folders = _script_directories()
    return not folders.isdisjoint({str(path.parent.absolute()), str(path.resolve().parent)})


def _script_directories() -> frozenset[str]:
    import sysconfig  # reads all that the interpreter was built with

    user = sysconfig.get_path("scripts", f"{os.name}_user")
    named = (sysconfig.get_path("scripts"), os.path.dirname(os.path.abspath(sys.executable)), user)
    return frozenset({*named, *map(os.path.realpath, named)})
