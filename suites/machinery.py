"""An environment of its own for each suite: the package, what its tests need, and our packages as wheels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suites.catalog import Suite

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "redaction",
    "exporters/breadcrumb-exporter-duckdb",
    "instrumentation/breadcrumb-instrumentation-calls",
    ".",
)
LIMITS = ("--constraint", ROOT / "suites" / "requirements.txt", "--constraint", ROOT / "constraints.txt")
BACKENDS = (
    "pip",
    "setuptools",
    "setuptools-scm",
    "flit-core",
    "hatchling",
    "hatch-vcs",
    "hatch-fancy-pypi-readme",
    "poetry-core",
    "cython",
)
"""What source distributions are read with."""


class FailedError(RuntimeError):
    """A suite could not be set up."""


def run(*words: object, cwd: Path = ROOT) -> None:
    """Run a command quietly; raises FailedError with its last lines."""
    done = subprocess.run([*map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError("\n".join((done.stderr or done.stdout).splitlines()[-8:]))


class Machinery:
    """Where everything of one Python lies: `build/suites/3.N/`."""

    def __init__(self, uv: str, python: str) -> None:
        self._uv = uv
        self._python = python
        self.version = f"{sys.version_info.major}.{sys.version_info.minor}"
        self.folder = ROOT / "build" / "suites" / self.version
        self._wheels = self.folder / "wheels"

    def build(self) -> None:
        """Make wheels of our packages as they are now, and what reads source distributions."""
        shutil.rmtree(self._wheels, ignore_errors=True)
        build = (self._uv, "build", "--quiet", "--wheel", "--python", self._python, "--out-dir", self._wheels)
        for package in OURS:
            run(*build, package)
        tools = self.folder / "tools"
        if not tools.exists():
            self._environment(tools, *BACKENDS)
        (self.folder / "pytest.ini").touch()  # else a suite without settings of its own would find ours

    def prepare(self, suite: Suite) -> Path:
        """Make a suite's environment; where its source distribution is unpacked."""
        folder = self.folder / suite.package
        names = (suite.package, "pytest", *suite.needs)
        stamp = folder / "env" / "needs.txt"
        if not stamp.exists() or stamp.read_text().split() != list(names):
            self._environment(folder / "env", *names, *self._ours("[query]"))
            stamp.write_text("\n".join(names))
        self._install(folder / "env", "--reinstall", "--no-deps", *self._ours())
        source = folder / "source"
        return next(source.iterdir()) if source.exists() else self._unpack(suite, folder, source)

    def _ours(self, extra: str = "") -> list[str]:
        return [f"{wheel}{extra if 'otel' in wheel.name else ''}" for wheel in self._wheels.glob("*.whl")]

    def _environment(self, path: Path, *names: object) -> None:
        run(self._uv, "venv", "--quiet", "--clear", "--python", self._python, path)
        try:
            self._install(path, *names)
        except FailedError:
            shutil.rmtree(path)
            raise

    def _install(self, path: Path, *words: object) -> None:
        run(self._uv, "pip", "install", "--quiet", "--python", path / "bin" / "python", *LIMITS, *words)

    def _unpack(self, suite: Suite, folder: Path, source: Path) -> Path:
        pip = (self.folder / "tools" / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
        options = ("--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--dest", folder)
        run(*pip, "download", "--quiet", *options, *LIMITS, suite.package)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(source, filter="data")
        archive.unlink()
        return next(source.iterdir())


def environ(folder: Path) -> dict[str, str]:
    """A user's environment with a suite's environment in front."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    path = f"{folder / 'env' / 'bin'}{os.pathsep}/usr/bin:/bin"
    return {**kept, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
