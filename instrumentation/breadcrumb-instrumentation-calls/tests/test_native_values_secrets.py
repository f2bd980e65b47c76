"""What the C value writer takes for harmless is harmless: each kind of secret is left to Python."""

from __future__ import annotations

import functools
import gzip
import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from breadcrumb_redaction.finders.shapes import WHOLE
from breadcrumb_redaction.name_tables import NAMES
from breadcrumb_redaction.redactor import _TELLING
from hypothesis import given, settings
from hypothesis import strategies as st

_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)

SECRET_NAMES = sorted({name for text in NAMES.values() for name in text.split()})
BETWEEN = ["=", ": ", " ", "-", "'", '"', " <", " is ", "\n", ' = "', "='"]
SHAPED = [
    "Basic dXNlcjpwdw==",
    "Bearer abc",
    "bearer abc.def",
    "basic abcdefgh",
    "pass hunter2",
    "mysql -u root -phunter2",
    "curl -u ada:hunter2 x",
    "tool --user ada:hunter2",
    "a://b:c@d",
    "identified by 'x'",
    "masterauth hunter2",
    "requirepass hunter2",
    "123-45-6789",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "eyJhbGciOiJ.eyJzdWIi",
    "a%3Ab",
    "p\\u0061ss",
    "&quot;x",
    "ssn 123 45 6789",
    "mysql -phunter2 db",
    "redis-cli -a hunter2 ping",
    "openssl rsa -passin pass:hunter2",
    "zip -P hunter2 a.zip b",
    "https://a1B2c3D4e5F6g7H8i9@host.example/x",
    "localhost:5432:app:ada:hunter2",
    "api key: hunter2",
    "my secret key = hunter2",
    "one time code: 123456",
    "set_password('hunter2')",
    'setPassword("hunter2")',
    "password IN ('hunter2')",
    "token NOT LIKE 'hunter2'",
    "password != 'hunter2'",
    "password > 'hunter2'",
    "password <= 'hunter2'",
    "userPassword <LIKE 'hunter2'",
    "password <not in\x1c('hunter2')",
    "password\thunter2",
    "| password | hunter2 |",
    "<td>Password</td><td>hunter2</td>",
    '<input type="password" value="hunter2">',
    '<meta content="hunter2" name="csrf-token">',
    'Content-Disposition: form-data; name="user[password]"\r\n\r\nhunter2\r\n',
    '{"Name": "DB_PASSWORD", "Value": "hunter2"}',
    '{"value": "hunter2", "key": "password"}',
    '{"password": {"value": "hunter2"}}',
    "password: |\n  hunter2\n",
    "passwords:\n- hunter2\n- hunter3\n",
    'password = """\nhunter2\n"""',
    "&#112;&#97;&#115;&#115;&#61;hunter2",
    "&#x70;ass=hunter2",
    "0x70617373776f72643d68756e74657232",
    "70:61:73:73:77:6f:72:64:3d:68:75:6e:74:65:72:32",
    "70 61 73 73 77 6f 72 64 3d 68 75 6e 74 65 72 32",
    "cABhAHMAcwB3AG8AcgBkAD0AaAB1AG4AdABlAHIAMgA=",
    "AHAAYQBzAHMAdwBvAHIAZAA9AGgAdQBuAHQAZQByADI=",
    "H4sIAAAAAAAC/ytILC4uzy9Ksc0ozStJLTICAKsHl3kQAAAA",
    "eJwrSCwuLs8vSrHNKM0rSS0yAgA5ZQZe",
    '["tool", "--password", "hunter2"]',
    "['tool', '-p', 'Hunter2*ab']",
    '"mysql", "-phunter2"',
    "--password \\\n hunter2",
    "- --password\n- hunter2",
    "rabbitmqctl add_user ada hunter2",
    "nmcli dev wifi connect home password hunter2",
    "redis-cli AUTH hunter2",
    "xfreerdp /u:ada /p:hunter2",
    "sqlplus scott/hunter2@orcl",
    "a set password hunter2",
    'variable "password" {\n  default = "hunter2"\n}',
    "SELECT crypt('hunter2', gen_salt('bf'))",
    'ConvertTo-SecureString "hunter2" -AsPlainText',
    "your password is hunter2",
    "the api key is a1B2c3D4e5F6g7H8",
    "Your verification code is 123456",
    "your pin is: 1234",
    "123456 is your login code",
    "the passphrase for ada: hunter2",
    "user,password\nada,hunter2\n",
    "user\tpassword\nada\thunter2\n",
    '"user"; "api key"\n"ada"; "hunter2"',
    "| user | password |\n|---|---|\n| ada | hunter2 |",
    " user | password \n------+----\n ada | hunter2",
    "<tr><th>User</th><th>Password</th></tr><tr><td>ada</td><td>hunter2</td></tr>",
    "INSERT INTO users (name, password) VALUES ('ada', 'hunter2')",
    "COPY users (name, token) FROM stdin;\nada\thunter2\n",
    '{"credentials": {"db": {"value": "hunter2"}}}',
    "openai_key=Hunter^1234",
    "pin=4711",
    "sid=a1b2c3d4e5f6",
    "the PIN is 223859",
    "PIN is 223859",
    "use 459251 as your login code",
    "Hunter2024 is your password",
    "password -> hunter2024",
    "token [a1b2c3d4e5f6a7b8] accepted",
    "2FA code: 123456",
    "code de verification 123456",
    "security code 123456 was sent",
    "bad api key given: a1b2c3d4e5f6a7b8",
    "user ada, password hunter2024, host h",
    "acme_token_0123456789abcdef0123456789abcdef",
    "acme_M679jul832PyodcMZGWmDxcIzKqdf8YI",
    "https://h/cb?code=a1b2c3d4e5f6a7b8",
    "session: a1b2c3d4e5f6",
    "code 123456 sent to ada",
    "PIN 1234 accepted",
    "smtp.login('ada', 'Hunter^1234')",
    "jwt.encode({},\n 'hunter2024')",
    "HTTPBasicAuth('ada', 'Hunter^1234')",
    "AES_ENCRYPT(x, 'hunter2024')",
    "USER ada\r\nPASS hunter2024\r\n",
    "AUTH default Hunter^1234",
    "credentials ada:Hunter^1234",
    "mnemonic: " + "lantern meadow " * 6,
    "secrets:\n  db: hunter2024\n",
    "{'tokens': {'ada': 'hunter2024'}}",
    "[credentials]\nada = hunter2024\n",
    "kind: Secret\ndata:\n  db: hunter2024\n",
    "  name  password\n0  ada  hunter2024\n",
    "a  api key   count\n0  hunter2024   3\n",
    "   id name      password\n0   1  ada  hunter2024\n",
    "hydra -p Hunter^1234 x",
    "NickServ IDENTIFY hunter2024",
    "WIFI:T:WPA;S:h;P:hunter2;;",
    "PDO('mysql', 'app', 'Hunter^1234')",
    "redis(h,\n 1, 2, 3, 'a', 'Hunter^1234')",
    "login: ('ada', 'Hunter^1234')",
    "AES.new(b'Hunter^1234abcde')",
    "pbkdf2_hmac('sha256', b'Hunter^1234')",
    'x : EAP "hunter2"',
    '{"Name": "/app/password", "Value": "hunter2024"}',
    "printf '%s' hunter2 | gh auth login --with-token",
    "MOVE 'Hunter^1234' TO WS-PASSWORD",
    "login x\n\nada/Hunter+1234@db",
    "with token\x1fHunter~1234",
    "xx Kx9$Pf!2mQ#pL7vT yy",
    "login,Ab!12345",
    "~Saddle2049 login",
    "auth S@ddle!2049",
    "psk Saddle%7125",
    "password -> lanternfish",
    "x, 'api key' -> lanternfish",
    "Zx9kQ2mV7pL4tR8%77B3nY6cF1",
    "Name Password\n---- --------\nada  lanternfish",
    "====  ========\nuser  password\n====  ========\nada   lanternfish",
    "+------+----------+\n| user | password |\n+======+==========+\n| ada  | lanternfish |",
    "setattr(cfg, 'passphrase', 'lanternfish')",
    "<password>\n  lanternfish\n</password>",
    "<_password>lanternfish</_password>",
    "X-Api-Key: lanternfish",
    "login \u300cSaddle!2049\u300d",
    "\u201cSaddle!2049\u201d login",
    "heslo_db=lanternfish",
    "eAAgAEEASwBJAEEANQBIAFIARABGAFgAVwBJAEMAVgBSAEgASQBVAFgANAAgAHkA",
    "ada:Kx9%Pf!2mQ#pL7vT@h",
    "bytea \\x" + b"password=hunter2024".hex(),
    b"password=hunter2024".hex(),
    gzip.compress(b"password=hunter2024", mtime=0).hex(),
]


