"""Reads percent-encoded, backslash-escaped, HTML-escaped and base64 text, and finds the way back."""

from __future__ import annotations

import binascii
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING

from .lazy import lazy
from .named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ESCAPE = lazy(
    r"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|[\"'\\/nrt])|&(?:quot|apos|amp|lt|gt|#[0-9]{1,5}|#[xX][0-9a-fA-F]{1,4});"
)
ENCODED = lazy(r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9+/_\-]{16,}+={0,2}")
COMPRESSED = ("H4sI", "eJ", "eN", "eA", "eF")
"""How the base64 of gzip and of zlib begins."""
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_INFLATED = 65536
LINE = 48
"""Characters of the shortest line of wrapped base64."""
_LINES = lazy(r"(?<![A-Za-z0-9+/_\-])(?:[A-Za-z0-9+/]{48,76}\r?\n[ \t]*)++[A-Za-z0-9+/]*+={0,2}")
_PAIRS = lazy(
    r"(?<![0-9A-Fa-f])(?<!(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}[: ])"  # within a run none is looked for again
    r"(?:[0-9A-Fa-f]{2}[: ]){7,}+(?:[0-9A-Fa-f]{2}(?![0-9A-Fa-f]))?"
)
_FURTHER_PAIRS = lazy(r"[: ](?:[0-9A-Fa-f]{2}[: ]){6}")
"""What follows the first of so many pairs: quick to look for."""
_HEX = lazy(r"[0-9a-fA-F]+")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_ENTITY = {"&quot;": '"', "&apos;": "'", "&amp;": "&", "&lt;": "<", "&gt;": ">"}
_URLSAFE = str.maketrans("-_", "+/")
_SPACES = str.maketrans("", "", "\n\r\t")


class View(NamedTuple):
    """A text with its escapes read; origin() leads back to the original."""

    text: str
    starts: list[int]
    origins: list[int]

    def origin(self, position: int) -> int:
        """Where in the original the character at this position of the view begins."""
        at = bisect_right(self.starts, position) - 1
        return self.origins[at] + position - self.starts[at]


def unescaped(text: str) -> View | None:
    """The text with one level of escapes read, or None when it has none."""
    parts: list[str] = []
    starts, origins = [0], [0]
    end = length = 0
    for hit in ESCAPE.finditer(text):
        length += hit.start() - end
        parts += (text[end : hit.start()], _character(hit[0]))
        end = hit.end()
        starts += (length, length + 1)
        origins += (hit.start(), end)
        length += 1
    if not parts:
        return None
    parts.append(text[end:])
    return View("".join(parts), starts, origins)


def _character(escape: str) -> str:
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape[0] == "&":
        number = escape[2:-1]
        return _ENTITY.get(escape) or chr(int(number[1:], 16) if number[0] in "xX" else int(number))
    if escape[1] in "ux" and len(escape) > 2:
        return chr(int(escape[2:], 16))
    return chr(int(escape[1:], 8)) if len(escape) > 2 else _PLAIN.get(escape[1], escape[1])


def readable(token: str) -> str | None:
    """The readable text that a base64 or hexadecimal token stands for, or None; of a cut one what it has."""
    digits = token[2:] if token[:2] in {"0x", "0X"} else token.removeprefix("x")
    if _HEX.fullmatch(digits):
        data = bytes.fromhex(digits[: len(digits) // 2 * 2])
        return inflated(data) if data.startswith(_COMPRESSED) else _text_of(data)
    body = token.rstrip("=").translate(_URLSAFE)
    if len(body) < 8:
        return None
    if token.startswith(COMPRESSED) and (inner := inflated(_decoded(body))) is not None:
        return inner
    if not _text_of(_decoded(body[:16])):
        return None
    return _text_of(_decoded(body))


def inflated(data: bytes) -> str | None:
    """The head of the readable text that gzip or zlib made these bytes of, or None."""
    try:
        return _text_of(zlib.decompressobj(47).decompress(data, _INFLATED))
    except zlib.error:
        return None


def wrapped(text: str, has_lines: bool) -> Iterator[tuple[int, int, str]]:
    """Base64 in lines, and hexadecimal in pairs with colons or blanks: where, and the readable text."""
    if has_lines:
        for hit in _LINES.finditer(text):
            inner = readable("".join(hit[0].split()))
            if inner:
                yield hit.start(), hit.end(), inner
    for hit in _PAIRS.finditer(text) if _FURTHER_PAIRS.search(text) else ():
        pairs = hit[0].rstrip(": ")
        inner = _text_of(bytes.fromhex(pairs.replace(":", " ")))
        if inner:
            yield hit.start(), hit.start() + len(pairs), inner


def _decoded(body: str) -> bytes:
    whole = len(body) - (len(body) % 4 == 1)
    return binascii.a2b_base64(body[:whole] + "=" * (-whole % 4))


def _text_of(data: bytes) -> str | None:
    if data[1:4:2] == b"\0\0" or data[:2] == b"\xff\xfe":
        text = data[: len(data) // 2 * 2].decode("utf-16-le", "replace").removeprefix("\ufeff")
    elif data[:3:2] == b"\0\0" or data[:2] == b"\xfe\xff":
        text = data[: len(data) // 2 * 2].decode("utf-16-be", "replace").removeprefix("\ufeff")
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            if error.start < len(data) - 3:
                return None
            text = data[: error.start].decode()
    return text if text.translate(_SPACES).isprintable() else None
