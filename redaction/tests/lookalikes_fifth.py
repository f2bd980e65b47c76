"""Look-alikes that were written before any rule was read, and measured once before the rules changed."""
# ruff: noqa: E501 - tables of texts

import base64
from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker

NAMES = {
    "session_count": "12", "signature_help": "fn(a, b)", "primary_key": "order_id", "sort_key": "created_at", "pin_memory": "True", "password_hasher": "argon2", "csrf_exempt": "view_orders",
    "foreign_key": "customer", "partition_key": "customer_id", "cache_key": "user:42:profile", "dict_key": "colour", "key_name": "amount", "keyword": "meadow", "keyboard_layout": "de-latin1", "monkey": "capuchin",
    "token_count": "1204", "max_tokens": "4096", "tokenizer": "cl100k_base", "token_type": "Bearer", "tokens_used": "18", "next_token_index": "7", "token_usage": "prompt=3", "password_length": "12", "password_field": "id_password",
    "password_policy": "at-least-12", "password_reset_url": "/accounts/reset/", "secret_name": "prod/db", "secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-db", "api_key_id": "7", "key_id": "alias/main", "public_key": "ssh-ed25519 AAAAC3 ada@host",
    "pass_rate": "0.93", "passed": "14", "passenger": "Ada Byron", "passthrough": "True", "bypass": "False", "compass": "north-east", "passes": "3", "pass_number": "2", "author": "Ada Byron", "authority": "example.org:443", "authorized": "True",
    "auth_method": "oauth2", "auth_url": "https://login.example/authorize", "author_id": "41", "pinned": "True", "pin_number": "GPIO17", "spinner": "dots", "pins": "3", "seed": "42", "random_seed": "1234", "seeds": "(1, 2)", "seeded": "True", "salt_length": "16",
    "session": "<Session open>", "session_class": "sqlalchemy.orm.Session", "session_timeout": "1800", "sid_count": "4", "side": "left", "signal": "SIGTERM", "sign": "-1", "signed": "True", "signature": "(a: int, b: str) -> None", "significance": "0.05",
    "hash": "9f86d081884c7d65", "commit": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "codec": "utf-8", "code": "E501", "status_code": "404", "country_code": "DE", "zip_code": "10115", "postcode": "SW1A 1AA", "error_code": "ECONNREFUSED", "exit_code": "137", "barcode": "4006381333931",
    "accesskey": "s", "access_mode": "rw", "access_level": "read-only", "credential_type": "service-account", "cred_provider": "env", "dsn_parser": "urlparse", "connection_count": "9", "connection_id": "c-771", "encryption_algorithm": "AES-256-GCM", "cipher": "TLS_AES_256_GCM_SHA384",
    "certificate": "CN=example.org", "key_size": "2048", "key_length": "32", "key_type": "rsa", "keys": "a, b, c", "key": "amount", "hotkey": "ctrl+s", "nonce_size": "12", "otp_enabled": "True", "mfa_method": "sms", "is_secret": "False", "has_password": "True", "show_password": "False",
    "password_changed_at": "2026-03-01T10:00:00Z", "last_login": "2026-03-01", "token_expires_in": "3600", "refresh_interval": "30", "secretary": "Mary Jones", "clave_primaria": "pedido", "clave": "pedido", "Schlüsselwort": "Wiese", "tokenize": "words", "cookie_name": "sessionid", "cookie_domain": ".example.org",
    "csrf_header_name": "X-CSRFToken", "private": "True", "private_ip": "10.0.0.7", "private_method": "_compute", "passive": "True", "passphrase_prompt": "Enter it twice", "secrets_dir": "/run/secrets", "key_path": "/etc/ssl/private/a.pem", "password_file": "/run/secrets/db_password", "token_url": "https://login.example/oauth/token",
}  # fmt: skip
TEXTS = (
    "password must be at least 12 characters", "forgot your password?", "Password changed successfully", "token expired", "invalid token: unexpected end of input", "unexpected token } in JSON at position 42", "SyntaxError: invalid token at line 3",
    "no password was given", "wrong password for user ada", "passwords do not match", "password: required", "password: str", "def login(user: str, password: str) -> Token:", "password=None", "password=''", "token = None", "token=<Token object at 0x7f3a5c0d1e20>",
    "secret: null", "API key missing", "api_key is not set", "set API_KEY in your environment", "export API_KEY=<your key>", "password=$DB_PASSWORD", "password=${DB_PASSWORD}", "password={{ db_password }}", "password = os.environ['DB_PASSWORD']", "password = settings.DB_PASSWORD",
    "password = getpass()", "token = request.headers.get('Authorization')", "if token == expected:", "for key, value in items:", "key: value", "KeyError: 'password'", "missing keys: ['a', 'b']", "key=lambda row: row.total", "sort by key name", "duplicate key value violates unique constraint \"orders_pkey\"",
    "Key (id)=(42) already exists.", "FOREIGN KEY (customer_id) REFERENCES customer(id)", "PRIMARY KEY (id)", "SELECT password FROM users WHERE id = 1", "SELECT token, expires FROM sessions", "INSERT INTO users (name, password) VALUES (?, ?)", "WHERE password = %s", "password VARCHAR(255) NOT NULL",
    "session started", "session closed after 12 s", "Session 12 of 30", "the session is over", "pin 17 set high", "sign in to continue", "Bearer token required", "WWW-Authenticate: Bearer realm=\"api\"", "Authorization header missing", "basic auth is off", "https://h/login?next=/orders", "https://h/users/42?page=2&sort=name",
    "https://example.org/password-reset/done/", "git@github.com:ada/repo.git", "ada@example.org", "user=ada host=h port=5432", "1.2.3.4:8080", "2001:db8::1", "00:1a:2b:3c:4d:5e", "2026-03-01T10:00:00.123456+00:00", "+49 30 901820", "tel:+1-202-555-0143", "ISBN 978-3-16-148410-0", "v1.2.3-rc.1+build.5",
    "/usr/lib/python3.13/site-packages/requests/sessions.py", "tests/test_tokens.py::test_refresh_token[expired]", "Etc/GMT+12", "application/vnd.api+json;version=1", "text/html; charset=utf-8", "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "max-age=31536000; includeSubDomains; preload",
    "[0.12, 0.98, 3.14159265358979]", "0x7ffee3b5c8a0", "1e-10", "12345678901234567890", "SELECT count(*) FROM orders GROUP BY status", "Traceback (most recent call last):", "passing 3 arguments", "pass 2 of 3", "2 passed, 1 failed in 0.12s", "The secret of good soup is time", "the key to success: patience",
    "keys pressed: ctrl, alt", "Schlüssel: Haustür", "clé: valeur", "la clave es la paciencia", "cache key user:42:profile missed", "lock token held by worker-3", "next page token: none", "stop token <|endoftext|>", "tokens: 12 prompt, 30 completion", "<input type=\"password\" name=\"password\" required>",
    "<label for=\"password\">Password</label>", "| key | value |\n|---|---|\n| colour | green |\n", "key,value\ncolour,green\n", "{\"key\": \"colour\", \"value\": \"green\"}", "{\"name\": \"colour\", \"value\": \"green\"}", "{'type': 'string', 'format': 'password', 'title': 'Password'}", "password: ********", "token=...", "secret=[REDACTED]",
)  # fmt: skip


