"""The real programs: which package does which work, and which of its modules are traced."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.program import Program


@dataclass(frozen=True)
class Real(Program):
    """Work for a published package."""

    packages: tuple[str, ...]
    """What is imported and traced, whole; the first has the version."""

    @property
    def package(self) -> str:
        """What is installed for it."""
        return self.packages[0]

    @property
    def module(self) -> str:
        """The module that gives it the work."""
        return f"benchmarks.real.{self.name}"

    @property
    def modules(self) -> tuple[str, ...]:
        """Every function of the packages."""
        return tuple(f"{package}.*" for package in self.packages)

    def files(self) -> list[str]:
        """The module, and the directories of the packages."""
        found = [find_spec(package) for package in self.packages]
        places = [place for spec in found if spec for place in spec.submodule_search_locations or ()]
        return [str(Path(__file__).with_name(f"{self.name}.py")), *places]

    def missing(self) -> str | None:
        """Say why it cannot run here; None if it can."""
        absent = [package for package in self.packages if find_spec(package) is None]
        return f"no {', '.join(absent)} here" if absent else None


REAL = {
    each.name: each
    for each in (
        Real("sqlglot_queries", "sqlglot, {} queries", 12, ("sqlglot",)),
        Real("markdown_pages", "Markdown, {} pages", 60, ("markdown",)),
        Real("docutils_pages", "docutils, {} pages", 30, ("docutils",)),
        Real("pygments_files", "Pygments, {} files", 8, ("pygments",)),
        Real("black_files", "black, {} files", 2, ("black", "blib2to3")),
        Real("pylint_file", "pylint, {} file of 20 lines", 1, ("pylint", "astroid")),
        Real("pyflakes_tests", "pyflakes, {} modules of its tests", 7, ("pyflakes",)),
    )
}
