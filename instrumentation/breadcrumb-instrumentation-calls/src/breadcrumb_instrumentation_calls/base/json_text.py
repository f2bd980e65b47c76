"""Writes strings as JSON text: redacted first, then cut, always valid UTF-8."""

from __future__ import annotations

import json.encoder
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from breadcrumb_redaction import IDENTIFIER, counts
from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from breadcrumb_redaction import Audit, Match, Redactor

quote: Callable[[str], str] = (
    getattr(json.encoder, "c_encode_basestring", None) or json.encoder.py_encode_basestring
)
"""A string without lone surrogates as JSON text."""

LOOKAHEAD = 4096
"""Characters read beyond a cut, so that a secret that crosses it is seen."""

NAME_KEYS = frozenset(("name", "key", "Name", "Key", "_key"))
VALUE_KEYS = frozenset(("value", "Value", "val", "content", "_value", "_coded_value", "default"))
"""Keys under which an item has its name and its value: `{"name": "DB_PASSWORD", "value": x}`."""

_REMEMBERED_LENGTH = 256
_NAME_LENGTH = 200
_REMEMBERED_MOST = 4096
"""With the length above this bounds each cache to 2 MB of ASCII text, 8 MB of any."""
_SECRETIVE_MOST = 1024
_IDENTIFIER_LENGTH = 64
_CLEAN_MOST = 256
"""Longer windows without a secret that are remembered: some 1 MB of ASCII text."""


class _Written(NamedTuple):
    """JSON text of a string, and the rules of the secrets that it no longer shows."""

    written: str
    rules: tuple[str, ...]


