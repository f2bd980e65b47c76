"""Kinds of secrets as real systems hold them (settings, CI, orchestration, mail, clouds, clients), written before any rule was read, and used once: the docs tell the figure."""
# ruff: noqa: E501, RUF001 - tables of texts

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker

# A letter says what is made: P a password with a sign, Q one as generators make them, W a word with digits, T a token, H
# hexadecimal, K one in the alphabet of URLs, B base64, D six digits, N twelve words, S sixteen letters and digits.
NAMES = """
P EMAIL_HOST_PASSWORD|T SECRET_KEY_FALLBACK|T SOCIAL_AUTH_GITHUB_SECRET|T SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET|P DB_ROOT_PW|W POSTGRES_PASSWORD|W MYSQL_ROOT_PASSWORD
P MARIADB_ROOT_PASSWORD|P MONGO_INITDB_ROOT_PASSWORD|P REDISCLI_AUTH|P requirepass|P masterauth|P masterpass|S RABBITMQ_ERLANG_COOKIE|W RABBITMQ_DEFAULT_PASS
P sasl_plain_password|P ssl.keystore.password|P ssl.key.password|P ssl.truststore.password|P spring.datasource.password|P quarkus.datasource.password|P hibernate.connection.password
P javax.net.ssl.keyStorePassword|P ELASTIC_PASSWORD|P KIBANA_SYSTEM_PASSWORD|P MINIO_ROOT_PASSWORD|T MINIO_SECRET_KEY|P GF_SECURITY_ADMIN_PASSWORD|T GF_SECURITY_SECRET_KEY|P NEXTCLOUD_ADMIN_PASSWORD
P KEYCLOAK_ADMIN_PASSWORD|P KC_DB_PASSWORD|H VAULT_TOKEN|T CONSUL_HTTP_TOKEN|T NOMAD_TOKEN|P RESTIC_PASSWORD|P BORG_PASSPHRASE|P RCLONE_CONFIG_PASS|P ANSIBLE_VAULT_PASSWORD
P ansible_password|P ansible_become_pass|P ansible_ssh_pass|P ansible_become_password|T TF_TOKEN_app_terraform_io|P TF_VAR_db_password|P TF_VAR_admin_pw|T CODECOV_TOKEN|T COVERALLS_REPO_TOKEN
H SONAR_TOKEN|T SNYK_TOKEN|P TWINE_PASSWORD|T NPM_AUTH_TOKEN|T NODE_AUTH_TOKEN|T GH_PAT|T CI_JOB_TOKEN|T CI_DEPLOY_PASSWORD|P CI_REGISTRY_PASSWORD|T CARGO_REGISTRY_TOKEN|T POETRY_PYPI_TOKEN_PYPI|P POETRY_HTTP_BASIC_ACME_PASSWORD
T UV_PUBLISH_TOKEN|P UV_INDEX_ACME_PASSWORD|T SENTRY_AUTH_TOKEN|H DD_API_KEY|H DD_APP_KEY|T NEW_RELIC_LICENSE_KEY|H ALGOLIA_ADMIN_API_KEY|H CF_API_KEY|T CLOUDFLARE_API_TOKEN|T HEROKU_API_KEY|T FLY_API_TOKEN
T RAILWAY_TOKEN|T VERCEL_TOKEN|T NETLIFY_AUTH_TOKEN|T SUPABASE_SERVICE_ROLE_KEY|T SUPABASE_JWT_SECRET|T CLERK_SECRET_KEY|T AUTH0_CLIENT_SECRET|T OKTA_API_TOKEN|T NEXTAUTH_SECRET|T AUTH_SECRET|H SESSION_SECRET
H COOKIE_SECRET|H APP_KEY_SECRET|T RAILS_MASTER_KEY|H SECRET_KEY_BASE|T LARAVEL_APP_KEY|T JWT_SECRET_KEY|P JWT_PASSPHRASE|T HASURA_GRAPHQL_ADMIN_SECRET|T AIRFLOW__WEBSERVER__SECRET_KEY|K AIRFLOW__CORE__FERNET_KEY|P AIRFLOW__SMTP__SMTP_PASSWORD
P _AIRFLOW_WWW_USER_PASSWORD|T SUPERSET_SECRET_KEY|T JUPYTER_TOKEN|T WANDB_API_KEY|T KAGGLE_KEY|T COMET_API_KEY|T HUGGING_FACE_HUB_TOKEN|T REPLICATE_API_TOKEN|T COHERE_API_KEY|T MISTRAL_API_KEY|T GROQ_API_KEY|T PINECONE_API_KEY
T AZURE_CLIENT_SECRET|B AZURE_STORAGE_KEY|B AZURE_STORAGE_ACCOUNT_KEY|B COSMOS_MASTER_KEY|B EVENTHUB_SHARED_ACCESS_KEY|B IOTHUB_DEVICE_KEY|T ARM_CLIENT_SECRET|T ARM_ACCESS_KEY|T aws_secret_access_key|T aws_session_token|T AWS_SECRET_KEY|P azure_sql_pwd
T DO_SPACES_SECRET|T B2_APPLICATION_KEY|T LINODE_TOKEN|T HCLOUD_TOKEN|T SCW_SECRET_KEY|T OVH_CONSUMER_KEY|T OVH_APPLICATION_SECRET|T TWILIO_AUTH_TOKEN|T SENDGRID_KEY|T MAILGUN_API_KEY|T POSTMARK_SERVER_TOKEN|P SMTP_PASS|P MAIL_PASSWORD|P IMAP_PW
P bindpw|P bind_password|P ldap_bind_pw|P rootpw|P olcRootPW|P AUTH_LDAP_BIND_PASSWORD|P snmp_auth_pass|P authPassphrase|P privPassphrase|S radius_secret|P wpa_passphrase|P wpa_psk|B PresharedKey|P ike_psk|P sip_password|P mqtt_password|T ha_long_lived_token
T oauth_token_secret|T consumer_secret|T resource_owner_secret|T client_assertion|K code_verifier|T device_code_secret|T authorization_bearer|K SAMLAssertionToken|T accessTokenSecret|T bot_token|T signing_secret|T slack_signing_secret|T webhook_secret|T STRIPE_WEBHOOK_SECRET|T endpoint_secret
T PAYPAL_CLIENT_SECRET|T PLAID_SECRET|T BRAINTREE_PRIVATE_KEY|T SQUARE_ACCESS_TOKEN|T SHOPIFY_API_SECRET|H adyen_hmac_key|T recaptcha_secret_key|T HCAPTCHA_SECRET|T turnstile_secret|T VAPID_PRIVATE_KEY|T fcm_server_key|T firebase_api_key|T APPLE_APP_SPECIFIC_PASSWORD|P MATCH_PASSWORD|P FASTLANE_PASSWORD
P KEYSTORE_PASS|P KEY_ALIAS_PASSWORD|P storePassword|P certificatePassword|P pfx_password|P p12_pass|P WIN_CSC_KEY_PASSWORD|P pkcs12_passphrase|P gpg_passphrase|P GPG_PASSPHRASE|P signing.password|P luks_passphrase|P disk_encryption_password|P zip_password|P backup_encryption_passphrase
T sessionid|T PHPSESSID|T JSESSIONID|T connect.sid|T ASP.NET_SessionId|T laravel_session|K XSRF-TOKEN|T csrfmiddlewaretoken|T authenticity_token|T __RequestVerificationToken|T remember_user_token|T .AspNetCore.Identity.Application|T wordpress_logged_in_cookie|T XSRF_token|T X-Vault-Token
T X-Auth-Token|T X-API-KEY|T X-Amz-Security-Token|T X-Gitlab-Token|T PRIVATE-TOKEN|T JOB-TOKEN|T X-Shopify-Access-Token|T Ocp-Apim-Subscription-Key|T x-functions-key|T X-Plex-Token|T X-Emby-Token|T X-Consul-Token|T X-Figma-Token|T apikey|T X-Master-Key|T X-Access-Token|T Proxy-Authorization|T X-Hub-Signature-Secret
P user_password_again|P confirm_pw|P newPassword1|P old_passwd|P rawPassword|P plaintext_password|P plain_pw|P clear_text_password|P temp_password|P initialPassword|P default_password|P sudo_pass|P become_pass|P login_pass|P proxy_pass_word|P http_proxy_password|P ftp_pass|P sftp_password|P vpn_password|P wifi_pass|P vnc_password|P rdp_password|P ipmi_pass|P ilo_password|P idrac_pw|P enable_secret|P enable_password
D otp_code|D totp_code|D mfa_token_code|D sms_code|D verificationCode|D two_factor_code|D twoFactorCode|D 2fa_code|D email_code|D login_code|D auth_code|D security_pin|D pin_code|D pinCode|D card_pin|D unlock_pin|D activation_code|D reset_code|D one_time_password|N seed_phrase|N recovery_phrase|N mnemonic_phrase|N walletMnemonic
"""
RETURNED = """
P get_password|P getpass|P ask_password|P prompt_for_password|P generate_password|P make_random_password|P random_password|P load_db_password|P fetch_secret|T get_secret_value|T read_secret|P decrypt_password|P keyring_password|T issue_token|T create_access_token|T create_refresh_token|T mint_token|T refresh_access_token|T get_auth_token|T acquire_token|T fetch_access_token|T make_token|T new_session_token|T rotate_api_key|T load_api_key
T generate_api_key|T get_secret_key|H derive_encryption_key|T get_csrf_token|T session_token|T bearer_token|T authorization_header|D generate_otp|D make_otp|D current_totp|D generate_verification_code|T token_urlsafe|H token_hex|T build_auth_header|T read_credentials|T getAccessToken|P getPassword|P readPassword|T vault_token|T client_secret|P smtp_password|T signed_cookie|T encode_jwt|T access_token|T api_key
"""
ARGV = """
mysqldump -u root -p{P} shop|mysqladmin --password={P} status|mariadb -h db -uapp -p{W} shop|psql postgresql://app:{P}@db/shop|pg_dump --dbname=postgresql://app:{P}@db/shop|redis-cli -h r --pass {P}|redis-cli -u redis://:{P}@r:6379/0|mongosh mongodb://root:{P}@m/admin|mongodump -u root -p {P} --db shop|mongoimport --username root --password {P} -c users|influx -username admin -password {P}|cqlsh -u cassandra -p {P} host|clickhouse-client --password {P} -q SELECT1|sqlcmd -S db -U sa -P {P}
bcp shop out f -U sa -P {P}|snowsql -a acme -u ada --password {P}|rabbitmqadmin -u admin -p {P} list queues|rabbitmqctl change_password ada {P}|etcdctl --user root:{P} get k|kafka-configs --alter --add-config SCRAM-SHA-256=[password={P}]|curl -u ada:{P} https://h|curl --user ada:{P} https://h|curl --proxy-user ada:{P} https://h|curl -H Authorization:\u0020Bearer\u0020{T} https://h|curl -H X-Api-Key:{T} https://h|curl --oauth2-bearer {T} https://h|curl --pass {P} --cert c.pem https://h
wget --password={P} https://h|wget --http-password={P} https://h|wget --user=ada --ftp-password={P} ftp://h|http -a ada:{P} GET https://h|https --auth ada:{P} h|aria2c --http-passwd={P} https://h|docker login -u ada -p {P} reg|docker login --username ada --password {P}|docker run -e POSTGRES_PASSWORD={P} postgres|docker run --env API_TOKEN={T} img|docker build --build-arg NPM_TOKEN={T} .|podman login -p {P} reg|skopeo copy --src-creds ada:{P} a b|skopeo copy --dest-creds=ada:{P} a b|buildah push --creds ada:{P} img|helm install x --set auth.password={P}|helm upgrade x --set-string global.postgresql.auth.password={P}|helm repo add r u --username ada --password {P}
kubectl create secret generic s --from-literal=password={P}|kubectl create secret docker-registry r --docker-password={P}|kubectl --token={T} get pods|kubectl config set-credentials ada --token={T}|oc login --token={T}|oc login -u ada -p {P}|argocd login h --password {P}|terraform apply -var db_password={P}|terraform plan -var=admin_token={T}|ansible-playbook -e ansible_become_pass={P} p.yml|ansible-playbook --extra-vars db_password={P} p.yml|aws configure set aws_secret_access_key {T}|az login --service-principal -u id -p {T}|az sql server create --admin-password {P}|az storage blob list --account-key {B}|gcloud sql users set-password ada --password={P}|doctl auth init -t {T}|heroku config:set SECRET_KEY={T}|fly secrets set DATABASE_PASSWORD={P}|vercel --token {T}|netlify deploy --auth={T}|gh secret set TOKEN --body {T}|glab auth login --token {T}
npm config set //registry.example/:_authToken {T}|npm config set //registry.example/:_authToken={T}|npm publish --otp={D}|yarn publish --otp {D}|twine upload -u __token__ -p {T} dist/*|twine upload --password {P} dist/*|uv publish --token {T}|poetry publish --username ada --password {P}|poetry config pypi-token.pypi {T}|poetry config http-basic.acme ada {P}|pip install --index-url https://ada:{P}@pypi.acme/simple x|pip install -i https://__token__:{T}@pypi.acme/simple x|cargo publish --token {T}|gem push --key {T} x.gem|nuget push x.nupkg -ApiKey {T}|dotnet nuget push x --api-key {T}|mvn deploy -Dpassword={P}|mvn -Dgpg.passphrase={P} deploy|gradle publish -PossrhPassword={P}|java -Djavax.net.ssl.keyStorePassword={P} -jar a.jar|java -Dspring.datasource.password={P} -jar a.jar|java -jar a.jar --spring.datasource.password={P}|keytool -importkeystore -srcstorepass {P}|keytool -genkey -storepass {P} -keypass {Q}|keytool -list -storepass {P}|jarsigner -storepass {P} a.jar k|apksigner sign --ks-pass pass:{P} a.apk|signtool sign /f c.pfx /p {P} a.exe
openssl enc -aes-256-cbc -k {P} -in f|openssl rsa -in k -passin pass:{P}|openssl pkcs12 -export -passout pass:{P}|openssl req -passout pass:{P} -new|openssl dgst -hmac {T} f|ssh-keygen -N {P} -f k|ssh-keygen -p -P {P} -f k|gpg --batch --passphrase {P} -c f|sshpass -p {P} ssh h|sshpass -p{P} scp a h:|7z a -p{P} a.7z f|7z x -p{P} a.7z|unzip -P {P} a.zip|zip -P {P} a.zip f|rar a -hp{P} a.rar f|qpdf --password={P} --decrypt a.pdf b.pdf|qpdf --encrypt {P} {Q} 256 -- a b|pdftk a.pdf input_pw {P} output b.pdf|pdftotext -upw {P} a.pdf|restic -r r --password-command echo\u0020{P}|duplicity --sign-key k PASSPHRASE={P}|rclone config create r s3 secret_access_key {T}|s3cmd --secret_key={T} ls|mc alias set m http://h minio {T}|lftp -u ada,{P} -e ls h|ncftpput -u ada -p {P} h d f|smbclient //h/s -U ada%{P}|smbclient //h/s {P} -U ada|mount -t cifs //h/s /m -o username=ada,password={P}|mount.cifs //h/s /m -o user=ada,pass={P}
ldapsearch -x -D cn=a -w {P} -b dc=x|ldappasswd -s {P} -w {Q} uid=a|ldapmodify -D cn=a -w {P} -f f|snmpwalk -v3 -u ada -A {P} -X {Q} h|snmpget -v2c -c {S} h oid|xfreerdp /u:ada /p:{P} /v:h|rdesktop -u ada -p {P} h|ipmitool -H h -U ada -P {P} power status|radtest ada {P} h 0 {S}|wpa_passphrase home {P}|nmcli dev wifi connect home password {P}|mosquitto_pub -u ada -P {P} -t t -m m|mosquitto_sub -h h -u ada -P {P} -t t|htpasswd -b f ada {P}|htpasswd -nbB ada {P}|useradd -p {P} ada|usermod --password {P} ada|expect -c send\u0020{P}|vncviewer -passwd {P}|svn checkout --username ada --password {P} u|git clone https://ada:{P}@git.acme/a.git|git clone https://oauth2:{T}@gitlab.acme/a.git|git -c http.extraHeader=Authorization:\u0020Bearer\u0020{T} fetch|git remote add o https://x-access-token:{T}@github.com/a/b|hg pull --config auth.x.password={P}|jupyter notebook --NotebookApp.token={T}|jupyter lab --IdentityProvider.token={T}|jupyter server --ServerApp.password={P}|celery -A a worker --broker amqp://ada:{P}@r//|celery flower --basic_auth=ada:{P}|airflow users create -u ada -p {P}|flask run --secret-key {T}|gunicorn a:b --env SECRET_KEY={T}|uvicorn a:b --header Authorization:{T}|vault login -method=userpass username=ada password={P}|vault kv put secret/a password={P}|vault kv put secret/a api_token={T}|vault operator unseal {B}|consul acl --token={T}|nomad status -token={T}|sonar-scanner -Dsonar.login={H}|sonar-scanner -Dsonar.token={T}|codecov -t {T}|sentry-cli --auth-token {T} releases|snyk auth {T}|wandb login {H}|huggingface-cli login --token {T}|ngrok config add-authtoken {T}|cloudflared tunnel run --token {T}|tailscale up --authkey={T}|wg set wg0 private-key {B}|openvpn --auth-user-pass {P}|openconnect --passwd {P} h|k6 run -e API_KEY={T} s.js|newman run c --env-var token={T}|sqlmap --auth-cred=ada:{P}|hydra -l ada -p {P} ssh://h|crackmapexec smb h -u ada -p {P}|psexec \\\\h -u ada -p {P} cmd|net use \\\\h\\s /user:ada {P}|runas /savecred /pass:{P}|schtasks /create /ru ada /rp {P}|sc create s obj= ada password= {P}|msiexec /i a.msi DBPASSWORD={P}|powershell -Command ConvertTo-SecureString\u0020{P}|chpasswd -e ada:{P}|mysql_config_editor set --password={P}|ffmpeg -i rtsp://ada:{P}@cam/1 o.mp4|vlc rtsp://admin:{P}@cam/h264|youtube-dl -u ada -p {P} u|yt-dlp --username ada --password {P} u|yt-dlp --video-password {P} u|tabcmd login -u ada -p {P}|pdns --api-key={T}|minio-client --secret-key {T}|bw unlock {P}|op signin --secret-key {T}|pass insert --password {P}
"""
# One a line; \n, \t and \r are read as escapes; ⏎ is a line's end.
TEXTS = (Path(__file__).parent / "corpus" / "secrets_eleventh.txt").read_text(encoding="utf-8")
"""A kind a line; `\\n`, `\\t` and `\\r` are read as escapes."""
ENVIRONMENT = "{}={}", "{}: {}", '"{}": "{}",', "export {}='{}'", "{} = {}", "--{}={}"

