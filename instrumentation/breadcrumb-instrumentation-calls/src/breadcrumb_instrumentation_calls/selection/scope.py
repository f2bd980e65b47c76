"""Which functions are traced: the program's own code, and what patterns add, take away or replace it by."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.originals import os, sys

MAIN_MODULES = ("__main__", "__mp_main__")
OWN_PACKAGES = frozenset(
    ("breadcrumb", "breadcrumb_instrumentation_calls", "breadcrumb_exporter_duckdb", "breadcrumb_redaction")
)
ENVIRONMENTS = frozenset(
    ("site-packages", "dist-packages", "node_modules", ".venv", ".tox", ".nox", "__pypackages__")
)
COPIES = frozenset(("_vendor", "vendor", "_vendored", "vendored", "third_party", "thirdparty"))
OTHERS = ENVIRONMENTS | COPIES | {"build", "dist", ".eggs"}
"""Folders of a project whose code is not its own: environments, what was copied into it, what was built."""

IMPORTS = frozenset(
    (
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "_frozen_importlib",
        "_frozen_importlib_external",
        "zipimport",
    )
)
"""Python's import machinery."""

_join, _split, _normal = os.path.join, os.path.split, os.path.normpath


class _Places(NamedTuple):
    """What a scope is told."""

    include: tuple[str, ...] = ()
    """What is traced besides the program's own code."""
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """What is traced in place of the program's own code, which the fields below say."""
    main: bool = True
    """Whether `__main__` is traced."""
    modules: tuple[str, ...] = ()
    """Modules traced besides, by exact name: the entry module of a console script."""
    roots: tuple[str, ...] = ()
    """Directories whose modules are traced, but for what is not their own in them."""
    files: tuple[str, ...] = ()
    """Globs over base names of files that are traced: a test runner's test modules."""
    packages: tuple[str, ...] = ()
    """Packages whose modules are traced, wherever they are installed."""
    lines: tuple[str, ...] = ()
    """Patterns of functions whose lines are recorded; these are traced wherever they are."""


class Scope(_Places):
    """The functions to trace, decided by module, qualified name and file.

    A pattern is a name, which means that package, module, class or function and everything below it, or an
    fnmatch glob over `module`, `module.qualname` or `module:qualname`, of `__main__` also `qualname`. The
    import machinery is meant only by those that begin with its name: what runs in it is mostly not the
    program's doing.
    """

    def traces(self, module: str, qualname: str, file: str) -> bool:
        """Whether calls of this function become spans."""
        package = module.partition(".")[0]
        if package in OWN_PACKAGES or matches(self.exclude, module, qualname):
            return False
        if module in IMPORTS:
            return matches(self._naming, module, qualname)
        return (
            (matches(self.only, module, qualname) if self.only else self._is_own(module, file))
            or matches(self.include, module, qualname)
            or self.has_lines(module, qualname)
        )

    def _is_own(self, module: str, file: str) -> bool:
        """Whether a module is the program's own code."""
        return (
            (self.main and module in MAIN_MODULES)
            or module in self.modules
            or module.partition(".")[0] in self.packages
            or self._joins_by_file(file)
        )

    def has_lines(self, module: str, qualname: str) -> bool:
        """Whether the lines of this function are recorded."""
        return matches(self.lines, module, qualname)

    def _joins_by_file(self, file: str) -> bool:
        if not (self.roots or self.files) or file.startswith("<"):
            return False
        known = self._known_files.get(file)
        if known is None:
            path = file if file.startswith(os.sep) else _join(os.getcwd(), file)
            known = self._known_files[file] = self._decide(_normal(path))
        return known

    def _decide(self, file: str) -> bool:
        if file.startswith(_INTERPRETER_PREFIXES):
            return False
        folder, name = _split(file)
        for root in self._root_prefixes:
            if file.startswith(root):
                return not self._is_others(folder, root)
        return self._is_test(name) and ENVIRONMENTS.isdisjoint(folder.split(os.sep))

    def _is_test(self, name: str) -> bool:
        for glob in self.files:  # noqa: SIM110 - no function is made where there may be no memory for one
            if fnmatchcase(name, glob):
                return True
        return False

    def _is_others(self, folder: str, root: str) -> bool:
        """Whether a folder below a root is, or lies in, one whose code is not the project's."""
        if len(folder) <= len(root):
            return False
        known = self._known_folders.get((root, folder))
        if known is None:
            above, name = _split(folder)
            is_environment = name in OTHERS or os.access(_join(folder, "pyvenv.cfg"), os.F_OK)
            known = self._known_folders[root, folder] = is_environment or self._is_others(above, root)
        return known

    @cached_property
    def _naming(self) -> tuple[str, ...]:
        """The patterns that begin with a name."""
        return tuple(each for each in (*self.include, *self.only, *self.lines) if each[:1] not in "*?[")

    @cached_property
    def _known_files(self) -> dict[str, bool]:
        """What was decided about a file."""
        return {}

    @cached_property
    def _known_folders(self) -> dict[tuple[str, str], bool]:
        return {}

    @cached_property
    def _root_prefixes(self) -> tuple[str, ...]:
        return tuple(os.path.join(os.path.abspath(root), "") for root in self.roots)


def matches(patterns: tuple[str, ...], module: str, qualname: str) -> bool:
    """Whether one of the patterns means this function; one of the main program also by its name alone."""
    names = [module, f"{module}.{qualname}", f"{module}:{qualname}"]
    if module in MAIN_MODULES:
        names.append(qualname)
    for pattern in patterns:
        for name in names:
            if fnmatchcase(name, pattern) or name.startswith(f"{pattern}."):
                return True
    return False


_INTERPRETER_PREFIXES = tuple(
    {
        os.path.join(prefix, "lib", "")
        for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)
        if os.path.isabs(prefix)
    }
)
