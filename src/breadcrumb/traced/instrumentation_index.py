"""Tells from what is installed which modules an instrumentation instruments, without importing any.

Its distribution names the projects of its libraries in the extras `instruments` (all of them are needed) and
`instruments-any` (one is enough), and their RECORDs the modules. An instrumentation of the standard library
has the name of the module.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING

from breadcrumb.common import entry_points

if TYPE_CHECKING:
    from breadcrumb.common.entry_points import EntryPoint

_ALL, _ANY = "instruments", "instruments-any"
_REQUIRES = re.compile(rf"Requires-Dist:\s*([\w.\-]+)[^;]*;\s*extra\s*==\s*['\"]({_ALL}|{_ANY})['\"]\s*")
_EDITABLE = "__editable__"
"""In the RECORD of a project whose modules a finder of its own finds."""

_MEASURES_THE_PROCESS = "system_metrics"
"""Its library, psutil, is what it measures with."""
_DJANGO = "django"
"""Adds to the program's settings, which have to be whole: where they are known, it starts at once."""
_SUBMODULES = {"urllib": "urllib.request"}
"""Where an instrumentation of the standard library is for a part of a package."""


def modules(instrumentation: EntryPoint) -> list[frozenset[str]] | None:
    """Groups of modules: it is needed when one of each group is imported, which none of an empty one can be.

    None where what is installed does not tell, or where it has to run before the program does.
    """
    if instrumentation.name == _MEASURES_THE_PROCESS:
        return None
    if instrumentation.name == _DJANGO and not lacks_settings(instrumentation):
        return None
    required = _required(instrumentation.distribution)
    if required == []:
        return _of_the_standard_library(instrumentation.name)
    found = [(extra, _modules_of(project)) for project, extra in required or ()]
    known = [(extra, each) for extra, each in found if each is not None]
    if required is None or len(known) < len(found):
        return None
    groups = [each for extra, each in known if extra == _ALL]
    if alternatives := [each for extra, each in known if extra == _ANY]:
        groups.append(frozenset().union(*alternatives))
    return groups


def lacks_settings(instrumentation: EntryPoint) -> bool:
    """Whether it would make empty settings for Django, which cannot have the program's own after that."""
    return instrumentation.name == _DJANGO and "DJANGO_SETTINGS_MODULE" not in os.environ


def _of_the_standard_library(name: str) -> list[frozenset[str]] | None:
    return [frozenset({_SUBMODULES.get(name, name)})] if name in sys.stdlib_module_names else None


def _required(distribution: str) -> list[tuple[str, str]] | None:
    """The projects that it instruments, each with its extra; None where there are further conditions."""
    header = _read(distribution, "METADATA").partition(b"\n\n")[0]
    lines = [
        line.decode(errors="replace")
        for line in header.splitlines()
        if line.startswith(b"Requires-Dist:") and b"extra" in line and _ALL.encode() in line
    ]
    found = [(match[1], match[2]) for match in map(_REQUIRES.fullmatch, lines) if match]
    return found if header and len(found) == len(lines) else None


@cache
def _modules_of(project: str) -> frozenset[str] | None:
    """The outermost packages and modules of an installed project; None where it does not list them."""
    distribution = entry_points.distribution(project)
    if distribution is None:
        return frozenset()
    record = _read(distribution, "RECORD").decode(errors="replace")
    if _EDITABLE in record:
        return None
    packages, found = [], []
    for line in record.splitlines():
        folder, inside, file = line.partition(",")[0].rpartition("/")
        if inside and file.startswith("__init__."):
            packages.append(folder.split("/"))
        elif not inside and file.endswith((".py", ".so")):
            found.append(file.partition(".")[0])
    outermost = [""]
    for package in sorted(packages):
        if package[: len(outermost)] != outermost:
            outermost = package
            found.append(".".join(package))
    return frozenset(found or _read(distribution, "top_level.txt").decode(errors="replace").split()) or None


def _read(distribution: str, name: str) -> bytes:
    try:
        with open(os.path.join(distribution, name), "rb") as file:
            return file.read()
    except OSError:
        return b""
