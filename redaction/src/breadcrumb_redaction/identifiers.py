"""Reads a name as words, and tells whether what it holds tells things apart: `request_id`, `etag`."""

from unicodedata import normalize

from .lazy import lazy
from .name_tables import IDENTIFIERS

Words = tuple[str, ...]

_HUMP = lazy(
    r"(?<=[a-z0-9\u00df-\u00ff\u0131\u015f\u0430-\u0451])(?=[A-Z\u00c0-\u00de\u0130\u015e\u0401-\u042f])|(?<=[A-Z])(?=[A-Z][a-z])"
)
MARKS = (
    r"\u0300-\u036f\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    r"\u0981-\u0983\u09bc\u09be-\u09cd\u0b82\u0bbe-\u0bcd"
)
"""Vowels and accents that stand by themselves in Hindi, Bengali, Tamil, Thai, Arabic: no letters to `re`."""
_WORD = lazy(rf"(?:[^\W_]|[{MARKS}])+")
_ACCENT = lazy("[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {
        "\u0142": "l",
        "\u00f8": "o",
        "\u0111": "d",
        "\u0131": "i",
        "\u00e6": "ae",
        "\u00f0": "d",
        "\u00fe": "th",
    }
)
"""Letters with a stroke or of two: they are no letter with an accent."""
_IDENTIFIERS = frozenset(IDENTIFIERS.split())


def words(name: str) -> Words:
    """The lower-case words of a name, accents and digits at their ends taken off."""
    lower = _HUMP.sub("_", name).lower()
    found = _WORD.findall(lower if lower.isascii() else folded(lower))
    return tuple(word.rstrip("0123456789") or word for word in found)


def folded(text: str) -> str:
    """Without accents: `contraseña` is written `contrasena` as often."""
    bare = _ACCENT.sub("", normalize("NFD", text.translate(_LETTERS)))
    return normalize("NFC", bare)


def is_identifier(name: str) -> bool:
    """Whether the name ends in a word for an identifier."""
    parts = words(name)
    while len(parts) > 1 and parts[-1].isdecimal():
        parts = parts[:-1]
    return bool(parts) and (parts[-1] in _IDENTIFIERS or "".join(parts[-2:]) in _IDENTIFIERS)
