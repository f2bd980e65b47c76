"""The second half of the made-up secrets: written after the rules were frozen, and looked at once."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from made_up import ALNUM, BASE64, HEX, LOWER, UPPER, URLSAFE, Made, Maker

PASSWORDS = [
    "PASS",
    "userPwd",
    "rootPassword",
    "new_password",
    "old_password",
    "password2",
    "ADMIN_PASSWORD",
    "spring.datasource.password",
    "redis_pass",
    "MYSQL_PWD",
    "ldapBindPassword",
    "keystorePassword",
    "login_pass",
    "proxy_password",
    "wifi_password",
    "Passwort",
    "mot_de_passe",
    "MDP",
    "CONTRASEÑA",
    "Senha",
    "user_senha",
    "ПАРОЛЬ",
    "登录密码",
    "パスワード",
    "HASŁO",
    "Lösenord",
    "KENNWORT",
    "Wachtwoord",
    "ŞIFRE",
    "kullanici_sifre",
    "Heslo",
    "matkhau",
    "salasana",
    "sudo_pswd",
    "PSW",
    "temp_pword",
    "zip_passphrase",
    "vault_pass",
    "httpPassword",
]
TOKENS = [
    "ACCESS_TOKEN",
    "auth-token",
    "bearerToken",
    "idToken",
    "push_token",
    "device_token",
    "bot_token",
    "x-auth-token",
    "PRIVATE-TOKEN",
    "sendgrid_key",
    "TWILIO_KEY",
    "mapbox_key",
    "huggingface_key",
    "anthropicKey",
    "datadog_key",
    "algolia_key",
    "sentry_key",
    "apikey",
    "api-secret",
    "consumer_secret",
    "oauth_client_secret",
    "appSecret",
    "jwt_secret",
    "cookie_secret",
    "SECRET_KEY_BASE",
    "stripe_webhook_secret",
    "encryptionKey",
    "masterKey",
    "hmac_key",
    "signing_secret",
    "account_key",
    "storage_key",
    "subscription-key",
    "session_token",
    "sessionid",
    "PHPSESSID",
    "csrfmiddlewaretoken",
    "request_signature",
    "user_session",
    "mfa_secret",
    "totp_secret",
    "license_key",
    "recovery_code",
    "wpa_psk",
    "shared_secret",
    "deploy_key",
    "service_key",
]
FORMS = (
    "db:\n  user: ada\n  password: {}\n", "password: >-\n    {}\nuser: ada", "tokens:\n- {}\n- none", "secret = '''\n{}\n'''",
    '{{"credentials": {{"password": "{}"}}}}', '{{"api_key": {{"default": "{}"}}}}', '{{"key": "api_key", "value": "{}"}}',
    "- name: DB_PASSWORD\n  value: {}\n", "Parameters: [{{'Name': 'AuthToken', 'Value': '{}'}}]", "api_key\t{}\n", "token | {}",
    "|password|{}|", "<tr><th>API key</th><td><code>{}</code></td></tr>", "<input value='{}' name='auth_token' type='hidden'>",
    '<param name="Password" value="{}" />', "user.set_password('{}')", 'cfg.setApiKey("{}")', "ALTER USER ada PASSWORD '{}'",
    "ALTER USER ada IDENTIFIED BY \"{}\"", "SELECT 1 WHERE pwd = '{}'", "u.password ilike '{}'", "secret not in ('{}', 'x')",
    "*:*:*:ada:{}", "default login ada password {}", "Cookie: a=b; JSESSIONID={}", "Set-Cookie: auth_token={}; Secure",
    "access key: {}", "Client Secret : {}", "verification code: {}", "パスワード：{}", "Contraseña: {}", "Hasło: {}", "senha={}",
    '--b\r\nContent-Disposition: form-data; name="api_key"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b--', "<Secret>{}</Secret>",
    "[('token', '{}')]", "set DB_PASS={}", "ENV API_TOKEN={}", "--auth-token={}", "tool --db-password '{}'", "amqp://ada:{}@mq:5672/",
    "https://ada:{}@host.example/", "jdbc:mysql://db/app?user=ada&password={}", "Server=db;User Id=sa;Password={};",
    "https://host.example/cb?access_token={}&x=1", "Proxy-Authorization: Bearer {}", "masterauth {}", "password={} user=ada",
    "'api_key': '{}'", "apiKey: \"{}\"", "password => {}", ":password => '{}'", "let token = \"{}\";", "const API_KEY = '{}'",
    "token: str = '{}'", "Config(password='{}', port=1)", "auth=('ada', '{}')", "password is: {}", "&password={}", "passwd:{}",
    "<key>password</key><string>{}</string>", "password%3D{}", "password\\\": \\\"{}\\\"", "Secret: {}", "X-Auth-Token: {}",
)  # fmt: skip
LINES = (
    "mysqldump --user=ada --password={} app", "mariadb -h db -p{} app", "mongosh --password {} db", "PGPASSWORD={} pg_dump app",
    "redis-cli -h r -a {} --tls ping", "curl --user ada:{} https://h", "wget --password={} https://h", "zip -e -P {} x.zip y",
    "unzip -P {} x.zip", "openssl enc -aes-256-cbc -k {} -in a", "openssl pkcs12 -passout pass:{} -export", "sshpass -p{} ssh h",
    "ldapadd -D cn=x -w {} -f a.ldif", "smbclient -U ada%x --password={} //h/s", "helm registry login -u ada --password {} h",
    "docker login --password {} h", "aws configure set aws_secret_access_key --secret-key {}", "gpg --batch --passphrase {} -d a",
    "sqlcmd -S h -U sa -P {} -Q x", "vault login -token {}", "htpasswd -nb --password {} ada", "export TOKEN={} && run",
)  # fmt: skip
VENDORS = (
    ("ASIA", UPPER, 16), ("gho_", ALNUM, 36), ("ghs_", ALNUM, 36), ("glrt-", URLSAFE, 20), ("xoxp-", LOWER, 60),
    ("xapp-1-", UPPER, 40), ("rk_live_", ALNUM, 24), ("sk_test_", ALNUM, 24), ("sk-svcacct-", ALNUM, 60), ("sk-", ALNUM, 48),
    ("ya29.", URLSAFE, 80), ("GOCSPX-", URLSAFE, 28), ("pypi-AgEIcHlwaS5vcmc", URLSAFE, 80), ("rubygems_", HEX, 48),
    ("key-", HEX, 32), ("dapi", HEX, 32), ("shpss_", HEX, 32), ("sq0csp-", URLSAFE, 43), ("pplx-", ALNUM, 48),
    ("NRAK-", UPPER, 27), ("glc_", ALNUM, 60), ("pscale_tkn_", URLSAFE, 43), ("figd_", URLSAFE, 40), ("sbp_", HEX, 40),
    ("AGE-SECRET-KEY-1", UPPER, 58), ("LTAI", ALNUM, 20), ("dt0c01.", UPPER, 80), ("EZAK", ALNUM, 54), ("AKCp", ALNUM, 69),
    ("nvapi-", URLSAFE, 64), ("sqp_", HEX, 40), ("pcsk_", ALNUM, 60), ("hvb.", URLSAFE, 120), ("waka_", HEX, 36),
    ("rzp_live_", ALNUM, 14), ("IQoJb3JpZ2lu", BASE64, 400), ("tskey-auth-", ALNUM, 30), ("lsv2_pt_", HEX, 42),
    ("doo_v1_", HEX, 64), ("dp.st.prd.", ALNUM, 40), ("ATCTT3", ALNUM, 60), ("PMAK-", HEX, 59), ("CCIPAT_", ALNUM, 40),
)  # fmt: skip


def secrets(make: Maker) -> Iterator[Made]:
    """One of each kind."""
    yield from _named(make)
    yield from _formed(make)
    yield from _encoded(make)
    for prefix, alphabet, length in VENDORS:
        key = prefix + make.of(alphabet, length)
        yield Made(f"vendor {prefix}", key, key)
        yield Made(f"vendor {prefix} in JSON", json.dumps({"note": [key]}), key)
    for length in (22, 28, 36, 43, 86, 700, 2000):
        token = make.of(URLSAFE if length > 40 else ALNUM, length)
        yield Made(f"opaque of {length}", f"got {token}", token)


def _named(make: Maker) -> Iterator[Made]:
    for name in PASSWORDS:
        secret = make.password()
        yield Made(f"name {name}", secret, secret, name=name)
        yield Made(f"text {name}", f"{name}={secret}", secret)
    for name in TOKENS:
        secret = make.token()
        yield Made(f"name {name}", secret, secret, name=name)
        yield Made(f"text {name}", f"{name}: '{secret}'", secret)
    for name in ("pin", "user_pin", "sms_code", "OTP", "totp", "pin_code"):
        secret = make.digits(6)
        yield Made(f"name {name}", secret, secret, name=name)
    for function in (
        "create_access_token", "ask_password", "api_key", "current_session_token", "generate_otp_secret", "decrypt_password",
        "_load_private_key", "makeCsrfToken", "read_secret_from_file", "get_credentials",
    ):  # fmt: skip
        secret = make.token()
        yield Made(f"returned {function}", secret, secret, returned=function)
    for name in ("seed_phrase", "mnemonic", "recovery_phrase"):
        secret = make.words(12)
        yield Made(f"name {name}", secret, secret, name=name)


def _formed(make: Maker) -> Iterator[Made]:
    for form in FORMS:
        secret = make.of(ALNUM, 16)
        yield Made(f"form {form[:30]!r}", form.format(secret), secret)
    for line in LINES:
        secret = make.of(ALNUM, 14)
        yield Made(f"line {line[:24]!r}", line.format(secret), secret)
        yield Made(
            f"argv {line[:24]!r}", line.format(secret), secret, argv=tuple(line.format(secret).split())
        )
    user = make.of(HEX, 32)
    yield Made("url user with scheme", f"dsn = https://{user}@o1.ingest.example/2", user)


def _encoded(make: Maker) -> Iterator[Made]:
    secret = make.password()
    plain = json.dumps({"user": "ada", "password": secret})
    texts = {
        "base64 of JSON": base64.b64encode(plain.encode()).decode(),
        "urlsafe base64": base64.urlsafe_b64encode(plain.encode()).decode().rstrip("="),
        "base64 twice": base64.b64encode(base64.b64encode(plain.encode())).decode(),
        "hex in capitals": plain.encode().hex().upper(),
        "utf-16-be": base64.b64encode(plain.encode("utf-16-be")).decode(),
        "percent twice": quote(quote(plain)),
        "entities": "".join(f"&#{ord(c)};" for c in plain),
    }
    for kind, text in texts.items():
        yield Made(kind, text, secret if secret in text else text)
    body = "\n".join(make.of(BASE64, 64) for _ in range(5))
    for kind in ("EC ", "OPENSSH ", ""):
        pem = f"-----BEGIN {kind}" + f"PRIVATE KEY-----\n{body}\n-----END {kind}" + "PRIVATE KEY-----"
        yield Made(f"pem {kind}", f"key = '{pem}'", body.splitlines()[2])
        yield Made(f"pem {kind} in JSON", json.dumps({"k": pem}), body.splitlines()[2])
        wrapped = base64.b64encode(pem.encode()).decode()
        lines = "\n".join(wrapped[i : i + 64] for i in range(0, len(wrapped), 64))
        yield Made(f"pem {kind} in lines of 64", lines, lines.splitlines()[2])
    card = "4" + make.digits(14)
    check = next(d for d in "0123456789" if _luhn(card + d))
    yield Made("card", f"paid with {card}{check}", card + check)
    yield Made("ssn", f"SSN {make.random.randrange(100, 600)}-45-6789", "-45-6789")
    yield Made("bcrypt", digest := f"$2b$12${make.of(ALNUM, 53)}", digest)
    basic = base64.b64encode(f"ada:{secret}".encode()).decode()
    yield Made("basic", f"Authorization: Basic {basic}", basic)


def _luhn(digits: str) -> bool:
    odd = sum(int(digit) for digit in digits[-1::-2])
    return (odd + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0
