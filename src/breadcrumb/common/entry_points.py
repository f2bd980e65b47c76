"""Says quickly which OpenTelemetry extensions are installed, so that only those who have some pay for them.

importlib.metadata parses every distribution's metadata; we only look through the entry point files.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTRUMENTOR = "opentelemetry_instrumentor"
DISTRO = "opentelemetry_distro"
CONFIGURATOR = "opentelemetry_configurator"
OPAMP = "_opentelemetry_opamp"
_HOOKS = ("opentelemetry_pre_instrument", "opentelemetry_post_instrument")
_OURS = ("breadcrumb_instrumentation_calls", "breadcrumb_otel")


class EntryPoint(NamedTuple):
    """What a package other than ours contributes to OpenTelemetry."""

    group: str
    name: str
    distribution: str
    """The directory of its metadata."""


def has_opamp() -> bool:
    """Whether there is an OpAMP client, which the SDK's own set-up starts."""
    return any(each.group == OPAMP for each in _foreign())


def has_hooks() -> bool:
    """Whether something wants to run before or after every instrumentation."""
    return any(each.group in _HOOKS for each in _foreign())


def has_distro() -> bool:
    """Whether another distro, or a part of one, is installed."""
    return any(each.group in (DISTRO, CONFIGURATOR) for each in _foreign())


def instrumentors(disabled: str) -> list[EntryPoint]:
    """The instrumentations that are there to start; `disabled` is OTEL_PYTHON_DISABLED_INSTRUMENTATIONS."""
    off = {name.strip() for name in disabled.split(",")}
    return [each for each in _foreign() if each.group == INSTRUMENTOR and off.isdisjoint({each.name, "*"})]


def version(project: str) -> str:
    """The installed project's version; empty where it is not installed."""
    stem = os.path.basename(distribution(project) or "").rpartition(".")[0]
    return stem.partition("-")[2]


def distribution(project: str) -> str | None:
    """The directory of the installed project's metadata; None where it is not installed."""
    return _distributions().get(_normalized(project))


def distributions() -> list[str]:
    """The directories of the metadata of every installed project."""
    return list(_distributions().values())


@cache
def _foreign() -> tuple[EntryPoint, ...]:
    return tuple(
        entry
        for project, folder in _distributions().items()
        if project not in _OURS
        for entry in _entries_of(folder)
    )


@cache
def _distributions() -> dict[str, str]:
    """Projects to the directories of their metadata; the first on the path counts."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        for name in _names_in(folder or "."):
            stem, _, kind = name.rpartition(".")
            if kind in ("dist-info", "egg-info"):
                found.setdefault(_normalized(stem.partition("-")[0]), os.path.join(folder, name))
    return found


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _normalized(project: str) -> str:
    name = project.lower().replace("-", "_").replace(".", "_")
    while "__" in name:
        name = name.replace("__", "_")
    return name


def _entries_of(distribution: str) -> Iterator[EntryPoint]:
    try:
        with open(os.path.join(distribution, "entry_points.txt"), "rb") as file:
            data = file.read()
    except OSError:
        return
    if b"opentelemetry_" not in data:
        return
    group = ""
    for line in data.decode(errors="replace").splitlines():
        name, is_entry, _ = line.partition("=")
        if is_entry and group.lstrip("_").startswith("opentelemetry_"):
            yield EntryPoint(group, name.strip(), distribution)
        elif line.startswith("["):
            group = line.strip("[] \t")