OTHER_NAMES = """
P mdp_utilisateur|P motDePasse|P mot_de_passe|P contrasenia|P contraseña_nueva|P clave_acceso|P clave_secreta|P palavra_passe|P palavra_chave_secreta|P senha_usuario|P senhaAntiga|P parola_chiave_utente|P passwort_neu|P kennwort2|P benutzerpasswort|P zugangspasswort|P wachtwoord_gebruiker|P lösenord_ny|P losenord|P adgangskode_bruger|P passord|P salasana_uusi|P lykilorð|P hasło_uzytkownika|P haslo|P heslo_uzivatele|P heslo_nove|P jelszó|P jelszo|P parolă|P parola_noua|P lozinka|P geslo|P парола|P пароль_админа|P пароль_бд|P лозинка|P şifre|P sifre_yeni|P 密码_旧|P 用户密码|P 口令|P 密碼|P パスワード_新|P 暗証番号_P|P 비밀번호|P 비번|P mật_khẩu|P mat_khau|P kata_sandi|P รหัสผ่าน|P كلمة_السر|P סיסמא|P गुप्तशब्द|P पासवर्ड|P κωδικός_πρόσβασης|P slaptazodis|P parole_lietotaja|P salasõna|P nenosiri|P fjalëkalimi
T jeton_acces|T jeton_d_acces|T clef_api|T clé_api|T clé_secrète|T clave_api|T clave_privada|T chave_api|T chave_secreta|T chiave_api|T chiave_segreta|T schluessel_api|T api_schlüssel|T geheimnis|T zugriffstoken|T geheime_sleutel|T api_sleutel|T hemlig_nyckel|T api_nyckel|T klucz_api|T tajny_klucz|T klíč_api|T titkos_kulcs|T ключ_api|T секретный_ключ|T токен_доступа|T секрет|T api_anahtarı|T gizli_anahtar|T api密钥|T 密钥|T 令牌|T 访问令牌|T 秘密鍵|T APIキー|T アクセストークン|T api_키|T 비밀키|T 토큰|T khóa_api|T kunci_rahasia|T مفتاح_سري|T מפתח_סודי
D код_подтверждения|D 验证码|D 認証コード|D 인증번호|D code_confirmation|D codigo_verificacion|D codigo_seguranca|D codice_verifica|D bestaetigungscode|D verifizierungscode|D inlogcode|D engangskod|D kod_weryfikacyjny|D dogrulama_kodu|D ma_xac_nhan
"""

