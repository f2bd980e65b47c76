"""Kinds of secrets that were written after the rules were frozen, and used once: the figure in the docs is theirs."""
# ruff: noqa: E501 - tables of texts

import base64
from collections.abc import Callable, Iterator

from made_up import ALNUM, BASE64, HEX, LOWER, URLSAFE, Made, Maker

MAKES: dict[str, Callable[[Maker], str]] = {
    "P": Maker.password,
    "W": lambda maker: maker.words(1) + maker.digits(3),
    "T": Maker.token,
    "H": lambda maker: maker.of(HEX, 32),
    "U": lambda maker: "A" + maker.of(URLSAFE, 30) + "z",
    "B": lambda maker: maker.base64(32),
    "D": lambda maker: maker.digits(6),
    "M": lambda maker: maker.words(12),
    "G": Maker.uuid,
}
NAMES = (
    ("P", "svc_password"), ("P", "adminPass"), ("P", "sudoPassword"), ("W", "guest_pwd"), ("P", "luksPassphrase"), ("P", "es_password"), ("P", "pw_hash_input"), ("W", "samba_pass"), ("P", "plain_pw"), ("P", "kdbx_password"),
    ("T", "mastodon_token"), ("T", "matrix_access_token"), ("T", "webhook_token"), ("U", "upload_token"), ("T", "gitea_token"), ("H", "sonarToken"), ("U", "oauthAccessToken"), ("T", "push_token_secret"), ("T", "visitor_jwt"), ("U", "next_auth_secret"),
    ("H", "bugzilla_key"), ("T", "weatherstack_key"), ("H", "maps_js_key"), ("T", "zendesk_key"), ("B", "cookie_encryption_key"), ("B", "jwt_signing_key"), ("H", "rsa_private"), ("B", "storage_access_key"), ("H", "flask_secret"), ("H", "django_secret_key"),
    ("H", "sessionKey"), ("B", "aesKey"), ("H", "hmacKey"), ("H", "xor_key"), ("B", "backup_encryption_key"), ("T", "bitwarden_session"), ("U", "vault_unseal"), ("H", "ledger_seed"), ("M", "metamask_phrase"), ("M", "mnemonic_words"),
    ("D", "sms_otp"), ("D", "totp_code"), ("D", "login_pin"), ("D", "confirmation_code"), ("D", "alarm_code"), ("T", "reset_code"), ("D", "parental_pin"), ("D", "sim_pin"), ("T", "invitation_code"), ("U", "magic_token"),
    ("H", "sig"), ("H", "url_signature"), ("T", "sess_id"), ("U", "_session_id"), ("U", "auth_ticket"), ("U", "SAMLResponse_token"), ("B", "kerberos_ticket"), ("U", "id_token_raw"), ("B", "encrypted_password"), ("B", "credential_blob"),
    ("P", "proxyAuthPassword"), ("W", "wifi_psk"), ("P", "radius_shared_secret"), ("P", "snmp_auth_pass"), ("W", "bios_password"), ("P", "kennwort_alt"), ("P", "nouveau_mot_de_passe"), ("P", "contraseña_actual"), ("P", "senha_atual"), ("P", "vecchia_password"),
    ("P", "nytt_lösenord"), ("P", "stare_haslo"), ("P", "новый_пароль"), ("P", "eski_şifre"), ("P", "新密码"), ("P", "新しいパスワード"), ("P", "새비밀번호"), ("H", "chiave_di_cifratura"), ("H", "Schlüssel_privat"), ("D", "code_de_confirmation"),
    ("D", "Bestätigungscode"), ("H", "clé_d_accès"), ("H", "chave_privada_rsa"), ("H", "ключ_шифрования"), ("D", "sikkerhedskode"), ("P", "nové_heslo"), ("P", "uusi_salasana"), ("P", "hesla"), ("H", "toegangssleutel"), ("H", "API-Schlüssel"),
)  # fmt: skip
RETURNED = (
    ("T", "refresh_token"), ("P", "read_passphrase"), ("U", "new_session_id"), ("H", "load_signing_key"), ("D", "generate_otp"), ("T", "Client.api_key"), ("P", "decrypt_secret"), ("H", "_get_encryption_key"), ("U", "exchange_code_for_token"), ("P", "prompt_password"),
)  # fmt: skip
ARGV = (
    ("P", "tool --db-password {}"), ("T", "tool --auth-token={}"), ("P", "ansible-vault --vault-pass {}"), ("P", "mariadb -uroot -p{}"), ("W", "pg_restore --password={}"), ("T", "curl -H PRIVATE-TOKEN:{} h"), ("P", "curl --proxy-user ada:{} h"),
    ("T", "npm publish --otp {}"), ("H", "docker build --build-arg API_KEY={} ."), ("P", "java -jar x.jar --spring.datasource.password={}"), ("T", "gcloud --access-token {}"), ("P", "lftp -u ada,{} h"), ("P", "influx -username a -password {}"), ("H", "cargo login {}"),
    ("P", "pass:{} openssl"), ("P", "7z a -p{} x.7z"), ("P", "cryptsetup --key {} open"), ("T", "kubectl config set-credentials a --token={}"), ("P", "useradd -p {} ada"), ("T", "travis encrypt SECRET={}"),
)  # fmt: skip
TEXTS = (
    ("P", "db:\n  user: ada\n  pass: {}\n"), ("P", "mail:\n  - host: h\n    password: \"{}\"\n"), ("T", "token: !!str {}\n"), ("H", "api_keys:\n  - {}\n"), ("P", "[database]\nPASSWORD = {}\n"), ("T", "[[remote]]\nauth_token = \"{}\"\n"), ("P", "password=\\\n{}\n"),
    ("P", "<dbPassword>{}</dbPassword>"), ("P", "<param name=\"password\">{}</param>"), ("T", "<string name=\"api_key\">{}</string>"), ("P", "<connection user=\"a\" pwd=\"{}\"/>"), ("T", "<input name=\"authenticity_token\" type=\"hidden\" value=\"{}\" />"), ("P", "<td>password:</td>\n<td><code>{}</code></td>"),
    ("P", "<span class=\"label\">Password</span><span>{}</span>"), ("T", "{\"type\": \"bearer\", \"token\": \"{}\"}"), ("P", "{\"login\": [\"ada\", \"{}\"], \"password\": \"{}\"}"), ("P", "{\"field\": \"password\", \"value\": \"{}\"}"), ("T", "{\"headers\": [[\"authorization\", \"Bearer {}\"]]}"),
    ("H", "{\"key\": {\"secret\": \"{}\"}}"), ("P", "{\"op\": \"replace\", \"path\": \"/password\", \"value\": \"{}\"}"), ("P", "password: {} (changed today)"), ("P", "Password is {}"), ("W", "the password was {} until today"), ("P", "new password: \"{}\""), ("P", "Default password → {}"),
    ("W", "pw={};"), ("P", "pwd->{}"), ("P", "password ~> {}"), ("P", "password ... {}"), ("P", "user ada, password {}, host h"), ("P", "(password {})"), ("P", "ada / password {}"), ("P", "password [{}] is too weak"), ("P", "trying password '{}' for ada"), ("P", "can't log in with password \"{}\""),
    ("T", "token {} has expired"), ("T", "expired token: {}"), ("T", "using token {}..."), ("T", "Token accepted: {}"), ("H", "api key {} revoked"), ("H", "invalid api key ({})"), ("T", "secret => {}"), ("T", "session token is {}"), ("T", "signed with secret {}"), ("H", "private key 0x{}"), ("H", "key=0x{} iv=0 aes_key={}"),
    ("D", "code de vérification : {}"), ("D", "Ihr Bestätigungscode lautet {}"), ("D", "Su código de verificación es {}"), ("D", "{} is your Acme verification code"), ("D", "Your one-time PIN: {}"), ("D", "security code {} expires in 5 minutes"), ("D", "enter the code {} to log in, your login code is {}"), ("D", "2FA code: {}"), ("D", "otp={}"),
    ("P", "Mot de passe : {}"), ("P", "Ihr Passwort: {}"), ("P", "La contraseña es {}"), ("P", "Sua senha é {}"), ("P", "Hasło: {}"), ("P", "Ваш пароль: {}"), ("P", "密码是 {}"), ("P", "パスワードは{}です"), ("P", "비밀번호는 {}"), ("P", "Wachtwoord: {}"), ("P", "Lösenordet är {}"), ("P", "Adgangskode: {}"),
    ("P", "CREATE ROLE ada LOGIN PASSWORD '{}'"), ("P", "ALTER LOGIN sa WITH PASSWORD = N'{}'"), ("P", "SELECT * FROM users WHERE name = 'a' AND password LIKE '{}'"), ("P", "REPLACE INTO creds (user, secret) VALUES ('a', '{}')"), ("P", "EXEC sp_addlogin 'ada', @passwd = '{}'"), ("T", "SET SESSION auth_token = '{}'"), ("P", "MERGE u SET password = '{}'"), ("P", "DECODE(password, '{}', 1)"),
    ("T", "X-Auth: {}"), ("T", "X-Session-Token: {}"), ("T", "X-Amz-Security-Token: {}"), ("T", "Authorization: Token token={}"), ("T", "Authorization: SSWS {}"), ("T", "Authorization: GenieKey {}"), ("H", "X-Plex-Token: {}"), ("T", "DD-API-KEY: {}"), ("T", "Cookie: a=1; PHPSESSID={}"), ("T", "Set-Cookie: __Host-session={}; Secure"), ("T", "cookie: remember_me={}"),
    ("T", "https://h/a?access_token={}"), ("H", "https://h/a?apikey={}&q=1"), ("T", "https://h/a?jwt={}"), ("P", "https://h/login?user=a&pass={}"), ("H", "https://h/unsubscribe?token={}"), ("T", "wss://h/socket?auth={}"), ("P", "mysql+pymysql://ada:{}@h/d"), ("P", "ldap://cn=a:{}@h"), ("P", "sftp://ada:{}@h:22/x"), ("T", "https://h/hook?secret={}"), ("T", "git+https://{}@github.example/a.git"), ("P", "socks5://a:{}@h:1080"),
    ("P", "Server=h;Uid=a;Pwd={};"), ("B", "AccountName=a;AccountKey={}"), ("P", "dsn: host=h password={} user=a"), ("P", "User ID=a;Password=\"{}\";"), ("P", "jdbc:sqlserver://h;user=a;password={}"), ("P", "machine h\nlogin ada\npassword {}\n"), ("P", "set password {}"), ("P", "neighbor 1.2.3.4 password {}"), ("P", "authentication-key \"{}\""), ("P", "crypto isakmp key {} address 1.2.3.4"),
    ("P", "password_hash($pass, {}) password='{}'"), ("P", "conn.login('ada', password='{}')"), ("P", "Password(\"{}\")"), ("T", "ApiKey('{}')"), ("P", "User(name='a', passwd='{}')"), ("P", "{'pass': '{}'}"), ("T", "headers={'X-Api-Key': '{}'}"), ("P", "password: '{}' # todo"), ("T", "final token = \"{}\";"), ("P", "String password = new String(\"{}\");"), ("T", "export const SECRET = `{}`;"), ("P", "@password = \"{}\""), ("P", "(setq password \"{}\")"), ("P", "(def password \"{}\")"), ("P", "password <- \"{}\""), ("T", "local token=\"{}\""), ("P", "set(PASSWORD \"{}\")"), ("P", "password:\"{}\""),
    ("P", "user | password\nada | {}\n"), ("P", "name,pwd\nada,{}\n"), ("P", "| Field | Value |\n|---|---|\n| Password | {} |\n"), ("P", "* *password*: {}"), ("P", "Password\n: {}"), ("P", ":password: {}"), ("P", "\\item[password] {}"), ("P", "password\u00a0: {}"), ("P", "PASSWORD\u2009=\u2009{}"), ("P", "«password»: «{}»"), ("P", "%22password%22%3A%22{}%22"), ("P", "\\u0022password\\u0022: \\u0022{}\\u0022"),
)  # fmt: skip
SHAPES = (
    ("ghu_", ALNUM, 36), ("glagent-", URLSAFE, 50), ("xoxe-1-", ALNUM, 150), ("sk_test_", ALNUM, 24), ("sk-svcacct-", ALNUM, 64), ("hvb.", URLSAFE, 140), ("pul-", HEX, 40), ("dp.pt.", ALNUM, 43), ("shpss_", HEX, 32), ("tskey-client-", ALNUM, 40), ("nvapi-", URLSAFE, 64),
    ("orbit_secret_", LOWER, 40), ("wren_pat_", HEX, 48), ("zeta-sk-", ALNUM, 32), ("flint_api_", ALNUM, 36), ("mx_live_", HEX, 40), ("qd_tok_", LOWER, 32), ("larch_", ALNUM, 40), ("pine_key_", ALNUM, 32), ("juno-token-", URLSAFE, 40), ("vero.sk.", ALNUM, 40), ("atlas_priv_", HEX, 64),
)  # fmt: skip


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for kind, name in NAMES:
        secret = MAKES[kind](maker)
        yield Made(f"name {name}", secret, secret, name=name)
    for kind, name in RETURNED:
        secret = MAKES[kind](maker)
        yield Made(f"returned {name}", secret, secret, returned=name)
    for kind, line in ARGV:
        secret = MAKES[kind](maker)
        yield Made(f"argv {line}", "", secret, argv=tuple(line.replace("{}", secret).split(" ")))
    for kind, text in TEXTS:
        secret = MAKES[kind](maker)
        yield Made(f"text {text}", text.replace("{}", secret), secret)
    for prefix, alphabet, length in SHAPES:
        secret = prefix + maker.of(alphabet, length)
        yield Made(f"shape {prefix}", f"called with {secret} twice", secret)
    yield from _wrapped(maker)


def _wrapped(maker: Maker) -> Iterator[Made]:
    """Inside an encoding, and of several lines."""
    secret = maker.password()
    text = base64.b64encode(f"user=ada\npassword={secret}\n".encode()).decode()
    yield Made("base64 of lines", f"data: {text}", text)
    yield Made("hexadecimal", f"password={secret}".encode().hex(), f"password={secret}".encode().hex())
    basic = base64.b64encode(f"ada:{secret}".encode()).decode()
    yield Made("basic", f"'Authorization': 'Basic {basic}'", basic)
    block = maker.of(BASE64, 64)
    yield Made(
        "pem in JSON",
        f'{{"key": "-----BEGIN PRIVATE KEY-----\\n{block}\\n-----END PRIVATE KEY-----\\n"}}',
        block,
    )
    yield Made(
        "ssh2",
        f"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{block}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
        block,
    )
    yield Made("htpasswd", f"ada:$apr1${maker.of(ALNUM, 8)}${maker.of(ALNUM, 22)}", "$apr1$")
    yield Made("shadow", f"ada:$y$j9T${maker.of(ALNUM, 22)}${maker.of(ALNUM, 43)}:19000:0:99999:7:::", "$y$")
