"""Kinds of secrets that were written before it was looked at what comes of them, and used once; what is documented as not found is left out."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import gzip
import json
from collections.abc import Iterator
from urllib.parse import quote

from made_up import ALNUM, BASE64, HEX, UPPER, URLSAFE, Made, Maker

NAMES = (
    "backup_password", "Passwort_neu", "bindPassword", "bind_pw", "adminPwd", "keystore_pass", "truststorePassword", "vnc_password",
    "pgpassword", "rootpw", "user_passwd", "tunnussana", "kata_laluan", "cyfrinair", "fjalekalimi", "пароль_администратора", "пин_код",
    "parola_noua", "nueva_contraseña", "senha_antiga", "loginPasswort", "haslo_uzytkownika", "密码2", "アクセストークン", "패스워드", "access_key_secret",
    "apiSecretKey", "tokenSecret", "oauth_token_secret", "refresh_tok", "client_assertion", "id_token_hint", "secretAccessKey",
    "x-vault-token", "X-Gitlab-Token", "x-csrf-token", "Proxy-Authorization", "X-Amz-Security-Token", "api-token", "authKey", "MasterSecret",
    "wrapping_key", "jwt_private_key", "hmacSecret", "webhookSigningKey", "encryption_passphrase", "ssh_passphrase", "sealed_secret",
    "hashed_password", "password_hash", "master_passphrase", "tls_private_key", "gpg_passphrase", "rpcpassword", "jenkins_api_token",
    "session_cookie", "auth_cookie", "security_code", "card_cvc", "routing_number", "bank_account_number",
)  # fmt: skip
VENDORS = (
    "deepl", "mapquest", "tomtom", "here", "ipinfo", "ipstack", "fixer", "clearbit", "segment_write", "mixpanel", "pusher", "twitch_client",
    "spotify_client", "yelp", "foursquare", "steam_web", "riot_api",
)  # fmt: skip
TEXTS = (
    "login: ada\npassword: {}\n", "PASSWORD {}", "password = {} # rotate me", "user=ada;password={};timeout=5", "pw: {}", "pass: {}",
    "Pass = '{}'", "password|{}", "credentials: ada/{}", "spring:\n  datasource:\n    username: ada\n    password: {}\n",
    "env:\n  - name: API_KEY\n    value: \"{}\"\n", "data:\n  password: {}\n", "password: !vault {}\n", "password: &pw {}\n",
    "[client]\nuser=root\npassword={}\n", "[default]\naws_access_key_id = x\naws_secret_access_key = {}\n", "token \"{}\"",
    "auth_token: '{}',", "api.key={}", "API_KEY:={}", "-Dpassword={}", "-Djavax.net.ssl.keyStorePassword={}", "--set db.password={}",
    "-e DB_PASSWORD={}", "-e 'SECRET={}'", "docker run -e POSTGRES_PASSWORD={} postgres", "curl -H 'Authorization: Bearer {}' https://h/",
    "curl -H \"X-Api-Key: {}\" https://h/", "curl -d 'password={}' https://h/", "curl https://ada:{}@h/x",
    "wget --header='PRIVATE-TOKEN: {}' h", "git clone https://oauth2:{}@git.example/a.git", "psql 'host=h user=a password={} dbname=d'",
    "export PGPASSWORD='{}'; psql", "echo {} | sudo -S ls # password above", "kubectl create secret generic db --from-literal=password={}",
    "az storage blob list --account-key {}", "aws configure set aws_secret_access_key {}1",
    "npm config set //registry.example/:_authToken={}", "heroku config:set SECRET_KEY={}",
    "ansible-vault encrypt_string --vault-password {} x", "mysql --host=h --password={} db", "mysqldump -uroot -p{} db",
    "mongodump --password={} -d db", "smbclient //h/s -U ada%{}", "redis-cli -h r AUTH {}", "nmcli con modify home wifi-sec.psk {}",
    "rabbitmqctl change_password ada {}", "{{\"password\":\"{}\"}}", "{{'secret': b'{}'}}", "{{\"auth\": {{\"token\": \"{}\"}}}}",
    "{{\"headers\": {{\"Authorization\": \"Bearer {}\"}}}}", "[{{\"header\": \"X-Api-Key\", \"value\": \"{}\"}}]",
    "{{\"env\": [{{\"name\": \"DB_PASS\", \"value\": \"{}\"}}]}}", "[\"password\", \"{}\"]", "{{\"args\": [\"--token\", \"{}\"]}}",
    "['login', '--api-key', '{}']", "(\"api_key\", \"{}\")", "{{\"password\": [\"{}\"]}}", "{{password: '{}'}}", "password=\"{}\"/>",
    "<Password xsi:type=\"s\">{}</Password>", "<add name=\"DbPassword\" value=\"{}\"/>", "<string name=\"api_key\">{}</string>",
    "<entry key=\"password\">{}</entry>", "<input value=\"{}\" type=\"password\">", "<td><b>Token</b></td><td>{}</td>",
    "<li>Password: {}</li>", "<p>Your password: <b>{}</b></p>", "<dt>Secret key:</dt>\n<dd>{}</dd>", "| Token | `{}` |", "Password | {}",
    "* API token: `{}`", "> password: {}", "## Secret\npassword: {}", "| user | password |\n| :--- | ---: |\n| ada | {} |",
    "id,name,api_key\n1,ada,{}\n", "id;user;passwort\n1;ada;{}\n", "name\ttoken\nada\t{}\n",
    " id | password \n----+----------\n  1 | {}\n(1 row)",
    "+----+----------+\n| id | password |\n+----+----------+\n|  1 | {} |\n+----+----------+",
    "INSERT INTO accounts(id, token) VALUES (1, '{}');", "insert into u (a, pwd) values ('x', '{}'), ('y', 'z')", "UPDATE u SET token='{}'",
    "ALTER USER sa WITH PASSWORD = '{}'", "CREATE LOGIN ada WITH PASSWORD = N'{}'", "GRANT ALL ON *.* TO 'a'@'h' IDENTIFIED BY '{}'",
    "CREATE ROLE ada LOGIN ENCRYPTED PASSWORD '{}'", "SELECT * FROM u WHERE token = '{}'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET '{}')", "COPY t FROM 's3://b' CREDENTIALS 'aws_secret_access_key={}'", "PRAGMA key = '{}'",
    "ATTACH 'x' (ENCRYPTION_KEY '{}')", "SET SESSION AUTHORIZATION x; SET password TO '{}'", "your new password is {}",
    "The password for bob is {}", "Password is: {}", "my api key is {}", "use the token {} to log in", "PIN: {}", "passcode={}",
    "Login with ada / password {}", "temp password: {}", "Kennwort: {}", "Ihr Passwort lautet: {}", "Su contraseña es: {}",
    "Votre mot de passe : {}", "пароль: {}", "密码为：{}", "パスワード: {}", "requests.get(url, auth=('ada', '{}'))",
    "connect(host='h', password='{}')", "Client(api_key=\"{}\")", "os.environ[\"TOKEN\"] = \"{}\"", "os.putenv('DB_PASSWORD', '{}')",
    "monkeypatch.setenv('API_KEY', '{}')", "client.login('ada', password='{}')", "builder.withPassword(\"{}\")", "token := []byte(\"{}\")",
    "password: String = \"{}\"", "const char *password = \"{}\";", "$password = '{}';", "my $password = \"{}\";", "@password = '{}'",
    "var secret = `{}`", "(def password \"{}\")", "let password = \"{}\" in", "assert password == '{}'", "if (password.equals(\"{}\"))",
    "KeyError: password='{}'", "Invalid token '{}'", "bad password: {}", "ValueError: token={} is expired",
    "Cookie: csrftoken={}; sessionid=x1", "Set-Cookie: refresh_token={}; Secure", "x-auth-token: {}", "authorization: Basic {}",
    "Sec-WebSocket-Protocol: bearer, {}", "https://h/cb?code=x&client_secret={}", "https://h/?api_key={}", "https://h/?q=1&sig={}",
    "https://h/#id_token={}", "ftp://ada:{}@h/f", "mongodb+srv://ada:{}@c.example/db", "sqlite:///x?key={}", "smtp://ada:{}@h:25",
    "ldap://cn=a:{}@h", "redis://:{}@h:6379/0", "Endpoint=sb://h/;SharedAccessKeyName=x;SharedAccessKey={}",
    "Data Source=h;User ID=sa;Password={}", "jdbc:postgresql://h/d?password={}", "snowflake://ada:{}@acc/db",
)  # fmt: skip
ARGV = (
    ('pgcli', '--password', '{}'), ('tool', '--smtp-password={}'), ('deploy', '--github-token', '{}'), ('x', '-pw', '{}'),
    ('net-snmp', '--auth', 'ada:{}'), ('restic', '--password', '{}'), ('mc', '--secret-key', '{}'), ('mysql', '-p{}'),
    ('mariadb-dump', '--password={}'), ('redis-cli', 'AUTH', '{}'), ('rabbitmqctl', 'add_user', 'ada', '{}'),
    ('aws', 'configure', 'set', 'aws_secret_access_key', '{}'), ('openssl', 'enc', '-pass', 'pass:{}'), ('keytool', '-keypass', '{}'),
    ('curl', '--user', 'ada:{}'), ('sqlplus', 'ada/{}@db'), ('7z', 'a', '-p{}', 'x'), ('unzip', '-P', '{}'), ('docker', 'login', '-p', '{}'),
    ('vault', 'write', 'auth/x', 'password={}'), ('psql', 'postgresql://ada:{}@h/d'), ('git', 'clone', 'https://x:{}@h/a'),
    ('wget', '--password={}'), ('sshpass', '-p{}', 'ssh'), ('tool', '--header', 'Authorization: Bearer {}'), ('kinit', '--password', '{}'),
)  # fmt: skip
RETURNS = (
    "get_secret", "api_token", "load_password", "_decode_jwt", "auth_token", "generate_api_key", "new_password", "fetch_credentials",
    "session_token", "encryption_key", "resolve_secret", "getPassword", "readToken", "build_auth_header", "make_reset_token", "private_key",
    "current_password", "derive_key", "bearer",
)  # fmt: skip
FORMS = (
    ("github_pat_", ALNUM, 80), ("glpat-", URLSAFE, 20), ("xoxe-1-", ALNUM, 60), ("sk-ant-admin01-", URLSAFE, 90), ("sk-or-v1-", HEX, 64),
    ("AIza", URLSAFE, 35), ("gsk_", ALNUM, 52), ("hf_", ALNUM, 34), ("dapi", HEX, 32), ("shpat_", HEX, 32),
    ("rk_test_", ALNUM, 24), ("sk_live_", ALNUM, 99), ("whsec_", ALNUM, 32), ("npm_", ALNUM, 36),
    ("dckr_oat_", ALNUM, 32), ("figd_", URLSAFE, 40), ("lin_oauth_", HEX, 64), ("ntn_", ALNUM, 46),
    ("pscale_oauth_", ALNUM, 43), ("sntryu_", HEX, 64), ("tskey-client-", ALNUM, 30), ("nvapi-", URLSAFE, 64),
    ("pplx-", ALNUM, 48), ("xai-", ALNUM, 80), ("r8_", ALNUM, 37), ("tvly-dev-", ALNUM, 32), ("pcsk_", ALNUM, 70),
    ("sbp_", HEX, 40), ("vcp_", ALNUM, 24), ("jina_", HEX, 60), ("fo1_", URLSAFE, 43), ("CCIPAT_", ALNUM, 40),
    ("bkua_", HEX, 40), ("NRAK-", UPPER, 27), ("ATATT3xFfGF0", URLSAFE, 180), ("ABSK", BASE64, 120), ("AKIA", UPPER, 16),
    ("GOCSPX-", URLSAFE, 28), ("ya29.a0", URLSAFE, 150), ("EAAG", ALNUM, 160),
)  # fmt: skip
MENDED = (
    '["tool", "login", "--password", "{}"]', "['mysql', '-u', 'root', '-p{}']", "args:\n  - --password\n  - {}\n", "tool --password \\\n  {}",
    '{{"credentials": {{"db": {{"value": "{}"}}}}}}', "SELECT crypt('{}', gen_salt('bf'))", 'variable "password" {{\n  default = "{}"\n}}',
    'ConvertTo-SecureString "{}" -AsPlainText -Force', "<table><tr><th>user</th><th>password</th></tr><tr><td>ada</td><td>{}</td></tr></table>",
    "user,password\nada,{}\n", "COPY u (name, password) FROM stdin;\nada\t{}\n", "password = SecretStr('{}')",
)  # fmt: skip
CODES = ("Your verification code is {}", "{} is your login code", "Your PIN is {}.")


def secrets(make: Maker) -> Iterator[Made]:
    """Each kind once."""
    for name in NAMES:
        is_number = "code" in name or "number" in name or "cvc" in name
        secret = make.digits(6) if is_number else make.token()
        yield Made(f"name {name}", secret, secret, name=name)
    for vendor in VENDORS:
        secret = make.of(ALNUM, 26)
        yield Made(f"vendor {vendor}", f"{vendor}_key='{secret}'", secret)
    for number, text in enumerate((*TEXTS, *MENDED)):
        secret = make.of(ALNUM, 18)
        if text.startswith("authorization: Basic"):
            secret = base64.b64encode(f"ada:{secret}".encode()).decode()
        yield Made(f"text {number} {text[:40]!r}", text.format(secret), secret)
    for text in CODES:
        secret = make.digits(6)
        yield Made(f"code {text}", text.format(secret), secret)
    for words in ARGV:
        secret = make.password() + make.of(ALNUM, 4)
        yield Made(f"argv {words[:2]}", "", secret, argv=tuple(word.format(secret) for word in words))
    for function in RETURNS:
        secret = make.token()
        yield Made(f"returned {function}", secret, secret, returned=function)
    for prefix, alphabet, length in FORMS:
        secret = prefix + make.of(alphabet, length)
        yield Made(f"form {prefix}", f"saw {secret}.", secret)
    yield from _encoded(make.password() + make.of(ALNUM, 4))


def _encoded(secret: str) -> Iterator[Made]:
    texts = {
        "JSON in base64": base64.b64encode(json.dumps({"api_key": secret}).encode()).decode(),
        "YAML in base64": base64.b64encode(f"db:\n  password: {secret}\n".encode()).decode(),
        "percent twice": quote(quote(f"password={secret}&x=1", safe=""), safe=""),
        "JSON in hexadecimal": json.dumps({"token": secret}).encode().hex(),
        "JSON in gzip": base64.b64encode(gzip.compress(json.dumps({"secret": secret}).encode())).decode(),
        "repr of gzip": repr(gzip.compress(f"password={secret}".encode())),
        "HTML": f"&lt;password&gt;{secret}&lt;/password&gt;",
        "JSON in JSON": json.dumps({"body": json.dumps({"password": secret})}),
        "repr of repr": repr(repr({"password": secret})),
        "escaped name": f"\\u0070assword={secret}",
    }
    for kind, text in texts.items():
        yield Made(kind, text, secret if secret in text else text[:60])