VENDORS = {
    "gitlab runner": "glrt-{K20}", "gitlab deploy": "gldt-{K20}", "gitlab pipeline": "glptt-{H40}", "gitlab ci": "glcbt-64_{K20}", "docker": "dckr_pat_{K27}", "docker org": "dckr_oat_{K32}", "atlassian": "ATATT3xFfGF0{K180}=1A2B3C4D", "bitbucket": "ATBB{A32}", "linear": "lin_api_{A40}", "notion": "ntn_{A46}", "notion old": "secret_{A43}", "figma": "figd_{K40}", "sentry org": "sntrys_{K80}", "sentry user": "sntryu_{H64}", "posthog": "phx_{A43}", "render": "rnd_{A28}", "fly": "fo1_{K43}", "planetscale": "pscale_tkn_{K43}", "planetscale pw": "pscale_pw_{K43}", "pulumi": "pul-{H40}", "vault batch": "hvb.{K140}", "slack app": "xapp-1-A{UP10}-1234567890123-{H64}", "slack config": "xoxe.xoxp-1-{A120}", "slack bot": "xoxb-123456789012-1234567890123-{A24}", "facebook": "EAA{A160}", "google oauth": "ya29.{K120}", "google secret": "GOCSPX-{K28}", "google refresh": "1//0{K60}", "google api": "AIza{K35}", "square": "sq0atp-{K22}", "square secret": "sq0csp-{K43}", "shopify": "shpss_{H32}", "stripe restricted": "rk_live_{A24}", "stripe webhook": "whsec_{A32}", "anthropic": "sk-ant-api03-{K93}AA", "openai project": "sk-proj-{K74}T3BlbkFJ{K74}", "openai service": "sk-svcacct-{K60}", "groq": "gsk_{A52}", "replicate": "r8_{A37}", "perplexity": "pplx-{A48}", "xai": "xai-{A80}", "nvidia": "nvapi-{K64}", "together": "tgp_v1_{K43}", "cerebras": "csk-{L48}", "artifactory": "AKCp{A69}", "artifactory ref": "cmVmdGtu{A56}", "mailgun": "key-{H32}", "brevo": "xkeysib-{H64}-{A16}", "postman": "PMAK-{H24}-{H34}", "new relic": "NRAK-{UP27}", "grafana": "glsa_{A32}_{H8}", "grafana cloud": "glc_{A60}", "databricks": "dapi{H32}-2", "dynatrace": "dt0c01.{UP24}.{UP64}", "age": "AGE-SECRET-KEY-1{BECH}", "1password service": "ops_eyJ{K200}", "doppler": "dp.pt.{A43}", "doppler service": "dp.st.prd.{A43}", "buildkite": "bkua_{H40}", "circleci": "CCIPAT_{A22}_{H40}", "rubygems": "rubygems_{H48}", "crates": "cio{A32}", "nuget": "oy2{L43}", "github app": "ghs_{A36}", "github refresh": "ghr_{A36}", "github fine": "github_pat_{A22}_{A59}", "dropbox": "sl.{K130}", "plaid": "access-production-{UUID}", "twilio": "SK{H32}", "hubspot": "pat-na1-{UUID}", "contentful": "CFPAT-{K43}", "salesforce": "00D5f000000abcd!{A90}", "tavily": "tvly-{A32}", "firecrawl": "fc-{H32}", "e2b": "e2b_{H40}", "jina": "jina_{A60}", "pinecone": "pcsk_{A6}_{A60}", "supabase": "sb_secret_{A31}", "supabase personal": "sbp_{H40}", "netlify": "nfp_{A40}", "airtable": "pat{A14}.{H64}", "tailscale": "tskey-auth-k{A11}CNTRL-{A32}", "openrouter": "sk-or-v1-{H64}", "langsmith": "lsv2_pt_{H32}_{H10}", "langfuse": "sk-lf-{UUID}", "telegram": "7171717171:{TG}", "discord": "{DISCORD}", "sendgrid": "SG.{K22}.{K43}", "azure ad": "{A3}8Q~{K34}", "easypost": "EZAK{A54}", "flutterwave": "FLWSECK-{H32}-X", "frameio": "fio-u-{K64}", "prefect": "pnu_{A36}", "readme": "rdme_{L70}", "scalingo": "tk-us-{K48}", "typeform": "tfp_{K59}", "yandex": "t1.{A100}.{K86}", "alibaba": "LTAI{A20}", "ionic": "ion_{A42}", "infracost": "ico-{A32}", "harness": "pat.{A22}.{H24}.{A20}", "duffel": "duffel_live_{K43}", "lob": "live_{H35}", "mapbox": "sk.eyJ{K80}.{K22}", "microsoft teams": "https://acme.webhook.office.com/webhookb2/{UUID}@{UUID}/IncomingWebhook/{H32}/{UUID}", "asana": "2/1200000000000000/1200000000000001:{H32}", "cloudflare origin": "v1.0-{H24}-{H146}", "clojars": "CLOJARS_{L60}", "shippo": "shippo_live_{H40}", "sidekiq": "https://acme:{H8}@gems.contribsys.com/", "adobe": "p8e-{L32}", "defined": "dnkey-{K26}-{K52}", "hashicorp": "{A14}.atlasv1.{K67}", "okta": "SSWS 00{K40}", "wakatime": "waka_{UUID}", "clickup": "pk_17171717_{UP32}", "deno": "ddp_{A36}", "val town": "vtwn_{A40}", "neon": "napi_{L64}", "turso": "{JWT}", "upstash": "AX{K60}=", "resend": "re_{A8}_{A24}", "loops": "{H32}0000", "paypal": "access_token$production${L16}${H32}", "brave": "BSA{A28}", "gitea": "gta_{H40}", "sourcegraph": "sgp_{H16}_{H40}", "snyk": "snyk_uat.{H8}.{K60}", "jfrog": "eyJ2ZXIiOiIyIiwidHlwIjoiSldUIn0.{K80}.{K60}", "weave": "wandb_v1_{A40}", "mistral": "mst_{A32}", "elevenlabs": "sk_{H48}", "deepgram": "dg_{H40}",
}  # fmt: skip
HOLDERS = ("{}", "request failed for {} (401)", "x = '{}'", '{{"a": ["{}"]}}')


