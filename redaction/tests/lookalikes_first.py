"""The first half of what looks like a secret and is none: the rules were written with these in view."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, LOWER, UPPER, URLSAFE, Made, Maker

NAMED = (
    ("session_count", "12"), ("signature_help", "f(x, y)"), ("primary_key", "a1B2c3D4e5F6"), ("sort_key", "created"),
    ("pin_memory", "True"), ("password_hasher", "argon2"), ("csrf_exempt", "view"), ("pass_count", "3"), ("pin", "17"),
    ("session", "checkout"), ("sess", "main"), ("signature", "(a: int) -> str"), ("seed", "42"), ("tok", "NAME"),
    ("pass_", "first"), ("dsn", "sqlite:///app.db"), ("sid", "main"), ("cache_key", "user:12:profile"), ("key", "colour"),
    ("s3_key", "reports/2026/q1.csv"), ("foreign_key", "user.id"), ("public_key", "ed25519"), ("max_tokens", "4096"),
    ("token_count", "12"), ("next_page_token", "page-2"), ("author", "Ada"), ("compass", "north"), ("keyboard", "qwertz"),
    ("bypass", "none"), ("passenger", "Ada Lovelace"), ("assignment", "x"), ("design", "blue"), ("tokenizer", "bpe"),
    ("clave", "nombre"), ("signal", "SIGTERM"), ("seeded", "yes"), ("hmac_algorithm", "sha256"), ("secretary", "Ada"),
    ("cookie_policy", "strict"), ("monkey", "patch"), ("turkey", "bird"), ("spinner", "dots"), ("sidebar", "left"),
)  # fmt: skip
TEXTS = (
    "Passing the parcel to the next of {} guests", "password must be at least {} characters", "token: str", "{} tokens used",
    "def get_token(self) -> str:", "SELECT password FROM users WHERE id = {}", "git commit -m 'Fix the pass'", "ls -la /tmp",
    "pip install --user requests", "docker run -p 8080:80 nginx", "grep -a needle hay", "zip -r out.zip src", "mkdir -p a/b",
    "curl -H 'Accept: text/html' https://host.example", "https://host.example/a/b?page={}", "ada@host.example",
    "Traceback (most recent call last):\n  File \"a.py\", line {}", "| name | count |\n| ada | {} |", "seed = {}",
    "password = os.environ['PASSWORD']", "api_key=None", "token=${{TOKEN}}", "<td>Name</td><td>{}</td>", "pin: int = {}",
    "session = requests.Session()", "key: value", "name\tcount\nada\t{}", '{{"key": "colour", "value": "{}"}}', "pass",
    "Tel: +49 151 {}", "the secret of good soup is {} carrots", "python -m http.server {}", "http://[::1]:{}/", "a:b:c:d:{}",
)  # fmt: skip
IDS = (
    ("call_", ALNUM, 24), ("msg_01", ALNUM, 22), ("toolu_01", ALNUM, 22), ("ch_3", ALNUM, 23), ("evt_1", ALNUM, 23),
    ("pk_live_", ALNUM, 24), ("req_", ALNUM, 14), ("cus_", ALNUM, 14), ("pi_3", ALNUM, 23), ("chatcmpl-", ALNUM, 29),
    ("run_", ALNUM, 24), ("thread_", ALNUM, 24), ("asst_", ALNUM, 24), ("resp_", HEX, 48), ("acct_1", ALNUM, 15),
)  # fmt: skip


def lookalikes(make: Maker) -> Iterator[Made]:
    """One of each kind."""
    for name, text in NAMED:
        yield Made(f"name {name}", text, name=name)
    for number, text in enumerate(TEXTS):
        yield Made(f"text {number}", text.format(make.digits(4)))
    for prefix, alphabet, length in IDS:
        yield Made(f"id {prefix}", prefix + make.of(alphabet, length))
    yield from _beside_a_name(make)
    for kind, text in (
        ("uuid", make.uuid()), ("sha1", make.of(HEX, 40)), ("sha256", make.of(HEX, 64)), ("md5", make.of(HEX, 32)),
        ("ulid", "01" + make.of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)), ("object id", make.of(HEX, 24)),
        ("address", "0x" + make.of(HEX, 40)), ("cf ray", f"CF-Ray: {make.of(HEX, 16)}-LHR"),
        ("etag", f'ETag: "{make.of(HEX, 32)}"'), ("message id", f"<{make.of(HEX, 16)}.{make.digits(6)}@mail.example>"),
        ("phone", f"+49 151 {make.digits(8)}"), ("path", f"/srv/app/releases/{make.digits(14)}/app.py"),
        ("bech32", "bc1q" + make.of(LOWER, 38)), ("version", f"v{make.digits(1)}.{make.digits(2)}.0-rc1"),
        ("log", f"2026-01-02T03:04:05Z INFO user {make.digits(5)} passed step {make.digits(2)}"),
        ("part", make.of(UPPER, 8)), ("timestamp", make.digits(13)),
    ):  # fmt: skip
        yield Made(kind, text)


def _beside_a_name(make: Maker) -> Iterator[Made]:
    """Random ids that only their name tells from keys."""
    for name in ("id", "request_id", "order_id", "trace_id", "correlationId", "etag", "ref"):
        for kind, text in (
            ("ksuid", "2" + make.of(ALNUM, 26)), ("nanoid", make.of(URLSAFE, 21)), ("cuid2", "k" + make.of(LOWER, 23)),
        ):  # fmt: skip
            yield Made(f"{kind} as {name}", text, name=name)
            yield Made(f"{kind} beside {name}", f'{{"{name}": "{text}"}}')
