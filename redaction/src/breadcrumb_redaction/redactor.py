"""Finds and replaces secrets: one object holds the built-in rules and a user's own.

First a cheap look whether the text can hold a secret at all, then every finder over the text as it is, over
its escapes read, and over what its base64 stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .encoded import ENCODED, ESCAPE, LINE, inflated, readable, unescaped, wrapped
from .finders.commands import PROGRAMS, redacted_arguments, secret_arguments
from .finders.personal import find_personal
from .finders.random_tokens import find_random
from .finders.shapes import shapes
from .fingerprint import FINGERPRINT
from .identifiers import is_identifier, words
from .lazy import lazy
from .match import MASK, SHAPE, Found, Match, merged
from .name_tables import STEMS
from .own_rules import checked_names, compiled
from .weights import counts

if TYPE_CHECKING:
    from .names import NameRules

    FindFlat = Callable[
        [str, bool, bool, Callable[[str], str | None], Callable[[str], str | None]], Iterator[Found]
    ]

_LONG_HEAD = re.compile(r"[^ \t\n\r]{15}")
_LONG_RUN = re.compile(r"[ \t\n\r][^ \t\n\r]{15}")
_DIGITS = re.compile(r"[0-9]{3}(?:-[0-9]{2}-[0-9]{4}|[0-9][ \-]?[0-9]{4})|(?:[0-9][0-9a-fA-F] ){7}")
_WITHOUT_NAME = (
    "://", "basic", "-u ", "--user", '-p"', "-p'", "sudo -s",
    "logging in", "mã xác", "pgp_sym_", "aes_encrypt", "aes_decrypt", "sp_addlogin", "fernet(",
    " on >", "input_value=", "wifi:", "wifi.begin(", ": eap ", "identify ", "bind(",
    "bind_s(", "redis(", "sequelize(", "pdo(", "connect(", "aes.new(", "pbkdf2_hmac(", " -p ",
    "smtp(", "create_user(", "create_superuser(", "mysql(", "postgresql(", "remote(", "bcrypt.",
    "pbekeyspec(",
)  # fmt: skip
_TELLING = ("asic ", "earer ", "word ", "pass ", "auth ")
"""What a credential follows with nothing between that separates."""
_SEPARATORS = "=:<-'\"|@\n\t\uff1a\uff1d"
_DIGIT, _BLANK_OR_SIGN = re.compile(r"[0-9]"), re.compile(r"[ !#$^*+~]")
_COMPRESSED = ("\x1f\x8b", "\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda")
"""How gzip and zlib begin, read as Latin-1."""
_MARKER = lazy(r"\[redacted:[A-Za-z0-9._\-]+\]")
_CACHE, _LONGEST_NAME = 10_000, 200
_LEVELS = 3
_PASSES = 8


class Redactor:
    """The built-in rules, more secret `names`, more secret value `patterns`, and what to `allow`.

    names: read as words, like the built-in ones.
    patterns: rule name -> regular expression; its first group, if it has one, is the secret.
    personal: find IBAN, phone, passport and health insurance numbers too.
    allow: regular expressions; a name or a found value stays readable where one matches all of it.
    Raises RedactionConfigError.
    """

    def __init__(
        self,
        *,
        names: Sequence[str] = (),
        patterns: Mapping[str, str] | None = None,
        allow: Sequence[str] = (),
        personal: bool = False,
    ) -> None:
        self._own_names = checked_names(names)
        self._own = [(rule, compiled(rule, pattern)) for rule, pattern in (patterns or {}).items()]
        self._allow = [compiled("allow", pattern) for pattern in allow]
        own_stems = (word for name in names for word in words(name))
        self._stems = _shortest((*STEMS.split(), *_WITHOUT_NAME, *PROGRAMS, *own_stems))
        self._of_calls = tuple(stem for stem in self._stems if stem.endswith("("))
        self._without_calls = tuple(stem for stem in self._stems if not stem.endswith("("))
        self._ascii_stems = tuple(stem for stem in self._without_calls if stem.isascii())
        self._personal = personal
        self._known: dict[str, str | None] = {}
        self._known_phrases: dict[str, str | None] = {}
        self._is_proven: Callable[[str], bool] = _unproven

    def prove_with(self, is_clear: Callable[[str], bool] | None) -> None:
        """Search no text of which this proves, quicker than the search, that it holds no secret."""
        self._is_proven = is_clear or _unproven

    def load(self) -> None:
        """Import now what the first name and the first text that may hold a secret need.

        Where a program runs, its hooks would be asked for each import, and a fork may come amid one.
        """
        _ = self._names, self._find_flat

    @cached_property
    def _names(self) -> NameRules:
        from .names import NameRules

        return NameRules(self._own_names)

    @cached_property
    def _find_flat(self) -> FindFlat:
        from .finders.flat import find_flat

        return find_flat

    @property
    def stems(self) -> tuple[str, ...] | None:
        """What the lower-case text of a secret found by its name holds one of; None where own patterns
        find other secrets.
        """
        return None if self._own or self._personal else self._stems

    @property
    def programs(self) -> tuple[str, ...]:
        """Programs among whose options there is one that a password follows."""
        return PROGRAMS

    @property
    def fingerprint(self) -> str | None:
        """By which a proof knows the built-in rules that it was made for; None where others count."""
        return None if self._own or self._personal else FINGERPRINT

    @property
    def shapes(self) -> tuple[tuple[str, str, int], ...]:
        """How a secret that shows by its beginning begins, the ASCII characters that may follow, and how many
        do at least.
        """
        return shapes()

    def name_rule(self, name: str) -> str | None:
        """The rule by which a parameter, key, field or header of this name holds a secret, or None.

        A Weighed rule counts where its `fits` says so of the value.
        """
        try:
            return self._known[name]
        except KeyError:
            rule = None if self._allowed(name) else self._names.rule(name)
        if len(self._known) < _CACHE and len(name) < _LONGEST_NAME:
            self._known[name] = rule
        return rule

    def returned_rule(self, function: str) -> str | None:
        """The rule by which what a function of this name returns is a secret, or None."""
        return None if self._allowed(function) else self._names.returned(function)

    def is_identifier(self, name: str) -> bool:
        """Whether what a name holds tells things apart: no key is to be guessed in it."""
        return is_identifier(name) and self._names.rule(name) is None

    def find(self, text: str, *, complete: bool = True, guess: bool = True) -> tuple[Match, ...]:
        """The secrets in a text, in order, not overlapping.

        complete=False says that the text is the head of a longer one: a secret that the end cuts counts too.
        guess=False finds no keys that only look random.
        """
        if complete and (not self._may_hold(text) or self._is_proven(text)):
            return ()
        if "[redacted:" in text:
            text = _MARKER.sub(lambda hit: MASK * len(hit[0]), text)
        found = [one for one in self._all(text, complete, guess, _LEVELS) if one.end > one.start]
        if self._allow:
            found = [one for one in found if not self._allowed(text[one.start : one.end])]
        return merged(found) if found else ()

    def text(self, text: str) -> str:
        """The text with each secret replaced by `[redacted:rule]`; the same object when it holds none."""
        return self._replaced(text, guess=True)

    def _replaced(self, text: str, guess: bool) -> str:
        for _ in range(_PASSES):
            matches = self.find(text, guess=guess)
            if not matches:
                break
            text = _replaced(text, matches)
        return text

    def arguments(self, argv: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """(index, where it begins, rule) of each secret among a command's arguments."""
        return secret_arguments(argv, self.name_rule)

    def names(self, text: str) -> str:
        """The same of a name that the program gave to something, where no key is guessed: a path, a class."""
        return self._replaced(text, guess=False)

    def command_line(self, argv: Sequence[str]) -> list[str]:
        """A command line without secrets: `--password X`, `--token=X`, `-u user:pw`, and by value."""
        return redacted_arguments(argv, self.name_rule, self.text)

    def attributes(self, mapping: Mapping[str, object]) -> dict[str, object]:
        """Span attributes without secrets, by key and by value, also in nested sequences and mappings."""
        return {self.text(key): self._attribute(key, value) for key, value in mapping.items()}

    def _attribute(self, key: str, value: object) -> object:
        rule = self.name_rule(key)
        if rule is None or value is None or isinstance(value, bool) or not counts(rule, value):
            return self._member(value)
        if isinstance(value, (list, tuple)):
            return type(value)([f"[redacted:{rule}]"] * len(value))
        return f"[redacted:{rule}]"

    def _member(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.text(key) if isinstance(key, str) else key: self._attribute(str(key), member)
                for key, member in value.items()
            }
        if isinstance(value, (list, tuple)):
            if value and all(isinstance(member, str) for member in value):
                return type(value)(self.command_line(value))
            return type(value)([self._member(member) for member in value])
        return value

    def _phrase_rule(self, phrase: str) -> str | None:
        try:
            return self._known_phrases[phrase]
        except KeyError:
            rule = self.name_rule(phrase) if self._names.phrase_rule(phrase) is not None else None
        if len(self._known_phrases) < _CACHE and len(phrase) < _LONGEST_NAME:
            self._known_phrases[phrase] = rule
        return rule

    def _allowed(self, text: str) -> bool:
        return any(pattern.fullmatch(text) for pattern in self._allow)

    def _may_hold(self, text: str) -> bool:
        return (
            _LONG_HEAD.match(text) is not None
            or _LONG_RUN.search(text) is not None
            or _DIGITS.search(text) is not None
            or self._may_name(text)
            or "%" in text
            or "\\" in text
            or "&" in text
            or self._personal
            or (bool(self._own) and any(pattern.search(text) for _, pattern in self._own))
        )

    def _may_name(self, text: str) -> bool:
        """Whether the text has a part of a secret's name, and what separates it from a value.

        That is a sign, or a blank where the value has a digit, or whatever stands before a password's look.
        """
        is_ascii = text.isascii()
        for separator in _SEPARATORS:
            if separator in text:
                break
        else:
            if not _DIGIT.search(text) or (is_ascii and not _BLANK_OR_SIGN.search(text)):
                return any(word in text for word in _TELLING)
        lower = text.lower()
        for stem in self._ascii_stems if is_ascii else self._without_calls:
            if stem in lower:
                return True
        return "(" in text and any(stem in lower for stem in self._of_calls)

    def _all(self, text: str, complete: bool, guess: bool, levels: int) -> Iterator[Found]:
        """Everything, also inside escapes and base64 to this many levels."""
        yield from self._flat(text, complete)
        if guess:
            yield from find_random(text, complete)
        if not levels:
            return
        if ESCAPE.search(text):
            view = unescaped(text)
            if view is not None:
                for one in self._all(view.text, complete, guess, levels - 1):
                    yield one._replace(start=view.origin(one.start), end=view.origin(one.end))
        for start, end, inner in self._encoded(text):
            if self._may_hold(inner):
                found = self._all(inner, complete, guess, levels - 1)
                first = next((one for one in found if one.end > one.start), None)
                if first is not None:
                    yield Found(start, end, first.rule, SHAPE)

    @staticmethod
    def _encoded(text: str) -> Iterator[tuple[int, int, str]]:
        """Where base64, hexadecimal or what is compressed stands for a text, and that text."""
        longest = 0
        for hit in ENCODED.finditer(text):
            longest = max(longest, len(hit[0]))
            inner = readable(hit[0])
            if inner:
                yield hit.start(), hit.end(), inner
        yield from wrapped(text, longest >= LINE and "\n" in text)
        quote = 2 if text.startswith(("b'", 'b"')) else 0
        if text.startswith(_COMPRESSED, quote) and (
            inner := inflated(text[quote:].encode("latin-1", "replace"))
        ):
            yield quote, len(text), inner

    def _flat(self, text: str, complete: bool) -> Iterator[Found]:
        may_name = self._may_name(text)
        yield from self._find_flat(text, complete, may_name, self.name_rule, self._phrase_rule)
        if self._personal:
            yield from find_personal(text)
        for rule, pattern in self._own:
            for hit in pattern.finditer(text):
                group = 1 if pattern.groups and hit[1] is not None else 0
                yield Found(hit.start(group), hit.end(group), rule, SHAPE)


def _unproven(_text: str) -> bool:
    return False


def _shortest(stems: Sequence[str]) -> tuple[str, ...]:
    """Those that hold no other one."""
    kept = dict.fromkeys(stems)
    every = "\n".join(kept)
    for stem in tuple(kept):
        if every.count(stem) > 1:  # in itself, and in a longer one
            for other in [each for each in kept if stem in each and each != stem]:
                del kept[other]
    return tuple(kept)


def _replaced(text: str, matches: tuple[Match, ...]) -> str:
    parts: list[str] = []
    end = 0
    for match in matches:
        parts += (text[end : match.start], f"[redacted:{match.rule}]")
        end = match.end
    return "".join([*parts, text[end:]])
