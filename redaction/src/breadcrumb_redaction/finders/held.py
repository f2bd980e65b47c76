"""What a secret name holds as a mapping of other names: `secrets:` above `db: x`, `[secrets]`, `kind: Secret`."""

import re
from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import is_shaped
from .pairs import Rules

_SECTION = lazy(r"(?m)^[ \t]*\[([\w.\-]{1,80})\][ \t]*\r?\n((?:(?![ \t]*\[)[^\n]{0,4000}(?:\n|\Z))++)")
_NESTED = lazy(
    r"(?m)^([ \t]*)(?:- )?[\"']?([\w.\-]{1,80})[\"']?:[ \t]*\r?\n((?:\1[ \t]+[^\n]{0,4000}(?:\n|\Z))++)"
)
_BRACED = lazy(r"[\"']?([\w.\-]{1,80})[\"']?\s{0,8}[:=]\s{0,8}\{([^{}]{1,4000})\}")
_MEMBER = lazy(r"(?<![\w.\-\"'])[\"']?([\w.\-]{1,80})[\"']?[ \t]*[:=][ \t]*[bB]?[\"']?([^\s\"',}]{6,4000})")
_MANIFEST = lazy(r"[\"']?kind[\"']?:\s{0,4}[\"']?Secret\b")
_OF_MANIFEST = frozenset(("data", "stringData"))
_HOLDERS = lazy(r"(?i).*(?:secrets?|passwords|passwds|credentials|creds|tokens|api_?keys)\Z")
_ABOUT_ACCOUNT = lazy(
    r"(?i)(?:.*[_.\-])?(?:user|username|name|id|login|email|host|url|type|kind|path|file|region|at|date|version|expir\w*)\Z"
)


def find_held(text: str, name_rule: Rules) -> Iterator[Found]:
    """The values in such a mapping that are no words."""
    if "{" in text:
        yield from _in_each(text, _BRACED.finditer(text), name_rule)
    if "\n" in text:
        yield from _in_each(text, _NESTED.finditer(text), name_rule)
        yield from _in_each(text, _SECTION.finditer(text), name_rule) if "]" in text else ()


def _in_each(text: str, mappings: Iterator[re.Match[str]], name_rule: Rules) -> Iterator[Found]:
    is_manifest = "Secret" in text and _MANIFEST.search(text) is not None
    for mapping in mappings:
        last = mapping.re.groups
        name = mapping[last - 1]
        rule = name_rule(name) if _HOLDERS.match(name) else None
        rule = "secret" if is_manifest and name in _OF_MANIFEST else rule
        if rule is not None:
            yield from _members(text, *mapping.span(last), rule)


def _members(text: str, start: int, end: int, rule: str) -> Iterator[Found]:
    for member in _MEMBER.finditer(text, start, end):
        value = member[2]
        if not _ABOUT_ACCOUNT.match(member[1]) and is_shaped(value):
            yield Found(*member.span(2), rule, NAMED)