REDACTOR = Redactor()
SHAPES = REDACTOR.shapes


class Asked(TextWriter):
    """Tells whether a text was left to Python."""

    asked = False

    def shapes(self) -> tuple[tuple[str, str, int], ...]:
        """What the Redactor says, put together once for all tests."""
        return SHAPES

    def plain(self, text: str, most: int, place: str) -> str:
        self.asked = True
        return super().plain(text, most, place)

    def bytes_head(self, head: bytes, length: int, place: str) -> str:
        self.asked = True
        return super().bytes_head(head, length, place)


def agree_on_bytes(data: bytes, **limits: int) -> None:
    """Both recorders write the same, and what Python was not asked about holds no secret.

    Of what Python was asked about it remembers what it found, so that it looks once for both.
    """
    writer = Asked(REDACTOR, Audit())
    snapshot = Snapshot(Limits(**limits), writer)
    written, was_asked = _recorder.Values(snapshot).value(data, "return"), writer.asked
    assert written == snapshot.value(data, "return")
    if not was_asked:
        kept = data[: limits.get("string", 500)]
        assert not REDACTOR.find(kept.decode("latin-1"), complete=len(kept) == len(data))


def agree(text: str, *strings: int) -> None:
    """Both recorders write the same, cut at each of these lengths, and what C calls harmless is."""
    found = functools.cache(lambda: REDACTOR.find(text))
    values = _recorder.Values(Snapshot(Limits(), Asked(REDACTOR, Audit())))
    assert not values.is_clear(text) or not found()
    assert values.may_mean(text) or (REDACTOR.name_rule(text) or REDACTOR.returned_rule(text)) is None
    for string in strings or (Limits().string,):
        writer = Asked(REDACTOR, Audit())
        snapshot = Snapshot(Limits(string=string), writer)
        written, was_asked = _recorder.Values(snapshot).value(text, "return"), writer.asked
        assert written == snapshot.value(text, "return")
        if not was_asked:
            shown = min(len(text), string)
            assert not any(match.start < shown for match in found())


