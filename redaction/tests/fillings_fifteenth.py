"""What the letters in the fifteenth set stand for: secrets of each form, and what encodes them."""
# ruff: noqa: E501, C901, E731, TC003 - tables of forms

import base64
import hashlib
import re
from collections.abc import Callable

from made_up import ALNUM, HEX, LOWER, URLSAFE, WORDS, Maker

SIGNS = "!#$%^*+~"
ANIMALS = ("Badger", "Violet", "Timber", "Pebble", "Falcon", "Nectar", "Walrus", "Juniper")
PLAIN = ("thimbleweed", "candlewick", "periwinkle", "sandpiper", "marzipan", "huckleberry")


class Text(str):
    """A text that knows which part of it is the secret (the rest is a known prefix, a header or a salt)."""

    secret: str

    def __new__(cls, text: str, secret: str) -> "Text":
        made = super().__new__(cls, text)
        made.secret = secret
        return made


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def password(maker: Maker) -> str:
    """Rule 3, in the plainest shapes: a sign in the middle or at the end, nothing that looks like code."""
    pick = maker.random.choice
    one, two = maker.random.sample(ANIMALS, 2)
    number = maker.random.randint(100, 9999)
    drawn = maker.of(ALNUM, maker.random.randint(9, 14))
    return pick(
        (
            f"{one}{pick('!^~')}{number}",
            f"{one}{two}{number}{pick('!%^~')}",
            f"{one.lower()}{number}{pick('!^~')}{two}",
            f"{one}{pick('!^*~')}{number}{two.lower()}",
            f"{drawn[:4]}{pick('!^~')}{drawn[4:]}",
            f"{number}{pick('!^~')}{one}{two.lower()}",
        )
    )


def long_password(maker: Maker, length: int) -> str:
    """Rule 3 without a word: so many characters and two signs, not only * and +."""
    drawn, pick = mixed(maker, length - 2), maker.random.choice
    if maker.random.random() < 0.4 and length < 30:
        one, two = maker.random.sample(ANIMALS, 2)
        made = f"{one}{pick('!^~')}{two}{pick('!%^~*')}{maker.random.randint(1000, 9999)}"
        return made if len(made) >= 16 else made + "kyzx"[: 16 - len(made)]
    a, b = length // 3, 2 * length // 3
    return f"{drawn[:a]}{pick('!#^~')}{drawn[a:b]}{pick('!#%^~*')}{drawn[b:]}"


