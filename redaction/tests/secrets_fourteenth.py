"""Kinds of secrets that the promise of docs/redaction.md covers, made blind; the digit before each is the rule."""
# ruff: noqa: E501 - tables of texts

import base64
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from made_up import ALNUM, HEX, URLSAFE, WORDS, Made, Maker

CORPUS = Path(__file__).parent / "corpus"
TEXTS = "".join(
    (CORPUS / f"{part}_fourteenth.txt").read_text(encoding="utf-8") for part in ("secrets", "held_back")
)
"""The second part was kept back until what the first showed was mended."""
NAMES = """
L vault_password|L ldapBindPassword|L redis_passwd|L user_pwd|L keystore_passphrase|L admin_passcode
L smtp_pw|W imap_db_pass|L PGPASSWORD|L Kennwort_neu|L mdp|L contraseña_correo|L senha_banco|L пароль
L 密码|L パスワード|L hasło|L lösenord|L wachtwoord|L şifre|L heslo|L X-Client-Secret|L googleClientSecret
L stripe.webhook.secret|L flask_secret_key|L accessToken|L X-Refresh-Token|L id_token|L csrfToken|L jwt|L bearer
UUID sendgridApiKey|UUID azure_access_key|B64 storageAccountKey|H32 ocp_apim_subscription_key|LIC licenseKey
H privateKey|H signingKey|H data_encryption_key|L ssh_key|L wifi_psk|H kek|WORDS12 seed_phrase|H chiave_privata
H geheimer Schlüssel|L basic_auth|UUID session_id|L set_cookie|L creds|D totp_code|D mfaCode|W recovery_codes|D doorCode
U43 codeVerifier|D código de verificación|D Zugangscode|D3 cvv|CARD cardNumber|D9 ssn|D9 taxId|IBAN iban|D8 accountNumber
W pass|W clave|D4 pin|W sid|W session|W tok|H32 signature|W hmac|WORDS12 mnemonic|W openai_key|W acmeKey|W Zugangsschlüssel
P password_input|P with_password
"""
RETURNED = """
L read_passphrase|L getClientSecret|L refresh_access_token|UUID get_api_key|L password|D generate_otp|L get_auth_token|H load_private_key
"""
ARGV = """
app --passphrase {L}|app --api-key={UUID}|app --token {L}|app --otp {D}|app --signing-key {H}|redis-cli -h c -a {L} ping
curl -u ada:{L} http://h/|openssl enc -d -passin pass:{L} -in f|zip -P {L} a.zip f|sshpass -p {L} ssh ada@h
rabbitmqctl add_user ada {L}|sqlplus ada/{L}@db|mysql -p{L} -u a db|newtool run {P5}|newtool ada:{P5}@h|foo -p {P}
env DB_PASSWORD={L} run|docker run -e SECRET_KEY={L} img|app --header Authorization:{W}|app --set db.password={L}
tool --client_secret {L}|tool --senha {L}|tool --Kennwort={L}
"""
MADE = re.compile(r"\{([A-Z][A-Z0-9]*)\}")
WRAPPED = re.compile(r"\{(b64|hex|gz):(.*)\}", re.S)


