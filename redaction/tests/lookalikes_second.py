"""The second half of what looks like a secret and is none: written after the rules were frozen, looked at once."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, URLSAFE, Made, Maker

NAMED = (
    ("session_factory", "sessionmaker"), ("signature_version", "v4"), ("partition_key", "tenant"), ("pin_count", "8"),
    ("password_field", "pwd"), ("password_strength", "strong"), ("token_type", "bearer"), ("token_url", "/oauth/token"),
    ("secret_name", "db/main"), ("is_secret", "yes"), ("has_password", "no"), ("otp_length", "6"), ("csrf_enabled", "true"),
    ("cookie_name", "sid"), ("session_timeout", "3600"), ("pass_rate", "0.97"), ("passes", "12"), ("pinned", "true"),
    ("sid_count", "9"), ("seed_everything", "7"), ("random_seed", "1234"), ("signatures_required", "2"), ("mask_token", "[MASK]"),
    ("eos_token", "</s>"), ("pad_token", "<pad>"), ("keyword", "lambda"), ("key_count", "5"), ("sorted_keys", "a,b"),
    ("group_key", "2026-01"), ("map_key", "left"), ("unique_key", "email"), ("object_key", "images/logo.png"), ("state_key", "open"),
    ("session", "default"), ("session", "Session 4 of the workshop"), ("sig", "f(a, b)"), ("pass_", "second"), ("mnemonic", "MOV"),
    ("dsn", "redis://cache:6379/0"), ("tok", "+"), ("seed", "initial"), ("credit", "12.50"), ("pinch", "salt"), ("account", "main"),
    ("passport_country", "IE"), ("authored_by", "Ada"), ("authority", "local"), ("cardinality", "many"), ("discard", "none"),
)  # fmt: skip
TEXTS = (
    "The token bucket holds {} tokens", "session {} opened for user ada", "He passed the key to room {}", "Sign here: ____",
    "key concepts: graphs, trees and {} more", "primary key: id", "sort key: created_at desc", "cache key = user:{}", "n={} tokens",
    "error: password too short, wants {}", "please enter your password:", "Enter PIN:", "token expired at {}", "secrets.toml",
    "class TokenBucket(Base):", "import secrets", "from getpass import getpass", "def password(self): ...", "hash(password)",
    "if token is None: return {}", "raise ValueError('bad token')", "tokens = text.split()", "key=lambda row: row[{}]",
    "sorted(rows, key=itemgetter({}))", "SELECT token FROM t WHERE id IN (1, {})", "CREATE TABLE u (id int, password text)",
    "tar -xzf a.tgz -C /opt", "ssh -p {} host.example", "python -m pytest -p no:cacheprovider", "cp -a src dst", "git push -u origin main",
    "rsync -avP a b", "docker run -p 127.0.0.1:8080:80 nginx", "ls -l --color=auto", "curl -sSL https://host.example/{}", "uv pip list",
    "| key | value |\n|---|---|\n| a | {} |", "<label>Name</label><input name=\"name\" value=\"Ada\">", "<td>Total</td><td>{}</td>",
    "name: LOG_LEVEL\nvalue: debug", '{{"name": "PORT", "value": "{}"}}', "password: ${{DB_PASSWORD}}", "password: <redacted>",
    "token: {{{{ secrets.TOKEN }}}}", "api_key = os.getenv('API_KEY')", "password = input('Password: ')", "pwd = getpass()",
    "https://host.example/{}?page=2&sort=name", "http://localhost:{}/health", "postgresql://localhost/app", "mailto:ada@host.example",
    "ISBN 978-3-16-148410-0", "order 4111-{}", "+353 1 {} 2222", "10.0.0.1:{}", "de:ad:be:ef:00:01", "2026-11-28T21:00:00.{}Z",
)  # fmt: skip


def lookalikes(make: Maker) -> Iterator[Made]:
    """One of each kind."""
    for number, (name, text) in enumerate(NAMED):
        yield Made(f"name {name} {number}", text, name=name)
    for number, text in enumerate(TEXTS):
        yield Made(f"text {number}", text.format(make.digits(4)))
    for prefix, alphabet, length in (
        ("call_", ALNUM, 24), ("msg_", ALNUM, 24), ("toolu_", ALNUM, 24), ("ch_", ALNUM, 24), ("evt_", ALNUM, 24),
        ("pk_test_", ALNUM, 24), ("sub_1", ALNUM, 23), ("in_1", ALNUM, 23), ("price_1", ALNUM, 23), ("file-", ALNUM, 24),
        ("batch_", HEX, 32), ("req_011C", ALNUM, 20), ("step_", ALNUM, 24), ("vs_", ALNUM, 24), ("fc_", HEX, 48),
    ):  # fmt: skip
        identifier = prefix + make.of(alphabet, length)
        yield Made(f"id {prefix}", identifier)
        yield Made(f"id {prefix} in text", f"answered by {identifier} in 12 ms")
    for name in ("message_id", "userId", "X-Request-ID", "commit", "sha", "uid", "txid", "ETag"):
        for kind, text in (
            ("ksuid", "1" + make.of(ALNUM, 26)), ("nanoid", make.of(URLSAFE, 21)), ("cuid2", "t" + make.of(LOWER, 23)),
            ("sha", make.of(HEX, 40)),
        ):  # fmt: skip
            yield Made(f"{kind} as {name}", text, name=name)
            yield Made(f"{kind} beside {name}", f"{name}={text}")
