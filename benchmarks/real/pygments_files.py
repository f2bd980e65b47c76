"""Pygments highlights its own sources as HTML."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

import pygments
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

NAMES = ("filter", "formatter", "style", "token")


def main(size: int) -> None:
    """Highlight `size` files."""
    folder = Path(pygments.__file__).parent
    for name in islice(cycle(NAMES), size):
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        pygments.highlight(text, PythonLexer(), HtmlFormatter(linenos=True))
