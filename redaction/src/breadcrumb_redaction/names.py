"""Tells by its name whether a parameter, key, field or header holds a secret.

A name is read as words (`apiKey`, `X-Api-Key`, `db.api_key`): `author` is not `auth`, nor `compass` `pass`.
"""

from collections.abc import Iterable

from . import name_tables as tables
from .concepts import NOUN_WORDS, OPEN_RULES, QUALIFIERS, composed
from .identifiers import Words, folded, words
from .weights import Lexed, Returned, Shaped, Weighed

_GLUED_ENDS = tuple(tables.GLUED.split())
_WITH_PASS = frozenset(f"{each}{end}" for each in tables.HEADS.split() for end in ("pass", "pw", "pwd"))
_OPEN_PASSWORD = Weighed("password")
_INFLECTED = tuple(tables.INFLECTED.split())
_ENDING_MOST = 4
_ENDINGS_ABOUT = ("typ", "type", "feld", "name", "len", "art", "id")
"""Of one word with a password's: what is no ending of it but tells something about one."""
_UNSPACED, _UNSPACED_ABOUT = tuple(words(tables.UNSPACED)), tuple(tables.UNSPACED_ABOUT.split())
_NO_SECRET = frozenset({"PWD", "OLDPWD", "auth0"})
"""Directories, and a vendor: `auth0|x` is the id of an account."""
_LONGEST = 5


def _table(names: Iterable[tuple[str, str]]) -> dict[Words, str]:
    table: dict[Words, str] = {}
    for rule, name in names:
        parts = words(name)
        table.setdefault(parts, rule)
        table.setdefault(("".join(parts),), rule)
    return table


BUILT_IN = _table(
    (
        *((rule, name) for rule, text in tables.NAMES.items() for name in text.split()),
        *((Weighed(rule), name) for rule, text in tables.OPEN.items() for name in text.split()),
    )
)
_OPEN_LAST = frozenset(tables.OPEN_LAST.split())
_HARMLESS = frozenset(
    parts for name in tables.HARMLESS.split() for parts in (words(name), ("".join(words(name)),))
)
_ABOUT_LAST, _ABOUT_FIRST = frozenset(tables.ABOUT_LAST.split()), frozenset(tables.ABOUT_FIRST.split())
_WEAK = frozenset(words(name) for name in tables.WEAK.split())
_FOREIGN = frozenset(words(name) for name in tables.FOREIGN.split())
_VALUE_WORDS = frozenset(tables.VALUE_WORDS.split())
_FOREIGN_VALUE_WORDS = _VALUE_WORDS.union(tables.PLACES.split())
_VERBS_ABOUT, _PREPOSITIONS = frozenset(tables.VERBS_ABOUT.split()), frozenset(tables.PREPOSITIONS.split())
_OF_ACCESS = frozenset(tables.OF_ACCESS.split())
_ASKS = frozenset((verb, "for") for verb in ("prompt", "ask", "wait"))
_PHRASE_LAST = frozenset({*NOUN_WORDS, *QUALIFIERS, *(parts[-1] for parts in BUILT_IN if len(parts) > 1)})
"""Of several words with blanks between them, the last: `api key: x`, `mot de passe : x`."""
_PHRASE_MOST = 3


def _written_together(word: str) -> str | None:
    """The rule of a word that has a secret's name in it."""
    if word.endswith(_GLUED_ENDS):
        return "secret" if word.endswith(_NO_PASSWORD) else "password"
    if word in _WITH_PASS:
        return _OPEN_PASSWORD
    stem = next((stem for stem in _INFLECTED if word.startswith(stem)), None)
    ending = word[len(stem) :] if stem is not None else ""
    if stem is not None and len(ending) <= _ENDING_MOST and ending not in _ENDINGS_ABOUT:
        return "password"
    is_unspaced = not word.isascii() and any(name in word for name in _UNSPACED)
    return "secret" if is_unspaced and not word.endswith(_UNSPACED_ABOUT) else None


