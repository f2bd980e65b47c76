"""Leaves the tests whose result may differ with the version of Python (`make test-part`).

All of them run on one version (`make test`). On the others CI leaves out those that take long and test what
is the same everywhere: answers and their text, the store's own files, what goes over the wire; of tests with
very many cases it runs a tenth. What reads a store is asked there all the same, by the tests that stay.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cases import few_of_many

if TYPE_CHECKING:
    import pytest

os.environ.pop("PYTHONPATH", None)
"""By which this was found; no program that is tested may have it."""

ALIKE = frozenset(
    {
        # answers and their text
        "test_ask.py",
        "test_breadth.py",
        "test_choosing_calls.py",
        "test_data.py",
        "test_diff.py",
        "test_elsewhere.py",
        "test_expensive.py",
        "test_one_run.py",
        "test_picture.py",
        "test_plain_lines.py",
        "test_render_tree.py",
        "test_render_values.py",
        # the store's own files
        "test_hostile_stores.py",
        "test_old_stores.py",
        "test_sandbox.py",
        "test_store_command.py",
        # what goes over the wire, from and into the store
        "test_forward.py",
        "test_mcp_install.py",
        "test_mcp_serving.py",
        "test_serve.py",
        "test_team_store.py",
        # the workshop
        "test_benchmarks.py",
        "test_examples.py",
        "test_promises.py",
        "test_suites.py",
    }
)
"""Files of tests."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Deselect the others."""
    kept = few_of_many([item for item in items if item.path.name not in ALIKE])
    left = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = kept
