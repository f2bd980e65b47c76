"""Payment cards (issuer, length, Luhn) and US social security numbers."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import SHAPE, Found

_CARD = lazy(
    r"[2-6](?<![\w.\-+].)(?:[0-9]{12,18}+"
    r"|[0-9]{3}(?:([ \-])[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|([ \-])[0-9]{6}\2[0-9]{4,5}))(?![\w\-]|\.[0-9])"
)
_ISSUER = lazy(
    r"4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9][0-9]|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11}|35[0-9]{14}|6(?:011|4[4-9][0-9]|5[0-9][0-9])[0-9]{12}|62[0-9]{14,17}"
)
_CARD_CUT = lazy(r"(?:4[0-9]|5[1-5]|3[4-7]|6[0245])(?<![\w.\-]..)[0-9][0-9](?:[ \-]?[0-9]){2,14}\Z")
_SSN = lazy(r"[0-9]{3}(?<![\w.\-/#]...)(?<!000)(?<!666)-(?!00)[0-9][0-9]-(?!0000)[0-9]{4}(?![\w\-/]|\.[0-9])")
_SSN_NAMED = lazy(
    r"(?i)(?:ssn|social[ _]security)[^\n0-9]{0,24}([0-9]{3}[ \-.]?[0-9][0-9][ \-.]?[0-9]{4})(?![0-9])"
)
_OTHER_NUMBER = lazy(
    r"(?i)(?:\b(?:id|order|part|ref|reference|no|nr|num|number|sku|invoice|ticket|serial|phone|tel|fax|case|isbn|model|item|"
    r"batch|lot|build|account|code))\W{0,3}\Z"
)
_PHONE = lazy(r"(?i)(?:phone|tel|mobile|fax|cell|msisdn|whatsapp|sms|call)[\"']?\W{0,4}(?:00|\+)?\Z")
_NEAR = 16


def luhn(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1)."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def find_numbers(text: str, complete: bool) -> Iterator[Found]:
    """Cards and social security numbers."""
    for hit in _CARD.finditer(text):
        digits = hit[0].replace(" ", "").replace("-", "")
        if not _ISSUER.fullmatch(digits) or not luhn(digits) or len(set(digits)) == 1:
            continue
        if not _PHONE.search(text[max(0, hit.start() - _NEAR) : hit.start()]):
            yield Found(hit.start(), hit.end(), "card", SHAPE)
    for hit in _SSN.finditer(text):
        if text[hit.start()] != "9" and not _OTHER_NUMBER.search(
            text[max(0, hit.start() - _NEAR) : hit.start()]
        ):
            yield Found(hit.start(), hit.end(), "ssn", SHAPE)
    lower = text.lower()
    if "ssn" in lower or "social" in lower:
        for hit in _SSN_NAMED.finditer(text):
            yield Found(hit.start(1), hit.end(1), "ssn", SHAPE)
    if not complete and (cut := _CARD_CUT.search(text, max(0, len(text) - 24))):
        yield Found(cut.start(), cut.end(), "card", SHAPE)
