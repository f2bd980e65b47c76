"""Kinds of secrets that were written after what the sixth set showed was mended, and used once: the figure in the docs is theirs."""
# ruff: noqa: E501, RUF001 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, URLSAFE, Made, Maker
from secrets_sixth import MAKES

NAMES = (
    ("P", "router_password"), ("P", "ssid_pass"), ("W", "hotspot_pw"), ("P", "jdbcPassword"), ("P", "masterPwd"), ("P", "loginPass"), ("P", "secretWord"), ("T", "twitch_oauth_token"), ("T", "client_token"), ("U", "csrfTokenValue"), ("T", "graphql_token"), ("U", "device_token"),
    ("H", "sentry_secret"), ("H", "signingSecret"), ("T", "mux_secret"), ("T", "courier_key"), ("H", "ip2location_key"), ("T", "geocode_key"), ("B", "envelope_key"), ("H", "hash_key_secret"), ("B", "tls_private_key"), ("H", "ed25519_key"), ("H", "scalar_private"), ("B", "column_encryption_key"),
    ("M", "recovery_words"), ("M", "secret_phrase"), ("D", "email_code"), ("D", "verifyCode"), ("D", "mfa_pin"), ("D", "unlockPin"), ("T", "backupCode"), ("U", "session_cookie_value"), ("T", "sid"), ("H", "x_signature"), ("U", "oauth_code_verifier"), ("P", "clave_nueva"), ("P", "senha_admin"), ("P", "passwort2"), ("P", "mdp_utilisateur"),
    ("P", "wachtwoord_oud"), ("P", "lozinka2"), ("P", "парольАдмина"), ("H", "секретный_токен"), ("P", "şifreYeni"), ("H", "klucz_szyfrowania"), ("H", "chave_de_acesso"), ("D", "codice_di_sicurezza"), ("D", "Sicherheitscode"), ("H", "アクセスキー"), ("P", "ログインパスワード"), ("P", "用户密码"), ("P", "비밀번호확인"),
)  # fmt: skip
RETURNED = (
    ("T", "fetch_token"),
    ("P", "Config.db_password"),
    ("H", "secret_from_env"),
    ("U", "create_session_cookie"),
    ("D", "next_otp"),
    ("H", "get_private_key"),
    ("T", "api_token"),
)
ARGV = (
    ("P", "tool --pass {}"), ("T", "tool --bearer {}"), ("H", "tool --secret-key={}"), ("P", "mysqldump -u a -p{} db"), ("P", "psql postgres://a:{}@h/d"), ("T", "curl -H Authorization:\u00a0Bearer\u00a0{} h"), ("P", "docker login --username a --password {}"), ("P", "smbclient -U a%{} //h/s"),
    ("T", "env API_TOKEN={} tool"), ("P", "openssl pkcs12 -passout pass:{}"), ("T", "aws --secret-access-key {}"), ("P", "restic -o rest.password={}"),
)  # fmt: skip
TEXTS = (
    ("P", "auth:\n    basic:\n        pass: '{}'\n"), ("T", "slack:\n  bot_token: {}   # prod\n"), ("P", "spring.datasource.password={}\n"), ("T", "TOKEN='{}' ./run.sh"), ("H", "- SECRET_KEY={}\n"), ("P", "[server]\nadmin_password={}\nport=1\n"), ("P", "<password type=\"plain\">{}</password>"), ("T", "<apiToken>{}</apiToken>"),
    ("P", "<input name=\"user_password\" value='{}'>"), ("T", "<meta name=\"api-token\" content=\"{}\">"), ("P", "<th>Password</th><td>{}</td>"), ("P", "{\"credentials\": {\"username\": \"a\", \"password\": \"{}\"}}"), ("T", "{\"accessToken\":\"{}\",\"expiresIn\":3600}"), ("H", "{\"apiKey\" : \"{}\"}"), ("P", "{\"name\":\"smtp_password\",\"type\":\"string\",\"value\":\"{}\"}"),
    ("P", "{password: '{}'}"), ("P", "password is set to {}"), ("P", "logging in as ada with password {}"), ("P", "his password was '{}'"), ("W", "passphrase: {}"), ("P", "password={}, user=ada"), ("P", "db password {} did not work"), ("P", "wrong password: {}"), ("T", "got an access token {} for ada"), ("T", "refresh token = {}"), ("H", "bad api key {}"), ("T", "auth token is: {}"),
    ("T", "session id {} created"), ("H", "secret key: {}"), ("T", "revoked token <{}>"), ("T", "jwt secret {} loaded"), ("D", "Your login code: {}"), ("D", "Your verification code for Acme is {}"), ("D", "{} is your confirmation code"), ("D", "use PIN {} to unlock"), ("D", "the OTP is {}"), ("D", "Votre code de sécurité est {}"), ("D", "Dein Sicherheitscode: {}"), ("D", "認証コード: {}"), ("D", "Код подтверждения: {}"), ("D", "codice di verifica: {}"),
    ("P", "Ditt lösenord är {}"), ("P", "Das Passwort ist {}"), ("P", "Le mot de passe est {}"), ("P", "La password è {}"), ("P", "A senha é {}"), ("P", "Twoje hasło to {}"), ("P", "Пароль: {}"), ("P", "パスワード: {}"), ("P", "密码: {}"), ("P", "Heslo je {}"), ("P", "Parolanız: {}"), ("P", "UPDATE accounts SET pwd = '{}' WHERE id = 2"), ("P", "INSERT INTO a (id, passwd) VALUES (1, '{}')"), ("P", "WHERE token = '{}' AND x = 1"), ("P", "CREATE USER a WITH ENCRYPTED PASSWORD '{}'"), ("P", "ALTER USER a IDENTIFIED BY '{}'"),
    ("T", "X-Access-Token: {}"), ("T", "X-CSRF-Token: {}"), ("T", "Authorization: Basic {}"), ("T", "Cookie: auth_token={}"), ("T", "Set-Cookie: sid={}; HttpOnly"), ("H", "api-key: {}"), ("T", "https://h/?auth_token={}"), ("H", "https://h/?key={}"), ("P", "https://h/?password={}&x=1"), ("T", "https://a:{}@h/x"), ("P", "postgresql+asyncpg://a:{}@h/d"), ("P", "rediss://default:{}@h:6380"), ("P", "Host=h;Username=a;Password={}"), ("B", "SharedAccessKey={}"), ("P", "PWD={};UID=a"),
    ("P", "connect(user=\"a\", passwd=\"{}\")"), ("P", "Account(login='a', password='{}')"), ("P", "setPassword('{}')"), ("T", "client = Client(api_key='{}')"), ("T", "headers[\"X-Token\"] = \"{}\""), ("P", "$cfg['password'] = '{}';"), ("T", "val token = \"{}\""), ("H", "const secretKey: string = '{}'"), ("P", "password: \"{}\" ,"), ("P", "name;password\na;{}\n"), ("P", "| user | pw |\n|---|---|\n| a | {} |\n"), ("P", "- **Password**: {}"), ("P", "Password: <b>{}</b>"), ("P", "password%3D{}"), ("P", "{\\\"password\\\":\\\"{}\\\"}"),
)  # fmt: skip
SHAPES = (
    ("gho_", ALNUM, 36), ("glptt-", HEX, 40), ("xoxp-", ALNUM, 70), ("rk_test_", ALNUM, 30), ("sk-ant-api03-", URLSAFE, 90), ("npm_", ALNUM, 36), ("bolt_secret_", HEX, 40), ("nova-pat-", LOWER, 40), ("cinder_sk_live_", ALNUM, 32), ("ridge_", ALNUM, 44), ("moss_access_token_", LOWER, 48), ("hx_prod_", HEX, 48),
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
        argv = tuple(word.replace("\u00a0", " ").replace("{}", secret) for word in line.split(" "))
        yield Made(f"argv {line}", "", secret, argv=argv)
    for kind, text in TEXTS:
        secret = MAKES[kind](maker)
        yield Made(f"text {text}", text.replace("{}", secret), secret)
    for prefix, alphabet, length in SHAPES:
        secret = prefix + maker.of(alphabet, length)
        yield Made(f"shape {prefix}", f"sent {secret} along", secret)
