"""Kinds of made-up secrets that came through when they were first tried, and what scanners' lists have besides."""
# ruff: noqa: E501 - tables of texts

import base64
from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker

NAMES = (
    "geslo", "zaporka", "salasõna", "slaptažodis", "лозинка", "парола", "पासवर्ड", "كلمة_المرور", "رمز_عبور", "รหัสผ่าน", "contrasenya",
    "pasahitza", "clé_secrète", "секрет", "geheim_wort_passwort", "chave_api", "clave_api", "clé_api", "chiave_api", "klucz_api", "ключ_api",
    "api_schlüssel", "密钥", "トークン", "токен", "unlock_code", "parole",
)  # fmt: skip
VENDOR_KEYS = (
    "beamer", "cisco", "meraki", "codecov", "confluent", "finicity", "jfrog", "linkedin", "looker", "octopus", "privateai",
    "sendbird", "squarespace", "sumologic", "travis", "vault", "typeform", "harness",
)  # fmt: skip
ARGUMENTS = (
    ("keytool", "-list", "-storepass", "{}"), ("jarsigner", "-keypass", "{}", "a.jar"), ("rar", "x", "-p{}", "a.rar"),
    ("htpasswd", "-b", "users", "ada", "{}"), ("smbclient", "//host/share", "-U", "ada%{}"), ("twine", "upload", "-p", "{}"),
    ("xfreerdp", "-v", "/p:{}"), ("az", "login", "-u", "x", "-p", "{}"), ("a-tool-of-ours", "login", "-p", "{}"),
    ("mongorestore", "-p", "{}"), ("mosquitto_pub", "-P", "{}"),
)  # fmt: skip
TEXTS = (
    "**Password:** `{}`", "**API key**: {}", "Your password is {}", "your password is now {}.", "The new password for ada: {}",
    "<SimpleCookie: sessionid='{}'>", "setenv DB_PASSWORD {}", "ENV DB_PASSWORD {}\n", '#define WIFI_PASSWORD "{}"',
    "keytool -list -storepass {}", "htpasswd -b users ada {}", "unrar x -p{} a.rar",
)  # fmt: skip


def secrets(make: Maker) -> Iterator[Made]:
    """Each kind once."""
    for name in NAMES:
        secret = make.password() + make.of(ALNUM, 4)
        yield Made(f"name {name}", secret, secret, name=name)
        yield Made(f"text {name}", f"{name}: {secret}", secret)
    for vendor in VENDOR_KEYS:
        secret = make.of(ALNUM, 24)
        yield Made(f"key {vendor}", f'{vendor}_key = "{secret}"', secret)
    for words in ARGUMENTS:
        secret = make.password()
        yield Made(f"argument {words[0]}", "", secret, argv=tuple(word.format(secret) for word in words))
    for text in TEXTS:
        secret = make.password() + make.of(ALNUM, 4)
        yield Made(f"text {text}", text.format(secret), secret)
    coded = base64.b64encode(make.password().encode()).decode()
    yield Made("ldif", f"userPassword:: {coded}", coded)
    secret = make.password()
    yield Made("prompt", secret, secret, returned="prompt_for_password")
    for kind, secret in _forms(make).items():
        yield Made(f"form {kind}", f"got {secret} there", secret)


def _forms(make: Maker) -> dict[str, str]:
    return {
        "vault": f"s.{make.of(ALNUM, 24)}",
        "asana": f"1/{make.digits(16)}:{make.of(HEX, 32)}",
        "resend": f"re_{make.of(ALNUM, 8)}_{make.of(ALNUM, 24)}",
        "intra": f"s-s4t2ud-{make.of(HEX, 64)}",
        "authress": f"scauth_{make.of(LOWER, 6)}.{make.of(LOWER, 5)}.acc-{make.of(LOWER, 12)}.{make.of(LOWER, 40)}",
        "lob": f"live_{make.of(HEX, 35)}",
        "defined": f"dnkey-{make.of(UPPER, 26)}-{make.of(URLSAFE, 52)}",
        "zoho": f"1000.{make.of(HEX, 32)}.{make.of(HEX, 32)}",
        "mws": f"amzn.mws.{make.uuid()}",
        "aws": f"A3TX{make.of(UPPER, 16)}",
        "stripe": f"sk_prod_{make.of(ALNUM, 24)}",
    }