class TextWriter:
    """Strings and keys in, JSON text out; every secret counted and gone."""

    lookahead = LOOKAHEAD

    def __init__(self, redactor: Redactor, audit: Audit) -> None:
        self._redactor = redactor
        self._audit = audit
        self.harmless: dict[str, str] = {}
        """JSON text of strings that hold no secret."""
        self.keys: dict[str, str] = {}
        """JSON text of keys likewise."""
        self._clean: set[tuple[str, bool]] = set()
        """Windows, complete or not, that hold no secret: to search a long one takes milliseconds."""
        self._secretive: dict[tuple[int, int, int], _Written] = {}
        """What was written of strings with secrets, by hash, length and limit: no secret is kept."""
        self._identifiers: dict[tuple[str, int], str] = {}
        """JSON text of strings that tell things apart and hold no secret but what looks random."""
        self._octets: dict[tuple[bytes, int], str] = {}
        """The heads of bytes that hold no secret, spelled, by head and whole length."""
        self._rules: dict[str, str | None] = {}
        self._is_clear: Callable[[str], bool] = _unproven
        self._may_mean: Callable[[str], bool] = _possible
        self.tells_apart = IDENTIFIER
        self.stems = redactor.stems
        self.programs = redactor.programs
        self.fingerprint = redactor.fingerprint
        """What the Redactor says, for the C writer."""

    def prove_with(self, is_clear: Callable[[str], bool], may_mean: Callable[[str], bool]) -> None:
        """Search only what is not proven to hold no secret, and names that may mean one: that is quicker."""
        self._is_clear = is_clear
        self._may_mean = may_mean
        self._redactor.prove_with(is_clear)

    def shapes(self) -> tuple[tuple[str, str, int], ...]:
        """What `Redactor.shapes` says, for the C writer."""
        return self._redactor.shapes

    def plain(self, text: str, most: int, place: str) -> str:
        """A string of any content, of which at most `most` characters are kept."""
        known = self.harmless.get(text) if len(text) <= _REMEMBERED_LENGTH else None
        if known is not None and len(text) <= most:
            return known
        return self._scanned(text, most, place)

    def _scanned(self, text: str, most: int, place: str) -> str:
        mark = (hash(text), len(text), most)
        secretive = self._secretive.get(mark)
        if secretive is None:
            secretive = self._searched(text, most)
            if not secretive.rules:
                short = len(text) <= most
                return _remember(self.harmless, text, secretive.written) if short else secretive.written
            if len(self._secretive) >= _SECRETIVE_MOST:
                self._secretive.clear()
            self._secretive[mark] = secretive
        for rule in secretive.rules:
            self._audit.add(rule, place)
        return secretive.written

    def _searched(self, text: str, most: int) -> _Written:
        window = text[: most + LOOKAHEAD]
        matches = self._find(window, len(window) == len(text))
        if len(matches) == 1 and (matches[0].start, matches[0].end) == (0, len(text)):
            rule = matches[0].rule
            return _Written(_marker(rule), (rule,))
        head, is_cut, rules = _marked(window, len(text), matches, most)
        if is_cut:
            head = quote(spell_surrogates(head))
            return _Written(f'{{"@": "str", "@head": {head}, "@length": {len(text)}}}', rules)
        return _Written(_valid(head), rules)

    def identifier(self, text: str, most: int, place: str) -> str:
        """A string under a name that tells things apart: no key is guessed in it."""
        known = self._identifiers.get((text, most))
        if known is not None:
            return known
        if len(text) > _IDENTIFIER_LENGTH or self._redactor.find(text, guess=False):
            return self.plain(text, most, place)
        written = self._identified(text, most)
        if len(self._identifiers) >= _SECRETIVE_MOST:
            self._identifiers.clear()
        self._identifiers[text, most] = written
        return written

    @staticmethod
    def _identified(text: str, most: int) -> str:
        head, is_cut, _ = _marked(text, len(text), (), most)
        if is_cut:
            return f'{{"@": "str", "@head": {quote(spell_surrogates(head))}, "@length": {len(text)}}}'
        return _valid(head)

    def _find(self, window: str, complete: bool) -> tuple[Match, ...]:
        if (window, complete) in self._clean:
            return ()
        matches = self._redactor.find(window, complete=complete)
        if not matches and len(window) > _REMEMBERED_LENGTH:
            if len(self._clean) >= _CLEAN_MOST:
                self._clean.clear()
            self._clean.add((window, complete))
        return matches

    def _counted(
        self, window: str, length: int, matches: Sequence[Match], most: int, place: str
    ) -> tuple[str, bool]:
        """What `_marked` says, each secret counted."""
        head, is_cut, rules = _marked(window, length, matches, most)
        for rule in rules:
            self._audit.add(rule, place)
        return head, is_cut

    def inline(self, text: str, most: int, place: str) -> str:
        """A JSON string in any case: what is cut is counted at its end."""
        window = text[: most + LOOKAHEAD]
        complete = len(window) == len(text)
        matches = () if complete and self._is_clear(text) else self._find(window, complete)
        head, is_cut = self._counted(window, len(text), matches, most, place)
        if is_cut:
            head = f"{head}... ({len(text)} characters)"
        return quote(spell_surrogates(head))

    def bytes_head(self, head: bytes, length: int, place: str) -> str:
        """The first bytes of so many in all, spelled as in a bytes literal."""
        known = self._octets.get((head, length))
        if known is not None:
            return known
        codec = "utf-8" if _is_utf8(head) else "latin-1"
        text = head.decode(codec)
        matches = self._redactor.find(text, complete=len(head) == length)
        if len(matches) == 1 and (matches[0].start, matches[0].end) == (0, len(text)) and len(head) == length:
            return self.redacted(matches[0].rule, place)
        marked, _ = self._counted(text, len(text), matches, len(text), place)
        written = quote(repr(marked.encode(codec))[2:-1])
        if not matches:
            if len(self._octets) >= _SECRETIVE_MOST:
                self._octets.clear()
            self._octets[head, length] = written
        return written

    def arguments(self, items: Sequence[object], place: str) -> list[str | None] | None:
        """Of what may be a command's arguments, the JSON text of those that hold a secret, else None."""
        words = [item if type(item) is str else "" for item in items]
        found = list(self._redactor.arguments(words))
        if not found:
            return None
        told: list[str | None] = [None] * len(words)
        for index, start, rule in found:
            if says_nothing(words[index]):
                continue
            head = self._redactor.text(words[index][: min(start, _NAME_LENGTH)])
            marker = self.redacted(rule, place)
            told[index] = marker if not start else quote(spell_surrogates(f"{head}[redacted:{rule}]"))
        return told

    def item_rule(self, items: Sequence[tuple[object, object]]) -> str | None:
        """The rule by which `{"name": x, "value": y}` holds a secret."""
        named = next(
            (value for key, value in items if type(key) is str and key in NAME_KEYS and type(value) is str),
            None,
        )
        has_value = any(type(key) is str and key in VALUE_KEYS for key, _ in items)
        return self.name_rule(named) if named is not None and has_value else None

    @staticmethod
    def shown(name: str) -> str:
        """A name that the program gave to something."""
        return shown(name)

    def redacted(self, rule: str, place: str) -> str:
        """The marker that stands for a whole value."""
        self._audit.add(rule, place)
        return _marker(rule)

    def name_rule(self, name: object) -> str | None:
        """The rule of a secret name, or that of what tells things apart; names are strings or
        bytes, anything else is harmless.
        """
        if type(name) is str:
            return self._rule(name[-_NAME_LENGTH:])
        if type.__subclasscheck__(str, type(name)):
            return self._rule(str.__getitem__(cast("str", name), slice(-_NAME_LENGTH, None)))
        if type(name) is bytes:
            return self._rule(name[-_NAME_LENGTH:].decode("latin-1"))
        return None

    def _rule(self, name: str) -> str | None:
        try:
            return self._rules[name]
        except KeyError:
            rule = self._redactor.name_rule(name) if self._may_mean(name) else None
        if rule is None and self._redactor.is_identifier(name):
            rule = IDENTIFIER
        if len(self._rules) >= _REMEMBERED_MOST:
            self._rules.clear()
        self._rules[name] = rule
        return rule

    def returned_rule(self, function: str) -> str | None:
        """The rule of what a function of this name returns."""
        rule = self._redactor.returned_rule(function) if self._may_mean(function) else None
        return IDENTIFIER if rule is None and self._redactor.is_identifier(function) else rule

    def key(self, name: str, most: int, place: str) -> str:
        """A data key as JSON text: secrets gone, one more `@` before those that start with one."""
        known = self.keys.get(name)
        if known is not None:
            return known
        written = self.inline(name, most, place)
        if written.startswith('"@'):
            written = f'"@{written[1:]}'
        return written if "[redacted:" in written else _remember(self.keys, name, written)