class Filler(dict[str, str]):
    """Makes what a letter stands for, anew at each place."""

    def __init__(self, maker: Maker) -> None:
        super().__init__()
        self.maker = maker
        self.secret = ""

    def made(self, key: str) -> str:  # noqa: C901 - a table of what is made
        of = self.maker.of
        plain = {"S": (ALNUM, 16), "H": (HEX, 40), "K": (URLSAFE, 43)}
        if key in plain:
            return of(*plain[key])
        letters = {"A": ALNUM, "K": URLSAFE, "H": HEX, "L": LOWER, "UP": UPPER + string_digits}
        for head in sorted(letters, key=len, reverse=True):
            if key.startswith(head) and key[len(head) :].isdecimal():
                return of(letters[head], int(key[len(head) :]))
        match key:
            case "P":
                return self.maker.password()
            case "W":
                return f"{self.maker.words(1)}{self.maker.digits(4)}"
            case "Q":
                return of(ALNUM + "-_.!*", 16) + "!7"
            case "T":
                return self.maker.token()
            case "U":
                return of(ALNUM, 40)
            case "B":
                return self.maker.base64(32)
            case "D":
                return self.maker.digits(6)
            case "D3":
                return self.maker.digits(3)
            case "D4":
                return self.maker.digits(4)
            case "D68":
                return of(URLSAFE, 68)
            case "N":
                return self.maker.words(12)
            case "B22" | "B28" | "B40" | "B43" | "B44" | "B64":
                return self.maker.base64(96)[: int(key[1:])]
            case "B32":
                return of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)
            case "BECH":
                return of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)
            case "K44":
                return base64.urlsafe_b64encode(self.maker.random.randbytes(32)).decode()
            case "UUID":
                return self.maker.uuid()
            case "JWT":
                head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
                return f"{head}.{base64.urlsafe_b64encode(json.dumps({'sub': of(ALNUM, 9)}).encode()).decode().rstrip('=')}.{of(URLSAFE, 43)}"
            case "TG":
                return "AA" + of(URLSAFE, 33)
            case "DISCORD":
                return f"MT{of(ALNUM, 24)}.G{of(ALNUM, 5)}.{of(URLSAFE, 38)}"
            case "LONG":
                return "IQoJb3JpZ2luX2VjE" + self.maker.base64(420).rstrip("=")
            case "SIGQ":
                return quote(self.maker.base64(32), safe="")
            case "CF":
                return of(ALNUM + "-~", 340) + "__"
            case "BASIC" | "B64P":
                return base64.b64encode(f"ada:{self.maker.password()}".encode()).decode()
            case "PLAIN":
                return base64.b64encode(f"\0ada\0{self.maker.password()}".encode()).decode()
            case "XOAUTH":
                return base64.b64encode(f"user=ada\1auth=Bearer {self.maker.token()}\1\1".encode()).decode()
            case "B64KEY":
                return base64.b64encode(pem(self.maker).encode()).decode()
            case "PEMJ":
                return pem(self.maker).replace("\n", "\\n")
            case "SALT":
                return of(ALNUM + "!#%^*()-_=+[]|;:.,", 64)
            case "SSHAV":
                return "{SSHA}" + self.maker.base64(24)
            case "CRYPT":
                return f"$6${of(ALNUM, 8)}${of(ALNUM + './', 86)}"
            case "HU18":
                return of(HEX.upper(), 18)
            case "CARD":
                return card(self.maker)
            case "PE":
                return quote(self.maker.password(), safe="")
            case _:
                raise KeyError(key)

    def __missing__(self, key: str) -> str:
        made = self.made(key)
        if len(made) > len(self.secret) or not self.secret or key in "PTQWD":
            self.secret = made if not self.secret or key not in ("Q", "UUID") else self.secret
        return made


