"""Decides what a process traces by default: its entry, the thing that the user named on the command line.

A script, `-c` code and `-m pkg` are `__main__`; a console script is its entry module; a test runner is its
test files. Where the entry belongs to an environment, the project's own modules join. Multiprocessing and
execnet workers continue the program that started them, so they take its entry; any other child has its own.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb import interpreter, names
from breadcrumb.interpreter import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_instrumentation_calls import Scope

    from breadcrumb.settings import Settings

TEST_FILES = ("test_*.py", "*_test.py", "conftest.py")
TEST_RUNNERS = frozenset({"pytest", "_pytest", "py"})
_STUB = re.compile(r"#!.*?^from ([\w.]+) import ([\w.]+)", re.MULTILINE | re.DOTALL)
_STUB_SIZE = 2000
_CONTINUING = re.compile(
    r"from multiprocessing\.(spawn|forkserver) import|exec\(eval\(sys\.stdin\.readline\(\)\)\)"
)
_HELPERS = re.compile(r"from multiprocessing\.resource_tracker import")


@dataclass(frozen=True)
class Entry:
    """What a process runs, as far as tracing asks."""

    name: str
    """For people and for `service.name`: the script's, module's or command's name."""
    modules: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def current() -> Entry | None:
    """The entry of this process; None where it is a helper that is nobody's program."""
    return of(sys.orig_argv, root=os.environ.get(names.ENV_ROOT), started_by=os.environ.get(names.ENV_ENTRY))


def of(argv: Sequence[str], *, root: str | None = None, started_by: str | None = None) -> Entry | None:
    """The entry of a process with this command line, launched for the project in `root`."""
    command = interpreter.read(argv[1:])
    if command.kind is Kind.CODE:
        return _code(command.target, started_by)
    if command.kind is Kind.MODULE:
        return _module(command.target, root)
    if command.kind is Kind.SCRIPT:
        return _script(Path(command.target), root)
    return Entry("python")


def hand_on(entry: Entry) -> str:
    """The text under which workers of this process find its entry."""
    return json.dumps([entry.name, entry.modules, entry.roots, entry.files])


def _code(code: str, started_by: str | None) -> Entry | None:
    if _HELPERS.match(code):
        return None
    if started_by and _CONTINUING.search(code):
        name, modules, roots, files = json.loads(started_by)
        return Entry(name, tuple(modules), tuple(roots), tuple(files))
    return Entry("python -c")


def _module(module: str, root: str | None) -> Entry | None:
    package = module.partition(".")[0]
    if package.startswith("breadcrumb"):
        return None
    if package in TEST_RUNNERS:
        return Entry(module, files=TEST_FILES)
    return Entry(module, roots=_roots(root) if _belongs_to_environment(package) else ())


def _script(path: Path, root: str | None) -> Entry | None:
    module = console_script_module(path)
    name = os.fsencode(path.name).decode(errors="backslashreplace")
    if module is None:
        return Entry(name, roots=_roots(root) if in_environment(str(path)) else ())
    package = module.partition(".")[0]
    if package.startswith("breadcrumb"):
        return None
    if package in TEST_RUNNERS:
        return Entry(name, files=TEST_FILES)
    return Entry(name, (module,), _roots(root) if _belongs_to_environment(package) else ())


def console_script_module(path: Path) -> str | None:
    """The module that an installed console script starts; None for any other file."""
    try:
        if path.stat().st_size > _STUB_SIZE:
            return None
        found = _STUB.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found and str(path.parent.absolute()) in _script_directories() else None


def _script_directories() -> frozenset[str]:
    import sysconfig  # reads all that the interpreter was built with

    user = sysconfig.get_path("scripts", f"{os.name}_user")
    return frozenset({sysconfig.get_path("scripts"), os.path.dirname(os.path.abspath(sys.executable)), user})


def _roots(root: str | None) -> tuple[str, ...]:
    return (root,) if root else ()


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
        exclude=settings.exclude,
        lines=settings.lines,
        main=not entry.files,
        modules=entry.modules,
        roots=entry.roots,
        files=entry.files,
    )
