"""Kinds of secrets that were written after what the eighth set showed was mended, and used once: the docs tell the figure."""
# ruff: noqa: E501, RUF001 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, Made, Maker
from secrets_eighth import MORE, filled

NAMES = [
    "P:tomcatPassword",
    "P:winrm_pass",
    "P:vnc_pw",
    "P:db.root.password",
    "P:PGPASS",
    "P:SpringMailPassword",
    "P:vaultPass",
    "W:encfs_passphrase",
    "P:luks_pw",
    "P:pptpPassword",
    "P:prevPassword",
    "P:passphraseForKey",
    "W:unlockPassword",
    "P:masterpass",
    "P:joomla_pwd",
    "P:secretQuestionAnswer",
    "T:okta_token",
    "T:slackBotToken",
    "T:mapbox_access_token",
    "U:sessionTicket",
    "T:zoom_jwt",
    "T:csrfmiddlewaretoken",
    "T:bearerTok",
    "T:line_notify_token",
    "T:fcmServerKey",
    "T:api_auth",
    "T:app_token",
    "T:pat_token",
    "T:AccessKeySecret",
    "T:push_auth",
    "T:sas_token",
    "T:oauth2_refresh",
    "H:blockchain_priv_key",
    "H:session_encryption_key",
    "H:totp_seed",
    "H:salt_and_pepper",
    "B:data_encryption_key",
    "H:cosign_key",
    "H:apns_key",
    "H:pgp_private_key",
    "H:license_code_key",
    "H:deepl_key",
    "T:twilio_auth",
    "H:mac_key",
    "H:root_key_hex",
    "H:client_secret_hex",
    "H:aead_key",
    "H:device_secret",
    "D:phone_code",
    "D:tan_code",
    "D:emailOtp",
    "D:signup_code",
    "D:gate_pin",
    "D:vault_pin",
    "D:verify_pin",
    "T:account_recovery_code",
    "D:loginOtp",
    "D:code_2fa",
    "P:contraseña_wifi",
    "P:clave_admin",
    "P:senha_do_banco",
    "P:mot_de_passe_admin",
    "P:WlanKennwort",
    "P:hasłoAdmina",
    "P:heslo_admina",
    "P:jelszo_uj",
    "P:salasana_vanha",
    "P:wachtwoord_nieuw",
    "P:lösenord_ny",
    "P:parola_noua",
    "P:şifre_yeni",
    "P:пароль_бд",
    "P:паролю_админа",
    "P:管理员密码",
    "P:管理者パスワード",
    "P:관리자_비밀번호",
    "H:clé_privée",
    "H:geheimer_schluessel",
    "H:llave_privada",
    "T:token_de_acceso",
    "H:приватный_ключ",
]
RETURNED = [
    "T:current_access_token",
    "P:smtp_password",
    "H:api_secret",
    "T:new_tokens",
    "D:send_otp_code",
    "P:load_password",
    "T:sign_jwt",
    "H:get_encryption_key",
    "T:session_token",
    "P:unlock_passphrase",
]
ARGV = (
    "mysqladmin -u root -p{P} status",
    "psql --password={P}",
    "redis-cli --pass {P}",
    "curl -k -u svc:{P} h",
    "curl --header X-Token:~{T} h",
    "wget --password={P} h",
    "http --auth a:{P} h",
    "docker run -e API_SECRET={T} i",
    "kubectl create secret generic a --from-literal=api-key={T}",
    "helm upgrade --set db.password={P} r c",
    "openssl pkcs12 -export -passout pass:{P}",
    "7z a -p{P} a b",
    "ldapsearch -x -w {P}",
    "sqlcmd -S h -P {P}",
    "vault kv put a password={P}",
    "ansible-playbook -e db_pass={P} a.yml",
    "java -Ddb.password={P} -jar a",
    "tool --admin-password {P}",
    "tool --client-secret={T}",
    "tool --session-token {T}",
    "tool --private-key {H}",
    "tool --enc-key={B}",
    "tool DB_PASS={P}",
    "tool --login ada:{P}",
    "sshpass -p {P} scp a h",
    "gpg --passphrase={P} -c a",
)
TEXTS: dict[str, tuple[str, ...]] = {
    "settings": ("[mail]\npassword = {P}\nport = 25\n", "MAIL_PASS={P}\n", "export TOKEN={T}\n", "auth:\n  secret: {T}\n", "redis:\n  pass: \"{P}\"\n", "accounts:\n  - user: a\n    password: {P}\n", "app.secret.key={H}\n", "jdbc.password: {P}\n", "[tokens]\nprod = {T}\n", "credentials:\n  api: {T}\n", "passwords:\n  root: \"{P}\"\n", "secrets = {'db': '{P}', 'x': 1}", "{\"tokens\": {\"ada\": \"{T}\"}}", "api_keys:\n  maps: {T}\n", "kind: Secret\nstringData:\n  conf: {P}\n", "env:\n- name: DB_PASSWORD\n  value: {P}\n", "admin_password = \"{P}\"\n", "access_token: '{T}'\n", "password: \"{P}\"  # rotated\n", "SetEnv TOKEN {T}\n", "requirepass {P}\n", "enable password 0 {P}", "snmp-server user a g v3 auth sha {P}", "wpa-psk {P}\n", "psk={P}\n", "PreSharedKey = {B}\n"),
    "JSON": ("{\"username\": \"a\", \"password\": \"{P}\"}", "{\"secretKey\": \"{H}\"}", "{\"session\": {\"token\": \"{T}\"}}", "{\"pin\": {D}}", "{\"name\": \"token\", \"value\": \"{T}\"}", "{\"type\": \"password\", \"value\": \"{P}\"}", "[{\"key\": \"db_password\", \"value\": \"{P}\"}]", "{\"auth\": {\"password\": \"{P}\"}}", "{\"verification_code\": \"{D}\"}", "{\"accessKey\": \"{T}\"}", "{\"data\": {\"refreshToken\": \"{T}\"}}", "{\"oldPassword\": \"{P}\", \"newPassword\": \"x\"}"),
    "addresses": ("https://a:{P}@h/", "https://h/a?token={T}&b=1", "postgresql://a:{P}@h:5432/d", "mongodb://a:{P}@h/d", "redis://a:{P}@h", "amqp://a:{P}@h/v", "https://h/?password={P}", "https://h/#id_token={T}", "ftp://a:{P}@h", "Server=h;Uid=a;Pwd={P}", "host=h user=a password={P}", "jdbc:mysql://a:3306/d?user=a&password={P}", "AccountKey={B};Suffix=x", "https://h/cb?state=1&access_token={T}", "smb://a:{P}@h/s", "http://h/?api_key={H}"),
    "SQL": ("INSERT INTO accounts (id, token) VALUES (1, '{T}')", "UPDATE u SET password_hash = '{H}' WHERE id = 1", "CREATE USER a WITH PASSWORD '{P}'", "ALTER USER a IDENTIFIED BY {P}", "SELECT id FROM u WHERE pwd='{P}'", "SELECT pgp_sym_encrypt('x', '{P}')", "SET @password = '{P}'", "SELECT * FROM t WHERE secret IN ('{T}')", "AES_DECRYPT(c, '{P}')"),
    "markup": ("<password>{P}</password>", "<input name=\"pin\" value=\"{D}\">", "<td>API key</td><td>{T}</td>", "<li>Password: {P}</li>", "<b>Token</b>: <code>{T}</code>", "<entry key=\"db.password\">{P}</entry>", "<secret>{T}</secret>", "<b>{D}</b> is your login code", "<p>Your verification code is {D}.</p>", "| Token | {T} |"),
    "logs": ("connected as ada with password {P}", "login failed for ada (password: {P})", "bad credentials ada:{P}", "logged in as ada:{P}", "setting password to {P}", "password was changed to {P}", "the password {P} is weak", "your password: {P}", "token {T} not found", "invalid session {T}", "new token issued: {T}", "using api key {T}", "secret {T} expired", "authorization: Bearer {T}", "PIN {D} rejected", "invalid PIN: {D}", "entered code {D} does not match, verification failed", "OTP {D} verified", "verification code {D} expired", "sent login code {D} by sms", "passcode: {D}", "passphrase {P} accepted", "pw={P}", "AUTH {P}\n", "PASS {P}\n", "key: {B}", "encryption key is {H}", "jwt: {T}", "cookie: session={T}", "mnemonic phrase: {M}", "seed: {M}", "recovery phrase is {M}"),
    "languages": ("la contraseña de ada es {P}", "nueva contraseña: {P}", "le mot de passe de ada est {P}", "mot de passe : {P}", "das Passwort für ada ist {P}", "Kennwort: {P}", "a senha do ada é {P}", "la password di ada è {P}", "het wachtwoord is {P}", "lösenordet är {P}", "adgangskoden er {P}", "salasana on {P}", "hasło użytkownika: {P}", "heslo pro ada: {P}", "jelszavad: {P}", "parola este {P}", "şifre: {P}", "пароль для ada: {P}", "паролем {P}", "密码为 {P}", "密码不正确：{P}", "パスワードが違います：{P}", "비밀번호: {P}", "mật khẩu là {P}", "kata sandi: {P}", "Ihr Bestätigungscode ist {D}", "Votre code d'accès est {D}", "Tu código de verificación: {D}", "Il codice di accesso è {D}", "Kod weryfikacyjny to {D}", "Код подтверждения {D}", "验证码为 {D}", "確認コード：{D}", "인증번호: {D}", "Ваш код — {D}", "Kode verifikasi Anda adalah {D}"),
    "Python": ("Config(db_password='{P}', port=1)", "Auth(user='a', token='{T}')", "{'credentials': ('a', '{P}')}", "{'api_key': b'{T}'}", "[('user', 'a'), ('password', '{P}')]", "Namespace(password='{P}')", "client = Client(secret='{T}')", "login('ada', '{P}')", "HTTPDigestAuth(\"ada\", \"{P}\")", "jwt.decode(t, '{H}')", "hmac.new(key=b'{H}', msg=b'x')", "os.environ['API_SECRET'] = '{T}'", "os.getenv('TOKEN', '{T}')", "setattr(o, 'token', '{T}')", "password = '{P}'  # noqa", "raise AuthError('wrong password: {P}')", "AssertionError: token '{T}' != 'x'", "KeyError: 'session {T}'", "password={P}, retry=3", "Fernet(b'{B}')", "SecretStr('{P}')", "Secret(value=\"{P}\")", "TypeError: unexpected password '{P}'", "   name  password\n0  ada   {P}\n", "name,secret\nada,{T}\n"),
    "headers": ("Authorization: Bearer {T}", "x-api-key: {T}", "Cookie: sid={T}", "Set-Cookie: token={T}; Secure", "X-Auth: {T}", "Authorization: Basic {J}", "{'X-Session-Token': '{T}'}", "('authorization', 'Token {T}')"),
}  # fmt: skip
SHAPES = (
    ("quill_sk_", ALNUM, 32),
    ("ember-api-key-", LOWER, 36),
    ("ghu_", ALNUM, 36),
    ("xoxb-", ALNUM, 50),
    ("opal_prod_", HEX, 40),
    ("sk-proj-", ALNUM, 64),
)


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for letter, _, name in (each.partition(":") for each in NAMES):
        secret = MORE[letter](maker)
        yield Made(f"name {name}", secret, secret, name=name)
    for letter, _, name in (each.partition(":") for each in RETURNED):
        secret = MORE[letter](maker)
        yield Made(f"returned {name}", secret, secret, returned=name)
    for line in ARGV:
        text, secret = filled(maker, line)
        yield Made(f"argv {line}", "", secret, argv=tuple(word.replace("~", " ") for word in text.split(" ")))
    for kind, templates in TEXTS.items():
        for template in templates:
            yield Made(f"text {kind}: {template}", *filled(maker, template))
    for prefix, alphabet, length in SHAPES:
        secret = prefix + maker.of(alphabet, length)
        yield Made(f"shape {prefix}", f"kept {secret} there", secret)
