"""Weighs a value under a name that leaves open whether it holds a secret: `pin`, `session`, `sig`."""

from collections.abc import Callable
from typing import cast

from .entropy import piece_length
from .lazy import lazy
from .name_tables import COMMON

_LOOKED_AT = 4096
_ITEMS = 20
_OPAQUE = lazy(r"[A-Za-z0-9_\-.~+/=:%|]+")
_HEX = lazy(r"(?:0x)?[0-9a-fA-F]{16,}")
_UUID = lazy(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORDS = lazy(r"[a-z]{3,10}(?:[ ,\n]+[a-z]{3,10}){11,}")
_DIGITS = lazy(r"[0-9]{3,12}|[0-9]{3}[ \-][0-9]{3}")
_ACCOUNT = lazy(r"\S*?[\w.\-]+[:/][^\s/@][^\s@]*@\S+")
_STANDS = lazy(r"\$\{?\w+\}?|<[^<>]*>|\{[^{}]*\}|\*+|x+")
_MADE_UP = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])(?=.*[!#$^&*+?~%@])[\w!#$^&*+?~%@\-]{8,64}")
_WITH_DIGITS = lazy(r"(?=\D*\d\D*\d)(?=[^A-Za-z]*[A-Za-z])[^\W_]{8,64}")
_FILE = lazy(r"(?:[~.]{0,2}/)?(?:[\w.\-]{1,24}/){1,9}[\w.\-]{1,24}\.[a-z]{1,5}")
"""A path, whose words are short: no key."""
_NOISE = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])(?=(?:\w*[^\w\s]){4})[!-~]{20,128}")
"""What a generator makes of every sign that there is."""
_TEST = lazy(
    r"(?:[\w.:/\-]*[_.:/\-])?(?:[tT]est[_\-][\w\-]+(?:\[[^\]]*\])?"
    r"|Test[A-Z]\w+|[\w\-]+[._\-](?:test|spec)(?:\.\w{1,4})?)"
)
_EXPRESSIONS = frozenset(("signature", "cookie"))
"""Under these names a formula or a label may look like a password."""
_MIXED_PIECE, _OPAQUE_PIECE = 2.6, 3.6
_COMMON = frozenset(COMMON.split())


class Weighed(str):
    """A rule that counts where the value fits."""

    __slots__ = ()

    def fits(self, value: object) -> bool:
        """Whether the value has the shape of such a secret; no code of its class runs."""
        cls = type(value)
        if cls is list or cls is tuple:
            return any(type(item) is str and self.fits(item) for item in value[:_ITEMS])  # type: ignore[index]
        if cls is int:
            return self == "one-time-code" and 1000 <= value <= 99_999_999  # type: ignore[operator]
        if type.__subclasscheck__(str, cls):
            return self._fits(str.__getitem__(cast("str", value), slice(_LOOKED_AT)))
        if cls is bytes:
            head: bytes = value[:_LOOKED_AT]  # type: ignore[index]
            return self._fits(head.decode("latin-1")) or (self == "private-key" and len(head) >= 16)
        return False

    def _fits(self, text: str) -> bool:
        text = text.strip()
        return not _STANDS.fullmatch(text) and (
            _FITS[self](text) or (self not in _EXPRESSIONS and (made_up(text) or _is_noise(text)))
        )


def counts(rule: str | None, value: object) -> bool:
    """Whether a value under a name of this rule is hidden: a plain rule hides all."""
    return rule is not None and (not isinstance(rule, Weighed) or rule.fits(value))


class Returned(Weighed):
    """The rule of what a function returns whose own name means a secret: `read_password()`."""

    __slots__ = ()

    def _fits(self, text: str) -> bool:
        if self == "one-time-code":
            return any(map(str.isdigit, text))
        return (self == "password" or len(text) >= 8) and text.strip().lower() not in _COMMON


class Lexed(Weighed):
    """The same where lexers have functions of that name: `get_token()`."""

    __slots__ = ()

    def _fits(self, text: str) -> bool:
        return len(text) >= 8 and any(not c.isalpha() for c in text)


class Shaped(Weighed):
    """Of a name that holds a secret or something about one: `password_input`, `InvalidPasswordError`."""

    __slots__ = ()

    def _fits(self, text: str) -> bool:
        return not _STANDS.fullmatch(text) and is_shaped(text) and not names_test(text)


class Identifier(Weighed):
    """Of a name that tells things apart: nothing is hidden, and no key is guessed."""

    __slots__ = ()

    def fits(self, value: object) -> bool:  # noqa: ARG002 - none does
        """Never."""
        return False


IDENTIFIER = Identifier("identifier")


def opaque(text: str, least: int) -> bool:
    """Whether it is one word without meaning: digits among letters, or hexadecimal."""
    if len(text) < least or not _OPAQUE.fullmatch(text) or _FILE.fullmatch(text):
        return False
    if _HEX.fullmatch(text) or _UUID.fullmatch(text):
        return True
    letters, digits = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    if not digits:
        return letters and not (text.islower() or text.isupper()) and piece_length(text) < _MIXED_PIECE
    return piece_length(text) < _OPAQUE_PIECE if letters else len(text) >= 16


def made_up(text: str) -> bool:
    """Whether it looks as a password does: letters of both cases, digits and a sign."""
    return _MADE_UP.fullmatch(text) is not None


def _is_noise(text: str) -> bool:
    return _NOISE.fullmatch(text) is not None and "://" not in text and piece_length(text) < _MIXED_PIECE


def is_file(text: str) -> bool:
    """Whether it is a path with short words, to a file."""
    return _FILE.fullmatch(text) is not None


def is_shaped(text: str) -> bool:
    """Whether it looks like a password or a key: made up, without meaning, or a word with two digits."""
    return made_up(text) or opaque(text, 8) or _WITH_DIGITS.fullmatch(text) is not None


def _password(text: str) -> bool:
    plain = text.isalpha() and text.isascii() and text[1:].islower()
    ordinary = (plain and len(text) < 6) or text.lower() in _COMMON or _number(text)
    return bool(text) and not ordinary and not names_test(text)


def names_test(text: str) -> bool:
    """Whether it is a test's name or file, as stands after `PASS` in a log."""
    return _TEST.fullmatch(text) is not None


def _number(text: str) -> bool:
    return text.isdecimal() and len(text) < 4


def _seed(text: str) -> bool:
    return opaque(text, 16) or bool(_WORDS.fullmatch(text))


_FITS: dict[str, Callable[[str], bool]] = {
    "password": _password,
    "token": lambda text: opaque(text, 8),
    "secret": lambda text: opaque(text, 8),
    "cookie": lambda text: opaque(text, 10),
    "signature": lambda text: opaque(text, 16),
    "api-key": lambda text: opaque(text, 8),
    "private-key": _seed,
    "one-time-code": lambda text: bool(_DIGITS.fullmatch(text)) or opaque(text, 16),
    "connection-string": lambda text: "://" not in text and bool(_ACCOUNT.fullmatch(text)),
}
