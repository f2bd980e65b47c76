"""pylint checks a small file, as its command does."""

from __future__ import annotations

import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from pylint.lint import Run

SOURCE = '''"""A module."""
import os


def area(width, height):
    """Give the area."""
    return width * height


class Box:
    """A box."""

    def __init__(self, width):
        self.width = width

    def grow(self, by_much):
        """Grow."""
        self.width += by_much
        return os.path.join("a", str(self.width))
'''


def main(size: int) -> None:
    """Check a file `size` times."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        path = Path(folder) / "box.py"
        path.write_text(SOURCE, encoding="utf-8")
        for _ in range(size):
            Run(["--rcfile=", str(path)], exit=False)
