"""Look-alikes that were written before it was looked at what comes of them, and used once."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, Made, Maker

NAMED = (
    ('token_bucket', 'full'), ('tokens_per_second', '12.5'), ('password_reset_template', 'reset.html'), ('auth_backend', 'ldap'),
    ('auth_url', 'https://h/a'), ('key_prefix', 'app:'), ('secret_length', '32'), ('pass_through', 'yes'), ('passed_tests', '41'),
    ('session_id_length', '16'), ('cookie_domain', 'h.example'), ('keywords', 'a, b'), ('api_version', 'v2'), ('public_key_type', 'ed25519'),
    ('sign_in_url', '/login'), ('signal_name', 'SIGINT'), ('pinned_version', '1.2.3'), ('seed_size', '10'), ('credential_provider', 'env'),
    ('private_network', '10.0.0.0/8'), ('access_log', '/var/log/a'), ('author_email', 'a@h.example'), ('tokenizer_name', 'gpt2'),
    ('spin', 'up'), ('opinion', 'good'), ('mapping', 'a->b'), ('codec', 'utf-8'), ('code', 'E1234'), ('country_code', 'PT'),
    ('exit_code', '137'), ('status_code', '404'), ('error_code', 'E_42'), ('zip_code', '1000-205'), ('currency_code', 'EUR'),
    ('barcode', '4006381333931'), ('hash_algorithm', 'sha256'), ('hotkey', 'ctrl+k'), ('session_name', 'default'), ('pepper_count', '3'),
    ('saltwater', 'yes'), ('sas_version', '9.4'),
)  # fmt: skip
TEXTS = (
    "exit code is 137", "the status code is 404", "your zip code is 90210", "error code is 12345", "the key is 42",
    "the token is expired since 2024", "the secret is out since 1999", "password is required (min 8)", "a,b,c\n1,2,3\n",
    "name,tokens\nada,12\n", "key,value\na,1\n", "id,code\n1,E42\n", "| key | count |\n|---|---|\n| a | 12 |",
    " id | status \n----+------\n 1 | ok1\n", "<th>Key</th><th>Count</th></tr><tr><td>a</td><td>12</td></tr>",
    "INSERT INTO t (id, key) VALUES (1, 'colour')", "INSERT INTO users (name, password) VALUES (?, ?)",
    "INSERT INTO users (name, password) VALUES (%s, %s)", "insert into u (password) values (:password)",
    "COPY t (id, name) FROM stdin;\n1\tada\n", "[\"--verbose\", \"--color\", \"auto\"]", "[\"cp\", \"-p\", \"a1.txt\", \"b\"]",
    "parser.add_argument(\"-p\", \"--password\", help=\"the password (1)\")", "['--token-file', '/run/t1']",
    "[\"pytest\", \"-k\", \"token or key1\"]", "set x 12", "set key frame 12", "reset token counter 12", "set -e\ntest 1",
    "git config set user.name ada1", "123456 is your order number", "42 is your score", "1234 is your luck number",
    "your order code is ready", "your item code is 12345", "This is key number 12", "Your seat is 12A", "the pin is 4 mm wide",
    "docker run -p 8080:80 nginx1", "ssh -p 2222 h1", "crypt('text')", "variable \"region\" {\n default = \"eu-west-1\"\n}",
    "variable \"token_ttl\" {\n default = \"3600\"\n}", "user, token = split(line)\nx, y = 1, 2\n", "import os, sys\nimport re, token\n",
    "name, password\n", "def f(name, password):\n    return name, 1\n", "for key, token in items:\n    print(key, token1)\n",
    "Dear Ada,\nthe password, as said,\nis, well, secret", "- password\n- token\n- user1\n", "columns: user, password, age\nrows: 3, 4, 5",
    "SELECT user, password FROM t1", "AUTH failed for ada1", "password changed at 12:30", "token=None key=1", "rsync -p a1 b",
    "tar -P -cf a1.tar b", "nmcli dev status1", "the session is 12 minutes long", "session 12 is open",
    "See https://h.example/docs/token/is/1234", "Error: secret not found (404)", "cookie is set 3 times", "api key is missing (401)",
    "access token is 3600 seconds valid", "b'x^2'", "your password is strong", "Your code is beautiful", "verification code is sent",
    "login code is valid for 10 minutes", "one-time code is 6 digits", "{\"key\": \"a1\", \"value\": \"b2\"}",
    "{\"tokens\": {\"input\": 12, \"output\": 34}}", "{\"auth\": {\"type\": \"basic\"}}", "name: LOG_LEVEL\nvalue: debug1",
    "--password-file /run/secrets/p1", "usage: x [--token TOKEN] [-p PORT1]", "sqlplus -v 19.3", "redis-cli -h r1 ping",
    "keytool -list -v -keystore k1", "passport 12 is open", "key=lambda r: r[1]",
)  # fmt: skip
ARGUMENTS = (
    ('cp', '-p', 'Data2024.csv', 'x'), ('pytest', '-k', 'token'), ('git', 'config', 'set', 'user.name', 'ada'), ('nmcli', 'dev', 'status'),
    ('redis-cli', 'ping'), ('rabbitmqctl', 'list_users'), ('sqlplus', '-v'), ('ssh', '-p', '2222', 'h'), ('set', 'x', '1'),
    ('tool', 'set', 'colour', 'red1'), ('mkdir', '-p', 'a/b1'), ('tool', '--token-type', 'bearer'),
)  # fmt: skip
IDS = (
    ("call_", 24), ("msg_01", 22), ("toolu_01", 22), ("evt_1", 23), ("ch_3", 23), ("pk_test_", 24), ("req_", 24), ("chatcmpl-", 29),
)  # fmt: skip


def lookalikes(make: Maker) -> Iterator[Made]:
    """Each kind once."""
    for name, text in NAMED:
        yield Made(f"name {name}", text, name=name)
        yield Made(f"keyword {name}", f"f({name}={text!r})")
    for number, text in enumerate(TEXTS):
        yield Made(f"text {number} {text[:30]!r}", text)
    for words in ARGUMENTS:
        yield Made(f"argument {words[:2]}", "\n".join(words), argv=words)
    for prefix, length in IDS:
        yield Made(f"id {prefix}", f"id {prefix}{make.of(ALNUM, length)} done")
    for name in ("request_id", "etag", "trace_id", "order_id", "sha"):
        yield Made(f"ksuid {name}", "2" + make.of(ALNUM, 26), name=name)
    for kind, text in (
        ("etag", f'ETag: W/"{make.of(HEX, 32)}"'), ("ray", f"CF-Ray: {make.of(HEX, 16)}-AMS"), ("uuid", f"id,name\n{make.uuid()},ada\n"),
        ("sha256", f"file,sha256\na,{make.of(HEX, 64)}\n"), ("phone", f"+351 21 {make.digits(3)} {make.digits(4)}"),
        ("wallet", "0x" + make.of(HEX, 40)),
    ):  # fmt: skip
        yield Made(kind, text)
