"""Look-alikes as real systems write them, written before any rule was read, and used once."""
# ruff: noqa: E501 - tables of texts

import base64
import hashlib
from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker
from secrets_eleventh import unescaped

# name=value, a field each
NAMES = """
AUTH_PASSWORD_VALIDATORS=[{'NAME': 'MinimumLengthValidator'}]|PASSWORD_RESET_TIMEOUT=259200|SESSION_ENGINE=django.contrib.sessions.backends.cache|SESSION_COOKIE_AGE=1209600|SESSION_COOKIE_NAME=sessionid_v2|SESSION_COOKIE_SAMESITE=Lax|CSRF_COOKIE_NAME=csrftoken2|CSRF_HEADER_NAME=HTTP_X_CSRFTOKEN|CSRF_TRUSTED_ORIGINS=['https://h1.example']|CSRF_FAILURE_VIEW=app.views.csrf_failure1
AUTHENTICATION_BACKENDS=['django.contrib.auth.backends.ModelBackend']|LOGIN_REDIRECT_URL=/home2/|token_urlsafe_nbytes=32|token_generator=<PasswordResetTokenGenerator #1>|password_hash_algorithm=pbkdf2_sha256|password_max_age=90|password_attempts=3|password_reset_form=PasswordResetForm2|password_policy=nist-800-63b|password_strength=4|password_updated=2026-03-01|password_required=False|passwordless=True
token_expiry=2026-03-01T10:00:00Z|token_expires_in=3600|token_lifetime=P14D|token_endpoint=https://h/oauth2/token|token_class=AccessToken2|token_model=rest_framework.authtoken.models.Token|token_name=ci-deploy-2|token_scope=read:packages|token_length=43|token_position=17|token_pos=12|token_start=104|token_span=(3, 17)|token_value_type=INT32|token_map={'a': 1}|n_tokens=1204|input_tokens=512|output_tokens=42|max_new_tokens=256|tokens_per_second=42.7|eos_token_id=50256|pad_token=<|endoftext|>|special_tokens=['[CLS]', '[SEP]']|stop_token=###2|first_token=SELECT|last_token=42|current_token=DEDENT
secret_version=projects/p1/secrets/db/versions/7|secret_ref=app-secrets-2|secret_store=vault-prod-1|secret_id_ref=db2|secret_manager=aws2|secret_count=12|secret_rotation_days=30|secrets_dir=/run/secrets|secrets_backend=hvac1|secret_engine=kv-v2|key_vault_name=kv-shop-2|keystore_path=/etc/ssl/ks.p12|keystore_type=PKCS12|key_file=/etc/ssl/a1.key|ssl_keyfile=/etc/ssl/a1.key|ssl_key_path=/etc/ssl/a1.key|keyfile_mode=0600|key_algorithm=RSA2048|key_usage=digitalSignature|key_spec=AES_256|key_rotation=90d|key_schema=[{'AttributeName': 'pk1'}]|key_prefix=app1:|key_func=<function by_name1>|keyspace=shop_v2|key_field=order_id2|key_name=orders-by-day-2|key_version=3|key_pair_name=web-eu-1|keys_only=True|keycode=37|key_press=F12|keyframes=24|keyword_args={'a': 1}|lookup_key=user_42|group_key=city7|idempotency_key_ttl=86400|object_key=reports/2026/q1.csv|s3_key=a/b2/c.parquet|routing_key=orders.created.v2|message_key=order-42|translation_key=errors.not_found2|registry_key=HKLM\\Software\\Acme2|shard_key=tenant7|row_key=2026#42|natural_key=('a1', 2)|cache_key_prefix=v2:|dict_key=a1|sort_keys=True
pin_code_length=6|pinned_version=3.12.1|pin_mode=BCM|pinout=[1, 2, 17]|tx_pin=17|led_pin=13|cs_pin=GPIO5|pin_map={'a': 4}|pin_dependencies=True|spin=42|opinion=v2|pinch=2.5
session_id_length=32|session_timeout_minutes=30|session_factory=<sessionmaker #1>|session_class=Session2|session_options={'autoflush': False}|session_scope=function1|session_type=filesystem2|session_state=active2|session_name=morning-2|session_number=17|session_date=2026-03-01|session_type_id=3|session_duration=3600s|sessionmaker=sessionmaker(class_='Session')|db_session=<Session 0x7f2a>|tf_session=<tf.Session 0x7f1b>|http_session=<ClientSession 0x7f9c>
auth_url=https://h/authorize2|auth_type=Bearer2|auth_required=True|auth_enabled=1|auth_source=admin2|authMechanism=SCRAM-SHA-256|authSource=admin|auth_provider=google2|auth_timeout=30|auth_header_name=X-Auth2|auth_user_model=accounts.User2|authors=['Ada 1']|author_email=ada1@x.example|authoritative=ns1|authorization_url=https://h/auth2|authorized_keys_path=/home/ada/.ssh/authorized_keys|authorized=True|unauthorized_count=3|oauth_version=2.0|oauth_scopes=['repo', 'user:email']|oauth2_redirect_url=/cb2
cookie_name=sid_v2|cookie_path=/app1|cookie_secure=True|cookie_samesite=Lax2|cookiejar=<RequestsCookieJar[]>|cookie_policy=DefaultCookiePolicy2|cookies_enabled=1|cookie_lifetime=86400|credentials_file=/home/ada/.aws/credentials|credential_source=Ec2InstanceMetadata|credential_process=/usr/bin/a1 get|credentials_provider=chain2|with_credentials=True|allow_credentials=true|credentials_id=deploy-key-2|creds_type=sts2
signature_valid=True|signature_method=HMAC-SHA256|signature_date=2026-03-01|function_signature=(a: int, b2: str) -> None|sig_level=0.05|sig_digits=4|sigma=2.5|signal=15|sigterm=15|sign_bit=1|sign_count=17|signed=2026-03-01|signer=Ada2|significance=0.017
seed_everything=42|seed_value=1234567|numpy_seed=20260301|seed_url=https://h/seed2|seed_data=fixtures/a1.json|seeder=DatabaseSeeder2|seedling_count=17|salt_minion_id=web17|saltstack=3007|hash_value=17|hash_algo=sha256|hashrate=104 TH/s
pass_count=12|passed_args={'a': 1}|pass_id=17|password_field_name=pw2|pass_name=cse-2|pass_manager=<PassManager 3>|pass_fail=PASS|pass_through_headers=['X-1']|num_passes=3|render_pass=shadow2|passport_strategy=jwt2|passing_score=70|bandpass=(300, 3400)|lowpass_hz=440|passband=1.5|encompass=v2|surpassed=17
code_block=x = 1|code_lines=42|status_codes=[200, 404]|code_hash=7c4a8d09|code_style=pep8|code_coverage=87.5|code_version=2.17|codec=h264|code_name=Bookworm12|return_code=137|exit_code=104222|error_codes=[1045, 1046]|http_code=50012|qr_code_size=256|country_codes=['DE', 'FR']|currency_code=978|area_code=030|discount_code=SPRING26|coupon_code=SAVE20NOW|item_code=104222|hs_code=847130|naics_code=541511|icd_code=J45.909|iata_code=TXL|gs1_code=4006381333931|color_code=#1a2b3c|ansi_code=\\x1b[31m|key_code=13|op_code=104|reason_code=A104|source_code=def f1(): pass|code_object=<code object f at 0x7f>|codes=[1, 2, 3]
card_id=104222|card_title=Welcome 2|card_count=52|card_size=lg2|card_color=#fff017|cardinality=104222|discard_rate=0.17|postcard=Berlin 7|wildcard=*.a1|dashboard_id=17|account_number_length=10|account_type=savings2|accounts=17|account_url=https://h/a/17|account_manager=Ada2|bank_holidays=9|bank_code_length=8|private_subnets=['10.0.1.0/24']|private_dns=ip-10-0-0-17.eu|private_repo=acme/a1|private_field=_x1|public_key_path=/a1.pub|api_version=2026-03-01|api_url=https://api1.example|api_name=orders-v2|api_keys_enabled=True|api_key_header=X-API-Key2|api_key_hash_algo=sha256|apiKeyRequired=true|api_endpoint=/v2/a1|license_type=MIT2|license_url=https://h/l2|license_count=25|bearer_methods=['header']|hmac_algorithm=sha256|hmac_digest=sha512|mac_address=00:1A:2B:3C:4D:5E|mac_version=14.5|dsn_name=shop-odbc-2|nonce_size=12|iv_length=16|cipher=AES-256-GCM|cipher_suite=TLS_AES_128_GCM_SHA256|kdf=scrypt2|ssh_port=2222|ssh_user=ada1|ssh_config=/etc/ssh2|otp_enabled=true|otp_issuer=Acme2|otp_period=30|mfa_type=totp2|mfa_enabled=1|two_factor_method=sms2
clave_foranea=id_2|clave_orden=fecha2|palabras_clave=a1, b2|contraseña_longitud=12|mot_cle=rouge2|longueur_mot_de_passe=12|Kennzeichen=B-AB 1234|Passworttyp=hash2|Passwortlänge=12|Schlüsselfeld=id2|Schlüsselname=user_42|密码长度=12|パスワード長=12|номер_заказа=104222|klucz_główny=id2|chiave_primaria=id2|sleutelwoord=rood2|nyckelord=röd2
"""
IDS = "uuid|guid|pk|user_uuid|order_id|invoice_id|payment_intent_id|charge_id|event_id|session_uuid|run_id|workflow_id|pod_uid|instance_id|image_digest|layer_digest|git_sha|head_sha|base_sha|tree|parent_commit|blob_id|etag|If-None-Match|X-Amz-Request-Id|x-amz-id-2|X-Amzn-RequestId|X-Correlation-ID|X-B3-TraceId|cf-ray|traceparent_id|sentry_event_id|tx_hash|block_hash|contract_address|wallet_address|file_hash|md5|sha1|sha512|crc|content_md5|integrity_sha|object_id|chat_id|thread_id|assistant_id|response_id|tool_call_id|resource_version|opaque_id|external_id|device_id|install_id|serial_number_hex|bucket_id|snapshot_id|volume_id|ami_id|vpc_id|arn_id|zone_id|record_id|cursor_id|page_id|slug_id|node_id|peer_id|topic_id|offset_id"
TEXTS = r"""
django.contrib.auth.password_validation.MinimumLengthValidator
from django.contrib.auth.tokens import PasswordResetTokenGenerator
<PasswordInput name="password" attrs={'class': 'vTextField2'}>
path('password_reset/<uidb64>/<token>/', views.confirm2)
def login(request, username, password):
def create_token(user_id: int, expires_in: int = 3600) -> str:
class TokenObtainPairView(APIView): pass
assert token.type == TokenType.NUMBER2
self.token = token
self.password = password
password=self.password
password = getpass.getpass("Password 2: ")
password = input('Password: ')
password = os.environ["DB_PASSWORD1"]
token = request.headers.get("X-Auth-Token2")
token = get_token(user1)
token = next(tokens2)
token = self._tokens[17]
api_key = settings.API_KEY2
api_key = config["api1"]["key"]
secret = secrets.token_hex(32)
secret = vault.read("kv/app1")["data"]
secret=random.choice(SECRETS2)
key = f"user:{user_id}:v2"
key = (name, 17)
key=lambda x1: x1[0]
sorted(xs, key=itemgetter(1))
max(d, key=d.get)
for key, value in d2.items():
if key not in cache17:
raise KeyError(f"no key {key1}")
password: str = Field(min_length=8, max_length=128)
password = serializers.CharField(write_only=True, min_length=8)
token = models.CharField(max_length=64, unique=True, db_index=True)
password VARCHAR(255) NOT NULL
api_token varchar(64) DEFAULT NULL
ALTER TABLE users ADD COLUMN password_hash2 text
CREATE INDEX idx_token_1 ON tokens (token, user_id2)
SELECT password FROM users WHERE id = 42
SELECT token, created_at FROM sessions LIMIT 17
INSERT INTO users (name, password) VALUES (%s, %s)
INSERT INTO users (name, password) VALUES ($1, $2)
UPDATE users SET password = ? WHERE id = 42
WHERE token = :token_1
CREATE USER app IDENTIFIED BY :pw1
GRANT SELECT ON t1 TO app2
DROP TOKEN IF EXISTS t17
PRAGMA key_check1
PRIMARY KEY (id1, tenant2)
FOREIGN KEY (user_id) REFERENCES users(id2)
UNIQUE KEY `uk_email_2` (`email`)
duplicate key value violates unique constraint "users_pkey2"
Key (id)=(104222) already exists.
Key (email)=(ada1@x.example) already exists.
password authentication failed for user "app2"
fe_sendauth: no password supplied
Access denied for user 'app2'@'10.0.0.17' (using password: YES)
ERROR 1045 (28000): Access denied
WRONGPASS invalid username-password pair or user is disabled.
NOAUTH Authentication required.
ORA-01017: invalid username/password; logon denied
FATAL: role "app2" does not exist
Invalid credentials (code 49)
The password is too similar to the username.
This password is too short. It must contain at least 12 characters.
Password must contain 1 digit and 1 upper-case letter
password expires in 17 days
Password changed for user ada42
Enter password for ada42:
[sudo] password for ada42:
ada42@h's password:
Password (again):
Token expired at 2026-03-01T10:00:00Z
token expires in 3600 seconds
Token has expired 42 minutes ago
Signature has expired (exp 1772359200)
Invalid token type "NUMBER2"
Unexpected token < in JSON at position 17
SyntaxError: invalid token (line 17)
ParserError: Error tokenizing data. C error: Expected 3 fields in line 17, saw 4
tokenize.TokenError: ('EOF in multi-line statement', (17, 0))
Token.Literal.String.Double, '"a1"'
(Token.Keyword, 'def1')
<Token(NAME, 'foo1')@17>
[Token('NUMBER', '42'), Token('PLUS', '+')]
LexToken(ID,'x1',17,104)
tokens=['def', 'f1', '(', ')']
prompt 1204 tokens, completion 42 tokens, total 1246
This model's maximum context length is 8192 tokens, however you requested 9001
Rate limit reached for gpt-4o in organization org-17 on tokens per min (TPM): Limit 30000
secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-1:123456789012:secret:db-AbC123
Error from server (NotFound): secrets "db-creds-2" not found
secret/db-creds-2 created
MountVolume.SetUp failed for volume "tok1": secret "db-creds-2" not found
envFrom:\n- secretRef:\n    name: app-secrets-2\n
env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db2\n      key: password\n
volumes:\n- name: certs2\n  secret:\n    secretName: tls-2\n
imagePullSecrets:\n- name: regcred2\n
password: ENC[AES256_GCM,data:x2,type:str]
password: !vault |
password: "{{ lookup('env', 'DB_PASSWORD1') }}"
password: {{ .Values.auth.password2 }}
password: ${{ secrets.DB_PASSWORD2 }}
token: ${{ github.token }}
token: ${GITHUB_TOKEN2}
password: $(DB_PASSWORD2)
password = var.db_password2
password = random_password.db2.result
token = data.vault_generic_secret.x1.data["token"]
client_secret = local.secret2
password = (sensitive value)
  + password = (known after apply)
api_key = "<your-api-key-2>"
api_key = "YOUR_API_KEY"
token: "xxxxxxxxxxxx"
password: changeme
password: "********"
password: '***'
password=<hidden>
password=[FILTERED]
password=[REDACTED]
Authorization: Bearer <token>
Authorization: Bearer ***
Authorization: Bearer $TOKEN2
Authorization: [Filtered]
Cookie: ...
curl -H "Authorization: Bearer $TOKEN2" https://h
curl -u "$USER1:$PASS1" https://h
docker run -p 5432:5432 -e POSTGRES_USER=app2 postgres:16
docker login reg.example -u ada --password-stdin
kubectl get secrets -n prod2
kubectl create secret generic db2 --from-file=a1.txt
git push -u origin feature/token-refresh-2
git commit -m "Fix password reset 2"
ssh -i ~/.ssh/id_rsa2 -p 2222 ada@h
scp -P 2222 a1 ada@h:
mysql -h db -P 3307 -u app shop2
psql -h db -p 5433 -U app shop2
redis-cli -p 6380 -n 2
rsync -e "ssh -p 2222" a1 h:
mkdir -p /srv/a1/b2
python -m pytest -p no:randomly -k test_token2
pytest -k "password and not slow2"
tar -xzpf a1.tgz
cp -p a1 b2
lsof -i -P -n
ps -p 104222
kill -s TERM 104222
nc -p 8080 h
patch -p1 < a1.diff
perl -pe s/a1/b2/ f
adduser --password-expiry 90 ada2
ffmpeg -pass 2 -i a1.mp4 o.mp4
openssl genrsa -out a1.key 2048
openssl x509 -in a1.pem -noout -fingerprint
ssh-keygen -t ed25519 -C ada1@h
gpg --list-secret-keys
gpg: key 1A2B3C4D5E6F7A8B: public key "Ada 1" imported
pub   rsa4096 2026-03-01 [SC]\n      1A2B3C4D5E6F7A8B9C0D1A2B3C4D5E6F7A8B9C0D
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7vbqajDhA4Zx1mK9 ada@h
|1|F1E2D3C4B5A6978812345678=|Zx1mK9vbqajDhA4= ssh-rsa
SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU
X509v3 Subject Key Identifier: 1A:2B:3C:4D:5E:6F:7A:8B:9C:0D:1A:2B:3C:4D:5E:6F:7A:8B:9C:0D
Certificate Serial Number: 03:A1:B2:C3:D4:E5:F6
-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n-----END CERTIFICATE-----
-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7Zx1mK9vbqajDhA4\n-----END PUBLIC KEY-----
sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
<script src="https://cdn.example/a1.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC" crossorigin="anonymous"></script>
Content-Security-Policy: script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
ETag: "5d8c72a5edda8d6a:3239"
Last-Modified: Sun, 01 Mar 2026 10:00:00 GMT
X-GitHub-Request-Id: C0DE:1A2B:3C4D5E:6F7A8B:65E1F2A3
x-goog-generation: 1772359200123456
x-amz-version-id: 3HL4kqtJvjVBH40Nrjfkd
X-Served-By: cache-fra-eddf8230105-FRA
X-Cache: HIT from d111111abcdef8.cloudfront.net
Via: 1.1 4b1c9d8e7f.cloudfront.net (CloudFront)
NEL: {"report_to":"cf-nel","max_age":604800}
pip install numpy==2.1.3 --hash=sha256:83ddf2e5ad1b2d3c4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b
resolved "https://registry.npmjs.org/a/-/a-1.0.0.tgz#7c4a8d09ca3762af61e59520943dc26494f8941b"
golang.org/x/sys v0.20.0 h1:Od9JTbYCk261bKm4M/mw7AklTlFYIa0bIp9BgSm1S8Y=
checksum = "f3b1a8c2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"
drv: /nix/store/1b9p07z77phvv2hf6gm9f28syp39f1ag-hello-2.12.1
image: nginx@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
docker://1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b
pod/web-6d4cf56db6-xk2v9 1/1 Running
web-7f9c6b5d8-abcde
i-0a1b2c3d4e5f67890 ami-0123456789abcdef0
subnet-0bb1c79de3EXAMPLE
eni-0a1b2c3d vpc-0f1e2d3c4b5a69788
projects/acme-1/locations/eu/keyRings/r1/cryptoKeys/k2
arn:aws:kms:eu-1:123456789012:key/1a2b3c4d-5e6f-7a8b-9c0d-1a2b3c4d5e6f
https://h/a/b2?page=2&sort=-created_at&q=token
https://h/docs/authentication#api-keys-2
https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42
https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit
https://drive.google.com/file/d/0B7l10Bj_LprhQnpSRkpGMGV2eE0/view
https://gist.github.com/ada/7c4a8d09ca3762af61e59520943dc264
https://github.com/a/b/blob/7c4a8d09ca3762af61e59520943dc26494f8941b/c.py#L17
https://www.npmjs.com/package/jsonwebtoken?activeTab=versions2
https://h/static/main.7f9c6b5d.chunk.js
https://h/_next/static/chunks/pages/login-5d8c72a5edda8d6a.js
/assets/index-BxiMVs0X.css
app.4b1c9d8e7f.js.map
http://127.0.0.1:8000/login?next=/home2/
http://[::1]:8080/a1
//cdn.example/a1.js
user@h1.example:22
ada+tag1@mail.example
From: Ada 1 <ada1@x.example>
Message-ID: <CAKz7QmXw9LtZ3vNc1fH=A@mail.gmail.example>
In-Reply-To: <174f2a9c-1b2d@h>
boundary="----WebKitFormBoundary7MA4YWxkTrZu0gW"
Content-Type: multipart/form-data; boundary=3d6b6a416f9b5c2a
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
DKIM-Signature: v=1; a=rsa-sha256; d=h; s=s1; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
chatcmpl-BQ1x2y3Z4a5B6c7D8e9F0g1H2i3J
msg_01XFDUDYJgAACzvnptvVoYEL
call_abc123DEF456ghi789JKL012
asst_abc123DEF456ghi789JKL012mno
thread_abc123DEF456ghi789JKL012mno
run_abc123DEF456ghi789JKL012mno
pi_3MtwBwLkdIwHu7ix28a3tqPa
cus_NffrFeUfNV2Hib
price_1MoBy5LkdIwHu7ixZhnattbh
in_1MtHbELkdIwHu7ixl4OzzPMv
sub_1MowQVLkdIwHu7ixeRlqHVzs
acct_1032D82eZvKYlo2C
req_7fKq2mXw9LtZ3vNc
trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7
order_id=01HV7Q4ZK8M2T9X5C3B6N1R0WD
uuid=6f9619ff-8b86-d011-b42d-00c04fc964ff
ObjectId('507f1f77bcf86cd799439011')
0x71C7656EC7ab88b098defB751B7401B5f6d8976F
bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq
1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
txid 4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b
did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK
QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG
ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi
+49 170 1234567
Tel. 030 901820-17
(030) 901820
4111 Main Street, Springfield 62704
IMEI 490154203237518
ISBN 978-3-16-148410-0
VIN 1HGCM82633A004352
BIC DEUTDEFF500
order 4000-1234-5678-9017
1234567890123456
ratio 0.1234567890123456789
[0.8414709848078965, 0.9092974268256817]
2026-03-01T10:00:00.123456+00:00
1772359200123456789 ns
Python 3.13.1 (main, Dec  3 2026, 10:00:00) [GCC 13.2.0]
Linux h 6.8.0-41-generic #41-Ubuntu SMP x86_64 GNU/Linux
cpython-313-x86_64-linux-gnu
manylinux_2_17_x86_64.manylinux2014_x86_64
site-packages/itsdangerous-2.2.0.dist-info/RECORD
a1.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,1234
File "/srv/app/auth/password_reset2.py", line 17, in send_token
in get_password2 at auth/views.py:42
<function get_token at 0x7f2a1b3c4d5e>
<bound method User.check_password of <User: ada42>>
<class 'app.models.AccessToken2'>
mappingproxy({'token': <property object at 0x7f2a>})
(lambda password: len(password) > 8)
lower(password1)
hash(password) % 17
len(token) == 43
password is None
password != confirm2
"password" in form.errors2
errors: {"password": ["This field is required."]}
{"password": ["Ensure this value has at least 8 characters (it has 5)."]}
{"field": "password", "code": "too_short2"}
{"loc": ["body", "password"], "msg": "field required", "type": "value_error.missing"}
{"token_type": "bearer", "expires_in": 3600, "scope": "read:all2"}
{"type": "password", "required": true, "minLength": 8}
{"properties": {"password": {"type": "string", "format": "password"}}}
{"name": "password", "in": "query", "schema": {"type": "string"}}
{"securitySchemes": {"api_key2": {"type": "apiKey", "name": "X-API-Key", "in": "header"}}}
{"grant_types_supported": ["password", "refresh_token"]}
<input type="password" name="password" id="id_password1" placeholder="At least 8">
<label for="id_password2">Password (again)</label>
<meta name="viewport" content="width=device-width, initial-scale=1">
<a href="/password/reset2">Forgot your password?</a>
.password-input2 { padding: 4px }
#login-form > input[name=password]
document.getElementById('password2').value
msgid "Password must be 8 characters"
Schlüssel nicht gefunden: user_42
Das Passwort muss mindestens 12 Zeichen haben
Ihr Passwort läuft in 17 Tagen ab
Le mot de passe doit contenir 12 caractères
Votre session expire dans 30 minutes
La contraseña debe tener 12 caracteres
La sesión 17 ha caducado
A senha deve ter 12 caracteres
La password deve contenere 12 caratteri
Пароль должен содержать 12 символов
Ключ user_42 не найден
密码长度至少为12位
会话17已过期
パスワードは12文字以上必要です
コード104222のエラー
the key to success is 42 hours of practice
he passed the 2026 exam with 87 points
the secret ingredient is 200g of butter
a token of appreciation, 17 EUR
pin the chart to version 2.17.3
boarding pass for seat 17A
mountain pass at 2106m
the cookie recipe needs 250g flour
session 3: 10:00-11:30, room B17
code review for PR 104222
dress code: smart2
Morse code, 1837
bar code 4006381333931
postal code 10115
code 39
code E104 means overheating
returned non-zero exit status 137.
HTTP/1.1 401 Unauthorized
status=401 reason=bad_credentials2
auth=ok user=ada42 method=publickey
Accepted publickey for ada42 from 10.0.0.17 port 52222 ssh2: ED25519 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU
Failed password for invalid user admin2 from 10.0.0.17 port 52222 ssh2
pam_unix(sshd:auth): authentication failure; uid=0 user=ada42
level=info msg="token refreshed" user=ada42 ttl=3600
"GET /login2?next=%2F HTTP/1.1" 200 1234
10.0.0.17 - ada [01/Mar/2026:10:00:00 +0000] "POST /token HTTP/1.1" 401 42
E0301 10:00:00.123456 104222 reflector.go:17] failed
BUILD SUCCESSFUL in 42s, 17 actionable tasks
Test Files  17 passed (17)
PASSED [ 42%]
1204 passed, 17 skipped in 42.17s
mmap_min_addr = 65536
keepalive_timeout 65;
ssl_session_cache shared:SSL:10m;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
proxy_pass http://127.0.0.1:8080;
auth_basic "Restricted 2";
auth_basic_user_file /etc/nginx/.htpasswd2;
PermitRootLogin prohibit-password
PasswordAuthentication no
AuthorizedKeysFile .ssh/authorized_keys2
pg_hba: host all all 10.0.0.0/8 scram-sha-256
requirepass ""
maxmemory-policy allkeys-lru2
password_encryption = scram-sha-256
log_line_prefix = '%m [%p] %q%u@%d '
default_authentication_plugin=caching_sha2_password
PASSWORD_HASHERS=['argon2', 'bcrypt_sha256']
passenv = CI PIP_* TOKEN_URL2
[tool:pytest] addopts = -p no:cacheprovider2
pass_env = ["HOME", "SSH_AUTH_SOCK"]
SSH_AUTH_SOCK=/tmp/ssh-XXXXa1b2c3/agent.104222
XDG_SESSION_ID=17
DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus
SESSION_MANAGER=local/h:@/tmp/.ICE-unix/1042
GPG_AGENT_INFO=/run/user/1000/gnupg/S.gpg-agent:0:1
COLORTERM=truecolor
INVOCATION_ID=7c4a8d09ca3762af61e59520943dc264
PYTHONHASHSEED=42
KEYMAP=de-latin1
HOSTNAME=web-6d4cf56db6-xk2v9
"""


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for line in NAMES.strip().split("\n"):
        for each in line.replace("<|endoftext|>", "<endoftext>").split("|"):
            name, text = each.split("=", 1)
            yield Made(f"name {name}", text, name=name)
    for template in TEXTS.strip("\n").split("\n"):
        yield Made(f"text {template}", unescaped(template))
    for number, name in enumerate(IDS.split("|")):
        text = (
            maker.uuid(),
            maker.of(HEX, 32),
            maker.of(HEX, 40),
            maker.of(URLSAFE, 21),
            maker.of(ALNUM, 27),
            "01" + maker.of(UPPER, 24),
            maker.of(LOWER, 25),
            hashlib.sha256(maker.words(3).encode()).hexdigest(),
        )[number % 8]
        yield Made(f"id {name}", text, name=name)
        yield Made(f"JSON id {name}", f'{{"{name}": "{text}", "n": 1}}')
    prose = " ".join(maker.words(7) + "." for _ in range(9))
    yield Made("base64 of prose", base64.b64encode(prose.encode()).decode())
    yield Made(
        "picture",
        "data:image/gif;base64," + base64.b64encode(b"GIF89a" + maker.random.randbytes(300)).decode(),
    )
