"""Where text leaves us, for people and agents: lines, each of which stays one whatever is named in it.

The names of functions, threads or files, the words of a command and what exceptions say are the program's:
a line break among them would make a line that looks like ours, an escape sequence a terminal act.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from breadcrumb_redaction.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable

_shows_progress = False
ERASE = "\r\x1b[K"
MEGABYTE = 1_000_000
_QUOTED = lazy(r"(?<!\w)['\"`]([^'\"`]{1,60})['\"`](?!\w)")


def folding(left: int) -> None:
    """Show on a terminal how many bytes are still to be folded; 0 takes the line away again."""
    global _shows_progress
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty() and (left >= MEGABYTE or _shows_progress):
            _shows_progress = left > 0
            line = f"breadcrumb: reading what was recorded, {left // MEGABYTE:,} MB left" if left else ""
            sys.stderr.write(ERASE + line)
            sys.stderr.flush()


def one_line(text: str) -> str:
    """Spell out line breaks, every other character that does not print, and marks that make a letter anew."""
    told = text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return told if told.isascii() else _with_marks(told)


def _with_marks(text: str) -> str:
    """Spell out marks that stand behind their letter where one character has both, and looks the same."""
    import unicodedata  # most answers are ASCII

    if unicodedata.is_normalized("NFC", text):
        return text
    pairs = zip(" " + text, text, strict=False)
    return "".join(
        f"\\u{ord(mark):04x}"
        if unicodedata.combining(mark) and len(unicodedata.normalize("NFC", before + mark)) == 1
        else mark
        for before, mark in pairs
    )


def spellings(text: str) -> tuple[str, ...]:
    """Give the other ways to write a text that look the same: its marks in their letters, or behind them."""
    if text.isascii():
        return ()
    import unicodedata  # most texts are ASCII

    forms = (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return tuple(each for each in forms if each != text)


def joined(lines: Iterable[str]) -> str:
    """Lines of an answer as text, with no line break at the end."""
    return "\n".join(map(one_line, lines))


def tell(*lines: str) -> None:
    """Write lines to stdout."""
    sys.stdout.writelines(f"{one_line(line)}\n" for line in lines)


def with_extra(extra: str) -> str:
    """What to do where a part is missing. No command: that depends on where Breadcrumb was installed from."""
    return f"install breadcrumb-otel with its extra `{extra}`"


def say(message: str) -> None:
    """Write one line to stderr; a closed stderr is nobody's error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"breadcrumb: {one_line(message)}\n")
        sys.stderr.flush()


def quoted(message: str) -> tuple[str, ...]:
    """Give what stands in quotes in a message."""
    return tuple(dict.fromkeys(_QUOTED.findall(message)))
