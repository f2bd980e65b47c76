"""Payment cards (issuer, length, Luhn) and US social security numbers."""

import re
from collections.abc import Iterator

from .match import SHAPE, Found

_CARD = re.compile(
    r"[2-6](?<![\w.\-].)(?:\d{12,18}+|\d{3}(?:([ \-])\d{4}\1\d{4}\1\d{1,7}|([ \-])\d{6}\2\d{4,5}))(?![\w\-]|\.\d)"
)
_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}"
)
_CARD_CUT = re.compile(r"(?:4\d|5[1-5]|3[4-7]|6[0245])(?<![\w.\-]..)\d\d(?:[ \-]?\d){2,14}\Z")
_SSN = re.compile(r"\d{3}(?<![\w.\-/#]...)(?<!000)(?<!666)-(?!00)\d\d-(?!0000)\d{4}(?![\w\-/]|\.\d)")
_SSN_NAMED = re.compile(r"(?i)(?:ssn|social[ _]security)[^\n\d]{0,24}(\d{3}[ \-.]?\d\d[ \-.]?\d{4})(?!\d)")
_OTHER_NUMBER = re.compile(
    r"(?i)(?:\b(?:id|order|part|ref|reference|no|nr|num|number|sku|invoice|ticket|serial|phone|tel|fax|case|isbn|model|item|"
    r"batch|lot|build|account|code))\W{0,3}\Z"
)
_NEAR = 16


def luhn(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1)."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def find_numbers(text: str, complete: bool) -> Iterator[Found]:
    """Cards and social security numbers."""
    for hit in _CARD.finditer(text):
        digits = hit[0].replace(" ", "").replace("-", "")
        if _ISSUER.fullmatch(digits) and luhn(digits) and len(set(digits)) > 1:
            yield Found(hit.start(), hit.end(), "card", SHAPE)
    for hit in _SSN.finditer(text):
        if not text[hit.start()] == "9" and not _OTHER_NUMBER.search(text[max(0, hit.start() - _NEAR) : hit.start()]):
            yield Found(hit.start(), hit.end(), "ssn", SHAPE)
    for hit in _SSN_NAMED.finditer(text):
        yield Found(hit.start(1), hit.end(1), "ssn", SHAPE)
    if not complete and (cut := _CARD_CUT.search(text, max(0, len(text) - 24))):
        yield Found(cut.start(), cut.end(), "card", SHAPE)
