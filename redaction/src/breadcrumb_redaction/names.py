"""Tells by its name whether a parameter, key, field or header holds a secret.

A name is read as words (`apiKey`, `X-Api-Key`, `db.api_key`): `author` is not `auth`, nor `compass` `pass`.
"""

import re
from collections.abc import Iterable

from . import name_tables as tables

_GLUED_ENDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "accesstoken",
    "authtoken",
    "secretkey",
    "privatekey",
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_DIRECTORY = frozenset({"PWD", "OLDPWD"})
_LONGEST = 5


def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name, digits at their ends taken off."""
    found = _WORD.findall(_HUMP.sub("_", name).lower())
    return tuple(word.rstrip("0123456789") or word for word in found)


def _table(names: Iterable[tuple[str, str]]) -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for rule, name in names:
        parts = words(name)
        table.setdefault(parts, rule)
        table.setdefault(("".join(parts),), rule)
    return table


BUILT_IN = _table((rule, name) for rule, text in tables.NAMES.items() for name in text.split())
_HARMLESS = frozenset(
    parts for name in tables.HARMLESS.split() for parts in (words(name), ("".join(words(name)),))
)
_ABOUT_LAST, _ABOUT_FIRST = frozenset(tables.ABOUT_LAST.split()), frozenset(tables.ABOUT_FIRST.split())
_WEAK = frozenset(words(name) for name in tables.WEAK.split())
_VALUE_WORDS = frozenset(tables.VALUE_WORDS.split())


class NameRules:
    """The built-in names and those a user adds."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._own = _table(("-".join(words(name)), name) for name in extra)
        self._longest = max([_LONGEST, *map(len, self._own)])

    def rule(self, name: str) -> str | None:
        """The rule of the last secret word in the name, or None."""
        parts = words(name)
        own = self._last(parts, self._own)
        if own is not None:
            return own[0]
        found = self._last(parts, BUILT_IN)
        if found is None or name in _DIRECTORY:
            return None
        rule, start, end = found
        return None if self._about(parts, start, end) else rule

    def _last(self, parts: tuple[str, ...], table: dict[tuple[str, ...], str]) -> tuple[str, int, int] | None:
        if not table:
            return None
        for end in range(len(parts), 0, -1):
            for start in range(max(0, end - self._longest), end):
                rule = table.get(parts[start:end])
                if rule is not None:
                    return rule, start, end
            if table is BUILT_IN and parts[end - 1].endswith(_GLUED_ENDS):
                return "password" if "pass" in parts[end - 1] else "secret", end - 1, end
        return None

    @staticmethod
    def _about(parts: tuple[str, ...], start: int, end: int) -> bool:
        if end < len(parts) and parts[-1] in _ABOUT_LAST:
            return True
        if parts[0] in _ABOUT_FIRST and start > 0:
            return True
        if parts[start:end] in _WEAK and not set(parts[end:]) <= _VALUE_WORDS:
            return True
        return any(parts[first : first + n] in _HARMLESS for first in range(len(parts)) for n in (1, 2, 3))
