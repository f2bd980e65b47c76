"""Look-alikes that were written after what the eighth set showed was mended, and used once."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, Made, Maker

NAMES = {
    "session_length": "3600", "keyed_by": "user42", "authors": "['ada1', 'bob2']", "token_stream": "<stream 42>", "passed_at": "2026-03-01", "pin_layout": "DIP8", "code_lines": "1204", "codes": "[200, 404]", "error_codes": "E42", "otp_enabled": "1", "auth_scheme": "bearer", "secret_version_id": "v17", "credentials_file": "/etc/creds1", "private_attr": "_x1", "key_prefix": "user:42", "sign_convention": "iso2", "logged_in": "True", "login_count": "17", "logins": "42", "seed_url": "https://h/1", "phrase": "quick brown fox", "data": "{'a': 1}", "kind": "Secret", "functions": "f1", "function_name": "main2",
}  # fmt: skip
TEXTS = (
    "code: 104222", "exit code: 13900", "your order 104222 has been sent", "enter your age (1 to 120)", "your session expires in 3600 s", "verification of 104222 rows passed", "the code sent 104222 bytes", "login took 104222 us", "logged in at 10:42:17", "logged in as ada42", "login: ada1815", "auth ok: ada/reports", "authenticated via ldap/ad42", "credentials from /etc/app/creds.json", "credentials: none", "error code 104222 rejected", "your postal code is 10115", "invalid HTTP status code 70000", "PIN diode 104222-1", "pinned 104222 commits", "pip install pin==104222", "confirm order 104222", "your promo code 104222 expired",
    "data:\n  rows: 104222a\n", "data = {'name': 'ada1815x', 'x': 1}", "tokens:\n  prompt: 812\n  total: 889\n", "[tokens]\nmax = 4096\n", "[credentials]\nfile = /etc/a1\n", "secrets:\n  - db-prod\n", "{\"tokens\": {\"used\": 1204, \"max\": 4096}}", "kind: ConfigMap\ndata:\n  version: v2026a1b2\n", "user  sessions  score\nada   42  7\n", "name  count\npass   1204\n", "login('home', 'index')", "auth('GET', '/users')", "authenticate(request, user)", "hmac.new(key, msg, 'sha256')", "jwt.decode(token, key)", "seed words are drawn at random from a list of two thousand", "the seed is planted in the spring", "AUTH failed 3 times", "PASS 12 of 14", "PASS test_login_1", "FAIL test_auth2 in 3s", "ok: PASS\n", "password field must not be 104222 long", "for user in users: login(user)", "parol board met", "the sandy beach 2026", "clave de sol 2026", "hassle 2026", "token 1 is followed by token 2", "pw.Model at 0x7f12", "psk31 modem", "Wachtwoordbeheer 2026",
    "git push origin main:refs/for/main2", "key: 104222", "api/v1/tokens/104222", "session 104222 has 3 events", "status code 200100", "código 104222 no encontrado en tabla", "код товара 104222", "コード104222件", "代码 104222 行",
)  # fmt: skip


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for name, text in NAMES.items():
        yield Made(f"name {name}", text, name=name)
    for text in TEXTS:
        yield Made(f"text {text}", text)
    for name, text in {"run_id": maker.of(HEX, 32), "commit": maker.of(HEX, 40), "etag": maker.of(HEX, 32), "trace_id": maker.uuid(), "request_id": "req_" + maker.of(ALNUM, 20)}.items():  # fmt: skip
        yield Made(f"id {name}", text, name=name)
