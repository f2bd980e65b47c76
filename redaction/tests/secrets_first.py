"""The first half of the made-up secrets: the rules were written with these in view."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import codecs
import gzip
import json
import zlib
from collections.abc import Iterator

from made_up import ALNUM, BASE64, HEX, LOWER, UPPER, URLSAFE, Made, Maker

PASSWORD_NAMES = [
    "password",
    "passwd",
    "pwd",
    "pass_",
    "pswd",
    "psw",
    "pword",
    "db_password",
    "DB_PASS",
    "smtpPassword",
    "user.password",
    "mdp",
    "motDePasse",
    "contraseña",
    "contrasena",
    "senha",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "hasło",
    "haslo",
    "lösenord",
    "losenord",
    "Kennwort",
    "passwort",
    "wachtwoord",
    "şifre",
    "sifre",
    "heslo",
    "mật_khẩu",
    "matKhau",
    "jelszó",
    "salasana",
    "adgangskode",
    "passord",
    "lozinka",
    "비밀번호",
    "用户密码",
    "clave",
    "passphrase",
]
TOKEN_NAMES = [
    "token",
    "access_token",
    "refreshToken",
    "tok",
    "sid",
    "sess",
    "session",
    "session_id",
    "csrf",
    "csrf_token",
    "XSRF-TOKEN",
    "api_key",
    "apiKey",
    "X-Api-Key",
    "openai_key",
    "stripe_key",
    "shared_key",
    "client_key",
    "github_key",
    "OPENAI_KEY",
    "sig",
    "signature",
    "hmac",
    "psk",
    "kek",
    "seed",
    "secret",
    "client_secret",
    "secret_key",
    "AWS_SECRET_ACCESS_KEY",
    "private_key",
    "jwt",
    "bearer",
    "webhook_secret",
    "signing_key",
    "encryption_key",
]
PREFIXED = (
    ("AKIA", UPPER, 16), ("ghp_", ALNUM, 36), ("github_pat_", ALNUM, 60), ("glpat-", URLSAFE, 20), ("xoxb-", LOWER, 40),
    ("sk_live_", ALNUM, 24), ("sk-ant-api03-", URLSAFE, 93), ("sk-proj-", ALNUM, 48), ("AIza", URLSAFE, 35),
    ("npm_", ALNUM, 36), ("SG.", URLSAFE, 22), ("hf_", ALNUM, 34), ("dop_v1_", HEX, 64), ("hvs.", ALNUM, 90),
    ("shpat_", HEX, 32), ("glsa_", ALNUM, 32), ("lin_api_", ALNUM, 40), ("sntrys_", ALNUM, 60), ("ATATT3", ALNUM, 60),
    ("dckr_pat_", ALNUM, 27), ("tfp_", ALNUM, 44), ("rdme_", LOWER, 70), ("pul-", HEX, 40), ("PMAK-", HEX, 58),
    ("CFPAT-", URLSAFE, 43), ("gsk_", ALNUM, 52), ("xai-", ALNUM, 80), ("r8_", ALNUM, 37), ("whsec_", BASE64, 32),
)  # fmt: skip


def secrets(make: Maker) -> Iterator[Made]:
    """One of each kind."""
    yield from _named(make)
    yield from _returned(make)
    yield from _commands(make)
    yield from _forms(make)
    yield from _encoded(make)
    yield from _vendors(make)


def _named(make: Maker) -> Iterator[Made]:
    for name in PASSWORD_NAMES:
        secret = make.password()
        yield Made(f"name {name}", secret, secret, name=name)
        yield Made(f"text {name}", f"{name}: {secret}", secret)
        yield Made(f"assigned {name}", f'{name} = "{secret}"', secret)
    for name in TOKEN_NAMES:
        secret = make.token()
        yield Made(f"name {name}", secret, secret, name=name)
        yield Made(f"json {name}", json.dumps({name: secret, "n": 1}), secret)
    for name, secret in (("pin", make.digits(4)), ("otp", make.digits(6)), ("one_time_code", make.digits(6))):
        yield Made(f"name {name}", secret, secret, name=name)
    yield Made("name mnemonic", phrase := make.words(12), phrase, name="mnemonic")
    yield Made("name dsn", dsn := f"ada:{make.password()}@tcp(db:3306)/app", dsn, name="dsn")


def _returned(make: Maker) -> Iterator[Made]:
    for function in (
        "get_token",
        "read_password",
        "password",
        "fetchApiKey",
        "load_secret",
        "get_token_for_user",
    ):
        secret = make.token()
        yield Made(f"returned {function}", secret, secret, returned=function)


def _commands(make: Maker) -> Iterator[Made]:
    for before, after in (
        (("tool", "--password"), ()), (("mysql", "-u", "root"), ("db",)), (("redis-cli", "-a"), ("ping",)),
        (("sshpass", "-p"), ("ssh", "h")), (("zip", "-P"), ("a.zip", "b")), (("app", "--api-key"), ("--verbose",)),
    ):  # fmt: skip
        secret = make.password()
        word = f"-p{secret}" if before[0] == "mysql" else secret
        argv = (*before, word, *after)
        yield Made(f"argv {before[0]}", " ".join(argv), secret, argv=argv)
        yield Made(f"line {before[0]}", " ".join(argv), secret)
    for template in (
        "curl -u ada:{} https://host.example", "openssl rsa -in k.pem -passin pass:{}", "PGPASSWORD={} psql app",
        "docker login -u ada -p {} r.example", "7z x -p{} a.7z", "ldapsearch -x -w {} -b dc=x",
    ):  # fmt: skip
        secret = make.password().replace("!", "+")
        line = template.format(secret)
        yield Made(f"line {template.split()[0]}", line, secret)
        yield Made(f"argv {template.split()[0]}", line, secret, argv=tuple(line.split()))


FORMS = (
    "password: |\n  {}\n", "passwords:\n  - {}\n  - other", 'password = """\n{}\n"""', '{{"password": {{"value": "{}"}}}}',
    '{{"Name": "DB_PASSWORD", "Value": "{}"}}', '[{{"name": "API_TOKEN", "type": "env", "value": "{}"}}]', "password\t{}",
    "user\tada\npassword\t{}\n", "| user | ada |\n| password | {} |", "<td>Password</td><td>{}</td>",
    '<input type="password" name="p" value="{}">', '<meta name="csrf-token" content="{}">', "client.setPassword('{}')",
    "SET PASSWORD FOR 'ada' = PASSWORD('{}')", "CREATE USER ada IDENTIFIED BY '{}'", "WHERE password IN ('{}')",
    "WHERE token LIKE '{}'", "db.example.com:5432:app:ada:{}", "machine host login ada password {}",
    "Cookie: sessionid={}; theme=dark", "Set-Cookie: sid={}; HttpOnly", "api key: {}", "mot de passe : {}", "密码：{}",
    'Content-Disposition: form-data; name="password"\r\n\r\n{}\r\n--x', "<password>{}</password>", "('password', '{}')",
    "export DB_PASSWORD={}", "--client-secret {} --x", "postgres://ada:{}@db/app", "requirepass {}", "X-Api-Key: {}",
    "{{'token': '{}'}}", "Login(user='ada', password='{}')", "password != '{}'", "secret key = {}", "sa;PWD={};",
    "<dt>API key</dt><dd>{}</dd>", '<setting name="ApiKey" value="{}"/>', "Authorization: Token {}",
)  # fmt: skip


def _forms(make: Maker) -> Iterator[Made]:
    for form in FORMS:
        secret = make.of(ALNUM, 18)
        yield Made(f"form {form[:24]!r}", form.format(secret), secret)
    token = make.of(ALNUM, 30)
    yield Made("url user", f"https://{token}@git.example/x.git", token)


def _encoded(make: Maker) -> Iterator[Made]:
    secret = make.password()
    plain = f"password={secret}"
    utf16 = base64.b64encode(plain.encode("utf-16-le")).decode()
    digits = plain.encode().hex()
    encodings = {
        "base64": base64.b64encode(plain.encode()).decode(), "hex": digits, "0x": f"0x{digits}", "utf-16": utf16,
        "colons": ":".join(digits[i : i + 2] for i in range(0, len(digits), 2)),
        "blanks": " ".join(digits[i : i + 2] for i in range(0, len(digits), 2)),
        "entities": "".join(f"&#{ord(c)};" for c in plain), "hex entities": "".join(f"&#x{ord(c):x};" for c in plain),
        "gzip": base64.b64encode(gzip.compress(plain.encode())).decode(),
        "zlib": base64.b64encode(zlib.compress(plain.encode())).decode(),
        "percent": "".join(f"%{ord(c):02X}" for c in plain), "escaped": "".join(f"\\u{ord(c):04x}" for c in plain),
    }  # fmt: skip
    for kind, text in encodings.items():
        yield Made(f"encoded {kind}", text, text)
    body = "\n".join(make.of(BASE64, 64) for _ in range(6))
    pem = "-----BEGIN RSA " + f"PRIVATE KEY-----\n{body}\n-----END RSA " + "PRIVATE KEY-----\n"
    yield Made("pem", pem, body)
    wrapped = codecs.encode(pem.encode(), "base64").decode()
    yield Made("pem in MIME", wrapped, wrapped.splitlines()[1])


def _vendors(make: Maker) -> Iterator[Made]:
    for prefix, alphabet, length in PREFIXED:
        tail = make.of(alphabet, length) + ("." + make.of(URLSAFE, 43) if prefix == "SG." else "")
        yield Made(f"vendor {prefix}", prefix + tail, prefix + tail)
        yield Made(f"vendor {prefix} in text", f"using {prefix}{tail} now", prefix + tail)
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    jwt = f"{head}.{make.of(URLSAFE, 60)}.{make.of(URLSAFE, 43)}"
    yield Made("jwt", jwt, jwt)
    for length in (24, 32, 48, 64, 600, 1500):
        token = make.of(URLSAFE if length > 500 else ALNUM, length)
        yield Made(f"opaque of {length}", token, token)
