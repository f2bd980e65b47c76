"""Passwords that show by their look alone: letters of both cases, digits and signs in one word.

Code and prose have such words too (`Price*100`, `Python3!`), though with one sign only: these count where a
word for a secret stands near. So neither the form of the text nor its language matters.
"""

import re
import sys
from collections.abc import Iterator

from ..lazy import lazy
from ..match import GUESSED, Found
from ..name_tables import TELLING

_SIGN = lazy(r"(?<=\w)[!#$%^*+~]")
_EDGE = frozenset([*map(chr, range(33)), *"\"'`,;|<>=()[]{}\\"])
_WORD = lazy(r"[^\s\x00-\x1f\"'`,;|<>=()\[\]{}\\]+")
_PASSWORD = lazy(
    r"(?:(?:[\w.\-]{1,24}/)?[\w.\-]{1,24}[:/])?[*_~]{0,3}"
    r"((?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])(?![*~])[\w!#$%^&*+?~\-]{7,63}[\w!#$%^&+?])"
    r"[*_~]{0,3}(?:@[\w.\-/:]{1,60})?[.,:]?"
)
"""With a name before it, as accounts are given (`ada:x`, `sys/x`), and a host after it (`x@db`)."""
_SIGNS = lazy(r"(?<=\w)(?:[!#$^*+~]+|%(?![0-9A-Fa-f]{2}|[a-zA-Z]\b))")
_NAME = "[A-Za-z_]+[0-9]{0,2}[A-Za-z_]*"
_HARMLESS = lazy(
    r"[\w+\-]{20,}"  # base64
    r"|[A-Za-z_\-]+#[0-9]+|[A-Za-z_]+[+*](?:[0-9]{1,2}|10+)"  # the number of something, a formula
    r"|[!&]*[A-Za-z]\w*\$[0-9]{1,2}|[\w!]+\+0x[0-9a-fA-F]+"  # of a compiler, a symbol
    rf"|(?:{_NAME}|[A-Z]+[0-9]+|[0-9]{{1,3}})[+*~$#]{_NAME}(?:[+*]{_NAME})*"  # names that a sign joins
    r"|.*(?:[aA]-[zZ]|0-9).*"  # of an expression
    r"|.*&(?:#x|amp|gt|lt|quot).*|[^!#$^~]*&[^!#$^~]*"  # of HTML, of a query
)
_STRONG_LEAST = 16
_ARITHMETIC = frozenset("*+")
_BEFORE, _AFTER = 200, 100
_WORD_MOST = 182
"""With what stands before and after it."""
_TELLING = tuple(TELLING.split())


def find_made_up(text: str) -> Iterator[Found]:
    """Such words: with several signs anywhere, with one near a word for a secret."""
    end, lower = 0, ""
    for sign in _SIGN.finditer(text):
        begin = sign.start()
        if begin < end:
            continue
        least = max(end, begin - _WORD_MOST)
        while begin > least and text[begin - 1] not in _EDGE:
            begin -= 1
        word = _WORD.match(text, begin)
        end = word.end() if word else sign.end()
        shown = password_in(text, begin, end) if end - begin <= _WORD_MOST else None
        if shown is None:
            continue
        lower = lower or text.lower()
        if _is_strong(shown[1]) or _is_told(lower, begin, end):
            yield Found(*shown.span(1), "password", GUESSED)


def password_in(text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """What looks like a password there, as the first group."""
    shown = _PASSWORD.fullmatch(text, begin, end)
    return shown if shown and _SIGNS.search(shown[1]) and not _HARMLESS.fullmatch(shown[1]) else None


def _is_strong(word: str) -> bool:
    signs = _SIGNS.findall(word)
    return len(word) >= _STRONG_LEAST and len(signs) > 1 and not _ARITHMETIC.issuperset("".join(signs))


def _is_told(lower: str, begin: int, end: int) -> bool:
    """Whether a word for a secret stands near."""
    near = lower[max(0, begin - _BEFORE) : end + _AFTER]
    return any(word in near for word in _TELLING)