@pytest.mark.parametrize("between", BETWEEN)
def test_every_secret_name_is_seen(between: str) -> None:
    for name in SECRET_NAMES:
        for spelled in (name, name.upper(), name.replace("_", "-"), name.title().replace("_", "")):
            agree(f"{spelled}{between}hunter2")
            agree(f"a {spelled}{between}hunter2 b")


def test_names_are_searched_only_where_they_may_hold_a_secret() -> None:
    searched = []

    class Searching(Redactor):
        def find(self, text: str, **how: bool) -> Any:
            searched.append(text)
            return super().find(text, **how)

        def name_rule(self, name: str) -> str | None:
            searched.append(name)
            return super().name_rule(name)

    writer = TextWriter(Searching(), Audit())
    values = _recorder.Values(Snapshot(Limits(), writer))
    writer.prove_with(values.is_clear, values.may_mean)
    for name in ("Parser._parse_column", "_is_busy", "request_id", "/srv/app/engine.py", "WhereClause"):
        assert writer.key(name, 500, "args") == f'"{name}"'
        assert writer.name_rule(name) == (writer.tells_apart if name == "request_id" else None)
    assert not searched
    assert writer.name_rule("api_key") == "api-key"
    assert writer.key("password=hunter2", 500, "args") == '"password=[redacted:password]"'


@pytest.mark.parametrize("text", SHAPED)
def test_secrets_without_a_name_are_seen(text: str) -> None:
    for around in ("{}", "a {}", "{} b", "\u00e9 {}", "\u4e2d {} \U0001f600"):
        whole = around.replace("{}", text)
        agree(whole, Limits().string, *range(len(whole)))
        agree_on_bytes(whole.encode())
        agree_on_bytes(b"\xff\x81 " + whole.encode() + b"\xfe")


REDACTION_TESTS = Path(__file__).parents[3] / "redaction" / "tests"
CORPUS = Path(__file__).parents[3] / "redaction" / "tests" / "corpus"


def corpus(pattern: str) -> list[str]:
    lines = (line for path in sorted(CORPUS.glob(pattern)) for line in path.read_text("utf-8").splitlines())
    return [json.loads(line.replace("\u00a6", ""))["text"] for line in lines]


KNOWN = corpus("*.jsonl")
CUTS = 8
"""Places at which each text is cut: each costs two looks at more than 4,096 characters."""


