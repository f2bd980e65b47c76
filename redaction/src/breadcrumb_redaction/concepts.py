"""Tells of words in many languages whether together they mean a secret: a private key, a code that opens.

A key, a code, a phrase or an answer is no secret by itself: the word beside it decides. What a key may be
for has no end, so what keeps a key harmless is listed instead.
"""

# ruff: noqa: RUF001 - words of many languages

from .identifiers import Words, words
from .weights import Weighed

NOUNS = {
    "key": """
        key keys clave claves chave chaves llave llaves clé clés chiave chiavi klucz klucze ключ
        ключи ключа кључ клуч schlüssel schluessel anahtar anahtarı nyckel nøgle nøkkel sleutel
        avain klíč kľúč ključ kulcs cheie kunci khóa raktas atslēga lykill eochair allwedd κλειδί
        कुंजी مفتاح کلید מפתח กุญแจ 鍵 密钥 密鑰 キー
    """,
    "code": """
        code codes kod kód kode koden código códigos codice codici codigo код коды коду koodi kood
        kods kodas kodu kodunuz codul κωδικός 码 碼 コード 코드 رمز کد קוד รหัส
    """,
    "phrase": "phrase phrases frase fraza fráze фраза words",
    "answer": "answer answers antwort respuesta",
}
_PRIVATE = """
    secret secrets secreta secreto segreta segreto secrète sekretny tajny tajná tajné tajni hemlig
    hemmelig geheim geheime geheimer geheimes gizli secretă секретный секретная секретний секретна
    секрет тайный закрытый закритий приватный приватний private priv privat privata privato privada
    privado privée privé prywatny privater privaten soukromý súkromný yksityinen salainen privatni
    ιδιωτικό salajane slaptas slepens rahasia 秘密 私密 비밀 خاص سري פרטי סודי
"""
_ACCESS = """
    access acceso acesso accès accesso zugriff zugang toegang dostępu dostęp доступа доступу доступ
    erişim adgang åtkomst tilgang přístup přístupový prístupový hozzáférés pääsy prieigos piekļuves
    akses πρόσβασης アクセス 访问 存取 액세스 الوصول
"""
_CIPHER = """
    encryption encrypt decryption decrypt signing sign cipher crypt crypto wrapping wrapped derived
    derive symmetric hmac aes des fernet rsa ecdsa ed25519 dsa pgp gpg ssh tls ssl jwt cookie master
    root seal unseal vault kms luks host data wallet spend validator deploy session presharedkey
    setup manual totp otp mfa enrollment enrolment
    wlan wifi network netzwerk preshared psk wpa wep ike wireguard verschlüsselung verschluesselung signatur
    cifrado
    criptografia cifratura chiffrement szyfrowania шифрования шифрування şifreleme kryptering
    versleuteling šifrování salaus titkosítási 加密 暗号化 암호화 تشفير
"""
_INTERFACE = """
    api app account subscription license licence product consumer functions webhook client
    auth server live integration instrumentation ingestion write admin merchant storage service
    shared developer
"""
_OPENING = """
    email mail verify sicurezza sécurité seguridad segurança безопасности güvenlik
    door gate alarm entry unlock pairing security sicherheits säkerhets sikkerheds sikkerhets
    beveiligings verification verificación verificação vérification verifica weryfikacyjny
    weryfikacji подтверждения підтвердження bestätigung bestaetigung bekräftelse bekreftelse
    bekræftelse bevestiging vahvistus ověřovací overovací ellenőrző doğrulama onay confirmation
    confirmación confirmação authentication auth authorization login signin signup logon sms mfa
    verifizierung verifizierungs verificatie verifierings bestaetigungs bestätigungs inlog
    engang engangs guard
    authenticator вход входа giriş acceso accès connexion anmelde tfa otp
    totp twofactor factor 2fa fa backup recovery rescue reset activation activación ativação device pin
    puk invite tan onetime time emergency safe einmal 验证 認証 인증 التحقق אימות
"""
_BESIDE = {
    "key": (("private-key", f"{_PRIVATE} {_CIPHER}"), ("api-key", f"{_INTERFACE} {_ACCESS}")),
    "code": (("one-time-code", f"{_OPENING} {_ACCESS} {_PRIVATE}"),),
    "phrase": (("private-key", "seed recovery backup wallet secret mnemonic semilla pass memorable"),),
    "answer": (("one-time-code", f"security challenge question seguridad sicherheits {_PRIVATE}"),),
}
"""Of each noun: a rule, and the words beside the noun with which the rule counts."""

