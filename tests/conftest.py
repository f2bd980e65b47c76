"""A project in a directory of its own, and commands that run in it as a user would type them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BIN = Path(sys.executable).parent
SECONDS = 60
KEPT = ("LANG", "LC_ALL", "TMPDIR")


@dataclass
class Project:
    """A directory with files, and the environment of a user who has nothing set."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """Where runs are kept."""
        return self.path / ".breadcrumb"

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """Make a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def call(self, *words: object, stdin: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `environ` adds to the environment."""
        environ = self.environ | options.pop("environ", {})
        return subprocess.run(
            [str(word) for word in words],
            **{"cwd": self.path, "timeout": SECONDS, "input": stdin, **options},
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        """`breadcrumb run WORDS...`"""
        return self.call("breadcrumb", "run", *words, **options)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a SELECT over the store's views."""
        from breadcrumb_exporter_duckdb.store import open_store

        with open_store(self.store) as reader:
            return [tuple(row) for row in reader.connection.execute(sql).fetchall()]

    def functions(self) -> set[str]:
        """The names of all functions that were traced."""
        return {row[0] for row in self.query("SELECT DISTINCT function FROM calls")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project; HOME and the XDG directories lie beside it."""
    home = tmp_path / "home"
    path = tmp_path / "project"
    for folder in (home, path):
        folder.mkdir()
    (path / "pyproject.toml").touch()
    kept = {name: os.environ[name] for name in os.environ if name in KEPT or name.startswith("COVERAGE_")}
    return Project(path, {**kept, "HOME": str(home), "PATH": f"{BIN}{os.pathsep}/usr/bin:/bin"})