string_digits = "0123456789"


def pem(maker: Maker) -> str:
    """A private key as OpenSSL writes it."""
    body = maker.base64(600)
    kind = "PRIVATE" + " KEY"
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def card(maker: Maker) -> str:
    """A number of sixteen digits whose check digit is right."""
    digits = [4, *(int(each) for each in maker.digits(14))]
    total = sum(sum(divmod(each * 2, 10)) if at % 2 == 0 else each for at, each in enumerate(digits))
    return "".join(map(str, digits)) + str(-total % 10)


def filled(maker: Maker, template: str) -> tuple[str, str]:
    """The text, and the secret in it: the first that is made, for others stand beside it."""
    filler = Filler(maker)
    out, rest = [], template
    keys = known()
    while (at := rest.find("{")) >= 0:
        end = rest.find("}", at)
        key = rest[at + 1 : end] if end > 0 else ""
        if key in keys:
            out += [rest[:at], filler[key]]
            rest = rest[end + 1 :]
        else:
            out.append(rest[: at + 1])
            rest = rest[at + 1 :]
    return "".join(out) + rest, filler.secret


def known() -> set[str]:
    """What may stand in braces."""
    numbered = {f"{head}{size}" for head in ("A", "K", "H", "L", "UP") for size in range(3, 201)}
    return numbered | set("PWQTUBDNSHK") | {"D3", "D4", "D68", "B22", "B28", "B40", "B43", "B44", "B64", "B32", "BECH", "K44", "UUID", "JWT", "TG", "DISCORD", "LONG", "SIGQ", "CF", "BASIC", "B64P", "PLAIN", "XOAUTH", "B64KEY", "PEMJ", "SALT", "SSHAV", "CRYPT", "HU18", "CARD", "PE"}  # fmt: skip


