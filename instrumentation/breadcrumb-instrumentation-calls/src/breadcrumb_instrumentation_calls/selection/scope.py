"""Which functions are traced: the program's entry, and what patterns add or take away."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from breadcrumb_instrumentation_calls.base.originals import os, sys

MAIN_MODULES = ("__main__", "__mp_main__")
OWN_PACKAGES = frozenset(
    ("breadcrumb", "breadcrumb_instrumentation_calls", "breadcrumb_exporter_duckdb", "breadcrumb_redaction")
)
ENVIRONMENT_PARTS = frozenset(("site-packages", "dist-packages", ".venv", ".tox", ".nox"))


@dataclass(frozen=True)
class Scope:
    """The functions to trace, decided by module, qualified name and file.

    Patterns are fnmatch globs over `module`, `module.qualname` or `module:qualname`.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    main: bool = True
    """Whether `__main__` is traced."""
    modules: tuple[str, ...] = ()
    """Modules traced besides, by exact name: the entry module of a console script."""
    roots: tuple[str, ...] = ()
    """Directories whose modules are traced, virtual environments in them aside."""
    files: tuple[str, ...] = ()
    """Globs over base names of files that are traced: a test runner's test modules."""
    packages: tuple[str, ...] = ()
    """Packages whose modules are traced, wherever they are installed."""
    lines: tuple[str, ...] = ()
    """Patterns of functions whose lines are recorded; these are traced wherever they are."""

    def traces(self, module: str, qualname: str, file: str) -> bool:
        """Whether calls of this function become spans."""
        package = module.partition(".")[0]
        if package in OWN_PACKAGES or matches(self.exclude, module, qualname):
            return False
        return (
            (self.main and module in MAIN_MODULES)
            or module in self.modules
            or package in self.packages
            or matches(self.include, module, qualname)
            or self.has_lines(module, qualname)
            or self._joins_by_file(file)
        )

    def has_lines(self, module: str, qualname: str) -> bool:
        """Whether the lines of this function are recorded."""
        return matches(self.lines, module, qualname)

    def _joins_by_file(self, file: str) -> bool:
        if not (self.roots or self.files) or file.startswith("<") or _in_environment(file):
            return False
        name = os.path.basename(file)
        return any(fnmatchcase(name, glob) for glob in self.files) or any(
            file.startswith(prefix) for prefix in self._root_prefixes
        )

    @cached_property
    def _root_prefixes(self) -> tuple[str, ...]:
        return tuple(os.path.join(os.path.abspath(root), "") for root in self.roots)


def matches(patterns: tuple[str, ...], module: str, qualname: str) -> bool:
    """Whether one of the patterns means this function."""
    return any(
        fnmatchcase(name, pattern)
        for pattern in patterns
        for name in (module, f"{module}.{qualname}", f"{module}:{qualname}")
    )


def _in_environment(file: str) -> bool:
    if any(file.startswith(prefix) for prefix in _INTERPRETER_PREFIXES):
        return True
    return not ENVIRONMENT_PARTS.isdisjoint(file.split(os.sep))


_INTERPRETER_PREFIXES = tuple(
    {
        os.path.join(prefix, "lib", "")
        for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)
        if os.path.isabs(prefix)
    }
)