def test_what_is_made_up_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(REDACTION_TESTS))
    for name in ("secrets", "lookalikes"):
        for part in (
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
        ):
            make = getattr(importlib.import_module(f"{name}_{part}"), name)
            for made in importlib.import_module("made_up").rows(make, 7, 1):
                agree(made.text)
                agree_on_bytes(made.text.encode())


OPEN = ("id", "session", "pin", "sig", "pass_", "stripe_key", "tokens", "password", "name", "value")
HELD = (
    None, True, 0, 4711, 10**20, 1.5, "", "checkout", "a1b2c3d4e5f6", "2QZ8w1xY7kL3mN5pR9sT0uV4wX6", b"",
    b"a1b2c3d4e5f6g7h8", (), ("a1b2c3d4e5f6",),
    ["one", "two"], [1], {"a": 1}, ("--password", "x"), object(),
    {"name": "password", "value": "x"}, ["mysql", "-px"], ("tool", "--token=x", "-v"), ["-", "- a"],
    "DB_PASSWORD",
    {"Name": "id", "Value": "x"},
)  # fmt: skip


@pytest.mark.parametrize("name", OPEN)
def test_a_name_that_leaves_it_open_is_weighed_alike(name: str) -> None:
    redactor = Redactor()
    native = _recorder.Values(Snapshot(Limits(), TextWriter(redactor, Audit())))
    python = Snapshot(Limits(), TextWriter(redactor, Audit()))
    for held in HELD:
        for value in (
            {name: held},
            [name, held],
            (name, held),
            {name: held, "value": "x"},
            [{name: held}, held],
        ):
            for _ in range(3):
                assert native.value(value, "return") == python.value(value, "return")


def test_with_other_rules_nothing_is_proven() -> None:
    writer = Asked(Redactor(), Audit())
    writer.fingerprint = "of other rules"
    _recorder.Values(Snapshot(Limits(), writer)).value("plain words", "return")
    assert writer.asked