_HARMLESS = """
    primary foreign sort sorting partition cache dict dictionary group order row column col map
    mapping index idx object obj item lookup idempotency dedup dedupe routing message record unique
    natural composite surrogate hash range search translation i18n locale lang hot shortcut arrow
    keyboard config configuration setting option env registry public pub metadata meta label header
    json yaml field join merge parent child next prev previous start end last first min max default
    left right inner outer bucket file path memo state store query param parameter argument
    attribute attr property event topic queue log trace span lock job task work model class type
    name id user customer tenant product section tab menu node tree graph edge heap set get list
    array entity table schema resource route url host domain tag category color colour theme style
    score rank weight time date year month day version sequence other same any all each every new
    old current known unknown missing extra duplicate wrong expected actual target source input
    output up down enter return escape space shift ctrl alt enum case error status action feature
    flag metric counter str text value val shard major minor piano test fixture block my your the a
    an this that no jwk kid s3 websocket socket
"""
_KEEPS = frozenset(
    ("public", "publishable", "pub", "hash", "cache", "sort", "primary", "foreign", "partition")
)
"""What keeps a key harmless, whatever else stands beside it."""

_LINKS = ("s", "", "e", "es", "n")
"""What may join two words that are written together: `Zugangscode`, `krypteringsnyckel`."""


def _read(text: str) -> frozenset[str]:
    return frozenset(words(text))


_NOUN = {word: noun for noun, text in NOUNS.items() for word in _read(text)}
_RULES = {noun: [(rule, _read(text)) for rule, text in rules] for noun, rules in _BESIDE.items()}
_HARMLESS_WORDS = _read(_HARMLESS)
_ENDS = tuple(sorted((word for word in _NOUN if len(word) > 2), key=len, reverse=True))
NOUN_WORDS = frozenset(_NOUN)
_PRIVATE_WORDS = frozenset(word for word in _read(_PRIVATE) if word.startswith("priv"))
_OPEN_KEY, _OPEN_PRIVATE = Weighed("api-key"), Weighed("private-key")
_OPEN = {"key": _OPEN_KEY, "phrase": _OPEN_PRIVATE}
"""What holds a secret beside whatever word, if the value fits."""
OPEN_RULES = (_OPEN_KEY, _OPEN_PRIVATE)
QUALIFIERS = frozenset(word for rules in _RULES.values() for _, words_ in rules for word in words_)


def composed(parts: Words) -> tuple[str, int, int] | None:
    """The two words that one is written together of: a noun, and before it what makes it secret."""
    split = [(word, at) for at, part in enumerate(parts) for word in _split(part)]
    for index in range(len(split) - 1, -1, -1):
        if (noun := _NOUN.get(split[index][0])) is not None:
            return _beside(noun, split, index)
    is_private = len(split) > 1 and split[-1][0] in _PRIVATE_WORDS
    return (_OPEN_PRIVATE, 0, len(parts)) if is_private else None


def _beside(noun: str, split: list[tuple[str, int]], index: int) -> tuple[str, int, int] | None:
    """What the other words make of a noun."""
    beside = dict((*split[:index], *split[index + 1 :]))
    if noun == "key" and not _KEEPS.isdisjoint(beside):
        return None
    for rule, qualifiers in _RULES[noun]:
        if places := [at for word, at in beside.items() if word in qualifiers]:
            return rule, 0, max(split[index][1], *places) + 1
    is_last = index == len(split) - 1 and index > 0
    open_rule = _OPEN.get(noun) if is_last and _HARMLESS_WORDS.isdisjoint(beside) else None
    return (open_rule, 0, split[index][1] + 1) if open_rule is not None else None


def _split(word: str) -> Words:
    """The two words that one is written together of: a noun, and before it what makes it secret."""
    if word in _NOUN or not word.endswith(_ENDS):
        return (word,)
    noun = next(end for end in _ENDS if word.endswith(end))
    first = word[: len(word) - len(noun)]
    for link in _LINKS:
        bare = first.removesuffix(link)
        if first.endswith(link) and any(bare in qualifiers for _, qualifiers in _RULES[_NOUN[noun]]):
            return bare, noun
    return (word,)
