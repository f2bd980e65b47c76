"""What a secret name holds as a mapping of others: `secrets:` above `db: x`, `[secrets]`, `kind: Secret`."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import is_shaped
from .pairs import Rules

_WORDS = ("secret", "passwords", "passwds", "credentials", "creds", "tokens", "api_keys", "apikeys")
_OF_MANIFEST = ("data", "stringData")
_BEFORE = lazy(r"(?<![\w.\-])[\w.\-]{0,60}\Z")
_LINE_BEFORE = lazy(r"(?:\A|\n)([ \t]*)(?:- )?[\"']?[\w.\-]{0,60}\Z")
_BRACED = lazy(r"[A-Za-z]{1,12}[\"']?\s{0,8}[:=]\s{0,8}\{([^{}]{1,4000})\}")
_NESTED = lazy(r"[A-Za-z]{1,12}[\"']?:[ \t]*\r?\n((?:[ \t]+[^\n]{0,4000}(?:\n|\Z))++)")
_SECTION = lazy(r"[A-Za-z]{1,12}\][ \t]*\r?\n((?:(?![ \t]*\[)[^\n]{0,4000}(?:\n|\Z))++)")
_MEMBER = lazy(r"(?<![\w.\-\"'])[\"']?([\w.\-]{1,80})[\"']?[ \t]*[:=][ \t]*[bB]?[\"']?([^\s\"',}]{6,4000})")
_NAME_MOST = 80
_MANIFEST = lazy(r"kind[\"']?:\s{0,4}[\"']?Secret\b")
_OF_ACCOUNT = lazy(
    r"(?i)(?:.*[_.\-])?"
    r"(?:user|username|name|id|login|email|host|url|type|kind|path|file|region|at|date|version|expir\w*)\Z"
)
"""What stands beside a secret, and is none."""


def find_held(text: str, name_rule: Rules) -> Iterator[Found]:
    """The values in such a mapping that are no words."""
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text
    for word in _WORDS:
        yield from _below(text, lower, word, name_rule)
    if "Secret" in text and _MANIFEST.search(text):
        for word in _OF_MANIFEST:
            yield from _below(text, text, word, None)


def _below(text: str, searched: str, word: str, name_rule: Rules | None) -> Iterator[Found]:
    """What each mapping holds whose name ends in the word."""
    at, end = searched.find(word), 0
    while at >= 0:
        mapping = _mapping(text, at) if at >= end else None
        if mapping is not None:
            start, end = mapping
            name = _BEFORE.search(text, max(0, at - _NAME_MOST), at)
            rule = name_rule((name[0] if name else "") + text[at : at + len(word)]) if name_rule else "secret"
            if rule is not None:
                yield from _members(text, start, end, rule)
        at = searched.find(word, at + 1)


def _mapping(text: str, at: int) -> tuple[int, int] | None:
    """Where the members stand of a mapping whose name ends in the word at this place."""
    if (braced := _BRACED.match(text, at)) is not None:
        return braced.span(1)
    if (section := _SECTION.match(text, at)) is not None:
        return section.span(1)
    nested = _NESTED.match(text, at)
    line = _LINE_BEFORE.search(text, max(0, at - _NAME_MOST), at) if nested else None
    if nested is None or line is None:
        return None
    start, end, indent = nested.start(1), nested.start(1), len(line[1])
    while end < nested.end(1) and text[end : end + indent + 1].isspace():
        end = text.find("\n", end) + 1 or len(text)
    return start, end


def _members(text: str, start: int, end: int, rule: str) -> Iterator[Found]:
    for member in _MEMBER.finditer(text, start, end):
        if not _OF_ACCOUNT.match(member[1]) and is_shaped(member[2]):
            yield Found(*member.span(2), rule, NAMED)
