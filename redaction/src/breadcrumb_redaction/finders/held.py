"""What a secret name holds as a mapping of others: `secrets:` above `db: x`, `[secrets]`, `kind: Secret`."""

import re
from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import is_shaped
from .pairs import Rules

_HOLDER = r"[\w.\-]{0,60}(?i:secrets?|passwords|passwds|credentials|creds|tokens|api_?keys)|data|stringData"
_SECTION = lazy(rf"(?m)^[ \t]*\[({_HOLDER})\][ \t]*\r?\n((?:(?![ \t]*\[)[^\n]{{0,4000}}(?:\n|\Z))++)")
_NESTED = lazy(
    rf"(?m)^([ \t]*)(?:- )?[\"']?({_HOLDER})[\"']?:[ \t]*\r?\n((?:\1[ \t]+[^\n]{{0,4000}}(?:\n|\Z))++)"
)
_BRACED = lazy(rf"(?<![\w.\-])({_HOLDER})[\"']?\s{{0,8}}[:=]\s{{0,8}}\{{([^{{}}]{{1,4000}})\}}")
_MEMBER = lazy(r"(?<![\w.\-\"'])[\"']?([\w.\-]{1,80})[\"']?[ \t]*[:=][ \t]*[bB]?[\"']?([^\s\"',}]{6,4000})")
_MANIFEST = lazy(r"kind[\"']?:\s{0,4}[\"']?Secret\b")
_OF_MANIFEST = frozenset(("data", "stringData"))
_OF_ACCOUNT = lazy(
    r"(?i)(?:.*[_.\-])?"
    r"(?:user|username|name|id|login|email|host|url|type|kind|path|file|region|at|date|version|expir\w*)\Z"
)
"""What stands beside a secret, and is none."""


def find_held(text: str, name_rule: Rules) -> Iterator[Found]:
    """The values in such a mapping that are no words."""
    if "{" in text:
        yield from _in_each(text, _BRACED, name_rule)
    if "\n" in text:
        yield from _in_each(text, _NESTED, name_rule)
        yield from _in_each(text, _SECTION, name_rule) if "]" in text else ()


def _in_each(text: str, pattern: re.Pattern[str], name_rule: Rules) -> Iterator[Found]:
    for mapping in pattern.finditer(text):
        *_, name, _ = mapping.groups()
        rule = "secret" if name in _OF_MANIFEST and _MANIFEST.search(text) else name_rule(name)
        if rule is not None:
            yield from _members(text, *mapping.span(len(mapping.groups())), rule)


def _members(text: str, start: int, end: int, rule: str) -> Iterator[Found]:
    for member in _MEMBER.finditer(text, start, end):
        if not _OF_ACCOUNT.match(member[1]) and is_shaped(member[2]):
            yield Found(*member.span(2), rule, NAMED)
