"""Look-alikes that were written after the rules were frozen, and used once."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, URLSAFE, Made, Maker

NAMES = {
    "cache_key": "user:42:v2", "routing_key": "orders.created", "dedup_key": "2026-03-01:17", "key_column": "customer_id", "group_key": "2026Q1", "lookup_key": "sku-10422", "i18n_key": "errors.not_found", "shortcut_key": "F12", "tenant_key": "acme-eu1", "registry_key": "HKLM\\Software\\X",
    "token_ids": "[101, 2023, 102]", "token_budget": "4000", "num_tokens": "512", "first_token_at": "0.42", "code_point": "U+1F600", "language_code": "pt-BR", "response_code": "502", "return_code": "-11", "source_code": "x = 1", "currency_code": "EUR", "discount_code_id": "88", "session_minutes": "45",
    "password_strength": "weak", "password_score": "3", "secret_version": "7", "secrets_manager": "vault", "key_rotation_days": "90", "key_usage": "digital_signature", "pass_through_url": "https://h/x", "pass_threshold": "0.75", "pin_count": "40", "pin_board": "dev-3", "auth_provider": "google", "auth_backend": "ldap",
    "access_log": "/var/log/access.log", "access_time": "12.5", "recovery_mode": "full", "backup_count": "5", "security_group": "sg-0a1b2c3d", "security_level": "2", "answer_text": "forty-two", "phrase_length": "5", "private_subnet": "10.1.0.0/16", "signal_strength": "-61", "seed_value": "42", "seeds_planted": "12",
}  # fmt: skip
TEXTS = (
    "password for user ada expires in 12 days", "password length 12, minimum 8", "password hash algorithm argon2id v19", "the token has 1204 characters", "token 17 of 42", "token type access_v2", "secret sauce number 42", "secret 3 of 5 shared", "key 12345 not found", "key order_12345 missing in cache", "api key count: 12",
    "api key limit 100 reached", "code 404 returned", "exit code 137", "error code 1045 (28000)", "country code is 49", "your zip code is 10115", "pin 17 is high", "pin code field 3", "verification code sent to 3 numbers", "login took 1200 ms", "login attempt 3 of 5", "auth took 0.2345 s", "auth service v2.3.1 is up",
    "password reset for user 10422 done", "Password must contain 8 to 64 characters", "password field is 255 wide", "changed password at 2026-03-01T10:00:00", "passphrase of 12 words", "keyword argument 'key2026'", "pass 12 of 2026", "passed 2026 tests", "session 20260301 closed", "access code page 1252", "unicode code point 128512",
    "code review 20260301 is done", "commit abc1234def5678 signed with key id 4AEE18F83AFDEB23", "tokenizer loaded 50257 tokens", "secret santa 2026 list", "security update 20260301", "sort key 20260301-17", "otp app version 1.2.3", "author 1984 wrote it", "keys: 12345, 67890", "primary key is 10422", "the code is 250 lines", "pincushion 2026",
    "SELECT key, value FROM kv WHERE key = 'theme'", "def get_token(self, user_id: int) -> str: ...", "curl https://h/api/v1/tokens?page=2", "GET /v1/keys/10422 200", "import secrets, tokenize", "raise ValueError('password too short: 5 < 8')", "assert password_is_valid('short') is False", "POST /password-reset 302",
)  # fmt: skip


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for name, text in NAMES.items():
        yield Made(f"name {name}", text, name=name)
    for text in TEXTS:
        yield Made(f"text {text}", text)
    for name, text in {
        "order_id": "ord_" + maker.of(ALNUM, 24), "run_id": maker.of(HEX, 32), "upload_id": maker.of(URLSAFE, 64), "batch_ref": "batch-" + maker.of(LOWER, 20), "commit_sha": maker.of(HEX, 40), "span": maker.of(HEX, 16), "correlation_id": maker.uuid(), "asset_digest": maker.of(HEX, 64),
    }.items():  # fmt: skip
        yield Made(f"id {name}", text, name=name)
    yield Made("image", f"registry.example/app@sha256:{maker.of(HEX, 64)}")
    yield Made("path", f"/tmp/pytest-of-ada/pytest-12/test_tokens_{maker.digits(4)}/db.sqlite3")
    yield Made("trace", f"trace_id={maker.of(HEX, 32)} span_id={maker.of(HEX, 16)}")
    yield Made("token by id", f"deleted token id {maker.digits(8)}")
    yield Made("key by id", f"using key id {maker.uuid()}")
    yield Made("temporary", f"/tmp/build_live_{maker.digits(6)}/out.txt")
