"""Secrets that a sentence tells: `your password is x`, `your login code is 123456`, `123456 is your code`."""

import re
from collections.abc import Iterator

from .lazy import lazy
from .match import NAMED, Found
from .pairs import Rules, judged
from .weights import made_up, opaque

_SAID = lazy(
    r"""\sis\b:?\s+(?:now\s+)?["'`*]{0,2}(?=[^\s"'`]{0,40}[0-9!#$^&*+])([^\s"'`]{4,200}?)[.,;*]{0,2}(?=["'`\s]|\Z)"""
)
_PASSWORD = lazy(
    r"(?i)\b(?:pass(?:word|wort|code|phrase)|pwd|passwd|kennwort)(?:\s+(?:for|of|to)\s+\S{1,60}(?:\s\S{1,20})?)?\Z"
)
_KEY = lazy(
    r"(?i)\b(?:token|secret(?:[ _-]key)?|(?:api|access|private|secret|licen[cs]e)[ _-]?key)"
    r"(?:\s+(?:for|of|to)\s+\S{1,60})?\Z"
)
_CODE = lazy(
    r"(?i)\b(?:your\s+(?:(?!exit|status|error|return|response|zip|post|area|country|product|item|order|source"
    r"|region|color|hex)\w+\s+){0,3}"
    r"|(?:verification|security|log-?in|sign-?in|confirmation|authentication|one[- ]time|sms|2fa|mfa"
    r"|unlock|recovery|backup|access|activation)\s+)(?:code|pin|otp|passcode|password)\Z"
)
_NUMBER = lazy(r"\sis\b:?\s*[\"'`*]{0,2}(?:[A-Z]-)?([0-9]{4,10}|[0-9]{3}[ \-][0-9]{3})\b")
_NUMBER_BEFORE = lazy(r"(?<![\w.\-])(?:[A-Z]-)?([0-9]{4,10}|[0-9]{3}[ \-][0-9]{3})\Z")
_YOURS = lazy(r"(?i)\sis\s+your\s+(?:\w+\s+){0,4}(?:code|pin|otp|passcode|password)\b")
_NAMED_FOR = lazy(
    r"""(?i)\b(?:password|passwd|passphrase)\s+(?:for|of)\s+[^\s:=]{1,60}\s?:\s*["'`]?(?=[^\s"'`]{0,40}[0-9!#$^&*+])"""
    r"""([^\s"'`]{6,64}?)[.,;]?(?=["'`\s]|\Z)"""
)
_WORDS = ("word ", "WORD ", "oken ", "OKEN ", "ecret ", "ECRET ", "key ", "KEY ", "asswd ")
_NAME_BEFORE = lazy(r"(?<![\w.\-])(?:(?:api|access|secret|private)[ \-])?[\w.\-]+\Z", re.IGNORECASE)
_NEXT = lazy(r"""["'`]?(?!\d{4}-\d\d|0x)([\w\-+/=.!#$^&*~]{12,200}+)(?=["'`,;)\s]|\Z)""")
_WINDOW = 90


def find_told(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """What a sentence says that a password, a key or a code is."""
    yield from _following(text, name_rule, phrase_rule)
    at = text.find(" is")
    while at >= 0:
        yield from _said(text, at)
        at = text.find(" is", at + 3)
    if "assword for" in text or "assword of" in text or "assphrase for" in text:
        for hit in _NAMED_FOR.finditer(text):
            yield from judged(text, hit.start(1), hit.end(1), "password")


def _following(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """A word without meaning that follows a name at once: `with token x`, `SECRET 'x'`."""
    for word in _WORDS:
        at = text.find(word)
        while at >= 0:
            at += len(word)
            value = _NEXT.match(text, at)
            if value is not None and (opaque(value[1], 12) or made_up(value[1])):
                name = _NAME_BEFORE.search(text, max(0, at - _WINDOW), at - 1)
                rule = (phrase_rule if name and " " in name[0] else name_rule)(name[0] if name else "")
                if rule is not None:
                    yield from judged(text, *value.span(1), rule)
            at = text.find(word, at)


def _said(text: str, at: int) -> Iterator[Found]:
    """What stands on the two sides of `is`."""
    before = max(0, at - _WINDOW)
    if (said := _SAID.match(text, at)) is not None:
        if len(said[1]) >= 6 and _PASSWORD.search(text, before, at):
            yield from judged(text, *said.span(1), "password")
        elif (made_up(said[1]) or opaque(said[1], 12)) and _KEY.search(text, before, at):
            yield from judged(text, *said.span(1), "token")
    if (number := _NUMBER.match(text, at)) is not None and _CODE.search(text, before, at):
        yield Found(*number.span(1), "one-time-code", NAMED)
    if text[at - 1 : at].isdecimal() and _YOURS.match(text, at):
        digits = _NUMBER_BEFORE.search(text, before, at)
        if digits is not None:
            yield Found(*digits.span(1), "one-time-code", NAMED)