def unescaped(line: str) -> str:
    """The line with its line ends and tabs."""
    return re.sub(r"\\([ntr\\])", lambda hit: {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[hit[1]], line)


def _b64(text: bytes) -> str:
    return base64.b64encode(text).decode()


def _b64url(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


WRAPS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: _b64(text.encode()),
    "hex": lambda text: text.encode().hex(),
    "gz": lambda text: _b64(gzip.compress(text.encode(), mtime=0)),
}


def password(maker: Maker) -> str:
    """One word of 8 to 64 characters: letters of both cases, digits and a sign."""
    pick = maker.random.choice
    one, two = maker.random.sample(("Otter", "Cobalt", "Maple", "Quartz", "Sparrow", "Ginger"), 2)
    number = maker.random.randint(100, 9999)
    drawn = maker.of(ALNUM, maker.random.randint(9, 13))
    return pick(
        (
            f"{one}{pick('!^~%')}{number}",
            f"{one}{two}{number}{pick('!#$%^*+~')}",
            f"{one.lower()}{number}{pick('!#$%^*~')}{two}",
            f"{pick('!~')}{one}{number}",
            f"{drawn[:4]}{pick('!#$%^*~')}{drawn[4:]}",
            f"{number}{pick('!^*~')}{one}{two.lower()}",
        )
    )


def card(maker: Maker) -> str:
    """A Visa's number with its check digit."""
    digits = "4" + maker.digits(14)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _pem(body: str, kind: str) -> str:
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


def _generated(maker: Maker) -> str:
    drawn = maker.of(ALNUM, 18)
    pick = maker.random.choice
    return f"{drawn[:5]}{pick('!#$^~')}{drawn[5:11]}{pick('!#%^~')}{drawn[11:]}"


def _iban(maker: Maker) -> str:
    body = maker.digits(18)
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def _jwt(maker: Maker) -> str:
    head, body = b'{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{maker.digits(6)}","exp":1893456000}}'.encode()
    return f"{_b64url(head)}.{_b64url(body)}.{_b64url(maker.random.randbytes(32))}"


def _ssn(maker: Maker) -> str:
    number = maker.random.randint
    return f"{number(100, 665)}-{number(10, 99)}-{number(1000, 9999)}"


ONE_OF = {
    "L": ("lanternfish", "brambleway", "tarragon", "gooseberry", "windowsill"),
    "W": ("bramble", "otter", "tarragon", "cobalt"),
    "P5": ("Otter", "Cobalt", "Maple"),
}
PREFIXED = {
    "BCRYPT": ("$2b$12$", ALNUM + "./", 53),
    "AWS": ("AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "GHP": ("ghp_", ALNUM, 36),
    "GLPAT": ("glpat-", URLSAFE, 20),
    "STRIPE": ("sk_live_", ALNUM, 24),
    "GOOG": ("AIza", URLSAFE, 35),
    "HF": ("hf_", ALNUM[:52], 34),
    "DO": ("dop_v1_", HEX, 64),
    "VAULT": ("hvs.", URLSAFE, 90),
    "DBX": ("dapi", HEX, 32),
    "SHOP": ("shpat_", HEX, 32),
    "NPM": ("npm_", ALNUM, 36),
}
MAKERS: dict[str, Callable[[Maker], str]] = {
    "L": lambda maker: maker.random.choice(ONE_OF["L"]),
    "W": lambda maker: maker.random.choice(ONE_OF["W"]) + maker.digits(4),
    "P": password,
    "P5": lambda maker: (
        f"{maker.random.choice(ONE_OF['P5'])}{maker.random.choice('!^~%')}{maker.digits(4)}ky"
    ),
    "G": _generated,
    "T": lambda maker: maker.of(ALNUM, maker.random.randint(26, 44)),
    "H": lambda maker: maker.of(HEX, 40),
    "UUID": Maker.uuid,
    "B64": lambda maker: maker.base64(64),
    "LIC": lambda maker: "-".join(maker.of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 5) for _ in range(4)),
    "IBAN": _iban,
    "WORDS12": lambda maker: " ".join(maker.random.choice(WORDS) for _ in range(12)),
    "BASIC": lambda maker: _b64(f"ada:{password(maker)}".encode()),
    "CARD": card,
    "CARDS": lambda maker: " ".join(re.findall(".{4}", card(maker))),
    "SSN": _ssn,
    "JWT": _jwt,
    "PEM": lambda maker: _pem(maker.base64(300), maker.random.choice(("RSA ", "EC ", "", "OPENSSH "))),
    "SLACK": lambda maker: f"xoxb-{maker.digits(12)}-{maker.digits(12)}-{maker.of(ALNUM, 24)}",
    "ANT": lambda maker: f"sk-ant-api03-{maker.of(URLSAFE, 93)}AA",
    "TG": lambda maker: f"{maker.digits(10)}:AA{maker.of(URLSAFE, 33)}",
    "SG": lambda maker: f"SG.{maker.of(URLSAFE, 22)}.{maker.of(URLSAFE, 43)}",
}


def secret(maker: Maker, key: str) -> str:
    """What the letters stand for; L a word, W a word with digits, P a password with a sign."""
    if key in MAKERS:
        return MAKERS[key](maker)
    if key in PREFIXED:
        head, alphabet, length = PREFIXED[key]
        return head + maker.of(alphabet, length)
    if key[0] == "D":
        return maker.digits(int(key[1:] or 6))
    return maker.of({"H": HEX, "U": URLSAFE}[key[0]], int(key[1:]))


def filled(maker: Maker, template: str) -> tuple[str, str]:
    """The text, and the secret in it that is to be hidden: the first one made, or what encodes it."""
    made: list[str] = []

    def one(hit: re.Match[str]) -> str:
        made.append(secret(maker, hit[1]))
        return made[-1]

    def wrap(hit: re.Match[str]) -> str:
        made.insert(0, WRAPS[hit[1]](hit[2]))
        return made[0]

    text = WRAPPED.sub(wrap, MADE.sub(one, template))
    return text.replace("{{", "{").replace("}}", "}"), made[0]


def kinds(table: str) -> Iterator[str]:
    """The entries of a table."""
    for line in table.strip().split("\n"):
        yield from line.split("|")


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for each in kinds(NAMES):
        what, name = each.split(" ", 1)
        text = secret(maker, what)
        yield Made(f"1 name {name}", text, text, name)
    for each in kinds(RETURNED):
        what, name = each.split(" ", 1)
        text = secret(maker, what)
        yield Made(f"1 returned {name}", text, text, returned=name)
    for template in kinds(ARGV):
        line, found = filled(maker, template)
        yield Made(f"1 argv {template}", "", found, argv=tuple(line.split(" ")))
    for line in TEXTS.strip("\n").split("\n"):
        text, found = filled(maker, unescaped(line[2:]))
        yield Made(line, text, found)
