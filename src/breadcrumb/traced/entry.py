"""Decides what a process traces by default: what the user started, and the modules of the project.

A script, `-c` code and `-m pkg` are `__main__`; a console script is its entry module, and its whole package
where that was installed from a directory, being the user's own; a test runner is its test files. With each
of them come the modules that lie in the project. Where there is no project the modules of the launch
directory stand in for it, if an environment brings the entry, which then is nobody's own code.
Multiprocessing and execnet workers continue the program that started them, so they take its entry; any other
child has its own.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import location
from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_redaction.lazy import lazy

from breadcrumb.common import console_scripts, names, python_command, unittest_commands
from breadcrumb.common.python_command import Kind, PythonCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_instrumentation_calls import Scope

    from breadcrumb.common.settings import Settings

TEST_FILES = ("test_*.py", "*_test.py", "conftest.py")
TEST_RUNNERS = frozenset({"pytest", "_pytest", "py"})
_CONTINUING = lazy(
    r"from multiprocessing\.(spawn|forkserver) import|exec\(eval\(sys\.stdin\.readline\(\)\)\)"
)
_HELPERS = lazy(r"from multiprocessing\.resource_tracker import")


@dataclass(frozen=True)
class Entry:
    """What a process runs, as far as tracing asks."""

    name: str
    """For people and for `service.name`: the script's, module's or command's name."""
    modules: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    tests: bool = False
    """Whether it runs tests of unittest, or of Django's runner."""


def current() -> Entry | None:
    """The entry of this process; None where it is a helper that is nobody's program."""
    return of(sys.orig_argv, root=os.environ.get(names.ENV_ROOT), started_by=os.environ.get(names.ENV_ENTRY))


def of(argv: Sequence[str], *, root: str | None = None, started_by: str | None = None) -> Entry | None:
    """The entry of a process with this command line, launched for the project in `root`."""
    command = python_command.read(argv[1:])
    if command.kind is Kind.CODE:
        return _code(command.target, root, started_by)
    found = _named(command, root)
    return found and replace(found, tests=unittest_commands.run_tests(argv))


def _named(command: PythonCommand, root: str | None) -> Entry | None:
    if command.kind is Kind.MODULE:
        return _module(command.target, root)
    if command.kind is Kind.SCRIPT:
        return _script(Path(command.target), root)
    return Entry("python", roots=_roots(root))


def hand_on(entry: Entry) -> str:
    """The text under which workers of this process find its entry."""
    parts = [entry.modules, entry.roots, entry.files, entry.packages]
    return json.dumps([entry.name, entry.tests, *parts])


def _code(code: str, root: str | None, started_by: str | None) -> Entry | None:
    if _HELPERS.match(code):
        return None
    if started_by and _CONTINUING.search(code):
        name, tests, *parts = json.loads(started_by)
        modules, roots, files, packages = map(tuple, parts)
        return Entry(name, modules, roots, files, packages, tests)
    return Entry("python -c", roots=_roots(root))


def _module(module: str, root: str | None) -> Entry | None:
    package = module.partition(".")[0]
    if package.startswith("breadcrumb"):
        return None
    if package in TEST_RUNNERS:
        return Entry(module, roots=_roots(root, is_brought=True), files=TEST_FILES)
    return Entry(module, roots=_roots(root, is_brought=_belongs_to_environment(package)))


def _script(path: Path, root: str | None) -> Entry | None:
    module = console_scripts.module_of(path)
    name = os.fsencode(path.name).decode(errors="backslashreplace")
    if module is None:
        return Entry(name, roots=_roots(root, is_brought=in_environment(str(path))))
    package = module.partition(".")[0]
    if package.startswith("breadcrumb"):
        return None
    if package in TEST_RUNNERS:
        return Entry(name, roots=_roots(root, is_brought=True), files=TEST_FILES)
    roots = _roots(root, is_brought=_belongs_to_environment(package))
    own = (package,) if console_scripts.is_from_a_directory(path, module) else ()
    return Entry(name, (module,), roots, packages=own)


def _roots(root: str | None, *, is_brought: bool = False) -> tuple[str, ...]:
    """Where the project's modules lie: its root, and the places on the path that lead into it by a link.

    `is_brought` is whether an environment brings the entry.
    """
    if not root or location.is_forbidden(Path(root)):
        return ()
    if not is_brought and not location.is_project(Path(root)):
        return ()
    places = [place for place in sys.path if os.path.isabs(place) and os.path.realpath(place) != place]
    return (root, *(place for place in places if _is_within(os.path.realpath(place), os.path.realpath(root))))


def _is_within(place: str, folder: str) -> bool:
    return os.path.join(place, "").startswith(os.path.join(folder, ""))


def _belongs_to_environment(package: str) -> bool:
    """Whether the interpreter or an environment holds this top-level package, rather than the project."""
    if package in sys.builtin_module_names:
        return True
    spec = PathFinder.find_spec(package, [os.getcwd(), *sys.path])
    if spec is None:
        return False
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
    return any(in_environment(place) for place in places)


def in_environment(place: str) -> bool:
    """Whether a path lies in site-packages or the standard library."""
    if {"site-packages", "dist-packages"} & set(Path(place).parts):
        return True
    return os.path.abspath(place).startswith(os.path.join(os.path.dirname(os.__file__), ""))


def scope(entry: Entry, settings: Settings) -> Scope:
    """The tracer's scope: the entry, what the settings include and exclude."""
    from breadcrumb_instrumentation_calls import Scope

    return Scope(
        include=settings.include,
        only=settings.only,
        exclude=settings.exclude,
        lines=settings.lines,
        main=not entry.files,
        modules=entry.modules,
        roots=entry.roots,
        files=entry.files,
        packages=entry.packages,
    )