def _marked(
    window: str, length: int, matches: Sequence[Match], most: int
) -> tuple[str, bool, tuple[str, ...]]:
    """The head with its secrets replaced, whether text of this `length` goes on, and their rules."""
    parts = []
    rules = []
    at = 0
    for match in matches:
        if match.start >= most:
            break
        parts.append(window[at : match.start])
        parts.append(f"[redacted:{match.rule}]")
        rules.append(match.rule)
        at = match.end
    if at < most:
        parts.append(window[at:most])
        at = most
    return "".join(parts), at < length, tuple(rules)


def says_nothing(value: object) -> bool:
    """Whether a value under a secret's name gives nothing away."""
    if type(value) is str or type(value) is bytes:
        return not value
    return value is None or type(value) is bool


def hides(rule: str | None, value: object) -> bool:
    """Whether a rule hides a value."""
    return rule is not None and not says_nothing(value) and counts(rule, value)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unproven(_text: str) -> bool:
    """Nobody proves anything."""
    return False


def _possible(_name: str) -> bool:
    """Each name may mean a secret."""
    return True


_redact: Callable[[str], str] = str
_names_are_clear: Callable[[str], bool] = _unproven


def redact_names_with(redactor: Redactor) -> None:
    """From now on, show the program's names without the secrets that this one finds, guesses aside."""
    global _redact, _names_are_clear
    _redact, _names_are_clear = redactor.names, _unproven
    shown.cache_clear()


def prove_names_with(is_clear: Callable[[str], bool]) -> None:
    """From now on, search only the names that are not proven to hold no secret."""
    global _names_are_clear
    _names_are_clear = is_clear


@lru_cache(4096)
def shown(name: str) -> str:
    """The name of a file, function, class, thread, task: as text without secrets."""
    return spell_surrogates(name if _names_are_clear(name) else _redact(name))


def _marker(rule: str) -> str:
    return f'{{"@redacted": {quote(rule)}}}'


def is_valid(text: str) -> bool:
    """Whether a str can be UTF-8: it has no lone surrogate."""
    return text.isascii() or _encodes(text)


def spell_surrogates(text: str) -> str:
    """Lone surrogates written out as `\\udc80`, since DuckDB rejects them."""
    if is_valid(text):
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _remember(known: dict[str, str], text: str, written: str) -> str:
    if len(text) <= _REMEMBERED_LENGTH:
        if len(known) >= _REMEMBERED_MOST:
            known.clear()
        known[text] = written
    return written


def _valid(text: str) -> str:
    if is_valid(text):
        return quote(text)
    return f'{{"@": "str", "@text": {quote(spell_surrogates(text))}}}'


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