def listed(table: str) -> list[str]:
    return [each for line in table.strip().split("\n") for each in line.split("|") if each]


def unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("⁂", '"' * 3)


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for each in listed(NAMES) + listed(OTHER_NAMES):
        what, name = each.split(" ", 1)
        text, secret = filled(maker, f"{{{what}}}")
        yield Made(f"name {name}", text, secret, name)
    for number, each in enumerate(listed(NAMES)):
        what, name = each.split(" ", 1)
        text, secret = filled(maker, f"{{{what}}}")
        form = ENVIRONMENT[number % len(ENVIRONMENT)]
        if number % 3 == 0:
            yield Made(f"set {form} {name}", form.format(name, text), secret)
    for each in listed(RETURNED):
        what, name = each.split(" ", 1)
        text, secret = filled(maker, f"{{{what}}}")
        yield Made(f"returned {name}", text, secret, returned=name)
    for template in listed(ARGV):
        line, secret = filled(maker, template)
        argv = tuple(each.replace("\\u0020", " ") for each in line.split(" "))
        yield Made(f"argv {template}", "", secret, argv=argv)
        if len(template) % 3 == 0:
            yield Made(f"command line {template}", f"Running command: {' '.join(argv)}", secret)
    for template in TEXTS.strip("\n").split("\n"):
        text, secret = filled(maker, unescaped(template))
        yield Made(f"text {template}", text, secret)
    for number, (vendor, template) in enumerate(VENDORS.items()):
        text, secret = filled(maker, template)
        yield Made(f"vendor {vendor}", HOLDERS[number % len(HOLDERS)].format(text), secret)
    yield from encoded(maker)


