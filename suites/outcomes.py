"""What became of each test, as pytest's JUnit file says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS = re.compile(r"0x[0-9a-f]+")

Outcomes = dict[str, tuple[str, ...]]
"""By test: `passed`, or what pytest says instead; tests of one name are one."""


def read(path: Path) -> Outcomes:
    """The outcomes in a file; none where the run did not get as far as writing it."""
    if not path.exists():
        return {}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 - pytest wrote it
        name = _ADDRESS.sub("0x", f"{case.get('classname', '')}.{case.get('name', '')}")
        said = [part.tag for part in case if part.tag in ("failure", "error", "skipped")]
        found[name].append("+".join(said) or "passed")
    return {name: tuple(sorted(outcomes)) for name, outcomes in found.items()}


def differing(plain: Outcomes, traced: Outcomes) -> dict[str, str]:
    """Tests whose outcome differs, and how."""
    return {
        name: f"{_spell(plain.get(name))} -> {_spell(traced.get(name))}"
        for name in sorted({*plain, *traced})
        if plain.get(name) != traced.get(name)
    }


def count(outcomes: Outcomes) -> int:
    """How many tests there were."""
    return sum(map(len, outcomes.values()))


def failing(outcomes: Outcomes) -> int:
    """How many of them failed or could not be set up."""
    return sum(said not in ("passed", "skipped") for case in outcomes.values() for said in case)


def _spell(outcomes: tuple[str, ...] | None) -> str:
    return ", ".join(sorted(set(outcomes))) if outcomes else "not run"
