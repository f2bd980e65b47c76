"""Look-alikes that were written after what the sixth set showed was mended, and used once."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, Made, Maker

NAMES = {
    "cache_key_prefix": "v2:user", "index_key": "a1b2", "key_code": "ArrowLeft", "keycode": "65", "char_code": "8364", "area_code": "030", "promo": "SPRING26", "sku_code": "AB-1042", "exit_codes": "[0, 1]", "token_kind": "NAME", "token_text": "while", "tokens_per_second": "41.2", "password_min": "12", "password_rules": "upper,lower,digit",
    "secret_store": "vault", "session_state": "active", "session_name": "checkout", "auth_type": "oidc", "auth_realm": "shop", "passing_grade": "60", "pinned_version": "2.4.1", "pin_mode": "OUTPUT", "signature_version": "s3v4", "sign_in_count": "12", "seed_data": "fixtures/base.json", "answer_count": "3", "phrase_query": "red shoes", "private_network": "True",
}  # fmt: skip
TEXTS = (
    "token 3 at line 12 column 5", "password hint: the usual one", "12 passwords checked in 3.2 s", "key 3 of 12 loaded", "session 12 ended after 300 s", "auth failed 3 times for user 1042", "code 200 OK", "HTTP status code 503", "pin 4 is an input", "the secret ingredient is 12 g of salt", "passed 12 of 14 tests in 0.52s", "key_length = 2048", "api keys: 3 active, 2 expired",
    "password expires on 2026-04-01", "token expires in 3600 seconds", "password reset requested by user1042", "found 2 secrets in config.py", "login page took 230ms", "author 12345 published 3 books", "tokens: 1204 in, 356 out", "primary key (id) = 104222", "recovery took 12345 ms", "verification 12345 passed", "security update KB5034441", "backup 20260301 finished", "country code: 49", "postal code 10115 Berlin", "error code: 0x80070005",
    "SELECT code, name FROM countries WHERE code = 'DE'", "def check(password: str, salt: bytes = b'') -> bool:", "assert token.type == 'NUMBER'", "WARN token bucket has 17 of 100 left", "GET /api/keys?limit=100 200 12ms", "config.secret_name=prod/db", "key: 104222", "Schlüssel 104222 fehlt", "código postal: 28013", "код ошибки: 1045", "код ответа 404000", "エラーコード: 104222", "错误码 104222", "code postal : 75011",
)  # fmt: skip


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for name, text in NAMES.items():
        yield Made(f"name {name}", text, name=name)
    for text in TEXTS:
        yield Made(f"text {text}", text)
    for name, text in {
        "invoice_id": "inv_" + maker.of(ALNUM, 24), "job_id": maker.of(LOWER, 26), "etag": maker.of(HEX, 32), "parent_span_id": maker.of(HEX, 16), "blob_sha256": maker.of(HEX, 64), "message_uid": maker.uuid(),
    }.items():  # fmt: skip
        yield Made(f"id {name}", text, name=name)
    yield Made("git range", f"{maker.of(HEX, 40)}..{maker.of(HEX, 40)}")
    yield Made("object key", f"s3://bucket/prod/{maker.uuid()}.parquet")
