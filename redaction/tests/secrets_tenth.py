"""Kinds of secrets that were written from what the docs promise, by places in programs, and used once: the docs tell the figure."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import codecs
import json
import zlib
from collections.abc import Iterator
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker
from secrets_eighth import MORE, filled

NAMES = [
    "P:ZABBIX_DB_PASSWD",
    "P:RabbitMqPassword",
    "P:elastic_pw",
    "P:grafanaAdminPassword",
    "P:basicAuthPass",
    "P:root_pw",
    "P:oldPwd",
    "P:new_passwd",
    "P:user_pass",
    "P:userPass",
    "P:kc_password",
    "P:SMTP_AUTH_PASSWORD",
    "P:pdf_owner_password",
    "P:archive_password",
    "P:jks_storepass",
    "P:keypass",
    "P:keyPassphrase",
    "P:tls_key_password",
    "P:sshKeyPassphrase",
    "P:adminPwd",
    "P:current_password",
    "P:password1",
    "P:password2",
    "P:passwordConfirm",
    "P:WIFI_PASSPHRASE",
    "T:HF_TOKEN",
    "T:GITHUB_PAT",
    "T:botToken",
    "T:discord_bot_token",
    "T:xoxb_token",
    "T:webhook_token",
    "T:device_token",
    "T:apns_device_token",
    "T:sso_token",
    "T:samlToken",
    "T:authTicket",
    "T:access_tok",
    "T:user_jwt",
    "T:id_jwt",
    "T:ws_token",
    "T:invite_token",
    "T:unsubscribe_token",
    "T:emailVerificationToken",
    "T:remember_me_token",
    "T:rememberToken",
    "T:deploy_token",
    "T:pipeline_token",
    "T:oauthAccessToken",
    "T:refresh_jwt",
    "T:stream_token",
    "T:VAULT_ROLE_SECRET",
    "T:X-Amz-Security-Token",
    "T:x-csrf-token",
    "T:x-session-id",
    "T:PHPSESSID",
    "T:JSESSIONID",
    "T:connect.sid",
    "T:laravel_session",
    "T:auth_cookie",
    "H:jwt_secret_key",
    "H:DJANGO_SECRET_KEY",
    "H:flask_secret",
    "H:session_secret",
    "H:cookie_secret",
    "H:nextauth_secret",
    "H:rails_master_key",
    "H:app_signing_key",
    "H:encryptionKey",
    "H:aes_key",
    "B:AES_KEY_BASE64",
    "B:fernet_key",
    "B:kmsPlaintextKey",
    "B:azure_storage_account_key",
    "H:hmac_secret",
    "H:webhook_secret",
    "H:stripe_secret_key",
    "H:mapsApiKey",
    "H:algolia_api_key",
    "H:sentry_auth_token",
    "H:mailgun_api_key",
    "H:apikey",
    "H:X-RapidAPI-Key",
    "H:consumer_key_secret",
    "H:clientSecret",
    "H:shared_secret",
    "H:wpa_psk_hex",
    "H:deployKey",
    "H:privkey",
    "H:wallet_private_key",
    "H:admin_key",
    "H:pre_shared_key",
    "D:otp_code",
    "D:sms_code",
    "D:two_factor_code",
    "D:mfaCode",
    "D:totpCode",
    "D:one_time_password",
    "D:cardPin",
    "D:sim_pin",
    "D:atm_pin",
    "D:verificationCode",
    "D:confirmation_code",
    "D:email_code",
    "D:cvc",
    "D:security_code",
    "S:totpSecret",
    "S:mfa_seed",
    "M:backup_phrase",
    "M:recoveryPhrase",
    "M:seedPhrase",
    "P:passwort_neu",
    "P:Kennwort_alt",
    "P:contrasena_nueva",
    "P:contraseñaUsuario",
    "P:motDePasse",
    "P:mot_de_passe_bdd",
    "P:senhaUsuario",
    "P:senha_atual",
    "P:parola_chiave",
    "P:passwordUtente",
    "P:wachtwoordGebruiker",
    "P:losenord",
    "P:adgangskode",
    "P:passord_ny",
    "P:salasana",
    "P:haslo_uzytkownika",
    "P:nové_heslo",
    "P:jelszó",
    "P:parola_utilizator",
    "P:sifre_tekrar",
    "P:kullanici_sifresi",
    "P:пароль_пользователя",
    "P:новый_пароль",
    "P:паролюКлієнта",
    "P:κωδικός_πρόσβασης",
    "P:סיסמה",
    "P:كلمة_المرور",
    "P:用户密码",
    "P:登录密码",
    "P:パスワード確認",
    "P:비밀번호",
    "P:मतदान_पासवर्ड",
    "P:mật_khẩu",
    "P:kata_sandi",
    "P:รหัสผ่าน",
    "H:clave_secreta",
    "H:clave_privada",
    "H:cle_secrete",
    "H:cléAPI",
    "H:geheimnis",
    "H:privater_schluessel",
    "H:chave_secreta",
    "H:chave_privada",
    "H:chiave_segreta",
    "H:klucz_prywatny",
    "H:секретный_ключ",
    "T:токен_доступа",
    "T:访问令牌",
    "T:アクセストークン",
    "T:jeton_d_acces",
    "T:Zugriffstoken",
    "D:Bestätigungscode",
    "D:codigo_verificacion",
    "D:code_de_confirmation",
    "D:codice_otp",
    "D:код_подтверждения",
    "D:验证码",
    "D:認証コード",
    "D:인증번호",
]
RETURNED = [
    "T:fetch_token",
    "P:ask_password",
    "P:prompt_for_password",
    "T:obtain_access_token",
    "T:create_jwt",
    "T:issue_refresh_token",
    "T:mint_token",
    "P:generate_password",
    "P:decrypt_password",
    "H:derive_key",
    "H:load_private_key",
    "H:read_secret_key",
    "H:get_api_key",
    "D:generate_otp",
    "D:new_verification_code",
    "D:totp_now",
    "T:csrf_token",
    "T:make_session_token",
    "P:password",
    "P:db_password",
    "T:create_reset_token",
    "H:client_secret",
    "T:authorization_header",
    "T:id_token",
    "T:make_invite_token",
    "P:read_passphrase",
    "T:getAccessToken",
    "P:getPassword",
    "H:getSecretKey",
    "T:bearer_token",
]
ARGV = (
    "mysql -uroot -p{P} shop", "mariadb-dump --password={P} shop", "pg_dump postgresql://a:{P}@h/shop", "psql postgres://a:{P}@h:5432/shop -c x", "mongosh --username a --password {P}", "mongodump --uri mongodb://a:{P}@h/shop", "redis-cli -h h -a {P} ping", "cqlsh -u a -p {P} h", "influx -username a -password {P}", "clickhouse-client --user a --password {P}",
    "sqlplus scott/{P}@h", "bcp t out f -U a -P {P}", "impala-shell --ldap_password_cmd=x --password {P}", "curl -u ada:{P} https://h", "curl --user ada:{P} https://h", "curl -H Authorization:~Bearer~{T} https://h", "curl -d username=a&password={P} https://h", "curl --data {\"password\":\"{P}\"} h", "curl -b session={T} h", "curl --cookie sid={T} h", "curl --proxy-user a:{P} h", "curl -F token={T} h", "curl https://h?api_key={T}",
    "wget --http-password={P} h", "wget --header=Authorization:~token~{T} h", "http POST h Authorization:Bearer~{T}", "http -a ada:{P} h", "docker login -u a -p {P} r", "docker build --build-arg NPM_TOKEN={T} .", "docker run --env DB_PASSWORD={P} i", "podman login --password {P} r", "kubectl --token={T} get pods", "kubectl config set-credentials a --token={T}", "kubectl create secret docker-registry r --docker-password={P}", "helm install r c --set auth.password={P}", "helm upgrade --set-string token={T} r c",
    "aws configure set aws_secret_access_key {T}", "az login --service-principal -u a -p {P} --tenant t", "az storage blob list --account-key {B}", "az storage blob list --sas-token sig={T}", "gcloud auth print --access-token={T}", "terraform apply -var db_password={P}", "terraform apply -var=token={T}", "ansible-playbook -e ansible_become_password={P} s.yml", "vault write auth/userpass/login/a password={P}", "openssl enc -aes-256-cbc -k {P} -in f", "openssl rsa -passin pass:{P} -in f", "openssl enc -K {H} -iv 0", "keytool -storepass {P} -list", "keytool -keypass {P} -list", "jarsigner -storepass {P} j a", "gpg --batch --passphrase {P} -d f", "zip -P {P} a f", "unzip -P {P} a", "7z x -p{P} a", "unrar x -p{P} a", "rar a -hp{P} a f", "qpdf --password={P} a b", "pdftotext -upw {P} a", "smbclient //h/s -U ada%{P}", "mount -o username=a,password={P} //h/s /m", "rdesktop -u a -p {P} h", "xfreerdp /u:a /p:{P} /v:h", "sshpass -p{P} ssh h", "plink -pw {P} h", "pscp -pw {P} f h:", "lftp -e x ftp://a:{P}@h", "ncftp -u a -p {P} h", "rsync --password={P} a b", "htpasswd -b f ada {P}", "useradd -p {P} a", "chpasswd ada:{P}", "net user a /password:{P}", "git push https://a:{T}@h/r.git", "git -c http.extraHeader=Authorization:~Bearer~{T} fetch", "npm publish --//r/:_authToken={T}", "twine upload -u __token__ -p {T} d", "poetry publish --password {T}", "poetry config pypi-token.pypi {T}", "pip install --index-url https://a:{T}@h/simple p", "gh auth login --with-token={T}", "heroku config:set SECRET_KEY={H}", "flyctl secrets set DB_PASS={P}", "sentry-cli --auth-token {T} info", "snowsql -a x -u y --password {P}", "airflow users create --password {P}", "superset fab create-admin --password {P}", "manage.py createuser --username a --password {P}", "flask run --secret-key {H}", "celery -A a -b amqp://a:{P}@h worker", "celery -b redis://:{P}@h/0 worker", "uvicorn a --ssl-keyfile-password {P}", "locust --web-login a:{P}", "java -Djavax.net.ssl.keyStorePassword={P} -jar a", "java -Dspring.datasource.password={P} A", "node a --jwt-secret {H}", "app --credentials ada:{P}", "app --auth=ada:{P}", "app --db-pass {P}", "app --passwd {P}", "app --otp {D}", "app --pin {D}", "app /password {P}", "app -password={P}", "app --apikey {H}", "app --api-key={H}", "app --bearer {T}", "app --jwt={T}", "app --secret={T}", "app --webhook-secret {H}", "env DB_PASSWORD={P} app", "sudo DB_TOKEN={T} app", "echo {P} | docker login --password-stdin", "export API_KEY={H}", "set PGPASSWORD={P}",
)  # fmt: skip
TEXTS: dict[str, tuple[str, ...]] = {
    "dataclasses": ("DbConfig(host='h', port=5432, user='a', password='{P}', ssl=True)", "Settings(debug=False, secret_key=SecretStr('{H}'), db=Db(url='postgres://a:{P}@h/d'))", "Account(id=7, name='ada', api_token='{T}')", "SimpleNamespace(user='a', passwd='{P}')", "Credentials(access_key='a', secret_key='{T}', token=None)", "attr(Login(user='a', pin='{D}'))", "<Config debug=True secret_key='{H}'>", "<Session id=7 token={T}>", "Smtp(host=h, port=587, username=a, password={P})", "Config{host='h', password='{P}'}", "Config [user=a, password={P}]", "User{id=1, passwordHash={H}, role=x}", "&{Host:h User:a Password:{P}}", "{Host:h Port:25 Pass:{P}}", "struct Config { password: \"{P}\", port: 1 }", "Options(auth=BasicAuth(user='a', secret='{P}'))", "Job(env={'API_TOKEN': '{T}', 'X': '1'})"),
    "pairs": ("{'user': 'a', 'db': {'password': '{P}'}}", "dict_items([('user', 'a'), ('token', '{T}')])", "[{'key': 'token', 'value': '{T}'}]", "[{'Key': 'DbPassword', 'Value': '{P}'}]", "[{'name': 'X-Api-Key', 'value': '{H}'}]", "{'ParameterKey': 'MasterPassword', 'ParameterValue': '{P}'}", "[('Cookie', 'session={T}')]", "{'setting': 'admin_password', 'value': '{P}'}", "{'field': 'password', 'new_value': '{P}'}", "{'old_password': 'x', 'password': '{P}'}", "{'args': ['--token', '{T}']}", "{'name': 'api_key', 'in': 'header', 'value': '{H}'}", "[['password', '{P}'], ['x', 1]]", "(('user', 'a'), ('pwd', '{P}'))", "{'id': 'password', 'type': 'text', 'value': '{P}'}", "{'option': 'smtp.password', 'value': '{P}'}", "Header(name='authorization', value='Bearer {T}')", "Param(key='client_secret', value='{T}')", "KeyValue(key=\"db.password\", value=StringValue(\"{P}\"))", "name=password value={P}", "key=api_token, value={T}"),
    "frames": ("  name  pin\n0  ada  {D}\n", "        token\nuser         \nada   {T}\n", "shape: (1, 2)\n┌──────┬──────────┐\n│ user ┆ password │\n│ ---  ┆ ---      │\n│ str  ┆ str      │\n╞══════╪══════════╡\n│ ada  ┆ {P} │\n└──────┴──────────┘", "+----+------------+\n| id | api_token  |\n+----+------------+\n|  1 | {T} |\n+----+------------+", "user    a\ntoken   {T}\nName: 0, dtype: object", "email,secret_key,plan\na@h,{H},pro\n", "\"user\",\"password\"\n\"a\",\"{P}\"\n", "id|pwd|x\n1|{P}|2\n"),
    "YAML": ("database:\n  primary:\n    host: h\n    passwd: {P}\n", "smtp: {host: h, user: a, password: {P}}\n", "users:\n  - {name: a, token: {T}}\n", "- name: a\n  password: !vault_plain {P}\n", "password: >-\n  {P}\n", "token: |\n  {T}\n", "? password\n: {P}\n", "password: &pw {P}\n", "password: !!str {P}\n", "'api-key': '{H}'\n", "jwt:\n  secret: {H}\n", "stripe:\n  secret_key: {H}\n", "auth:\n  basic:\n    username: a\n    password: {P}\n", "spring:\n  datasource:\n    password: {P}\n", "slack_bot: {token: {T}}\n", "rabbit_pass: {P} # rotate\n", "secrets:\n  api: {T}\n"),
    "TOML and INI": ("[tool.app]\npassword = '{P}'\n", "[db]\nurl = \"postgres://a:{P}@h/d\"\n", "[auth]\ntokens = [\"{T}\"]\n", "db = { user = \"a\", password = \"{P}\" }\n", "[mail]\nsmtp_pass={P}\n", "[api]\nkey={H}\n", "[app:main]\nsession.secret = {H}\nauthtkt.secret = {H}\n", "[alembic]\nsqlalchemy.url = mysql://a:{P}@h/d\n", "password : {P}\n", "Password={P};comment\n", "[program:a]\nenvironment=TOKEN=\"{T}\",X=\"1\"\n", "[supervisorctl]\nusername = a\npassword = {P}\n"),
    "environment": ("DB_PASS='{P}'\n", "export SECRET_KEY_BASE=\"{H}\"\n", "TOKEN={T} # ci\n", "set -x PGPASSWORD {P}\n", "$env:API_TOKEN = \"{T}\"\n", "setx DB_PASSWORD \"{P}\"\n", "Environment=API_KEY={H}\n", "Environment=\"DB_PASS={P}\" \"X=1\"\n", "DB_URL=mysql://a:{P}@h/d\n", "environ({'HOME': '/root', 'DB_PASSWORD': '{P}'})", "TWILIO_AUTH_TOKEN={H}\nX=1\n", "declare -x TOKEN=\"{T}\"\n", "CELERY_BROKER_URL=amqp://a:{P}@h//\n", "SMTP=smtp://a:{P}@h:25\n", "APP__DB__PASSWORD={P}\n"),
    "JSON": ("{\"user\":{\"credentials\":{\"password\":{\"value\":\"{P}\"}}}}", "{\"Parameters\":[{\"Name\":\"/prod/db/password\",\"Value\":\"{P}\"}]}", "{\"SecretString\":\"{\\\"password\\\":\\\"{P}\\\"}\"}", "{\"auths\":{\"r.io\":{\"username\":\"a\",\"password\":\"{P}\"}}}", "{\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{\"user\":\"a\",\"pass\":\"{P}\"}}", "{\"query\":\"mutation { login(user: \\\"a\\\", password: \\\"{P}\\\") { id } }\"}", "{\"variables\":{\"input\":{\"email\":\"a@h\",\"password\":\"{P}\"}}}", "{\"op\":\"replace\",\"path\":\"/password\",\"value\":\"{P}\"}", "{\"otp\":\"{D}\",\"user\":1}", "{\"totp\":{\"secret\":\"{S}\"}}", "{\"backup_codes\":[\"{T}\",\"x\"]}", "{\"recoveryCodes\":[\"{L}\"]}", "{\"headers\":{\"Authorization\":[\"Bearer {T}\"]}}", "{\"cookies\":[{\"name\":\"sessionid\",\"value\":\"{T}\",\"domain\":\"h\"}]}", "{\"event\":\"login\",\"password\":\"{P}\",\"ok\":false}", "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"{U}\"}", "{\"accessToken\":\"{T}\",\"expiresIn\":3600}", "{\"data\":{\"createToken\":{\"token\":\"{T}\"}}}", "{\"credential\":{\"id\":\"x\",\"privateKey\":\"{B}\"}}", "{\"client_id\":\"a\",\"client_secret\":\"{T}\"}", "{\"db_password\":null,\"smtp_password\":\"{P}\"}", "{\"type\":\"string\",\"name\":\"password\",\"default\":\"{P}\"}", "{\"passwords\":[\"{P}\"]}", "{\"user\":\"a\",\"pass\":\"{P}\",\"remember\":true}", "{\"apiKeys\":{\"maps\":\"{H}\"}}"),
    "XML": ("<user name=\"a\" password=\"{P}\"/>", "<connection-password>{P}</connection-password>", "<add key=\"ApiToken\" value=\"{T}\" />", "<add name=\"Db\" connectionString=\"Server=h;User=a;Password={P}\" />", "<property name=\"password\" value=\"{P}\"/>", "<property><name>fs.s3a.secret.key</name><value>{T}</value></property>", "<server><id>r</id><username>a</username><password>{P}</password></server>", "<wsse:Password Type=\"x#PasswordText\">{P}</wsse:Password>", "<ns1:apiKey>{H}</ns1:apiKey>", "<param name='token'>{T}</param>", "<string name=\"api_key\">{H}</string>", "<key>Password</key><string>{P}</string>", "<setting name=\"Pin\"><value>{D}</value></setting>", "<password><![CDATA[{P}]]></password>", "<saml:AttributeValue Name=\"password\">{P}</saml:AttributeValue>", "<Resource username=\"a\" password=\"{P}\" url=\"x\"/>", "<entry name=\"secret\"><value>{T}</value></entry>"),
    "HTML": ("<input id=\"password\" type=\"password\" value=\"{P}\"/>", "<input type=\"hidden\" name=\"_token\" value=\"{T}\">", "<input type=\"hidden\" name=\"authenticity_token\" value=\"{T}\" autocomplete=\"off\" />", "<meta name=\"csrf-token\" content=\"{T}\"/>", "<th>Password</th><td>{P}</td>", "<label>Token</label> <span>{T}</span>", "<code>password: {P}</code>", "<a href='https://h/reset?token={U}'>Reset</a>", "<a href=\"https://h/verify?code={T}\">Verify</a>", "<p>Ihr neues Passwort: <strong>{P}</strong></p>", "<div class=\"otp\">Your code: {D}</div>", "<body data-api-key=\"{H}\">", "<script>var token = \"{T}\";</script>", "<script>window.__CONFIG__={\"apiKey\":\"{H}\"}</script>"),
    "SQL": ("INSERT INTO users(email, password_hash) VALUES('a@h', '{H}')", "INSERT INTO settings (key, value) VALUES ('smtp_password', '{P}')", "UPDATE accounts SET pwd='{P}', x=1 WHERE id=2", "SELECT id FROM sessions WHERE token = '{T}'", "SELECT 1 FROM u WHERE name='a' AND password='{P}'", "CREATE ROLE a LOGIN PASSWORD '{P}'", "ALTER ROLE a WITH ENCRYPTED PASSWORD '{P}'", "ALTER USER 'a'@'%' IDENTIFIED WITH x BY '{P}'", "CREATE USER a PASSWORD '{P}' NOSUPERUSER", "CREATE SERVER s OPTIONS (USER 'a', PASSWORD '{P}')", "GRANT USAGE ON *.* TO a IDENTIFIED BY '{P}'", "CHANGE MASTER TO MASTER_USER='a', MASTER_PASSWORD='{P}'", "CREATE SUBSCRIPTION s CONNECTION 'host=h password={P}' PUBLICATION p", "SELECT dblink('host=h user=a password={P}', 'x')", "CALL login('a', '{P}')", "DELETE FROM tokens WHERE token IN ('{T}')", "REPLACE INTO api_keys (id, api_key) VALUES (1, '{H}')", "[SQL: INSERT INTO u (name, token) VALUES (?, ?)]\n[parameters: ('a', '{T}')]", "DETAIL:  Key (token)=({T}) already exists.", "Key (api_key)=({H}) is not present in table \"k\"."),
    "HTTP": ("POST /login HTTP/1.1\r\nHost: h\r\n\r\nuser=a&password={P}", "GET /a?access_token={T} HTTP/1.1\r\n", "Authorization: Bearer {T}\r\nAccept: */*", "authorization: Basic {J}\n", "Cookie: a=b; sessionid={T}; c=d", "Cookie: csrftoken={T}", "Set-Cookie: connect.sid=s%3A{T}; Path=/; HttpOnly", "Set-Cookie: remember_token={T}; Max-Age=1", "set-cookie: __Host-session={T}; Secure", "X-CSRFToken: {T}", "X-Vault-Token: {T}", "X-Shopify-Access-Token: {H}", "X-Goog-Api-Key: {T}", "Api-Key: {H}", "apikey: {H}", "Authorization: Token token={T}", "Authorization: Token token=\"{T}\", email=\"a@h\"", "Authorization: OAuth oauth_consumer_key=\"a\", oauth_token=\"{T}\"", "Authorization: Negotiate {J}", "Authorization: GenieKey {T}", "Authorization: Bot {T}", "Proxy-Authorization: Bearer {T}", "X-Access-Token: {T}", "X-Webhook-Secret: {T}", "Grpc-Metadata-Authorization: Bearer {T}", "metadata=(('authorization', 'Bearer {T}'),)", "Headers([('host', 'h'), ('x-api-key', '{H}')])", "{'Set-Cookie': 'auth_token={T}; Path=/'}", "headers: {authorization=Bearer {T}, accept=x}", "\"GET /v1/me?token={T} HTTP/1.1\" 200", "127.0.0.1 - - [01/Mar/2026] \"GET /reset?token={U} HTTP/1.1\" 200 -", "> authorization: Bearer {T}", "send: b'POST / HTTP/1.1\\r\\nX-Api-Key: {H}\\r\\n\\r\\n'"),
    "URLs": ("https://ada:{P}@h.example/x", "https://oauth2:{T}@git.example/a.git", "https://x-access-token:{T}@git.example/a.git", "redis://default:{P}@h:6379", "rediss://:{P}@h:6380/1", "postgresql+asyncpg://a:{P}@h/d", "mysql+pymysql://a:{P}@h/d?charset=utf8", "mssql+pyodbc://a:{P}@dsn", "amqp://a:{P}@h:5672/%2F", "ldap://cn=a:{P}@h", "sftp://a:{P}@h/f", "imaps://a:{P}@h", "socks5://a:{P}@h:1080", "clickhouse://a:{P}@h:9000/d", "https://h/?token={T}", "https://h/?auth={T}", "https://h/?key={H}", "https://h/?secret={T}", "https://h/?jwt={T}", "https://h/?otp={D}", "https://h/?sig={T}&se=2026", "https://b.s3.amazonaws.com/k?X-Amz-Credential=a&X-Amz-Signature={H}", "https://storage.googleapis.com/b/o?X-Goog-Signature={H}", "https://a.blob.core.windows.net/c?sv=2026&sig={B}", "https://d.cloudfront.net/a?Expires=1&Signature={U}&Key-Pair-Id=K", "https://h/reset/{U}", "https://h/password/reset/{U}?email=a", "https://h/activate?token={U}", "https://h/magic?t={U}", "https://h/login?next=/&password={P}", "https://api.telegram.org/bot{T}/sendMessage", "https://hooks.slack.com/services/T0000/B0000/{T}", "https://h/unsubscribe?token={U}", "https://h/oauth/callback?code={U}&state=x", "https://h/#access_token={T}&token_type=bearer", "wss://h/ws?access_token={T}", "https://h/api/{T}/status?x=1", "otpauth://totp/A:a@h?secret={S}&issuer=A&digits=6", "https://h/?user=a&pwd={P}&x=1", "https://h/v2?subscription-key={H}"),
    "multipart": ("------x\r\nContent-Disposition: form-data; name=\"pwd\"\r\n\r\n{P}\r\n------x--", "Content-Disposition: form-data; name=\"api_key\"\r\nContent-Length: 32\r\n\r\n{H}\r\n", "Content-Disposition: form-data; name=otp\r\n\r\n{D}\r\n--"),
    "protobuf": ("user: \"a\"\npassword: \"{P}\"\n", "auth {\n  token: \"{T}\"\n}\n", "credentials { user: \"a\" secret: \"{T}\" }", "api_key: \"{H}\" limit: 5", "env { key: \"DB_PASSWORD\" value: \"{P}\" }", "[('password', '{P}')]"),
    "HCL": ("variable \"db_password\" {\n  type = string\n  default = \"{P}\"\n}\n", "  admin_password = \"{P}\"\n", "backend \"s3\" {\n  secret_key = \"{T}\"\n}\n", "environment = {\n  TOKEN = \"{T}\"\n}\n", "{\"attributes\":{\"password\":\"{P}\",\"username\":\"a\"}}", "{\"outputs\":{\"db_password\":{\"value\":\"{P}\",\"type\":\"string\"}}}", "  ~ password = \"x\" -> \"{P}\"\n", "db_password = \"{P}\" # tfvars\n", "output \"token\" {\n  value = \"{T}\"\n}\n", "connection {\n  type = \"ssh\"\n  password = \"{P}\"\n}\n"),
    "k8s": ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  DB_PASSWORD: {J}\n", "kind: Secret\nstringData:\n  token: {T}\n", "env:\n  - name: API_KEY\n    value: \"{H}\"\n", "env:\n- {name: DB_PASS, value: {P}}\n", "args: [\"--token\", \"{T}\"]\n", "args:\n- --db-password={P}\n", "users:\n- name: a\n  user:\n    password: {P}\n    username: a\n", "{\"kind\":\"Secret\",\"data\":{\"x\":\"{J}\"}}", "client-key-data: {J}\n", "bootstrapToken: {T}\n", "    Environment:\n      DB_PASSWORD:  {P}\n"),
    "CI": ("env:\n  NPM_TOKEN: {T}\n", "      run: deploy --token {T}\n", "variables:\n  DB_PASSWORD: \"{P}\"\n", "  - export API_KEY={H}\n", "script: curl -H \"Authorization: Bearer {T}\" h\n", "withEnv(['TOKEN={T}']) {", "environment { API_KEY = '{H}' }", "environment:\n  MYSQL_PASSWORD: {P}\n", "environment:\n  - SECRET_KEY={H}\n", "ENV DB_PASS={P}\n", "ARG TOKEN={T}\n", "RUN curl -u a:{P} h\n", "LABEL x=y\nENV SECRET_KEY \"{H}\"\n", "secrets:\n  TOKEN: {T}\n"),
    "servers": ("proxy_set_header X-Api-Key {H};", "proxy_set_header Authorization \"Basic {J}\";", "set $token \"{T}\";", "add_header Set-Cookie \"sid={T}\";", "RequestHeader set Authorization \"Bearer {T}\"", "SetEnv API_KEY {H}", "AuthLDAPBindPassword {P}", "AuthLDAPBindPassword \"{P}\"", "SSLPassPhraseDialog x\nProxyPassword {P}\n", "if ($http_x_token != \"{T}\") { return 403; }", "requirepass \"{P}\"", "user default on >{P} ~* +@all", "smtp_sasl_password_maps = static:a:{P}", "admin_password_hash = {H}", "rpcuser=a\nrpcpassword={P}\n", "auth_pass {W}\n", "secret \"{B}\";", "key \"k\" { algorithm hmac-sha256; secret \"{B}\"; };", "default_pass = {P}\n", "ldap.bind.password={P}", "stats auth admin:{P}", "userlist u\n  user a insecure-password {P}\n", "basicauth / ada {P}", "ansible_ssh_pass: \"{P}\"\n", "h ansible_host=1 ansible_password='{P}'\n", "- name: x\n  mysql_user: name=a password={P}\n", "mysql_root_password: {P}\n"),
    "logs": ("2026-03-01 10:00:00,123 DEBUG app.auth login(user='a', password='{P}')", "INFO: Connecting with password={P} to h", "level=info msg=login user=a password={P}", "{\"level\":\"info\",\"msg\":\"login\",\"token\":\"{T}\"}", "time=1 level=debug token={T} ok=true", "[DEBUG] headers={'Authorization': 'Bearer {T}'}", "DEBUG using token: {T}", "Loaded API key {H} from env", "API key is {H}", "API_KEY => {H}", "Secret: {T}", "client secret is {T}", "Using access token {T}", "Auth token {T} has expired", "token '{T}' is invalid", "session token [{T}] revoked", "session_id={T} user=a", "refresh token: {T}", "password '{P}' is too weak", "password for user 'ada' is '{P}'", "Wrong password: {P}", "Invalid password {P} for user ada", "user=ada pass={P} host=h", "Initial admin password: {P}", "Admin password is {P}", "Generated random password: {P}", "A temporary password is generated for root@localhost: {P}", "GENERATED ROOT PASSWORD: {P}", "Using generated security password: {P}", "temporary password \"{P}\"", "pin code {D} entered", "PIN: {D}", "otp={D}", "OTP for ada is {D}", "Sending OTP {D} to +49", "one-time code: {D}", "verification_code={D}", "2FA code: {D}", "jwt={T}", "JWT: {T}", "csrf token: {T}", "http://localhost:8888/?token={H}", "Jupyter token: {H}", "Bearer {T} rejected", "with credentials ('ada', '{P}')", "connect(dsn='host=h password={P}')", "dsn=postgres://a:{P}@h/d", "webhook secret: {T}", "signing secret {H} loaded", "Encryption key: {H}", "key={H} iv=0", "decrypted password: {P}", "db password -> {P}", "password:{P}", "Password\t: {P}", "Enter password: {P}", "ada@h's password: {P}", "[sudo] password for ada: {P}", "Vault password: {P}", "Root Token: {T}", "Unseal Key 1: {B}", "kubeadm join h:6443 --token {T}", "passphrase for key '/k': {P}", "recovery key: {T}", "seed phrase = \"{M}\""),
    "tracebacks": ("  File \"a.py\", line 3, in f\n    login('ada', '{P}')\nValueError: x", "    self.connect(password='{P}')", "    client = Client(api_key=\"{H}\")\n                    ^^^^^^^", "requests.exceptions.HTTPError: 401 Client Error for url: https://h/?token={T}", "ConnectionError: redis://:{P}@h:6379", "AuthenticationError: Invalid token {T}", "ValueError: password must differ from '{P}'", "KeyError: ('token', '{T}')", "AssertionError: assert '{T}' == token", "pydantic.ValidationError: 1 error for Settings\napi_key\n  bad [type=x, input_value='{H}', input_type=str]", "TypeError: f() got an unexpected keyword argument 'password' (password='{P}')", "OperationalError: (1045, \"Access denied for user 'a' using password '{P}'\")", "CalledProcessError: Command '['curl', '-u', 'a:{P}', 'h']' returned non-zero exit status 1.", "CalledProcessError: Command 'sshpass -p {P} ssh h' returned", "TimeoutExpired: Command '['app', '--token', '{T}']' timed out", "jwt.exceptions.DecodeError: bad token: {T}", "E       AssertionError: assert {'token': '{T}'} == {}", "password = '{P}'\nuser = 'a'", "locals: password='{P}', n=1", "InvalidPasswordError('{P}')"),
    "chat and mail": ("hey, the db password is {P}", "pw for staging: {P}", "new login: ada / pw: {P}", "Passwort für den Server: {P}", "login ada, password {P}", "the api key is {H}", "here is the token: {T}", "can you try with token {T} ?", "Your Acme verification code is {D}", "{D} is your Acme verification code.", "Use {D} as your verification code", "Your one-time code: {D}", "Your login code: {D}. Do not share it.", "Security code: {D}", "Your passcode is {D}", "Your temporary PIN is {D}.", "Enter this code to sign in: {D}", "Your two-factor code is {D}", "OTP: {D}", "Hi Ada, your password has been reset to {P}", "Your new password is {P}", "User name: ada\r\nPassword: {P}\r\n", "Username: ada, Password: {P}", "Ihr Passwort lautet: {P}", "Dein Code: {D} ist dein Bestätigungscode", "{D} ist Ihr Bestätigungscode", "Ihr Sicherheitscode lautet {D}", "Votre mot de passe : {P}", "{D} est votre code de vérification", "Votre code de sécurité est : {D}", "Su contraseña es: {P}", "{D} es tu código de verificación", "Tu código de seguridad es {D}", "Sua senha é {P}", "{D} é seu código de verificação", "La tua password è: {P}", "{D} è il tuo codice di verifica", "Uw verificatiecode is {D}", "Din verifieringskod är {D}", "Din kode er {D}", "Vahvistuskoodisi on {D}", "Twoje hasło to {P}", "Kod weryfikacyjny: {D}", "Váš ověřovací kód je {D}", "Az ellenőrző kód: {D}", "Codul tău de verificare este {D}", "Doğrulama kodu: {D}", "Şifreniz: {P}", "Ваш пароль: {P}", "Код подтверждения: {D}", "{D} — ваш код подтверждения", "Ваш код підтвердження: {D}", "您的密码是{P}", "验证码：{D}", "验证码是 {D}，请勿泄露", "認証コード：{D}", "パスワード: {P}", "인증번호 {D}", "비밀번호는 {P}입니다", "Mã OTP của bạn là {D}", "Kode OTP: {D}", "รหัส OTP ของคุณคือ {D}", "आपका OTP {D} है", "رمز التحقق الخاص بك هو {D}", "קוד האימות שלך הוא {D}", "Ο κωδικός επαλήθευσης είναι {D}", "Backup codes: {T}, x", "Wifi: guest / {P}", "*Password:* {P}", "`token={T}`", "> password: {P}"),
    "keys and certificates": ("-----BEGIN PRIVATE KEY-----\n{B}\n-----END PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY-----\\n{B}\\n-----END EC PRIVATE KEY-----", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{B}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{B}\n-----END PGP PRIVATE KEY BLOCK-----", "[Interface]\nPrivateKey={B}\n", "PresharedKey = {B}\n", "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"d\":\"{U}\",\"p\":\"x\"}", "private_key_b64={B}", "privateKey: 0x{H}", "\"secretKey\": [\"{B}\"]", "wallet seed: \"{M}\"", "mnemonic = '{M}'", "TOTP secret: {S}", "setup key {S}", "manual entry key: {S}", "<Secret>{S}</Secret>", "keyMaterial='{B}'"),
    "code": ("conn = psycopg.connect(host='h', password='{P}')", "redis.Redis(host='h', password='{P}')", "boto3.client('s3', aws_secret_access_key='{T}')", "OpenAI(api_key='{T}')", "app.config['SECRET_KEY'] = '{H}'", "app.config.update(SECRET_KEY='{H}')", "os.environ[\"PGPASSWORD\"] = \"{P}\"", "getpass.getpass = lambda: '{P}'", "request.headers['X-Api-Key'] == '{H}'", "TOKEN: Final = '{T}'", "token: str | None = '{T}'", "password = base64.b64decode('{J}')", "const apiKey = `{H}`;", "let token: String = \"{T}\"", "val password = \"{P}\"", "var Password = \"{P}\"", "my $password = '{P}';", "password <- \"{P}\"", "local token = '{T}'", "(def token \"{T}\")", "#define API_KEY \"{H}\"", "char *password = \"{P}\";", "static const char pw[] = \"{P}\";", "public const string ApiKey = \"{H}\";", "'password' => env('DB_PASSWORD', '{P}'),", "config.secret_key_base = '{H}'", "ENV['API_TOKEN'] ||= '{T}'", "process.env.TOKEN = '{T}'", "@app.auth(token='{T}')", "def f(password='{P}'):", "lambda password='{P}': 1", "return {'token': '{T}'}", "with_password(\"{P}\")", ".withPassword(\"{P}\")", ".setToken(\"{T}\")", "setApiKey('{H}')", "page.type('#password', '{P}')", "ssh.connect('h', 22, 'ada', '{P}')", "server.login('a@h', '{P}')", "crypt.crypt('{P}', s)", "f'password={P}'", "print('token', '{T}')", "log.info('password %s', '{P}')"),
}  # fmt: skip
SHAPES = (
    ("fjord_sk_live_", ALNUM, 24), ("plume-token-", LOWER, 30), ("reef_pat_", ALNUM, 36), ("cove.secret.", URLSAFE, 32), ("ghp_", ALNUM, 36), ("gho_", ALNUM, 36), ("glpat-", URLSAFE, 20), ("xoxp-", ALNUM, 60), ("sk-ant-api03-", URLSAFE, 93), ("hf_", ALNUM, 34), ("npm_", ALNUM, 36), ("rk_live_", ALNUM, 24), ("sk_test_", ALNUM, 24), ("AIza", URLSAFE, 35), ("ya29.", URLSAFE, 80), ("ASIA", UPPER, 16), ("dop_v1_", HEX, 64), ("shpat_", HEX, 32), ("dckr_pat_", URLSAFE, 27), ("sntrys_", ALNUM, 60), ("pul-", HEX, 40), ("1//0", URLSAFE, 60), ("PMAK-", HEX, 59), ("eyJhbGciOiJIUzI1NiJ9.", URLSAFE, 80),
)  # fmt: skip


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
        yield Made(f"shape {prefix}", f"seen {secret} here", secret)
    yield from _encoded(maker)


def _encoded(maker: Maker) -> Iterator[Made]:
    """Inside other encodings than text."""
    secret = maker.password()
    line = f"db_password={secret}"
    member = json.dumps({"db": {"password": secret}})
    url = f"postgres://ada:{secret}@db.example/app"
    for kind, text in {
        "JSON of a list of JSON": json.dumps([json.dumps(member)]), "repr of bytes of JSON": repr({"body": member.encode()}), "XML in JSON": json.dumps(f"<password>{secret}</password>"), "JSON in XML": f"<body>{escape(member, {chr(34): '&quot;'})}</body>", "form": f"a=1&body={quote_plus(line)}", "form of JSON": quote_plus(member), "log of JSON": f"body={member!r}", "JavaScript escapes": member.replace('"', "\\x22"), "unicode escapes": member.replace('"', "\\u0022"),
    }.items():  # fmt: skip
        yield Made(
            f"encoded {kind}", text, next(each for each in (secret, quote_plus(secret)) if each in text)
        )
    for kind, raw in {"line": line.encode(), "JSON": member.encode(), "URL": url.encode()}.items():
        ways = {"base64": base64.b64encode(raw).decode(), "data URI": "data:text/plain;base64," + base64.b64encode(raw).decode(), "base64 twice": base64.b64encode(base64.b64encode(raw)).decode(), "hexadecimal": raw.hex(), "hexadecimal with 0x": "0x" + raw.hex(), "hexadecimal with blanks": raw.hex(" "), "octal": "".join(f"\\{each:03o}" for each in raw), "percent": "".join(f"%{each:02X}" for each in raw), "entities": "".join(f"&#x{each:x};" for each in raw)}  # fmt: skip
        for how, text in ways.items():
            yield Made(f"encoded {kind} in {how}", f"got {text} back", text)
    yield Made("encoded rot13", codecs.encode(line, "rot13"), codecs.encode(secret, "rot13"))
    packed = base64.b64encode(zlib.compress(member.encode(), 0)).decode()
    yield Made("encoded zlib in base64", f"got {packed} back", packed)
