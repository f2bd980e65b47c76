"""What the tests of the whole system share: a project folder, and commands run in it as a person would."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def plain_environment(home: Path) -> dict[str, str]:
    """This environment without settings of Breadcrumb or OpenTelemetry, with a home of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BREADCRUMB", "OTEL_", "PYTHON"))
        and name not in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")
    }
    scripts = str(Path(sys.executable).parent)
    return kept | {"HOME": str(home), "PATH": scripts + os.pathsep + kept.get("PATH", "")}


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment that commands under test start from."""
    return plain_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project folder, marked as one; its store is `.breadcrumb` inside."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    return folder


@pytest.fixture
def breadcrumb(project: Path, environment: dict[str, str]) -> Run:
    """Runs `breadcrumb ARGUMENTS...` in the project and returns the ended process; `env` adds variables."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / "breadcrumb"), *arguments],
            cwd=project,
            env=environment | (env or {}),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
