"""Kinds of secrets that were written before any rule was read, and measured once before the rules changed."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import quote

from made_up import ALNUM, BASE64, HEX, LOWER, UPPER, URLSAFE, Made, Maker

NAMES = (
    "db_pass", "smtpPassword", "api_secret", "consumer_secret", "app_secret", "bot_token", "gh_token", "pat", "personal_access_token",
    "deploy_token", "registry_password", "encryption_key", "fernet_key", "aes_key", "secret_key_base", "signing_secret", "totp_seed",
    "recovery_code", "verification_code", "sms_code", "magic_link_token", "reset_token", "remember_token", "xsrf", "antiforgery_token",
    "license_key", "activation_code", "wifi_password", "wpa_key", "preshared_key", "radius_secret", "ldap_bind_credential", "keytab_b64",
    "pfx_password", "p12pass", "keyPassphrase", "sudo_pass", "unlock_code", "door_code", "cvv2", "sas_token", "sasl_password",
    "datadog_app_key", "pagerduty_token", "twilio_auth", "sendgrid_key", "algolia_admin_key", "heroku_key", "notion_token", "hf_token",
    "cohere_key", "gemini_key", "pinecone_key", "supabase_service_role", "neon_pw", "unseal_key", "root_token", "snowflake_pwd",
    "firebase_server_key", "vapid_private", "recaptcha_secret", "stripe_whsec", "plaid_secret", "kraken_private", "old_password",
    "newPassword2", "confirm_passwd", "passwordConfirmation", "repeat_pwd", "PASSWD", "userPass", "DB_PW", "svc_acct_secret", "machineKey",
    "authorization_code", "device_code", "bearer", "jwt", "accessJwt", "refreshJwt", "cookie_secret", "cookieJar_session", "PHPSESSID",
    "JSESSIONID", "sessionid", "connect.sid", "csrfmiddlewaretoken", "__RequestVerificationToken", "wp_auth_salt", "AUTH_SALT", "pepper",
    "hmac_key", "shared_access_key", "storage_account_key", "primary_master_key", "account_secret", "tenant_secret", "rpc_secret",
    "seed_phrase", "wallet_mnemonic", "backup_phrase", "spend_key", "view_key", "xprv", "validator_key", "mfa_secret", "otp_secret",
    "challenge_answer", "security_answer", "mothers_maiden_name", "pin_code", "atm_pin", "card_pin", "puk", "passcode", "passkey",
    "lockbox_combo", "dek", "kek_wrapped", "master_key", "data_key", "content_key", "crypt_key", "stream_key", "turn_credential", "ice_pwd",
    "upload_secret", "hook_secret", "proxy_password", "ftp_pw", "imap_pass", "cred", "creds", "secret_string", "SecretBinary", "top_secret",
)  # fmt: skip
FOREIGN = (
    "kennwort", "zugangscode", "geheimnis", "motdepasse", "mdp_admin", "code_secret", "cle_api", "clé_privée", "contrasena", "clave_secreta",
    "llave_privada", "senha_bd", "chave_api", "palavra_passe", "chiave_segreta", "chiave_privata", "wachtwoord", "geheime_sleutel",
    "losenord", "passord", "adgangskode", "kodeord", "salasana", "haslo_db", "tajny_klucz", "heslo", "jelszo", "parola", "sifre",
    "gizli_anahtar", "пароль_бд", "секретный_ключ", "ключ_доступа", "секретний_ключ", "κωδικός", "סיסמה", "كلمة_المرور", "رمز_عبور",
    "पासवर्ड", "รหัสผ่าน", "mật_khẩu", "kata_sandi", "口令", "密钥", "令牌", "mima", "暗証番号", "秘密鍵", "비밀번호", "암호", "lozinka",
    "geslo", "parool", "slaptažodis", "contrasenya", "lykilorð", "wagwoord", "nenosiri",
)  # fmt: skip
RETURNED = (
    "get_secret", "fetch_api_token", "load_private_key", "ask_pin", "prompt_for_password", "decrypt_password", "make_session_token",
    "new_csrf_token", "issue_jwt", "Vault.read_secret", "Settings.secret_key", "user.otp", "Client.access_token", "generate_passphrase",
    "currentPassword", "getAuthToken", "derive_key", "create_api_key", "sign_cookie", "Keyring.get_password", "getpass.getpass",
    "credentials", "one_time_password", "mint_token", "rotate_credentials",
)  # fmt: skip
ARGV = (
    ("tool", "--password", "{}"), ("tool", "--password={}"), ("tool", "--api-key", "{}"), ("tool", "--token={}"), ("mysql", "-u", "root", "-p{}"),
    ("sshpass", "-p", "{}", "ssh", "h"), ("curl", "-u", "ada:{}", "https://h/"), ("curl", "-H", "Authorization: Bearer {}", "h"),
    ("curl", "-H", "X-API-Key: {}", "h"), ("curl", "--user", "ada:{}", "h"), ("curl", "--data", "client_secret={}&a=1", "h"), ("curl", "-b", "session={}", "h"),
    ("redis-cli", "-a", "{}", "ping"), ("mongosh", "--username", "a", "--password", "{}"), ("openssl", "enc", "-aes-256-cbc", "-k", "{}"),
    ("openssl", "rsa", "-passin", "pass:{}"), ("zip", "-P", "{}", "a.zip", "a"), ("7z", "x", "-p{}", "a.7z"), ("unzip", "-P", "{}", "a.zip"),
    ("docker", "login", "-u", "a", "-p", "{}"), ("docker", "run", "-e", "DB_PASSWORD={}", "img"), ("helm", "install", "--set", "auth.password={}"),
    ("kubectl", "--token", "{}", "get", "pods"), ("gpg", "--batch", "--passphrase", "{}", "-d", "f"), ("ansible", "-e", "ansible_become_pass={}"),
    ("keytool", "-storepass", "{}"), ("keytool", "-keypass", "{}"), ("java", "-Ddb.password={}", "Main"), ("wget", "--http-password={}", "u"),
    ("ldapsearch", "-D", "cn=a", "-w", "{}"), ("smbclient", "//h/s", "-U", "ada%{}"), ("rclone", "--sftp-pass", "{}"), ("twine", "upload", "-p", "{}"),
    ("npm", "config", "set", "//r.example/:_authToken={}"), ("az", "login", "--service-principal", "-p", "{}"), ("vault", "login", "{}"),
    ("restic", "--password-command", "echo {}"), ("pg_dump", "postgresql://ada:{}@h/db"), ("git", "clone", "https://{}@git.example/a/b.git"),
    ("sqlcmd", "-U", "sa", "-P", "{}"), ("mosquitto_pub", "-u", "a", "-P", "{}"), ("gh", "secret", "set", "KEY", "--body", "{}"),
    ("qpdf", "--password={}", "a.pdf"), ("sqlplus", "scott/{}@orcl"), ("net", "user", "ada", "{}", "/add"), ("htpasswd", "-b", ".htpasswd", "ada", "{}"),
)  # fmt: skip
TEXTS = (
    # configuration files
    "database:\n  host: h\n  password: {}\n", "users:\n  - name: ada\n    passwd: {}\n", "secrets:\n  - {}\n", "stringData:\n  api-token: {}\n",
    "password: |\n  {}\nnext: 1\n", "password: >-\n  {}\n", "\"password\": \"{}\",", "{'password': '{}'}", "{\"auth\": {\"secret\": \"{}\"}}",
    "{\"password\": {\"value\": \"{}\"}}", "{\"Name\": \"DB_PASSWORD\", \"Value\": \"{}\"}", "{\"key\": \"api_token\", \"value\": \"{}\"}",
    "[{\"ParameterKey\": \"MasterPassword\", \"ParameterValue\": \"{}\"}]", "password = \"\"\"\n{}\"\"\"\n", "[auth]\ntoken = '{}'\n",
    "[mail]\nsmtp.pass: {}\n", "db.password = {}\n", "db.password:{}\n", "DB_PASSWORD={}\nDB_HOST=h\n", "export API_TOKEN={}\n", "set SECRET={}\r\n",
    "setenv API_KEY {}\n", "ENV API_TOKEN {}\n", "ARG NPM_TOKEN={}\n", "$env:API_KEY = '{}'", "<add key=\"ApiKey\" value=\"{}\"/>",
    "<property name=\"password\" value=\"{}\"/>", "<password>{}</password>", "<Setting name=\"Secret\"><value>{}</value></Setting>",
    "<user name='ada' password='{}'/>", "<entry key=\"db.password\">{}</entry>", "<key>apiToken</key>\n<string>{}</string>",
    "<c:password><![CDATA[{}]]></c:password>", "<input type=\"hidden\" name=\"csrf_token\" value=\"{}\">", "<input type=password value=\"{}\">",
    "<meta name=\"csrf-token\" content=\"{}\">", "<tr><td>Password</td><td>{}</td></tr>", "<dt>Password</dt><dd>{}</dd>", "<li><b>API key:</b> {}</li>",
    "| user | password |\n|---|---|\n| ada | {} |\n", "| password | {} |", "**Password:** {}", "- Password: `{}`", "Password\t{}", "Password:\t{}",
    "user,password\nada,{}\n", "user;password\nada;{}\n", "user\tpassword\nada\t{}\n", "machine h login ada password {}", "h:5432:db:ada:{}\n",
    "ada:{SSHA}{}", "//registry.example/:_authToken={}", "_password={}\n", "variable \"token\" {\n  default = \"{}\"\n}", "password => '{}'",
    ":password => \"{}\",", "password := \"{}\"", "let password = \"{}\";", "const API_KEY = '{}';", "private static final String SECRET = \"{}\";",
    "#define WIFI_PASS \"{}\"", "val apiKey: String = \"{}\"", "password: String = \"{}\"", "define('DB_PASSWORD', '{}');", "$password = '{}';",
    "putenv('API_KEY={}')", "os.environ['API_KEY'] = '{}'", "setPassword(\"{}\")", "client.setApiKey('{}')", "new Credentials(\"ada\", \"{}\")",
    "login(user='ada', password='{}')", "connect(host, 'ada', password=\"{}\")", "User(name='ada', password='{}', age=3)", "SecretStr('{}')", "Token(value='{}')",
    "password=b'{}'", "password=u'{}'", "password=r'{}'", "Namespace(user='ada', password='{}')", "<Session token={}>", "<Cookie sessionid={} for h/>",
    "OrderedDict([('user', 'ada'), ('password', '{}')])", "[('password', '{}')]", "('api_key', '{}')", "['--password', '{}']", "[b'authorization', b'Bearer {}']",
    "Headers({'authorization': 'Bearer {}'})", "requirepass {}", "masterauth {}", "ssl.keystore.password={}", "sasl.jaas.config=X required username=\"a\" password=\"{}\";",
    "wpa_passphrase={}", "psk=\"{}\"", "secret \"{}\";", "enable secret 0 {}", "snmp-server community {} RO", "username ada password 0 {}", "ikev2 pre-shared-key {}",
    # headers, cookies, addresses
    "Authorization: Bearer {}", "authorization: token {}", "Authorization: ApiKey {}", "Authorization: {}", "X-Auth-Token: {}", "X-Api-Key: {}",
    "apikey: {}", "Ocp-Apim-Subscription-Key: {}", "X-Shopify-Access-Token: {}", "X-Hub-Signature-256: sha256={}", "Set-Cookie: session={}; Path=/; HttpOnly",
    "Cookie: theme=dark; sid={}", "Set-Cookie: auth={}; Secure", "Sec-WebSocket-Protocol: bearer, {}", "Proxy-Authorization: Basic {}",
    "https://h/x?token={}&a=1", "https://h/x?api_key={}", "https://h/cb?code={}&state=1", "https://h/#access_token={}&token_type=bearer",
    "https://ada:{}@h/x", "https://{}@h/x", "https://{}:x-oauth-basic@h/x", "https://h/reset-password/{}", "https://h/invite?t=1&signature={}",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature={}", "https://a.blob.core.windows.net/c?sv=1&sig={}", "https://hooks.slack.com/services/T00AAAA00/B00BBBB00/{}",
    "https://discord.com/api/webhooks/123456789012345678/{}", "https://api.telegram.org/bot123456789:{}/getMe", "amqp://ada:{}@h:5672/v",
    "mongodb+srv://ada:{}@c.example/db", "redis://:{}@h:6379/0", "postgres://ada:{}@h/db?sslmode=require", "jdbc:mysql://h/db?user=a&password={}",
    "jdbc:oracle:thin:ada/{}@h:1521:x", "Server=h;Database=d;User Id=a;Password={};", "Data Source=h;Pwd={}", "host=h user=ada password={} dbname=d",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={};", "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey={}", "ftp://ada:{}@h/x", "smtp+tls://ada:{}@h",
    "otpauth://totp/ada?secret={}&issuer=x", "WIFI:S:home;T:WPA;P:{};;", "sip:ada:{}@h",
    # logs, sentences, SQL
    "login failed for ada with password {}", "using password {} for ada", "your password is {}", "Your new password: {}", "the token is {}", "Temporary password {} was set",
    "Your verification code is {}", "Use {} as your login code", "OTP: {}", "PIN is {}", "password changed from old to {}", "got token={} from cache", "auth ok token:{}",
    "key '{}' is not a valid API key", "Incorrect API key provided: {}.", "invalid password '{}'", "Enter passphrase for key: {}", "level=info msg=login password={} ip=1.2.3.4",
    "{\"level\":\"info\",\"msg\":\"login\",\"api_key\":\"{}\"}", "INFO auth - token [{}] accepted", "password <{}> rejected", "secret=[{}]", "secret:({})",
    "ALTER USER ada WITH PASSWORD '{}'", "CREATE USER ada IDENTIFIED BY '{}'", "CREATE USER ada IDENTIFIED BY \"{}\"", "SET PASSWORD FOR ada = PASSWORD('{}')",
    "SELECT * FROM u WHERE password = '{}'", "SELECT * FROM u WHERE token IN ('{}')", "UPDATE u SET password='{}' WHERE id=1", "INSERT INTO u (name, password) VALUES ('ada', '{}')",
    "INSERT INTO u(id, api_key, x) VALUES (1, '{}', 2)", "pgp_sym_encrypt(x, '{}')", "SELECT crypt('{}', gen_salt('bf'))", "CREATE SECRET (TYPE s3, SECRET '{}')",
    "GRANT ALL ON *.* TO 'a'@'h' IDENTIFIED BY '{}'", "ATTACH 'x' AS y (PASSWORD '{}')", "PRAGMA key = '{}'", "sqlcipher key: {}", "AUTH {}\r\n", "AUTH default {}",
    "PASS {}\r\n", "a1 LOGIN ada {}", "IDENTIFY {}", "*2\r\n$4\r\nAUTH\r\n$9\r\n{}\r\n", "Content-Disposition: form-data; name=\"password\"\r\n\r\n{}\r\n--b",
    "username=ada&password={}&go=1", "grant_type=refresh_token&refresh_token={}", "password%3D{}%26a%3D1", "{\\\"password\\\": \\\"{}\\\"}", "\"{\\\"token\\\":\\\"{}\\\"}\"",
    "&quot;password&quot;:&quot;{}&quot;", "pass\u200bword: {}", "Password : {}", "PASSWORD  =  {}", "password -> {}", "password → {}", "password == {}", "password?={}", "Password：{}",
    "пароль: {}", "密码：{}", "パスワード：{}", "mot de passe : {}", "contraseña: {}", "Passwort lautet {}", "hasło={}", "şifre: {}", "palavra-passe: {}", "كلمة المرور: {}",
    "--password {} --verbose", "tool -p {} --password-stdin", "PGPASSWORD={} psql -h h", "API_KEY={} python app.py", "echo '{}' | docker login --password-stdin", "sshpass -p '{}' ssh h", "mysql -uroot -p{} db",
    "curl -u ada:{} https://h/", "http -a ada:{} https://h/", "openssl enc -pass pass:{} -in f", "net use z: \\\\h\\s {} /user:ada", "runas /savecred password={}",
)  # fmt: skip
PIN_LIKE = {
    "sms_code",
    "pin_code",
    "atm_pin",
    "card_pin",
    "puk",
    "passcode",
    "cvv2",
    "door_code",
    "unlock_code",
    "ask_pin",
    "user.otp",
    "verification_code",
}
CODE_TEXTS = ("Your verification code is {}", "Use {} as your login code", "OTP: {}", "PIN is {}")
WORDY = {
    "seed_phrase",
    "wallet_mnemonic",
    "backup_phrase",
    "challenge_answer",
    "security_answer",
    "mothers_maiden_name",
    "lockbox_combo",
}
PREFIXES = {
    "github": ("ghp_", ALNUM, 36), "github-app": ("ghs_", ALNUM, 36), "github-fine": ("github_pat_", ALNUM, 82), "gitlab": ("glpat-", URLSAFE, 20), "gitlab-runner": ("glrt-", URLSAFE, 20),
    "gitlab-ci": ("glcbt-", URLSAFE, 24), "slack-bot": ("xoxb-123456789012-123456789012-", ALNUM, 24), "slack-app": ("xapp-1-A0123456789-1234567890123-", HEX, 64), "stripe": ("sk_live_", ALNUM, 24),
    "stripe-restricted": ("rk_live_", ALNUM, 24), "stripe-hook": ("whsec_", ALNUM, 32), "openai": ("sk-proj-", URLSAFE, 64), "anthropic": ("sk-ant-api03-", URLSAFE, 93), "openrouter": ("sk-or-v1-", HEX, 64),
    "huggingface": ("hf_", ALNUM, 34), "google": ("AIza", URLSAFE, 35), "google-oauth": ("ya29.", URLSAFE, 80), "google-client": ("GOCSPX-", URLSAFE, 28), "google-refresh": ("1//0", URLSAFE, 60),
    "aws": ("AKIA", UPPER, 16), "aws-bedrock": ("ABSK", BASE64, 128), "digitalocean": ("dop_v1_", HEX, 64), "doppler": ("dp.st.dev.", ALNUM, 40), "docker": ("dckr_pat_", URLSAFE, 27), "npm": ("npm_", ALNUM, 36),
    "pypi": ("pypi-AgEIcHlwaS5vcmc", URLSAFE, 70), "rubygems": ("rubygems_", HEX, 48), "shopify": ("shpat_", HEX, 32), "square": ("sq0csp-", URLSAFE, 43), "facebook": ("EAAG", ALNUM, 120), "linear": ("lin_api_", ALNUM, 40),
    "postman": ("PMAK-", HEX, 59), "pulumi": ("pul-", HEX, 40), "replicate": ("r8_", ALNUM, 37), "supabase": ("sbp_", HEX, 40), "typeform": ("tfp_", URLSAFE, 59), "grafana": ("glsa_", ALNUM, 41), "vault": ("hvs.", URLSAFE, 90),
    "terraform": ("aB3dE6gH9jK2mN.atlasv1.", URLSAFE, 64), "1password": ("ops_eyJ", URLSAFE, 300), "age": ("AGE-SECRET-KEY-1", UPPER, 58), "newrelic": ("NRAK-", UPPER, 27), "sourcegraph": ("sgp_", HEX, 40),
    "atlassian": ("ATATT3xFfGF0", URLSAFE, 180), "brevo": ("xkeysib-", HEX, 64), "fly": ("fo1_", URLSAFE, 43), "planetscale": ("pscale_pw_", URLSAFE, 43), "netlify": ("nfp_", ALNUM, 36), "vercel": ("vcp_", ALNUM, 56),
    "render": ("rnd_", ALNUM, 28), "runpod": ("rpa_", UPPER, 42), "groq": ("gsk_", ALNUM, 52), "perplexity": ("pplx-", ALNUM, 48), "xai": ("xai-", ALNUM, 80), "tavily": ("tvly-", ALNUM, 32), "notion": ("ntn_", ALNUM, 46),
    "figma": ("figd_", URLSAFE, 40), "airtable": ("patAbCdEfGhIjKlMn.", HEX, 64), "contentful": ("CFPAT-", URLSAFE, 43), "easypost": ("EZAK", ALNUM, 54), "alibaba": ("LTAI", ALNUM, 20), "langsmith": ("lsv2_pt_", HEX, 43),
    "posthog": ("phx_", ALNUM, 43), "sentry": ("sntrys_eyJ", BASE64, 120), "jfrog": ("AKCp8", ALNUM, 64), "nuget": ("oy2", LOWER, 43), "buildkite": ("bkua_", HEX, 40), "circleci": ("CCIPAT_", ALNUM, 60), "tailscale": ("tskey-auth-", ALNUM, 36),
    "databricks": ("dapi", HEX, 32), "mongodb-atlas": ("mdb_sa_sk_", URLSAFE, 40), "neon": ("napi_", LOWER, 64), "resend": ("re_", ALNUM, 33), "heroku": ("HRKU-AA", URLSAFE, 58), "infracost": ("ico-", ALNUM, 32), "adafruit": ("aio_", ALNUM, 28),
    "flutterwave": ("FLWSECK_TEST-", HEX, 32), "mapbox": ("sk.eyJ", ALNUM, 80), "octopus": ("API-", UPPER, 26), "openshift": ("sha256~", URLSAFE, 43), "prefect": ("pnu_", ALNUM, 36), "sonar": ("squ_", HEX, 40), "readme": ("rdme_", LOWER, 70),
    "sendgrid": ("SG.aB3dE6gH9jK2mNpQrStUvW.", URLSAFE, 43), "mailgun": ("key-", HEX, 32), "telegram": ("123456789:AA", URLSAFE, 33), "azure-ad": ("aB3", ALNUM, 0), "dynatrace": ("dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.", UPPER, 64),
    "acme": ("acme_live_", ALNUM, 32), "umbra": ("umbra_sk_", ALNUM, 40), "qorvex": ("qvx-", URLSAFE, 44), "bluefin": ("bf_pat_", HEX, 40), "zonda": ("zonda.v1.", URLSAFE, 48), "kestrel": ("KST-SECRET-", UPPER, 32), "ember": ("ember_token_", ALNUM, 28),
    "tarn": ("tarn_prod_", HEX, 64), "ovid": ("ovk_", ALNUM, 40), "luma": ("luma:sk:", ALNUM, 32),
}  # fmt: skip


def value(maker: Maker, turn: int) -> str:
    """A password, a token, hexadecimal or a word with digits, by turns."""
    return (
        maker.password, maker.token, lambda: maker.of(HEX, 40), lambda: maker.words(1) + maker.digits(3), lambda: maker.of(URLSAFE, 24).strip("-_"),
    )[turn % 5]()  # fmt: skip


def fitting(maker: Maker, name: str, turn: int) -> str:
    """What such a name holds: digits, words, or a value of any kind."""
    if name in PIN_LIKE or name in CODE_TEXTS:
        return maker.digits(6)
    return maker.words(4) if name in WORDY else value(maker, turn)


def encoders() -> dict[str, Callable[[str], str]]:
    """Ways to write a text that holds a secret so that it does not read as one."""

    def b64(data: bytes) -> str:
        return base64.b64encode(data).decode()

    return {
        "base64": lambda text: b64(text.encode()), "base64-url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="), "base64-twice": lambda text: b64(b64(text.encode()).encode()),
        "base64-utf16": lambda text: b64(text.encode("utf-16-le")), "base64-gzip": lambda text: b64(gzip.compress(text.encode(), mtime=0)), "base64-zlib": lambda text: b64(zlib.compress(text.encode())),
        "hex": lambda text: text.encode().hex(), "hex-upper": lambda text: text.encode().hex().upper(), "hex-0x": lambda text: "0x" + text.encode().hex(), "hex-colons": lambda text: text.encode().hex(":"),
        "hex-blanks": lambda text: text.encode().hex(" "), "hex-escapes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()), "unicode-escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
        "percent": lambda text: quote(text, safe=""), "percent-all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()), "entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
        "entities-hex": lambda text: "".join(f"&#x{ord(c):x};" for c in text), "base64-mime": lambda text: base64.encodebytes((text * 3).encode()).decode(), "quoted-printable": lambda text: binascii.b2a_qp(text.encode(), quotetabs=True).decode(),
        "base32": lambda text: base64.b32encode(text.encode()).decode(), "octets": lambda text: str(list(text.encode())), "data-url": lambda text: "data:text/plain;base64," + b64(text.encode()),
    }  # fmt: skip


def named(maker: Maker) -> Iterator[Made]:
    for turn, name in enumerate((*NAMES, *FOREIGN)):
        secret = fitting(maker, name, turn)
        yield Made(f"name-{name}", secret, secret, name=name)
    for turn, name in enumerate(RETURNED):
        secret = fitting(maker, name, turn)
        yield Made(f"returned-{name}", secret, secret, returned=name)


def texts(maker: Maker) -> Iterator[Made]:
    for turn, template in enumerate(TEXTS):
        secret = fitting(maker, template, turn)
        yield Made(f"text-{template}", template.replace("{}", secret), secret)
    for turn, words in enumerate(ARGV):
        secret = value(maker, turn)
        yield Made(
            f"argv-{' '.join(words)}", "", secret, argv=tuple(word.replace("{}", secret) for word in words)
        )


def vendors(maker: Maker) -> Iterator[Made]:
    for vendor, (prefix, alphabet, length) in PREFIXES.items():
        secret = prefix + maker.of(alphabet, length) if length else f"aB38Q~{maker.of(URLSAFE, 34)}"
        text = (secret, f"GET /v1 with {secret} gave 200", f'{{"x": "{secret}"}}')[len(vendor) % 3]
        yield Made(f"vendor-{vendor}", text, secret)


def encoded(maker: Maker) -> Iterator[Made]:
    for how, encode in encoders().items():
        secret = maker.password()
        text = encode(json.dumps({"user": "ada", "password": secret}))
        yield Made(f"encoded-{how}", text, text.strip())


def bare(maker: Maker) -> Iterator[Made]:
    """What shows by its own shape what it is."""
    head, body, tail = (
        base64.urlsafe_b64encode(maker.random.randbytes(n)).decode().rstrip("=") for n in (30, 60, 32)
    )
    yield Made("bare-jwt", f"eyJ{head}.eyJ{body}.{tail}", tail)
    for label in (
        "RSA PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
        "EC PRIVATE KEY",
    ):
        block = maker.base64(96)
        yield Made(f"bare-{label}", f"-----BEGIN {label}-----\n{block}\n-----END {label}-----", block)
    putty = maker.base64(90)
    yield Made(
        "bare-putty",
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{putty}\n",
        putty,
    )
    jwk = maker.of(URLSAFE, 43)
    yield Made("bare-jwk", json.dumps({"kty": "EC", "crv": "P-256", "x": "a", "d": jwk}), jwk)
    for how, digest in (("bcrypt", f"$2b$12${maker.of(ALNUM, 53)}"), ("sha512crypt", f"$6${maker.of(ALNUM, 8)}${maker.of(ALNUM, 86)}"), ("argon2", f"$argon2id$v=19$m=65536,t=3,p=4${maker.of(ALNUM, 22)}${maker.of(ALNUM, 43)}"), ("django", f"pbkdf2_sha256$600000${maker.of(ALNUM, 22)}${maker.base64(32)}"), ("scrypt", f"scrypt:32768:8:1${maker.of(ALNUM, 16)}${maker.of(HEX, 128)}")):  # fmt: skip
        yield Made(f"bare-{how}", digest, digest)
    card = "4" + maker.digits(14)
    total = sum(int(c) if i % 2 else sum(divmod(int(c) * 2, 10)) for i, c in enumerate(card))
    card += str(-total % 10)
    yield Made("bare-card", f"paid with {card} today", card)
    grouped = " ".join(card[i : i + 4] for i in range(0, 16, 4))
    yield Made("bare-card-groups", f"card {grouped}", grouped)
    wif = maker.of(ALNUM.translate(str.maketrans("", "", "0OIl")), 51)
    yield Made("bare-wif", f"wallet key 5{wif[1:]}", wif[1:])
    minisign = "RWRTY0Iy" + maker.of(BASE64, 200)
    yield Made("bare-minisign", f"untrusted comment: minisign encrypted secret key\n{minisign}\n", minisign)
    wire = maker.base64(32)
    yield Made("bare-wireguard", f"[Interface]\nPrivateKey = {wire}\nAddress = 10.0.0.1/24\n", wire)
    long = maker.of(BASE64, 700)
    yield Made("bare-session-token", f"aws_session_token = {long}", long)


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for part in (named, texts, vendors, encoded, bare):
        yield from part(maker)
