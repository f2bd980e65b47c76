"""Passwords that show by their look alone: letters of both cases, digits and signs in one word.

Code and prose have such words too (`Price*100`, `Python3!`), though with one sign only: these count where a
word for a secret stands near. So neither the form of the text nor its language matters.
"""

import re
from collections.abc import Iterator

from ..entropy import piece_length
from ..lazy import lazy
from ..match import GUESSED, Found
from ..name_tables import TELLING

_SIGN = re.compile(r"[!#$%^*+~]")
_QUOTES = "\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e"
_EDGE = frozenset([*map(chr, range(33)), *"\"'`,;|<>=()[]{}\\", *_QUOTES])
_EAST = "\u3000-\ud7ff\uff00-\uffef"
"""Scripts that put no blanks between words, and their signs."""
_OF_EAST = re.compile(f"[{_EAST}]")
_WORD = lazy(rf"[^\s\x00-\x1f\"'`,;|<>=()\[\]{{}}\\{_QUOTES}{_EAST}]+")
_OF = r"\w!#$%^&*+?~\-"
_PASSWORD = lazy(
    r"(?:(?:[\w.\-]{1,24}/)?[\w.\-]{1,24}[:/])?"
    rf"(?P<password>[{_OF}]+(?:@[{_OF}]*[!#$%^*+~][{_OF}]*)*)(?P<host>@[\w.\-/:]{{1,60}})?"
)
"""With a name before it, as accounts are given (`ada:x`, `sys/x`), and a host after it (`x@db`)."""
_MIXED = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[^0-9]*[0-9]")
_HEX = "[0-9A-Fa-f]"
_ESCAPE = (
    rf"%(?:2{_HEX}|[357][B-Fb-f]|3[Aa]|[46]0|00|0[9AaDd]|[89A-Fa-f]{_HEX}(?=%{_HEX}{{2}})"
    rf"|(?<=%{_HEX}{{2}}%)[89A-Fa-f]{_HEX})"
)
"""Of a URL, as encoders write them: of a sign, or of several bytes. None stands for a letter or a digit."""
_SIGNS = lazy(rf"\A[!^~]+|(?<=[\w&?@\-])(?:[!#$^*+~]+|(?!{_ESCAPE})%(?![a-zA-Z]\b))")
_NAME = "[A-Za-z_]+[0-9]{0,2}[A-Za-z_]*"
_FACTOR = "(?:[0-9]{1,2}|10+)"
_HARMLESS = lazy(
    r"[\w+\-]{20,}"  # base64
    rf"|[A-Za-z_\-]+#[0-9]+|[A-Za-z_]+[+*]{_FACTOR}"  # the number of something, a formula
    rf"|{_NAME}[+*]{{1,2}}"  # a type, a version
    r"|[!~]{1,2}[a-z_]+[A-Za-z_]*[0-9]{0,2}[A-Za-z_]*"  # what code negates
    r"|[!&]*[A-Za-z]\w*\$[0-9]{1,2}|[\w!]+\+0x[0-9a-fA-F]+"  # of a compiler, a symbol
    r"|.*(?:[aA]-[zZ]|0-9).*"  # of an expression
    r"|.*&(?:#x|amp|gt|lt|quot).*|[^!#$^~]*&[^!#$^~]*"  # of HTML, of a query
)
_JOINED = lazy(rf"(?:{_NAME}|[A-Z]+[0-9]+|{_FACTOR})[+*~$#]{_NAME}(?:[+*]{_NAME})*")
_WORDY = 2.3
"""Characters of the pieces that names have on average; those of a generator have fewer."""
_LEAST, _MOST, _STRONG_LEAST = 8, 64, 16
_ARITHMETIC = frozenset("*+")
_MARKS = frozenset("*_~")
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
        while begin > least and text[begin - 1] not in _EDGE and not _OF_EAST.match(text, begin - 1):
            begin -= 1
        word = _WORD.match(text, begin)
        end = word.end() if word else sign.end()
        span = password_in(text, begin, end) if _LEAST <= end - begin <= _WORD_MOST else None
        if span is None:
            continue
        lower = lower or text.lower()
        if _is_strong(text[slice(*span)]) or _is_told(lower, begin, end):
            yield Found(*span, "password", GUESSED)


def password_in(text: str, begin: int, end: int) -> tuple[int, int] | None:
    """Where in the word there what looks like a password begins and ends."""
    end -= text[end - 1] in ".:"
    while end - begin > 2 and text[begin] == text[end - 1] and text[begin] in _MARKS:
        begin, end = begin + 1, end - 1  # Markdown's
    shown = _PASSWORD.fullmatch(text, begin, end)
    if shown is None:
        return None
    word = shown["password"]
    is_mail = shown["host"] and "." in shown["host"] and _ARITHMETIC.issuperset(_SIGN.findall(word))
    is_one = _LEAST <= len(word) <= _MOST and _MIXED.match(word) and _SIGNS.search(word)
    return shown.span("password") if is_one and not is_mail and not _is_harmless(word) else None


def _is_harmless(word: str) -> bool:
    """Whether it looks like code, a formula or a part of an address."""
    if _HARMLESS.fullmatch(word):
        return True
    return _JOINED.fullmatch(word) is not None and piece_length(word) >= _WORDY


def _is_strong(word: str) -> bool:
    signs = _SIGNS.findall(word)
    return len(word) >= _STRONG_LEAST and len(signs) > 1 and not _ARITHMETIC.issuperset("".join(signs))


def _is_told(lower: str, begin: int, end: int) -> bool:
    """Whether a word for a secret stands near."""
    near = lower[max(0, begin - _BEFORE) : end + _AFTER]
    return any(word in near for word in _TELLING)
