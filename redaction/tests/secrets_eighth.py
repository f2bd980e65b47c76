"""Kinds of secrets that were written before what the seventh set showed was mended, and used once: the docs tell the figure."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import gzip
import json
import quopri
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from made_up import ALNUM, BASE64, HEX, LOWER, UPPER, URLSAFE, Made, Maker
from secrets_sixth import MAKES

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MORE: dict[str, Callable[[Maker], str]] = {
    **MAKES,
    "S": lambda maker: maker.of(BASE32, 32),  # a TOTP's secret
    "J": lambda maker: maker.base64(33),  # what a Secret of Kubernetes holds
    "L": lambda maker: maker.words(1) + maker.of(LOWER, 8),
}
"""What a letter in braces stands for: P, W passwords; T, H, U, B, G tokens and keys; D a code; M a phrase."""
_PLACE = re.compile(r"\{([PWTHUBDMGSJL])\}")

NAMES = {
    "password": """
        P:rootPassword P:ftp_passwd P:keystorePassword P:truststore_pass P:sasl_plain_password P:smtpPass W:MAIL_PASSWORD P:MYSQL_ROOT_PASSWORD P:bindpw P:bind_pw W:ldap_bind_pass
        P:sudo_pass P:ansible_become_pass P:vaultPassword P:pwd_confirm P:password_confirmation P:repeatPassword P:passwordAgain P:generated_password H:password_digest H:pwhash L:app_password
        P:PasswordBox.text P:form-password P:user[password] P:auth.pass P:proxyPasswd P:sqlPwd P:decryptPassphrase P:zip_pwd P:pdf_password W:user_pin_or_password P:SuperUserPwd P:ora_pass
    """,
    "token": """
        T:fcm_token T:pushToken U:magicLinkToken T:password_reset_token U:verification_token T:kube_token T:GH_TOKEN T:CI_JOB_TOKEN T:runner_registration_token H:join_token T:bootstrapToken U:macaroon
        T:github_pat T:saml_assertion U:client_assertion T:oidcToken T:delegation_token T:bearer_auth U:authCookie T:XSRF-TOKEN T:http_authorization T:X-Vault-Token T:x-functions-key T:ocp-apim-subscription-key
        T:userAccessToken T:accesstoken T:tokenValue T:jwtString T:nextAuthToken T:impersonation_token T:loginTicket U:upload_ticket_secret T:refreshtoken T:tkn T:auth_tkn
    """,
    "key": """
        H:fernetKey B:FERNET_KEY H:pepper_key B:kms_data_key B:masterkey H:unseal_key_1 T:openrouter_key T:gemini_api_key H:datadog_app_key T:algolia_admin_key H:SECRET_KEY_BASE B:jwk_private_d H:hmacSecret
        H:webhook_signing_secret B:wg_private_key H:wpa_psk H:preSharedKey H:sharedSecret T:consumer_secret T:aws_secret B:account_storage_key H:licenseKey H:product_key_secret H:signKey H:encKey H:enc_key
        H:cipher_key H:rc4_key H:decryption_key_hex H:private_exponent H:privkey H:priv_key_hex H:ssh_host_key_private H:seedHex M:backup_phrase M:bip39_words M:mnemonicPhrase M:secret_recovery_phrase
    """,
    "code": """
        D:smsCode D:otpCode D:two_factor_code D:mfaToken D:authenticator_code D:login_code D:pinCode D:atm_pin D:card_pin D:door_pin D:reset_pin T:recoveryCode T:oauth_code_challenge_secret U:authorization_code D:verification_pin D:secretAnswer
    """,
    "other languages": """
        P:contraseña_nueva P:clave_secreta W:clave_acceso P:claveUsuario P:senhaUsuario P:motdepasse_utilisateur P:mdpRoot P:benutzerpasswort P:Kennwort2 P:hasło_użytkownika P:hasla P:hesla_uzivatele P:jelszava P:salasanat
        P:wachtwoorden P:lösenordet P:adgangskoden P:passordet P:пароли P:паролем P:пароля_пользователя P:паролю P:пароле P:паролі P:лозинке P:şifresi P:parolası P:密码_确认 P:登录密码 P:旧密码 P:確認用パスワード P:暗証 P:비번 P:비밀번호_확인
        P:मेरा_पासवर्ड P:รหัสผ่านใหม่ P:كلمة_السر_الجديدة P:סיסמה_חדשה P:κωδικός_πρόσβασης P:mật_khẩu_mới P:kata_sandi P:passwortes P:contraseñas P:senhas T:токена T:токены T:jetonu T:tokenit H:ключа_api H:clef_privee H:clé_secrète
    """,
}
RETURNED = [
    "T:get_tokens",
    "T:load_api_keys",
    "P:list_passwords",
    "T:all_credentials",
    "P:read_secrets",
    "D:current_otp",
    "T:issue_token",
    "T:mint_jwt",
    "P:ask_password",
    "P:password_from_keyring",
    "T:Session.access_token",
    "H:derive_key",
    "H:generate_secret",
    "T:encode_jwt",
    "P:db_password",
    "T:oauth_token",
    "T:decrypt_token",
    "T:login_and_get_token",
    "T:renew_access_token",
    "H:signing_secret",
    "P:random_password",
    "T:make_api_key",
    "D:generate_pin",
    "D:totp_now",
    "T:authenticate_for_token",
    "M:generate_mnemonic",
    "T:tokens",
    "P:getPassword",
    "H:export_private_key",
    "T:cookie_header",
]

ARGV = (
    "psql -W {P}", "mysql --user=a --password {P} db", "mysql -u a -p{P}", "mongosh -u a -p {P} --authenticationDatabase admin", "redis-cli -h h -a {W}", "redis-cli -u redis://:{P}@h", "curl -u ada:{P} h", "curl -uada:{P} h", "curl --user ada:{P} h", "curl -H Authorization:Token~{T} h", "curl -d password={P} h", "curl --data-urlencode password={P} h",
    "curl -b session={T} h", "curl -d {\"password\":\"{P}\"} h", "curl --oauth2-bearer {T} h", "curl --pass {P} -E c h", "wget --http-password={P} h", "wget --header X-Api-Key:~{T} h", "http -a ada:{P} h", "http h X-API-Key:{T}", "http h Authorization:Bearer~{T}", "ssh-keygen -t ed25519 -N {P}", "sshpass -p{P} ssh h", "sshpass -p {W} ssh h", "openssl enc -aes-256-cbc -k {P}", "openssl rsa -passin pass:{P}",
    "openssl dgst -hmac {H}", "gpg --batch --passphrase {P} -d f", "zip -e -P {W} a.zip b", "unzip -P {P} a.zip", "7z x a.7z -p{W}", "docker run -e DB_PASSWORD={P} i", "docker run --env=API_KEY={T} i", "docker login -u a -p {W}", "kubectl create secret generic s --from-literal=password={P}", "kubectl --token {T} get po", "helm install --set auth.password={P} r c", "helm install --set-string db.pw={P},x=1 r c",
    "aws configure set aws_secret_access_key {T}", "az login --service-principal -p {T}", "az storage blob list --account-key {B}", "az login --password {P}", "gcloud auth activate --key-password={P}", "vault login {T}", "vault write auth/userpass/login/a password={P}", "vault kv put secret/a token={T}", "gh secret set API_TOKEN -b {T}", "gh secret set API_TOKEN --body {T}", "heroku config:set SECRET_KEY={H}", "fly secrets set TOKEN={T}",
    "terraform apply -var db_password={P}", "terraform apply -var=token={T}", "ansible-playbook -e ansible_password={P} x.yml", "ansible-playbook --extra-vars db_pass={P} x.yml", "git clone https://a:{P}@h/r", "git clone https://oauth2:{T}@h/r", "git -c http.extraheader=Authorization:~Bearer~{T} pull", "npm config set //registry/:_authToken {T}", "pip install --index-url https://a:{P}@h/s x", "twine upload -u a -p {P} d", "poetry config pypi-token.pypi {T}", "poetry publish --password {P}",
    "ldapsearch -D cn=a -w {P}", "smbclient //h/s -U a%{P}", "mount -o username=a,password={P} //h/s m", "rsync --password {P} a b", "net user ada {P} /add", "runas /savecred /pass:{P}", "cmdkey /pass:{P}", "schtasks /rp {P}", "sqlcmd -U sa -P {P}", "bcp d out f -P{P}", "sqlplus ada/{P}@d", "impdp ada/{P} x", "exp userid=ada/{P}", "rabbitmqctl add_user a {P}", "celery --broker amqp://a:{P}@h", "kafka-topics --command-config sasl.password={P}", "clickhouse-client --password {P}", "influx -username a -password {P}", "snowsql --private-key-passphrase {P}",
    "cqlsh -u a -p {P}", "arangosh --server.password {P}", "couchdb --admin a:{P}", "minio --secret-key {T}", "mc alias set m http://h AKEY {T}", "rclone config create r s3 secret_access_key {T}", "restic --password-command {P}", "borg --passphrase {P}", "cryptsetup luksOpen --passphrase {P}", "wpa_passphrase ssid {P}", "nmcli dev wifi connect s password {W}", "ipmitool -U a -P {P}", "snmpwalk -v3 -A {P} h", "snmpget -c {W} h", "xfreerdp /u:a /p:{P} /v:h", "vncviewer -passwd {P}", "htpasswd -bc f ada {W}", "useradd -p {P} a",
    "chpasswd ada:{P}", "mosquitto_pub -u a -P {P} -t t", "ngrok authtoken {T}", "ngrok config add-authtoken {T}", "stripe --api-key {T} listen", "sentry-cli --auth-token {T} r", "tool --db.password={P}", "tool --dbPass {P}", "tool -pw {P}", "tool --otp {D}", "tool --pin {D}", "tool --mfa-code={D}", "tool --token-file=- --token={T}", "tool /password:{P}", "tool PASSWORD={P}", "tool -Dspring.datasource.password={P}", "tool -Djavax.net.ssl.keyStorePassword={P}", "tool -o password={P}", "tool --set=db.password={P}", "tool --auth ada:{P}", "tool --secret {T}", "tool --cookie SID={T}", "tool --api-token\u00a0{T}", "logincli a --credentials={P}",
)  # fmt: skip
TEXTS: dict[str, tuple[str, ...]] = {
    "ini": ("[smtp]\nuser = a\npass = {P}\n", "[db]\nPwd={P}\nServer=h\n", "[client]\nuser=a\npassword=\"{P}\"\n", "[api]\nkey = {H}\nurl = h\n", "[auth]\n; comment\nsecret_token: {T}\n"),
    "env": ("DB_PASS={P}\nDB_HOST=h\n", "export SECRET_KEY_BASE={H}\n", "API_KEY=\"{T}\" # x\n", "REDIS_URL=redis://:{P}@h:6379/0\n", "HOME=/root\nSENDGRID_PASS={P}\nPATH=/bin\n", "environ({'HOME': '/root', 'DB_PASSWORD': '{P}'})", "SMTP_AUTH=ada:{P}\n", "CREDENTIALS=ada:{P}\n"),
    "yaml": ("database:\n  password: {W}\n", "users:\n  - name: a\n    pass: {P}\n", "token: >-\n  {T}\n", "secret: |\n  {T}\n", "password: &pw {P}\n", "password: !vault {P}\n", "{user: a, password: {P}}", "- password: '{P}'\n", "? password\n: {P}\n", "api:\n  key: {T}\n", "secrets:\n  db: {P}\n", "passwords:\n  root: {P}\n  ada: x\n", "tokens: [{T}, b]\n", "auth: {user: a, pass: {P}}\n"),
    "toml": ("[db]\npassword = '{P}'\n", "token = '''{T}'''\n", "db = { user = 'a', password = '{P}' }\n", "api-key = \"{T}\"\n", "[secrets]\ngithub = \"{L}\"\n"),
    "json": ("{\"pass\":\"{P}\"}", "{\"password\":[\"{P}\"]}", "{\"user\":{\"pwd\":\"{P}\"}}", "{\"auth\":{\"user\":\"a\",\"pass\":\"{P}\"}}", "{\"auth\":[\"a\",\"{P}\"]}", "{\"pin\":\"{D}\"}", "{\"otp\":{D}}", "{\"key\":\"api_token\",\"val\":\"{T}\"}", "{\"name\":\"DB_PASS\",\"value\":\"{P}\"}", "{\"secret\":{\"value\":\"{P}\"}}", "{\"tokens\":[\"{T}\"]}", "{\"token\":{\"access\":\"{T}\"}}", "{\"k\":\"password\",\"v\":\"{P}\"}", "{\"credentials\":\"ada:{P}\"}", "{\"secrets\":{\"db\":\"{P}\"}}", "{\"apiKeys\":{\"maps\":\"{T}\"}}"),
    "xml": ("<Password>{P}</Password>", "<user name=\"a\" password=\"{P}\"/>", "<add key=\"ApiKey\" value=\"{T}\"/>", "<property name=\"connection.password\">{P}</property>", "<wsse:Password Type=\"t\">{P}</wsse:Password>", "<entry key=\"secret\"><![CDATA[{P}]]></entry>", "<server><id>r</id><username>a</username><password>{P}</password></server>", "<login><name>a</name><pass>{P}</pass></login>", "<key>password</key>\n<string>{P}</string>", "<add name=\"d\" connectionString=\"Server=h;Password={P}\"/>", "<token\n>{T}</token>"),
    "properties": ("spring.mail.password={P}\n", "jdbc.pass : {P}\n", "ssl.keystore.password {P}\n", "security.jwt.secret={H}\n"),
    "servers' settings": ("proxy_set_header Authorization \"Bearer {T}\";", "auth_basic_user a:{P};", "requirepass {W}\n", "masterauth {P}\n", "rpcpassword={P}\n", "AuthUserPass {P}\n", "http_proxy=http://a:{P}@h:3128", "ProxyPassword {P}\n", "bind_password: {P}", "fastcgi_param DB_PASSWORD {P};", "SetEnv DB_PASSWORD {P}\n", "sasl_passwd: [h]:587 a:{P}", "[h]:587 ada:{P}", "createUser ada SHA {P} AES", "rocommunity {W}\n", "password_query = 'x' password={P}", "secret={P}\ncontext=sip\n", "ada * {P} *\n", "set system login user a authentication plain-text-password {P}", "enable secret 0 {P}", "username ada privilege 15 secret {P}", "username ada password 0 {P}", "tacacs-server key {P}", "wpa-psk {P}", "psk=\"{P}\"", "wpa_passphrase={P}", ": PSK \"{P}\"", "client 10.0.0.1 { secret = {P} }", "auth-user-pass\nada\n{P}\n"),
    "docker": ("ENV API_TOKEN {T}", "ENV API_TOKEN={T} X=1", "ARG NPM_TOKEN={T}", "environment:\n  - POSTGRES_PASSWORD={P}\n", "environment:\n  POSTGRES_PASSWORD: {P}\n", "RUN echo 'root:{P}' | chpasswd", "RUN pip install --extra-index-url https://a:{P}@h/s x", "{\"auths\":{\"h\":{\"auth\":\"{J}\"}}}"),
    "kubernetes": ("kind: Secret\ndata:\n  password: {J}\n", "kind: Secret\nstringData:\n  db: {P}\n", "kind: Secret\ndata:\n  config: {J}\n", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ntype: Opaque\ndata:\n  a.b: {J}\n", "- name: TOKEN\n  value: \"{T}\"\n", "users:\n- name: a\n  user:\n    token: {T}\n", "client-key-data: {J}\n", "Args:\n  --password={P}\n", "  - --api-token\n  - {T}\n"),
    "terraform": ("db_password = \"{P}\"\n", "variable \"token\" {\n  default = \"{T}\"\n}", "resource \"x\" \"y\" {\n  master_password = \"{P}\"\n}", "+ password = \"{P}\"", "password = \"old\" -> \"{P}\"", "value = \"{P}\" # password", "provider \"p\" {\n  access_key = \"x\"\n  secret_key = \"{T}\"\n}"),
    "ansible": ("h ansible_user=a ansible_password={P}", "ansible_become_password: {P}", "h ansible_ssh_pass={P} x=1", "vars:\n  vault_db_pass: \"{P}\"\n", "user: name=a password={P} state=present"),
    "continuous integration": ("::set-output name=token::{T}", "echo \"::add-mask::{T}\"", "TOKEN: {T}\n", "[echo] password is {P}", "##vso[task.setvariable variable=Password;issecret=true]{P}", "travis: export DB_PASS={P}", "$ export GITHUB_TOKEN={T}", "+ docker login -u a -p {P} h"),
    "urls": ("https://h/?apiKey={T}", "https://h/?pw={P}", "https://h/cb#access_token={T}&x=1", "https://h/?session={T}", "https://h/reset?token={U}", "https://h/a?sig={T}", "https://h/v1/{T}/send", "https://ada:{P}@h", "https://{T}:x@h", "ftp://a:{P}@h/f", "https://h/?user=a&passwd={P}#x", "amqps://a:{P}@h:5671/v", "mongodb+srv://a:{P}@h/d?x=1", "redis://:{P}@h:6379/0", "postgres://a:{W}@h/d", "smtp://a:{P}@h:587", "https://h/hook/{U}", "https://h/?X-Amz-Security-Token={T}", "https://h/login;jsessionid={T}", "s3://AKEY:{T}@b", "ssh://a:{P}@h:22", "https://h/?code={U}&state=s", "otpauth://totp/A:ada?secret={S}&issuer=A", "wss://h/?token={T}", "sip:a:{P}@h", "https://h/invite/{U}"),
    "connection strings": ("Server=h;User=a;Password={P};", "DRIVER={ODBC};UID=a;PWD={P}", "Data Source=h;User Id=a;Password='{P}';", "jdbc:mysql://h/d?user=a&password={P}", "jdbc:oracle:thin:a/{P}@h:1521:x", "jdbc:postgresql://h/d?password={P}&user=a", "host=h dbname=d user=a password={P} sslmode=x", "host=h password='{P}'", "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey={B}", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={B};", "mongodb://a:{P}@h1,h2/d", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"{P}\";", "username=a\npassword={P}\nsasl.mechanism=PLAIN", "AccountEndpoint=https://h;AccountKey={B};", "tcp(h:3306)/d a:{P}@tcp(h:3306)/d", "a:{P}@tcp(h:3306)/d", "a/{P}@h:1521/x", "h:6379,password={P},ssl=True", "Provider=x;Jet OLEDB:Database Password={P};", "HOST=h;TOKEN={T}", "user=a;pass={P};h", "nats://a:{P}@h:4222", "ldap://h??bindpw={P}", "snowflake://a:{P}@acc/d", "bolt://a:{P}@h:7687", "SharedAccessSignature sr=h&sig={T}&se=1"),
    "sql": ("ALTER USER a WITH PASSWORD '{P}'", "CREATE USER a IDENTIFIED BY \"{P}\"", "SET PASSWORD FOR 'a'@'h' = '{P}'", "SET PASSWORD = PASSWORD('{P}')", "INSERT INTO users (name, password) VALUES ('a', '{P}')", "INSERT INTO users VALUES ('a', 'x') ON CONFLICT DO UPDATE SET password='{P}'", "UPDATE users SET token='{T}' WHERE id=1", "SELECT * FROM users WHERE password = '{P}'", "SELECT * FROM u WHERE api_key = '{T}' LIMIT 1", "CREATE LOGIN a WITH PASSWORD = '{P}'", "GRANT ALL ON d.* TO a IDENTIFIED BY '{P}'", "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET '{T}')", "CREATE DATABASE LINK l CONNECT TO a IDENTIFIED BY {P}", "ATTACH 'a' AS b (ENCRYPTION_KEY '{P}')", "PRAGMA key='{P}'", "EXEC sp_addlogin 'a', '{P}'", "OPEN SYMMETRIC KEY k DECRYPTION BY PASSWORD = '{P}'", "SELECT crypt('{P}', gen_salt('bf'))", "SELECT pgp_sym_decrypt(x, '{P}')", "SELECT AES_ENCRYPT('x', '{P}')", "COPY t FROM 's3' CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key={T}'", "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password '{P}')", "WITH CREDENTIALS(AWS_SECRET_KEY='{T}')", "parameters: ('ada', '{P}') -- INSERT INTO users (name, password)", "[parameters: {'name': 'a', 'password': '{P}'}]"),
    "html": ("<input type=\"password\" value=\"{P}\">", "<input type='hidden' name='csrf_token' value='{T}'/>", "<meta content=\"{T}\" name=\"csrf-token\">", "<input name=token id=t value={T}>", "<tr><td>Password</td><td>{P}</td></tr>", "<dt>Password</dt><dd>{P}</dd>", "<p>Your password is <b>{P}</b></p>", "<p>Your code: <strong>{D}</strong></p>", "<div data-token=\"{T}\"></div>", "<script>window.API_KEY='{T}'</script>", "<textarea name=\"private_key\">{H}</textarea>", "<h1>{D}</h1> is your verification code", "<td>{D}</td> is your login code", "<a href=\"https://h/?token={T}\">x</a>", "<input value=\"{P}\" name=\"user[password]\">"),
    "multipart": ("--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{P}\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain\r\n\r\n{T}\r\n--b", "Content-Disposition: form-data; name=\"user[password]\"\r\n\r\n{P}\r\n"),
    "log lines": ("login user=a password={P} ok", "user a logged in with {P} as password", "Authenticating ada with password: {P}", "auth ok: ada/{P}", "Trying credentials ada:{P}", "credentials: ada / {P}", "pw {P} rejected", "Using password {P} from env", "set admin password to {P}", "changed password for ada to {P}", "password for ada: {P}", "password of ada is {P}", "ada's password: {P}", "the new password is: '{P}'", "got secret {T} from vault", "Generated API key: {T}", "api_key {T} is not valid", "key {T} revoked", "Token: {T}", "token={T} user=a", "Received token {T}", "refreshing token {T}", "session {T} started", "sid={T}", "cookie {T} rejected", "Bearer {T}", "authorization header was Bearer {T}", "auth header: {T}", "license key {T} accepted", "signature {H} does not match", "hmac {H} != {G}", "decrypting with key {H}", "private key: {H}", "seed: {H}", "master key = {B}", "passphrase is '{P}'", "PIN entered: {D}", "PIN {D} accepted", "pin={D}", "otp {D} for a", "code {D} sent to ada", "sent OTP {D} to +491234", "sms code={D}", "verification code {D} is wrong", "wrong code: {D}", "2FA code {D} accepted", "login with pin {D}", "unlocking with {D} as PIN", "password: {W}", "pass={W}", "pwd: {W}", "passcode {D}", "[auth] password='{P}'", "DEBUG password=>{P}<", "password (from file): {P}", "password|{P}", "password\t{P}", "password = {P} ; x", "AUTH {P}", "> PASS {P}", "PASS {P}\r\n", "USER ada\r\nPASS {W}\r\n", "AUTH LOGIN {P}", "a1 LOGIN ada {P}", "CONFIG SET requirepass {P}", "HELLO 3 AUTH default {P}", "ACL SETUSER ada on >{P} ~*"),
    "log lines elsewhere": ("Contraseña: {P}", "La nueva contraseña es {P}", "contraseña incorrecta: {P}", "la clave es {P}", "su clave de acceso es {P}", "Mot de passe incorrect : {P}", "votre mot de passe est {P}", "le nouveau mot de passe : {P}", "Neues Passwort: {P}", "Passwort {P} ist falsch", "mit dem Kennwort {P}", "Dein Passwort lautet {P}", "Falsches Passwort: {P}", "senha incorreta: {P}", "nova senha: {P}", "a sua senha é {P}", "password errata: {P}", "la tua password è {P}", "nuova password {P}", "wachtwoord is {P}", "Uw wachtwoord: {P}", "nytt lösenord: {P}", "ditt lösenord {P}", "din adgangskode er {P}", "passordet ditt er {P}", "salasanasi on {P}", "hasło to {P}", "nowe hasło: {P}", "złe hasło {P}", "heslo: {P}", "vaše heslo je {P}", "jelszó: {P}", "az új jelszava {P}", "parola ta este {P}", "şifreniz: {P}", "yeni şifre {P}", "пароль: {P}", "ваш пароль {P}", "с паролем {P}", "неверный пароль: {P}", "новый пароль — {P}", "пароль пользователя: {P}", "ваш новий пароль: {P}", "κωδικός: {P}", "סיסמה: {P}", "كلمة المرور: {P}", "密码：{P}", "密码错误：{P}", "新密码是{P}", "パスワード：{P}", "パスワードは {P} です", "비밀번호: {P}", "비밀번호는 {P} 입니다", "पासवर्ड: {P}", "รหัสผ่าน: {P}", "mật khẩu: {P}", "kata sandi: {P}", "kata sandi Anda adalah {P}", "токен: {T}", "токен доступа {T}", "ключ доступа: {T}", "令牌：{T}", "アクセストークン: {T}", "clé d'accès : {T}", "Zugriffstoken: {T}", "clave de API: {T}", "chave de acesso: {T}", "chiave segreta: {T}"),
    "emails": ("Your code is {D}", "Your verification code is: {D}", "{D} is your code", "Use code {D} to sign in.", "Enter {D} to verify your account", "Your one-time password is {D}.", "Dear Ada, your OTP is {D}.", "Your temporary password: {P}", "Username: ada\nPassword: {P}\n", "Login: ada Password: {P}", "G-{D} is your verification code", "<#> {D} is your code", "Confirm with the code {D}", "Your security code: {D}", "Here is your login code: {D}", "Your PIN is {D}", "code: {D}", "To log in, enter this code:\n\n{D}\n", "Your backup codes:\n{T}\n", "Ihr Code lautet {D}", "Ihr Einmalcode: {D}", "Ihre TAN: {D}", "Votre code est {D}", "Votre code de confirmation est le {D}", "Su código es {D}", "Tu código de acceso: {D}", "Seu código é {D}", "Il tuo codice è {D}", "Twój kod to {D}", "Twój kod weryfikacyjny: {D}", "Je code is {D}", "Din kod är {D}", "Ваш код: {D}", "Ваш код подтверждения: {D}", "Код для входа: {D}", "Doğrulama kodunuz: {D}", "您的验证码是{D}", "【A】验证码：{D}", "認証コードは{D}です", "인증번호는 {D} 입니다", "인증번호 [{D}]", "رمز التحقق: {D}", "Kode OTP Anda: {D}", "Mã xác nhận: {D}"),
    "headers": ("Authorization: Bearer {T}", "authorization: token {T}", "Proxy-Authorization: Basic {J}", "X-API-KEY: {T}", "X-Auth-Token: {T}", "x-goog-api-key: {T}", "Cookie: sessionid={T}; a=b", "Set-Cookie: auth={T}; Path=/; HttpOnly", "Ocp-Apim-Subscription-Key: {H}", "X-Hub-Signature-256: sha256={H}", "[(b'authorization', b'Bearer {T}')]", "{'Authorization': 'Bearer {T}'}", "[['x-api-key', '{T}']]", "headers=[('Cookie', 'a={T}')]", "Headers({'authorization': 'Token {T}'})", "Authorization: ApiKey ada:{T}", "Authorization: Digest username=\"a\", response=\"{H}\"", "Authorization: AWS4-HMAC-SHA256 Credential=a, Signature={H}", "X-Amz-Security-Token: {T}", "Sec-WebSocket-Protocol: bearer, {T}", "api-key:{T}", "PRIVATE-TOKEN: {T}", "Authentication: {T}", "-H 'Authorization: Bearer {T}'", "b'GET / HTTP/1.1\\r\\nAuthorization: Bearer {T}\\r\\n'", "< set-cookie: PHPSESSID={T}; path=/", "<Cookie sid={T} for h/>", "SimpleCookie: sid='{T}'"),
    "oauth bodies": ("grant_type=password&username=a&password={P}", "grant_type=refresh_token&refresh_token={T}", "client_id=a&client_secret={T}", "{\"access_token\":\"{T}\",\"token_type\":\"bearer\"}", "grant_type=authorization_code&code={U}&redirect_uri=h", "assertion={T}&grant_type=x", "SAMLResponse={J}&RelayState=x", "code_verifier={U}", "id_token={T}&state=x", "device_code={U}&client_id=a", "oauth_token={T}&oauth_verifier=v", "username=a&pwd={P}&submit=1"),
    "credentials files": ("[default]\naws_access_key_id = a\naws_secret_access_key = {T}\n", "[default]\naws_session_token={T}\n", "machine h login a password {P}", "machine h\n  login a\n  password {W}\n", "//registry/:_authToken={T}", "//registry/:_password=\"{J}\"", "[pypi]\nusername = __token__\npassword = {T}\n", "https://a:{P}@git.example\n", "[r]\ntype = ftp\npass = {T}\n", "[client]\npassword={W}\n", "h:5432:d:a:{P}\n", "h:\n  user: a\n  oauth_token: {T}\n", "credentials \"h\" {\n  token = \"{T}\"\n}", "{\"http-basic\":{\"h\":{\"username\":\"a\",\"password\":\"{P}\"}}}", "{\"github-oauth\":{\"h\":\"{T}\"}}", "realm=R\nhost=h\nuser=a\npassword={P}\n", "[registry]\ntoken = \"{T}\"\n", ":rubygems_api_key: {T}", "secret_key = {T}\nbucket = b\n", "[storage]\naccount = a\nkey = {B}\n", "{\"type\":\"service_account\",\"private_key_id\":\"x\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n{B}\\n-----END PRIVATE KEY-----\\n\"}", "{\"refresh_token\":\"{T}\",\"client_id\":\"a\"}", "hub:\n- user: a\n  oauth_token: {T}\n", "GITLAB_TOKEN {T}", "ada:{P}\n", "ada:realm:{H}\n", "root:{P}:0:0", "user=ada%{P}", "username=ada\npassword={W}\ndomain=D\n"),
    "keys": ("-----BEGIN RSA PRIVATE KEY-----\n{B}\n-----END RSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----\n{B}\n-----END OPENSSH PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{B}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----\\n{B}", "{\"kty\":\"RSA\",\"n\":\"x\",\"d\":\"{U}\"}", "{\"kty\":\"oct\",\"k\":\"{U}\"}", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"a\",\"y\":\"b\",\"d\":\"{U}\"}", "[Interface]\nPrivateKey = {B}\nAddress = 10.0.0.1\n", "[Peer]\nPresharedKey = {B}\n", "mnemonic: {M}", "seed phrase: {M}", "Recovery phrase is \"{M}\"", "secret: {S}", "totp_secret={S}", "AGE key: AGE-SECRET-KEY-1{S}{S}", "untrusted comment: minisign encrypted secret key\n{B}", "PuTTY-User-Key-File-3: x\nPrivate-Lines: 1\n{B}\n", "priv: {H}", "PrivateKey(0x{H}{H})", "d = 0x{H}{H}", "xprv{T}{T}{T}", "keystore password: {P}"),
    "reprs": ("User(name='a', password='{P}')", "Namespace(user='a', token='{T}')", "OrderedDict([('password', '{P}')])", "{'auth': ('ada', '{P}')}", "HTTPBasicAuth('ada', '{P}')", "BasicAuth(login='ada', password='{P}', encoding='latin1')", "Secret(value='{P}')", "Credentials(username='a', secret='{T}')", "Settings(db=Db(pass_='{P}'))", "mappingproxy({'api_key': '{T}'})", "ConnectionParams(h, 5432, user=a, pw={P})", "Config(secret={T})", "{'password': b'{P}'}", "{b'password': b'{P}'}", "{'password': ['{P}']}", "bytearray(b'password={P}')", "MultiDict([('token', '{T}')])", "ImmutableMultiDict([('password', '{P}')])", "defaultdict(<class 'str'>, {'token': '{T}'})", "<Field password='{P}'>", "<Login user=a password={P}>", "Row(id=1, password='{P}')", "Token(access='{T}')", "('password', '{P}')", "['password', '{P}']", "{'user': 'a', 'pass': '{P}', 'x': 1}", "{\"password\": SecretStr('{P}')}", "password=<Secret '{P}'>", "frozenset({('token', '{T}')})", "deque([{'pwd': '{P}'}])"),
    "code": ("login(user=\"a\", password=\"{P}\")", "os.environ['DB_PASS'] = '{P}'", "os.environ.setdefault('API_TOKEN', '{T}')", "monkeypatch.setenv('API_TOKEN', '{T}')", "config.set('db', 'password', '{P}')", "keyring.set_password('svc', 'ada', '{P}')", "session.auth = ('ada', '{P}')", "setattr(c, 'password', '{P}')", "self.password = '{P}'", "password: str = '{P}'", "password = os.getenv('PW', '{P}')", "os.environ.get('SECRET_KEY', default='{H}')", "token = b'{T}'", "client.auth('ada', '{P}')", "db.authenticate('ada', '{P}')", "ssh.connect(h, username='a', password='{P}')", "smtp.login('ada', '{P}')", "Fernet('{B}')", "jwt.encode({}, '{H}', algorithm='HS256')", "jwt.encode({}, key='{H}')", "hmac.new(b'{H}', b'x', 'sha256')", "hashlib.sha256(b'{P}')", "bcrypt.hashpw(b'{P}', s)", "check_password('{P}')", "verify_password(hash, '{P}')", "page.fill('#password', '{P}')", "driver.find_element('password').send_keys('{P}')", "app.secret_key = '{H}'", "PASSWORDS = ['{P}', 'x']", "TOKENS = {'ada': '{T}'}", "openai.api_key = '{T}'", "headers.update({'X-Token': '{T}'})", "requests.get(u, auth=('ada', '{P}'))", "zf.extractall(pwd=b'{P}')", "password := \"{P}\"", "let password = '{P}';", "$password = '{P}';", "private static final String TOKEN = \"{T}\";", "string password = @\"{P}\";", "define('DB_PASSWORD', '{P}');", "password => '{P}',", ":password => '{P}'", "password: '{P}',", "if password == '{P}':", "if token != '{T}':", "assert otp == '{D}'", "case 'password': return '{P}'"),
    "exceptions": ("ValueError: invalid token: '{T}'", "KeyError: 'no user with token {T}'", "AuthError('bad password {P}')", "InvalidPassword: {P}", "RuntimeError: login failed (user=a, password={P})", "401 for url: https://h/?api_key={T}", "could not connect: postgresql://a:{P}@h/d", "InvalidKey(\"{T}\")", "Incorrect API key provided: {T}.", "psycopg.OperationalError: connection to 'host=h password={P}' failed", "subprocess.CalledProcessError: Command '['mysql', '-p{P}']' returned 1", "Command 'mysql -u a -p{P} d' returned 1", "Command ['tool', '--token', '{T}'] timed out", "ValidationError: password\n  too weak [input_value='{P}']", "input_value={'password': '{P}'}", "TypeError: login() got password='{P}'", "DecodeError: token {T} malformed", "assert 'x' == '{P}' # password"),
    "tables": ("user,password\nada,{P}\n", "id\ttoken\n1\t{T}\n", "| user | password |\n|---|---|\n| a | {P} |\n", " user | password \n------+----------\n a    | {P}\n", "user;pwd;x\na;{P};1\n", "+------+----------+\n| user | password |\n+------+----------+\n| a    | {P} |\n", "user  password\nada   {P}\n", "Password | {P}", "Password: {P} | User: a", "{\"columns\":[\"user\",\"password\"],\"data\":[[\"a\",\"{P}\"]]}", "   user  password\n0   ada  {P}\n", "password\n{P}\n", "- Password\n  {P}\n", "**Password:** `{P}`", "password: `{P}`"),
}  # fmt: skip
SHAPES = (
    ("acme_sk_", ALNUM, 32), ("brook-live-", HEX, 40), ("tern_api_key_", LOWER, 32), ("kite_secret_", ALNUM, 24), ("ghs_", ALNUM, 36), ("sk-or-v1-", HEX, 64), ("AKIA", UPPER, 16), ("glsa_", ALNUM, 32), ("figd_", URLSAFE, 40), ("lin_api_", ALNUM, 40), ("dapi", HEX, 32), ("SG.", URLSAFE, 66), ("r8_", ALNUM, 37), ("hvs.", URLSAFE, 90), ("xapp-1-", ALNUM, 80), ("EAA", ALNUM, 150), ("sq0atp-", URLSAFE, 22), ("whsec_", ALNUM, 32), ("fo1_", URLSAFE, 43), ("tok_live_", ALNUM, 28), ("pk_secret_", HEX, 32), ("osprey.pat.", ALNUM, 40),
)  # fmt: skip


def filled(maker: Maker, template: str) -> tuple[str, str]:
    """The text, each place with one secret of its letter, and the first of the secrets."""
    drawn: dict[str, str] = {}
    text = _PLACE.sub(lambda place: drawn.setdefault(place[1], MORE[place[1]](maker)), template)
    return text, next(iter(drawn.values()))


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for kind, names in NAMES.items():
        for letter, _, name in (each.partition(":") for each in names.split()):
            secret = MORE[letter](maker)
            yield Made(f"name {kind}: {name}", secret, secret, name=name)
    for letter, _, name in (each.partition(":") for each in RETURNED):
        secret = MORE[letter](maker)
        yield Made(f"returned {name}", secret, secret, returned=name)
    for line in ARGV:
        text, secret = filled(maker, line)
        argv = tuple(word.replace("~", " ") for word in text.split(" "))
        yield Made(f"argv {line}", "", secret, argv=argv)
    for kind, templates in TEXTS.items():
        for template in templates:
            yield Made(f"text {kind}: {template}", *filled(maker, template))
    for prefix, alphabet, length in SHAPES:
        secret = prefix + maker.of(alphabet, length)
        yield Made(f"shape {prefix}", f"got {secret} from there", secret)
    yield from _encoded(maker)


def _encoded(maker: Maker) -> Iterator[Made]:
    """Inside other encodings than text."""
    secret = maker.password()
    member = json.dumps({"user": "ada", "password": secret})
    for kind, text in {
        "JSON in JSON": json.dumps({"body": member}), "JSON thrice": json.dumps(json.dumps(json.dumps({"b": member}))), "JSON in a repr": repr(member.encode()), "repr of a repr": repr(repr({"password": secret})), "JSON in YAML": f"body: '{member}'\n", "percent": quote(member), "percent twice": quote(quote(member)),
        "entities": member.replace('"', "&quot;"), "entities twice": member.replace('"', "&amp;quot;"), "numeric entities": member.replace('"', "&#34;"), "quoted-printable": quopri.encodestring(f"password={secret} and more".encode()).decode(), "form in JSON": json.dumps({"body": f"user=a&password={quote(secret)}"}),
    }.items():  # fmt: skip
        shown = next(each for each in (secret, quote(secret), quote(quote(secret))) if each in text)
        yield Made(f"encoded {kind}", text, shown)
    block = maker.of(BASE64, 64)
    pem = f"-----BEGIN EC PRIVATE KEY-----\n{block}\n-----END EC PRIVATE KEY-----\n"
    for kind, raw in {"member": member.encode(), "PEM": pem.encode(), "UTF-16": member.encode("utf-16-le"), "gzip": gzip.compress(member.encode(), mtime=0)}.items():  # fmt: skip
        for how, text in {"base64": base64.b64encode(raw).decode(), "base64 for URLs": base64.urlsafe_b64encode(raw).decode().rstrip("="), "hexadecimal": raw.hex(), "HEX": raw.hex().upper(), "base32": base64.b32encode(raw).decode(), "base85": base64.b85encode(raw).decode()}.items():  # fmt: skip
            if (kind, how) != ("gzip", "base85"):  # its text differs with the version of zlib
                yield Made(f"encoded {kind} in {how}", f"got {text}", text)
    twice = base64.b64encode(base64.b64encode(member.encode())).decode()
    yield Made("encoded base64 twice", f"got {twice}", twice)
    data = base64.b64encode(member.encode()).decode()
    yield Made("encoded data URI", f"data:application/json;base64,{data}", data)
    yield Made("encoded word", f"Subject: =?utf-8?b?{data}?=", data)
    basic = base64.b64encode(f"ada:{secret}".encode()).decode()
    yield Made("encoded basic", f"proxy auth Basic {basic}", basic)
