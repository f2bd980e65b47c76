"""Personal data, for who asks for it: IBAN, phone, passport, social and health insurance numbers."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import SHAPE, Found

_IBAN = lazy(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_PHONE = lazy(r"(?<![\w+])(?:\+|00)[1-9][0-9]{0,2}[ .\-/(]{0,2}[0-9](?:[ .\-/()]{0,2}[0-9]){6,12}(?![\w])")
_NAMED = lazy(
    r"(?i)\b(passport|nhs|health[ _-]?insurance|insurance|kvnr|medicare|mrn|patient)"
    r"(?:[ _-]?(?:no|nr|number|id))?"
    r"""\.?["']?\s{0,3}[:=#]?\s{0,3}["']?([A-Z0-9](?:[ \-]?[A-Z0-9]){6,12})\b"""
)


def find_personal(text: str) -> Iterator[Found]:
    """Numbers that belong to a person: by check digits, by form, or by a word beside them."""
    for hit in _IBAN.finditer(text):
        if is_iban(hit[0].replace(" ", "")):
            yield Found(hit.start(), hit.end(), "iban", SHAPE)
    for hit in _PHONE.finditer(text):
        yield Found(hit.start(), hit.end(), "phone", SHAPE)
    for hit in _NAMED.finditer(text):
        if any(character.isdigit() for character in hit[2]):
            yield Found(
                hit.start(2),
                hit.end(2),
                "passport" if hit[1].lower() == "passport" else "health-number",
                SHAPE,
            )


def is_iban(text: str) -> bool:
    """Whether the check digits fit (ISO 13616)."""
    turned = text[4:] + text[:4]
    return 15 <= len(text) <= 34 and int("".join(str(int(each, 36)) for each in turned)) % 97 == 1