def encoded(maker: Maker) -> Iterator[Made]:
    """What encodings do to a pair of a name and a value, and to a key: the secret is what stands in the text."""
    for what, plain in (
        ("pair", f'{{"password": "{maker.password()}"}}'),
        ("key", f"sk_live_{maker.of(ALNUM, 24)}"),
        ("PEM", pem(maker)),
        ("line", f"DB_PASSWORD={maker.password()}"),
    ):
        raw = plain.encode()
        ways = {
            "base64": base64.b64encode(raw).decode(),
            "base64 of UTF-16": base64.b64encode(plain.encode("utf-16-le")).decode(),
            "base64 in lines": base64.encodebytes(raw).decode().strip(),
            "base64 for URLs": base64.urlsafe_b64encode(raw).decode().rstrip("="),
            "hexadecimal": raw.hex(),
            "hexadecimal in capitals": raw.hex().upper(),
            "hexadecimal with colons": raw.hex(":"),
            "hexadecimal with blanks": raw.hex(" "),
            "hexadecimal of SQL": f"0x{raw.hex()}",
            "bytea": f"\\x{raw.hex()}",
            "gzip in base64": base64.b64encode(gzip.compress(raw, mtime=0)).decode(),
            "zlib in base64": base64.b64encode(zlib.compress(raw)).decode(),
            "percent": quote(plain, safe=""),
            "percent of everything": "".join(f"%{each:02x}" for each in raw),
            "unicode escapes": "".join(f"\\u{ord(each):04x}" for each in plain),
            "entities": "".join(f"&#{ord(each)};" for each in plain),
            "entities in hexadecimal": "".join(f"&#x{ord(each):x};" for each in plain),
            "hex escapes": "".join(f"\\x{each:02x}" for each in raw),
            "base64 twice": base64.b64encode(base64.b64encode(raw)).decode(),
        }
        for way, text in ways.items():
            at = (
                len(text) * 3 // 4
                if "e" in way.split()[-1] and way.split()[0] in {"unicode", "entities", "hex", "percent"}
                else len(text) // 4
            )
            secret = text[at : at + 16].strip("\n")
            if what in ("pair", "line") and way in ("percent",):
                continue
            yield Made(f"encoded {way} of {what}", f"body: {text}" if "percent" in way else text, secret)
    jwt, secret = filled(maker, "{JWT}")
    yield Made(
        "encoded JWT in base64",
        base64.b64encode(jwt.encode()).decode(),
        base64.b64encode(jwt.encode()).decode()[60:90],
    )
    basic, secret = filled(maker, "Basic {BASIC}")
    yield Made("encoded basic in JSON of JSON", json.dumps(json.dumps({"Authorization": basic})), secret)
    url, secret = filled(maker, "postgres://app:{P}@db/x")
    yield Made(
        "encoded URL in base64",
        base64.b64encode(url.encode()).decode(),
        base64.b64encode(url.encode()).decode()[16:28],
    )