def ids(maker: Maker) -> Iterator[Made]:
    """Identifiers that people debug with."""
    for name, text in {
        "request_id": maker.uuid(), "trace_id": maker.of(HEX, 32), "span_id": maker.of(HEX, 16), "tool_call_id": "call_" + maker.of(ALNUM, 24), "message_id": "msg_" + maker.of(ALNUM, 24), "tool_use_id": "toolu_" + maker.of(ALNUM, 24), "charge": "ch_" + maker.of(ALNUM, 24),
        "event_id": "evt_" + maker.of(ALNUM, 24), "publishable_key": "pk_live_" + maker.of(ALNUM, 24), "etag": f'W/"{maker.of(HEX, 32)}"', "cf_ray": maker.of(HEX, 16) + "-FRA", "digest": "sha256:" + maker.of(HEX, 64), "wallet_address": "0x" + maker.of(HEX, 40), "ksuid": maker.of(ALNUM, 27),
        "nanoid": maker.of(URLSAFE, 21), "cuid": "c" + maker.of(LOWER, 24), "ulid": "01" + maker.of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24), "object_id": maker.of(HEX, 24), "order_number": "ORD-" + maker.digits(10), "customer_id": "cus_" + maker.of(ALNUM, 14), "video_id": maker.of(URLSAFE, 11),
        "instance_id": "i-0" + maker.of(HEX, 16), "account_id": maker.digits(12), "build_id": maker.digits(8), "container_id": maker.of(HEX, 12), "image_digest": maker.of(HEX, 64), "idempotency_key": maker.uuid(), "device_id": maker.of(UPPER, 20), "checkpoint": maker.of(HEX, 40), "fingerprint": "SHA256:" + maker.of(ALNUM, 43),
    }.items():  # fmt: skip
        yield Made(f"id-{name}", text, name=name)
    for kind, text in {
        "uuid": maker.uuid(), "git": f"commit {maker.of(HEX, 40)}", "ray": f"CF-Ray: {maker.of(HEX, 16)}-AMS", "etag": f'ETag: "{maker.of(HEX, 32)}"', "request": f"x-request-id: {maker.of(LOWER, 26)}", "log": f"request {maker.uuid()} took 12 ms", "docker": f"Digest: sha256:{maker.of(HEX, 64)}", "charge": "ch_" + maker.of(ALNUM, 24),
        "response": "resp_" + maker.of(HEX, 48), "chat": "chatcmpl-" + maker.of(ALNUM, 29), "thread": "thread_" + maker.of(ALNUM, 24), "batch": "batch_" + maker.of(ALNUM, 24), "price": "price_" + maker.of(ALNUM, 24), "mail": f"Message-ID: <{maker.of(ALNUM, 32)}@mail.example.org>", "png": "data:image/png;base64,iVBORw0KGgo" + base64.b64encode(bytes(40)).decode(),
        "integrity": f"integrity: sha512-{maker.base64(64)}", "phone": f"call +49 30 {maker.digits(7)}", "order": f"order {maker.digits(12)}", "traceparent": f"00-{maker.of(HEX, 32)}-{maker.of(HEX, 16)}-01", "arn": f"arn:aws:sqs:eu-west-1:{maker.digits(12)}:orders", "sentence": maker.words(12), "timestamp": maker.digits(13),
    }.items():  # fmt: skip
        yield Made(f"shape-{kind}", text)


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for name, text in NAMES.items():
        yield Made(f"name-{name}", text, name=name)
    for text in TEXTS:
        yield Made(f"text-{text}", text)
    yield from ids(maker)
