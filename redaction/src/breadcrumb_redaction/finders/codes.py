"""Codes that a sentence tells: `your code is 123456`, `PIN 1234 accepted`, `use code 123456 to sign in`.

A number beside a word for a code, and in the same breath what such a code is for or whose it is.
"""

# ruff: noqa: RUF001 - words of many languages

from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found

_WORDS = (
    "cod", "cód", "kod", "kood", "kód", "κωδικ", "קוד", "pin", "otp", "passcode", "time pass", "einmalpass",
    "код", "mã", "رمز", "验证码",
    "認証コード", "確認コード", "인증번호",
)  # fmt: skip
_NUMBER = lazy(
    r"[0-9](?:(?<![0-9A-Za-z_.,/\-#+$].)|(?<=G-.))(?:[0-9]{3,7}+|[0-9][0-9][ \-][0-9]{3})"
    r"(?![0-9A-Za-z_\-/%]|[.,:][0-9A-Za-z])"
)
_YEAR = lazy(r"(?:19|20)[0-9]{2}")
_NOUN = (
    r"(?:codes?|codul|kode?n?|koden|kodu|kodunuz|kodun|koodisi|kód|kódja|codice|c[oó]digo"
    r"|код|кода|кодом|koodi(?:n|si|nne)?|pin|pincode|otp|passcode|one[ \-]time pass(?:word|code)"
    r"|einmalpasswort|κωδικός|קוד|mã xác (?:nhận|thực)|رمز التحقق|验证码|認証コード|確認コード|인증번호)"
)
_FOR = (
    r"(?:verificatie|bevestigings|toegangs|inlog|verifierings|bekräftelse|bekreftelses|bekræftelses|säkerhets"
    r"|sikkerhets|sikkerheds|engångs|engangs|bestätigungs|verifizierungs|sicherheits|anmelde|zugangs|einmal"
    r"|vahvistus)"
)
"""Of one word with the noun: what such a code is for."""
_BEFORE = lazy(
    rf"(?i)(?:(?<![^\W_])(?P<about>[^\W\d_]+)[ \t]+)?(?<![^\W_])(?P<purpose>{_FOR}?){_NOUN}"
    rf"(?![a-zа-я])(?P<between>[^0-9.;!?|]{{0,40}})\Z"
)
_AFTER = lazy(
    rf"(?i)(?:</\w{{1,10}}>)?[ \t](?:is|as|ist|est|es|è|é|är|er|—|–|-)[ \t]"
    rf"(?P<between>(?:[^\W\d_]{{1,14}}[ \t]){{0,4}})"
    rf"{_NOUN}(?![^\W_])"
)
_HARMLESS = lazy(
    r"(?i)(?<![^\W_])(?:error|errors|exit|status|return|response|http|country|area|postal|post|zip|lang|language"
    r"|currency|order|promo|discount|coupon|voucher|product|item|source|byte|bar|qr|color|char|key|airport|region|no|not"
    r"|gpio|bytes|lines|page|postale|fehler|erreur|erro|errore|błędu|hata|ошибки|ответа|d'erreur|stato|estado)(?![^\W_])"
)
_CUE = lazy(
    r"(?i)(?<![^\W_])(?:your|yours|ihre?|dein|deine|votre|ton|su|tu|seu|il tuo|twój|je|uw|din|ditt"
    r"|ваш|твой|anda|kodunuz|kodun|koodisi|backup|recovery|activation|activaci\w*|aktivier\w*|attivazione|tău|dvs|σας|ověř\w*|ellenőrz\w*|επαλήθευσ\w*"
    r"|verif\w*|v[ée]rifi\w*|confirm\w*|log(?:ging)?[ \-]?in|sign(?:ing)?[ \-]?in"
    r"|unlock\w*|authent\w*|accepted|rejected|invalid"
    r"|wrong|incorrect|expired|entered?|one[ \-]time|2fa|mfa|sms|sent|bestätig\w*|anmeld\w*"
    r"|acc[eè]s\w*|вход\w*|подтвержд\w*"
    r"|weryfik\w*|doğrulama|otp|passcode)(?![^\W_])|您|验证|認証|인증|التحقق|אימות|xác"
)
_UNIT = lazy(r"(?i)[ \t](?:bytes|rows|lines|items|times|files|records|users|entries|ms|us|s|sec\w*|min\w*)\b")
_WINDOW, _FURTHER = 64, 44


def find_codes(text: str) -> Iterator[Found]:
    """Numbers that a sentence calls a code, where it says what for."""
    lower = text.lower()
    if not any(word in lower for word in _WORDS):
        return
    for number in _NUMBER.finditer(text):
        if _YEAR.fullmatch(number[0]):
            continue
        before = text[max(0, number.start() - _WINDOW) : number.start()]
        after = text[number.end() : number.end() + _FURTHER]
        if _is_told(before, after):
            yield Found(*number.span(), "one-time-code", NAMED)


def _is_told(before: str, after: str) -> bool:
    if _UNIT.match(after):
        return False
    noun = _BEFORE.search(before)
    if noun is not None:
        beside = f"{noun['about'] or ''} {noun['between']}"
        cue = noun["purpose"] or _CUE.search(before + after)
        return not _HARMLESS.search(beside) and bool(cue)
    noun = _AFTER.match(after)
    return noun is not None and not _HARMLESS.search(noun["between"]) and _CUE.search(noun[0]) is not None