def mixed(maker: Maker, length: int, alphabet: str = ALNUM) -> str:
    """Random characters: letters of both cases and digits in turn."""
    while True:
        drawn = maker.of(alphabet, length)
        upper, lower, digit = (sum(map(f, drawn)) for f in (str.isupper, str.islower, str.isdigit))
        if (
            min(upper, lower) >= min(4, length // 6)
            and digit >= min(4, length // 8)
            and not re.search(r"\d{4}|[a-z]{6}|[A-Z]{6}", drawn[:200])
        ):
            return drawn
        if length > 150:
            return drawn


def luhn(maker: Maker, prefix: str, length: int) -> str:
    """A card's number with its check digit."""
    digits = prefix + "".join(maker.random.choice("0123456789") for _ in range(length - len(prefix) - 1))
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    head = (
        bytes([size])
        if size < 128
        else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8)
    )
    return bytes([tag]) + head + body


def _integer(maker: Maker, size: int) -> bytes:
    return _der(2, b"\x00" + bytes([0x80 | maker.random.getrandbits(7)]) + maker.random.randbytes(size - 1))


def der(maker: Maker) -> str:
    """Base64 of a PKCS#1 RSA key whose numbers are random."""
    numbers = b"".join(_integer(maker, n) for n in (128, 128, 64, 64, 64, 64, 64)[1:])
    return b64(_der(0x30, b"\x02\x01\x00" + _integer(maker, 128) + b"\x02\x03\x01\x00\x01" + numbers))


def pem(maker: Maker, key: str) -> str:
    """A private key in PEM whose body is random; the body is the secret."""
    body = maker.base64(300)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    kind = maker.random.choice(("RSA ", "EC ", "", "OPENSSH ", "DSA "))
    if key == "PEMCUT":
        lines = lines[:250]
        return Text(f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}", lines)
    if key == "PEMENC":
        head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{maker.of(HEX, 32).upper()}\n\n"
        return Text(f"-----BEGIN RSA PRIVATE KEY-----\n{head}{lines}\n-----END RSA PRIVATE KEY-----", lines)
    if key == "PGP":
        return Text(
            f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{lines}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----",
            lines,
        )
    return Text(f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----", lines)


def jwt(maker: Maker, key: str) -> str:
    """A JWT or JWE; all but the head is the secret."""
    part: Callable[[int], str] = lambda size: b64url(maker.random.randbytes(size))
    if key == "JWE":
        rest = ".".join((part(256), part(12), part(120), part(16)))
        head = b64url(b'{"alg":"RSA-OAEP","enc":"A256GCM"}')
        return Text(f"{head}.{rest}", rest)
    alg = {"JWT": "HS256", "JWTRS": "RS256", "JWTNONE": "none"}[key]
    head = b64url(f'{{"alg":"{alg}","typ":"JWT"}}'.encode())
    body = b64url(f'{{"sub":"{maker.digits(7)}","iss":"acme","exp":1893456000}}'.encode())
    rest = f"{body}.{'' if alg == 'none' else part(256 if alg == 'RS256' else 32)}"
    return Text(f"{head}.{rest}", rest)


def btc(maker: Maker) -> str:
    """A wallet's address with its check sum (Base58Check)."""
    data = b"\x00" + maker.random.randbytes(20)
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    letters, number, made = (
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        int.from_bytes(data),
        "",
    )
    while number:
        number, rest = divmod(number, 58)
        made = letters[rest] + made
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + made


# prefix, alphabet, length of the part behind it; the part behind the prefix is the secret
FORMS: dict[str, tuple[str, str, int]] = {
    "GHO": ("gho_", ALNUM, 36), "GHU": ("ghu_", ALNUM, 36), "GHS": ("ghs_", ALNUM, 36), "GHR": ("ghr_", ALNUM, 36),
    "GLPAT": ("glpat-", URLSAFE, 20), "GLPTT": ("glptt-", HEX, 40), "GLDT": ("gldt-", URLSAFE, 20), "GLRT": ("glrt-", URLSAFE, 20),
    "GR": ("GR1348941", URLSAFE, 20), "AKIA": ("AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "ASIA": ("ASIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), "RKLIVE": ("rk_live_", ALNUM, 24), "SKTEST": ("sk_test_", ALNUM, 24),
    "WHSEC": ("whsec_", ALNUM, 32), "YA29": ("ya29.a0", URLSAFE, 140), "GOCSPX": ("GOCSPX-", URLSAFE, 28),
    "GREFRESH": ("1//0", URLSAFE, 60), "PYPI": ("pypi-AgEIcHlwaS5vcmc", URLSAFE, 120), "GOOG": ("AIza", URLSAFE, 35),
    "SHPSS": ("shpss_", HEX, 32), "SHPPA": ("shppa_", HEX, 32), "DOO": ("doo_v1_", HEX, 64), "DOR": ("dor_v1_", HEX, 64),
    "HVB": ("hvb.", URLSAFE, 110), "DBX": ("dapi", HEX, 32), "HFORG": ("api_org_", ALNUM[:52], 34),
    "ANTADM": ("sk-ant-admin01-", URLSAFE, 93), "NPM": ("npm_", ALNUM, 36), "LIN": ("lin_api_", HEX, 40), "FIGD": ("figd_", HEX, 40),
    "GLSA": ("glsa_", HEX, 32), "PUL": ("pul-", HEX, 40), "SNTRYS": ("sntrys_", HEX, 64), "TWIL": ("SK", HEX, 32),
    "A3T": ("A3TX", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), "LOB": ("live_", HEX, 35),
}  # fmt: skip


def secret(maker: Maker, key: str) -> str:
    """What the letters stand for."""
    of, pick, digits = maker.of, maker.random.choice, maker.digits
    if key in FORMS:
        prefix, alphabet, length = FORMS[key]
        body = of(alphabet, length)
        body = of(ALNUM, 1) + body[1:-1] + of(ALNUM, 1) if "-" in alphabet else body
        return Text(prefix + body, body)
    match key:
        case "L":
            return pick(PLAIN)
        case "W":
            return pick(PLAIN[:4]) + digits(4)
        case "W2":
            word = pick(PLAIN)
            return word[:4] + digits(4) + word[4:]
        case "A":
            return secret(maker, pick(("L", "W", "H32", "UUID")))
        case "P":
            return password(maker)
        case "G":
            return long_password(maker, maker.random.randint(16, 26))
        case "UUID":
            return maker.uuid()
        case "B64":
            return maker.base64(64)
        case "B44" | "B88" | "B400":
            return maker.base64({"B44": 32, "B88": 64, "B400": 300}[key])
        case "AWSSEC":
            return maker.base64(30)
        case "LIC":
            return "-".join(of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 5) for _ in range(4))
        case "IBAN":
            body = digits(18)
            return f"DE{98 - int(body + '131400') % 97:02d}{body}"
        case "BASIC":
            return b64(f"ada:{password(maker)}".encode())
        case "CARD":
            return luhn(maker, "4", 16)
        case "MC":
            return luhn(maker, pick(("51", "52", "53", "54", "55")), 16)
        case "MC2":
            return luhn(maker, "2221", 16)
        case "AMEX":
            return luhn(maker, pick(("34", "37")), 15)
        case "DISCOVER":
            return luhn(maker, "6011", 16)
        case "JCB":
            return luhn(maker, "3530", 16)
        case "DINERS":
            return luhn(maker, "36", 14)
        case "MCBLANK" | "CARDDASH":
            made = luhn(maker, "4" if key == "CARDDASH" else "53", 16)
            return ("-" if key == "CARDDASH" else " ").join(made[at : at + 4] for at in range(0, 16, 4))
        case "AMEXBLANK":
            made = luhn(maker, "37", 15)
            return f"{made[:4]} {made[4:10]} {made[10:]}"
        case "SSN":
            return f"{maker.random.randint(100, 665)}-{maker.random.randint(10, 99)}-{maker.random.randint(1000, 9999)}"
        case "GHPAT":
            body = f"{of(ALNUM, 22)}_{of(ALNUM, 59)}"
            return Text("github_pat_" + body, body)
        case "XOXP":
            body = f"{digits(12)}-{digits(12)}-{digits(12)}-{of(HEX, 32)}"
            return Text("xoxp-" + body, body)
        case "XAPP":
            body = f"A{of('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 10)}-{digits(13)}-{of(HEX, 64)}"
            return Text("xapp-1-" + body, body)
        case "SLHOOK":
            caps = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
            body = of(ALNUM, 24)
            return Text(f"T{of(caps, 8)}/B{of(caps, 10)}/{body}", body)
        case "OPENAI" | "OPROJ":
            one, two = of(ALNUM, 20), of(ALNUM, 20)
            return Text(
                ("sk-" if key == "OPENAI" else "sk-proj-") + f"{one}T3BlbkFJ{two}", f"{one}T3BlbkFJ{two}"
            )
        case "DISC":
            body = f"{of(URLSAFE, 6)}.{of(ALNUM, 1)}{of(URLSAFE, 36)}{of(ALNUM, 1)}"
            return Text(f"{b64(digits(18).encode())}.{body}", body)
        case "DBX2":
            body = of(HEX, 32)
            return Text(f"dapi{body}-2", body)
        case "SG":
            body = f"{of(ALNUM, 1)}{of(URLSAFE, 21)}.{of(URLSAFE, 42)}{of(ALNUM, 1)}"
            return Text("SG." + body, body)
        case "TG":
            body = of(URLSAFE, 32) + of(ALNUM, 1)
            return Text(f"{digits(10)}:AA{body}", body)
        case "AZAD":
            body = of(ALNUM, 34)
            return Text(f"{of(ALNUM, 3)}8Q~{body}", body)
        case "PPK":
            public, private = maker.base64(51), maker.base64(36)
            head = f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: ada\nPublic-Lines: 2\n{public[:64]}\n{public[64:]}"
            return Text(f"{head}\nPrivate-Lines: 1\n{private}\nPrivate-MAC: {of(HEX, 64)}", private)
        case "DERRSA":
            return der(maker)
        case "BCRYPT":
            body = of(ALNUM + "./", 53)
            return Text("$2b$12$" + body, body[22:])
        case "ARGON":
            body = b64(maker.random.randbytes(32)).rstrip("=")
            return Text(
                f"$argon2id$v=19$m=65536,t=3,p=4${b64(maker.random.randbytes(16)).rstrip('=')}${body}", body
            )
        case "SHA512C" | "MD5C":
            body = of(ALNUM + "./", 86 if key == "SHA512C" else 22)
            return Text(f"${'6' if key == 'SHA512C' else '1'}${of(ALNUM, 8)}${body}", body)
        case "PBKDF2":
            body = maker.base64(32)
            return Text(f"pbkdf2_sha256$600000${of(ALNUM, 22)}${body}", body)
        # the shapes of the third list
        case "PDASH":
            return f"{pick(ANIMALS)}-{pick(ANIMALS)}{digits(2)}!"
        case "PUNDER":
            return f"{pick(ANIMALS)}_{pick(ANIMALS)}{digits(2)}!"
        case "PUNI":
            return f"Grün{pick(ANIMALS)}{digits(3)}!ß"
        case "PAT":
            return f"P@{pick(ANIMALS)}{digits(3)}!x"
        case "PHASH":
            return f"{pick(ANIMALS)}#{digits(4)}"
        case "PDOLLAR":
            return f"{pick(ANIMALS).lower()}{pick(ANIMALS)}${digits(1)}"
        case "PVAR" | "PANCHOR":
            return f"{'$' if key == 'PVAR' else '#'}{pick(ANIMALS)}{digits(4)}"
        case "PPLUS":
            drawn = mixed(maker, 15)
            return f"{drawn[:6]}+{drawn[6:]}"
        # look-alikes
        case "U":
            return maker.uuid()
        case "ULID":
            return "01" + "".join(maker.random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=24))
        case "KSUID":
            return mixed(maker, 27)
        case "NANO":
            return of(ALNUM, 1) + of(URLSAFE, 19) + of(ALNUM, 1)
        case "CUID2":
            return pick("abcdefgh") + of(LOWER, 23)
        case "CALL" | "MSG" | "TOOLU" | "CH" | "EVT" | "PK":
            prefix = {
                "CALL": "call_",
                "MSG": "msg_01",
                "TOOLU": "toolu_01",
                "CH": "ch_3",
                "EVT": "evt_1",
                "PK": "pk_live_",
            }[key]
            return prefix + of(ALNUM, 24 if key in ("CALL", "PK") else 22)
        case "BTC":
            return btc(maker)
        case "SRI":
            return "sha512-" + maker.base64(64)
        case "PNG":
            return b64(
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0"
                + maker.random.randbytes(90)
            )
        case "B64TXT":
            return b64(
                f"Dear Ada, the {pick(WORDS)} near the {pick(WORDS)} opens at nine; bring the {pick(WORDS)} along.".encode()
            )
        case "CERT" | "PUB":
            body = "MII" + maker.base64(240)[3:]
            kind = "CERTIFICATE" if key == "CERT" else "PUBLIC KEY"
            return (
                f"-----BEGIN {kind}-----\n"
                + "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
                + f"\n-----END {kind}-----"
            )
    if key.startswith("PEM") or key == "PGP":
        return pem(maker, key)
    if key.startswith(("JWT", "JWE")):
        return jwt(maker, key)
    size = int(key[len(key.rstrip("0123456789")) :] or 0)
    match key.rstrip("0123456789"):
        case "D" | "N":
            return digits(size)
        case "WORDS":
            return " ".join(maker.random.sample(WORDS * 2, size))
        case "T":
            return mixed(maker, size or maker.random.randint(28, 46))
        case "U":
            return of(ALNUM, 1) + mixed(maker, size - 2, URLSAFE) + of(ALNUM, 1)
        case "G":
            return long_password(maker, size)
        case "H":
            return of(HEX, size) if size > 11 else "".join(maker.random.choices(HEX, k=size))
        case "B":
            return maker.base64(size)
    raise KeyError(key)