@pytest.mark.parametrize("text", KNOWN)
def test_the_corpus_is_seen_whole_and_cut(text: str) -> None:
    for around in ("{}", "a\n{}", "x={} b", "{}-1", "_{}", "%22{}", '{{"a": "{}"}}'):
        agree(around.format(text))
        agree_on_bytes(around.format(text).encode())
    filler = "ab " * 1400
    ends = range(len(text) % 3, len(text), max(3, len(text) // CUTS))
    agree(filler + text, *(len(filler) - 4096 + end for end in ends))


def test_most_lookalikes_are_proven_harmless_without_python() -> None:
    writer = Asked(Redactor(), Audit())
    values = _recorder.Values(Snapshot(Limits(), writer))
    left = 0
    lookalikes = corpus("lookalikes*.jsonl")
    for text in lookalikes:
        writer.asked = False
        values.value(text, "return")
        left += writer.asked
    assert left < len(lookalikes) / 5


def test_forms_known_by_their_middle_are_those_that_c_looks_for() -> None:
    assert [part for _, part, _ in WHOLE] == ["Q~", "-us", ":AA", ".atlasv1.", "."]


def test_words_that_a_credential_follows_are_those_that_c_looks_for() -> None:
    source = (Path(__file__).parents[1] / "native" / "redaction" / "scan.c").read_text("utf-8")
    last = re.findall(r"LAST\('(.)', '(.)', '(.)', '(.)'\)", source)
    assert {"".join(each) for each in last} == {word[-4:] for word in _TELLING}


def cut_out(drawn: tuple[str, int, int]) -> str:
    text, begin, end = drawn
    return text[begin % (len(text) + 1) :][: end % (len(text) + 1)]


FRAGMENTS = st.one_of(
    st.sampled_from(KNOWN),
    st.tuples(st.sampled_from(KNOWN), st.integers(0, 200), st.integers(0, 200)).map(cut_out),
    st.sampled_from(
        [*BETWEEN, *SHAPED, *" \n=:-/(,<>|+._0a", "%3D", "\\n", "</x>", '"value": ', "name=", "key: ", "["]
    ),
)


@given(st.lists(FRAGMENTS, max_size=7), st.integers(0, 500))
def test_any_mixture_of_fragments_is_seen(fragments: list[str], string: int) -> None:
    agree("".join(fragments), string)


@given(st.lists(FRAGMENTS, max_size=7), st.binary(max_size=40), st.integers(0, 500))
def test_any_mixture_is_seen_in_bytes(fragments: list[str], binary: bytes, string: int) -> None:
    text = "".join(fragments).encode()
    agree_on_bytes(text, string=string)
    agree_on_bytes(binary + text + binary, string=string)
    agree_on_bytes(text[: len(text) // 2] + binary + text[len(text) // 2 :], string=string)


PIECES = st.sampled_from(
    [*SECRET_NAMES, *SHAPED, *BETWEEN, *"aeprs -:=", "hunter2", "12", "\u00e9", "\u0130"]
)


@given(st.lists(PIECES, max_size=6), st.integers(0, 60))
def test_any_mixture_is_seen(pieces: list[str], string: int) -> None:
    agree("".join(pieces), string)


@settings(max_examples=30, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.integers(0, 300))
def test_a_secret_at_the_end_of_what_is_looked_at(pieces: list[str], before: int) -> None:
    agree("ab " * 1400 + " " * before + " ".join(pieces) * 40, 100)


ACCENTED = str.maketrans(
    "aeiocuslzndty", "\u00e4\u00e9\u00ee\u00f6\u00e7\u00fc\u015b\u0142\u017e\u00f1\u0111\u0165\u00ff"
)
FOREIGN = st.one_of(
    st.sampled_from(
        [
            *"\u00fc\u00df\u0142\u0439\u0131\u0130\u017f\u212a\u03c2\u00a9\u2014\u201c\u2026\uff1a\uff1d\u3000\u00a0\u2028\u00bd\u0663\u4e2d\ud55c\u0301\u202e"
        ]
    ),
    st.sampled_from(
        [
            "G\u00fcnter Milde",
            "f\u00fcr die \u00dcbung, ",
            "Author: \u00c5sa\n",
            " \u00e4r ",
            "\u043a\u043b\u044e\u0447",
        ]
    ),
    st.characters(min_codepoint=128),
)


@given(
    FRAGMENTS, FRAGMENTS, FOREIGN, FOREIGN, st.integers(0, 200), st.integers(0, 200), st.integers(0, 1 << 20)
)
def test_a_secret_among_foreign_characters_is_seen(
    text: str, more: str, one: str, other: str, first: int, second: int, accents: int
) -> None:
    text = f"{text} {more}"
    first, second = sorted((first % (len(text) + 1), second % (len(text) + 1)))
    spelled = [each.translate(ACCENTED) if accents >> (i % 20) & 1 else each for i, each in enumerate(text)]
    agree(f"{text[:first]}{one}{text[first:second]}{other}{text[second:]}")
    agree(f"{one}{''.join(spelled[first:])}", second)
    agree_on_bytes(f"{text[:first]}{one}{text[first:]}".encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "text",
    [
        "password\uff1ahunter",
        "Author: p\u00e4ssword=hunter2",
        "Author: h\u00e0slo=hunter2",
        "Author: \u043f\u0430\u0440\u043e\u043b\u044c=hunter2",
        "password \u00e4r: hunter2",
        "api cl\u00e9: hunter2",
        "Author: &#x70;\u00e0ss=hunter2",
    ],
)
def test_names_in_other_letters_are_seen(text: str) -> None:
    assert REDACTOR.find(text)
    agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "/* :Author: G\u00fcnter Milde, :Copyright: \u00a9 2015, 2021 */",
        "<li class='caf\u00e9'>na\u00efve \u2013 \u201cok\u201d</li>",
        "\u0413\u043b\u0430\u0432\u0430 1: \u043d\u0430\u0447\u0430\u043b\u043e",
        "\u7b2c 1 \u7ae0: \u65e5\u672c\u8a9e",
    ],
)
def test_foreign_letters_in_plain_text_are_no_reason_to_ask_python(text: str) -> None:
    writer = Asked(REDACTOR, Audit())
    values = _recorder.Values(Snapshot(Limits(), writer))
    for value in (text, text * 20, text.encode()):
        assert values.value(value, "return") == Snapshot(Limits(), TextWriter(REDACTOR, Audit())).value(
            value, "return"
        )
        assert not writer.asked


def test_what_was_remembered_is_the_same_again() -> None:
    redactor = Redactor()
    values: Any = _recorder.Values(Snapshot(Limits(), TextWriter(redactor, Audit())))
    for text in ("x" * 30, "x" * 300, "y%20" * 1000, "password: hunter2 " * 40, "\udc80" * 300):
        expected = Snapshot(Limits(), TextWriter(redactor, Audit())).value(text, "return")
        for _ in range(3):
            assert values.value(text, "return") == expected
            assert values.value(["-" * 7990, text], "return") != values.value([text], "return")
            assert values.value("".join(text), "return") == expected
