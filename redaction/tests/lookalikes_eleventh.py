"""Look-alikes as real systems write them, written before any rule was read, and used once."""
# ruff: noqa: E501 - tables of texts

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

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
IDS = "uuid|guid|pk|user_uuid|order_id|invoice_id|payment_intent_id|charge_id|event_id|session_uuid|run_id|workflow_id|pod_uid|instance_id|image_digest|layer_digest|git_sha|head_sha|base_sha|tree|parent_commit|blob_id|etag|If-None-Match|X-Amz-Request-Id|x-amz-id-2|X-Amzn-RequestId|X-Correlation-ID|X-B3-TraceId|cf-ray|traceparent_id|sentry_event_id|tx_hash|block_hash|contract_address|wallet_address|file_hash|md5|sha1|sha512|crc|content_md5|integrity_sha|object_id|chat_id|thread_id|assistant_id|response_id|tool_call_id|resource_version|opaque_id|external_id|device_id|install_id|bucket_id|snapshot_id|volume_id|ami_id|vpc_id|arn_id|zone_id|record_id|cursor_id|page_id|slug_id|node_id|peer_id|topic_id|offset_id"
TEXTS = (Path(__file__).parent / "corpus" / "lookalikes_eleventh.txt").read_text(encoding="utf-8")
"""A kind a line; `\\n`, `\\t` and `\\r` are read as escapes."""


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
