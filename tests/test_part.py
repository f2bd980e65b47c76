"""What the tests for other versions of Python leave out is there to be left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]


def test_each_file_that_is_left_out_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))  # which the plugin takes away
    import part

    folders = [ROOT / "tests", *(ROOT / "redaction").glob("tests"), *ROOT.glob("*/*/tests")]
    assert {path.name for folder in folders for path in folder.glob("test_*.py")} >= part.ALIKE