def may_end_phrase(word: str) -> bool:
    """Whether a word may be the last of several that are a name."""
    lower = word.lower()
    return lower in _PHRASE_LAST or (not lower.isascii() and folded(lower) in _PHRASE_LAST)


class NameRules:
    """The built-in names and those a user adds."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._own = _table(("-".join(words(name)), name) for name in extra)
        self._longest = max([_LONGEST, *map(len, self._own)])

    def rule(self, name: str) -> str | None:
        """The rule of the last secret word in the name, or None; a Weighed one where the value decides."""
        return self._rule(name, words(name.removeprefix("-D")))  # how Java takes a setting

    def _rule(self, name: str, parts: Words) -> str | None:
        own = self._last(parts, self._own)
        if own is not None:
            return own[0]
        listed = self._last(parts, BUILT_IN)
        found = listed if listed is not None and not isinstance(listed[0], Weighed) else composed(parts)
        found = (
            found if found is not None and (listed is None or not isinstance(found[0], Weighed)) else listed
        )
        if found is None or name in _NO_SECRET:
            return None
        if self._about(parts, *found[1:]):
            found = composed(parts) if found is listed else None
        if found is None:
            is_foreign = listed is not None and parts[slice(*listed[1:])] in _FOREIGN
            return (
                Shaped(listed[0]) if listed and is_foreign and not self._tells(parts, *listed[1:]) else None
            )
        if self._about(parts, *found[1:]):
            return None
        is_open = (parts[0] == "with" and found[1] > 0) or (parts[-1] in _OPEN_LAST and found[2] < len(parts))
        return Shaped(found[0]) if is_open else found[0]

    def phrase_rule(self, phrase: str) -> str | None:
        """The rule of a few words with blanks between them that are a name: `api key`."""
        parts = words(phrase)
        rule = self._rule(phrase, parts) if len(parts) <= _PHRASE_MOST else None
        return None if any(rule is each for each in OPEN_RULES) else rule

    def returned(self, function: str) -> str | None:
        """The rule of what a function of this name returns, by what the name says that it gives."""
        parts = words(function)
        if parts[:2] in _ASKS:
            parts = parts[2:]
        cut = next((i for i, word in enumerate(parts) if i and word in _PREPOSITIONS), len(parts))
        if not parts or parts[0] in _VERBS_ABOUT:
            return None
        rule = self._rule(function, parts[:cut])
        if rule is None or isinstance(rule, Weighed):
            return rule
        is_lexed = rule == "token" and not _OF_ACCESS.intersection(parts[:cut])
        return Lexed(rule) if is_lexed else Returned(rule)

    def _last(self, parts: Words, table: dict[Words, str]) -> tuple[str, int, int] | None:
        if not table:
            return None
        for end in range(len(parts), 0, -1):
            for start in range(max(0, end - self._longest), end):
                rule = table.get(parts[start:end])
                if rule is not None:
                    return rule, start, end
            if table is BUILT_IN and (rule := _written_together(parts[end - 1])) is not None:
                return rule, end - 1, end
        return None

    def _about(self, parts: Words, start: int, end: int) -> bool:
        """Whether the name tells something about a secret, or a word in it has another meaning."""
        following = {part for part in parts[end:] if not part.isdecimal()}
        name = parts[start:end]
        if name in _WEAK and not following <= (_FOREIGN_VALUE_WORDS if name in _FOREIGN else _VALUE_WORDS):
            return True
        return self._tells(parts, start, end)

    @staticmethod
    def _tells(parts: Words, start: int, end: int) -> bool:
        """Whether the name tells something about a secret, or means something else."""
        if end < len(parts) and parts[-1] in _ABOUT_LAST:
            return True
        if parts[0] in _ABOUT_FIRST and start > 0:
            return True
        return any(
            parts[first : first + n] in _HARMLESS
            for n in (1, 2, 3)
            for first in range(max(0, end - n), len(parts))
        )


_NO_PASSWORD = ("secret", "key", "token")
