"""Kinds of secrets, each with whether docs/redaction.md promises it, written after the rules, used once."""

import base64
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from made_up import ALNUM, HEX, UPPER, URLSAFE, Made, Maker
from secrets_eleventh import unescaped

TEXTS = (Path(__file__).parent / "corpus" / "secrets_thirteenth.txt").read_text(encoding="utf-8")
NAMES = """
P PIHOLE_WEBPASSWORD|W pihole_password|W nextcloud_db_passwd|T frigate_rtsp_secret|T homebridge_token
W OctoprintPassword|T ghost_api_secret|T matomo_token_auth_token|W samba_passwd|T keycloakClientSecret
T otelAuthToken|T x-tenant-token|W teacherPassword|W patient_portal_password|T lab_api_key
W vesselPassword|T fleet_access_token|T posClientSecret|W kasse_passwort|W benutzer_passwort
W nuevaContraseña|W senha_atual|W mot_de_passe_admin|T jwt_refresh_secret|T webhookSigningSecret
H backup_encryption_key|T ssoClientSecret|W truststorePassword|W zipPassphrase|T deployKeySecret
D loginOtp|D email_verification_code|W root_passwd|W sftpPassword|T oidc_client_secret|T ingest_api_key
W пароль_пользователя|W 数据库密码|W hasło_bazy|W wachtwoord_beheer|T refreshToken2|T session_token
H private_key_hex|W admin_password_plain|T authorization|T cookie|W userPwd|W dbPasswd
"""
RETURNED = """
W fetch_db_password|T load_client_secret|T obtain_access_token|W decrypted_password|T current_api_key
D new_otp
"""
ARGV = """
tool --password {W}|tool --db-password={W}|srv --client-secret {T}|job --auth-token={T}
x --signing-key {T}|app {G}|app -x {P}|mysql -u a -p{W}|sshpass -p {W} ssh h|curl -u ada:{W} h
redis-cli -a {W}|env API_TOKEN={T} run|run ada:{P}@h|run sys/{P}
"""
SIGNS = "!$^*+~"
MADE = re.compile(r"\{([A-Za-z0-9]+)\}")
WRAPPED = re.compile(r"\{(b64|hex|gz|b64b64|u16|b85|b32|rev):(.*)\}")


def _b64(text: bytes) -> str:
    return base64.b64encode(text).decode()


WRAPS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: _b64(text.encode()),
    "hex": lambda text: text.encode().hex(),
    "gz": lambda text: _b64(gzip.compress(text.encode(), mtime=0)),
    "b64b64": lambda text: _b64(_b64(text.encode()).encode()),
    "u16": lambda text: _b64(text.encode("utf-16-le")),
    "b85": lambda text: base64.b85encode(text.encode()).decode(),
    "b32": lambda text: base64.b32encode(text.encode()).decode(),
    "rev": lambda text: text[::-1],
}


def password(maker: Maker) -> str:
    """As people take them: a word and digits with a sign, digits in a word, several words."""
    word, other = maker.random.sample(("Garden", "Velvet", "Falcon", "Marble", "Winter", "Tulip"), 2)
    sign, number = maker.random.choice(SIGNS), maker.random.randint(10, 9999)
    return maker.random.choice(
        (
            f"{word}{sign}{number}",
            f"{word}{number}!",
            f"{word}{sign}{other}{number}",
            f"{number}{sign}{word}x",
        )
    )


def secret(maker: Maker, key: str) -> str:
    """What a letter stands for; P, Q a password with a sign, G one of a generator, W a word with digits."""
    alphabets = {"A": ALNUM, "U": URLSAFE, "C": UPPER + "0123456789", "H": HEX}
    match key:
        case "P" | "Q":
            return password(maker)
        case "G":
            signed = maker.of(ALNUM, 16)
            return f"{signed[:4]}${signed[4:9]}!{signed[9:13]}^{signed[13:]}"
        case "W":
            return maker.random.choice(("velvet", "falcon", "marble", "tulip")) + str(
                maker.random.randint(100, 9999)
            )
        case "T":
            return maker.of(ALNUM, maker.random.randint(28, 40))
        case "K":
            return maker.of(URLSAFE, 43)
        case "D":
            return str(maker.random.randint(100_000, 999_999))
        case "H":
            return maker.of(HEX, 40)
        case "BASIC":
            return _b64(f"ada:{password(maker)}".encode())
    return maker.of(alphabets[key[0]], int(key[1:].rstrip("a")))


def filled(maker: Maker, template: str) -> tuple[str, str]:
    """The text, and the secret in it that is to be hidden: the first one made, or what encodes it."""
    made: list[str] = []

    def one(hit: re.Match[str]) -> str:
        made.append(secret(maker, hit[1]))
        return made[-1]

    def wrap(hit: re.Match[str]) -> str:
        made.insert(0, WRAPS[hit[1]](hit[2]))
        return made[0]

    text = WRAPPED.sub(wrap, MADE.sub(one, template)).replace("{{", "{").replace("}}", "}")
    return text, made[0]


def kinds(table: str) -> Iterator[str]:
    """The entries of a table."""
    for line in table.strip().split("\n"):
        yield from line.split("|")


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind; its name begins with a plus where the docs promise to find it."""
    for each in kinds(NAMES):
        what, name = each.split(" ", 1)
        text = secret(maker, what)
        yield Made(f"+ name {name}", text, text, name)
    for each in kinds(RETURNED):
        what, name = each.split(" ", 1)
        text = secret(maker, what)
        yield Made(f"+ returned {name}", text, text, returned=name)
    for template in kinds(ARGV):
        line, found = filled(maker, template)
        yield Made(f"+ argv {template}", "", found, argv=tuple(line.split(" ")))
    for line in TEXTS.strip("\n").split("\n"):
        text, found = filled(maker, unescaped(line[2:]))
        yield Made(line, text, found)
