"""What a user of the package relies on beyond the corpus."""

import base64
import gc
import gzip
import re
import subprocess
import sys
import threading
from importlib import import_module

import breadcrumb_redaction
import pytest
from breadcrumb_redaction import Audit, Match, RedactionConfigError, Redactor, counts
from breadcrumb_redaction.finders.shapes import PREFIXED
from breadcrumb_redaction.lazy import _Lazy

KEY = "gh" + "p_" + "a1B2c3D4" * 5
JWT = "ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + "c2ln" * 8
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEabc123\nzzz\n"


def test_the_public_names() -> None:
    assert breadcrumb_redaction.__all__ == [
        *(
            "IDENTIFIER",
            "Audit",
            "Match",
            "RedactionConfigError",
            "Redactor",
            "Weighed",
            "counts",
            "is_command",
        ),
    ]


def test_only_the_standard_library_is_imported() -> None:
    code = (
        "import sys, breadcrumb_redaction; "
        "print({n.partition('.')[0] for n in sys.modules} - set(sys.stdlib_module_names))"
    )
    shown = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"], capture_output=True
    )
    names = set(eval(shown.stdout)) - {"__main__"}
    assert names == {"breadcrumb_redaction"}


def test_every_pattern_that_waits_for_its_first_text_compiles() -> None:
    import_module("breadcrumb_redaction.finders.flat")
    waiting = [each for each in gc.get_objects() if type(each) is _Lazy]
    assert len(waiting) > 100
    for pattern in waiting:
        re.compile(pattern._pattern, pattern._flags)


def test_the_characters_of_a_known_key_are_those_that_its_pattern_takes(redactor: Redactor) -> None:
    every = "".join(map(chr, range(128)))
    bodies = [body for _, prefixes, body, _ in PREFIXED for _ in prefixes.split()]
    for body, (prefix, characters, _) in zip(bodies, redactor.shapes, strict=True):
        assert characters == "".join(re.findall(body[body.rindex("[") :], every)), prefix


def test_no_stem_holds_another(redactor: Redactor) -> None:
    stems = redactor.stems
    assert stems is not None and len(stems) > 300
    assert not [(one, other) for one in stems for other in stems if one != other and one in other]


def test_a_match_says_where_and_by_which_rule(redactor: Redactor) -> None:
    assert redactor.find(f"x {KEY} y") == (Match(2, 2 + len(KEY), "github-token"),)


def test_harmless_text_comes_back_as_the_same_object(redactor: Redactor) -> None:
    text = "nothing to hide: 12 items, author=Ada"
    assert redactor.text(text) is text


def test_what_is_proven_is_not_searched() -> None:
    redactor = Redactor()
    text = "postgres://ada:hunter22@host/accounts"
    redactor.prove_with(lambda seen: seen == text)
    assert redactor.text(text) is text
    assert redactor.text(f"{text} ") == "postgres://ada:[redacted:url-password]@host/accounts "
    redactor.prove_with(None)
    assert redactor.text(text) == "postgres://ada:[redacted:url-password]@host/accounts"


def test_only_the_password_of_a_url_goes(redactor: Redactor) -> None:
    assert (
        redactor.text("postgres://u:p@ss/w:rd@h:5432/d?x=1")
        == "postgres://u:[redacted:url-password]@h:5432/d?x=1"
    )


@pytest.mark.parametrize(
    "head",
    [
        KEY[:9],
        JWT[:30],
        JWT[:15],
        PEM,
        "postgres://ada:hun",
        "password=hu",
        '{"token": "ab',
        "paid 4111 1111 11",
        "key AKIA12",
    ],
)
def test_a_cut_secret_is_a_secret(redactor: Redactor, head: str) -> None:
    matches = redactor.find(head, complete=False)
    assert matches and matches[-1].end >= len(head.rstrip())


@pytest.mark.parametrize(
    "head", ["the quick brown fo", "app.services.billing", "/usr/lib/python3.12/si", "http://localhost:80"]
)
def test_a_cut_harmless_text_stays(redactor: Redactor, head: str) -> None:
    assert redactor.find(head, complete=False) == ()


def test_own_patterns_and_allowed_values() -> None:
    redactor = Redactor(
        patterns={"badge": r"B-(\d{4})", "room": r"room \d+"}, allow=[r"B-0000|0000", "hunter2"]
    )
    assert redactor.text("B-1234 in room 7, B-0000, password=hunter2") == (
        "B-[redacted:badge] in [redacted:room], B-0000, password=hunter2"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"patterns": {"bad": "("}}, "'bad'"),
        ({"patterns": {"empty": "x*"}}, "'empty'"),
        ({"patterns": {"a b": "x"}}, "'a b'"),
        ({"allow": ["["]}, "'allow'"),
        ({"names": ["--"]}, "'--'"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, object], said: str) -> None:
    with pytest.raises(RedactionConfigError, match=said):
        Redactor(**settings)  # type: ignore[arg-type]


def test_what_follows_basic_need_not_be_base64(redactor: Redactor) -> None:
    for text in ("basic ab~cdefghijkl.no=", "Basic a.b.c.d.e.f.g.h.i.j.k.l.m", "basic ~~~~~~"):
        assert redactor.text(text) == text
    assert redactor.text("Basic YWRhOmh1bnRlcjI.") == "Basic [redacted:basic-auth]"


def test_a_command_line(redactor: Redactor) -> None:
    argv = [
        "tool",
        "--password",
        "x",
        "--token=abc",
        "-u",
        "ada:pw",
        "-u",
        "1000:1000",
        "--verbose",
        f"--header=X: {KEY}",
    ]
    assert redactor.command_line(argv) == [
        *(
            "tool",
            "--password",
            "[redacted:password]",
            "--token=[redacted:token]",
            "-u",
            "ada:[redacted:basic-auth]",
        ),
        *("-u", "1000:1000", "--verbose", "--header=X: [redacted:github-token]"),
    ]
    assert redactor.command_line(["sshpass", "-p", "x", "ssh", "h"])[2] == "[redacted:password]"
    assert redactor.command_line(["mysql", "-px"]) == ["mysql", "-p[redacted:password]"]
    assert redactor.command_line(["app", "--password", "--debug"]) == ["app", "--password", "--debug"]


def test_span_attributes(redactor: Redactor) -> None:
    attributes = {
        "http.request.header.authorization": ("Bearer x",),
        "db.query.text": "SELECT 1",
        "url.full": "https://a:b1@h/",
        "nested": {"password": 5, "list": [KEY, 3]},
        "gen_ai.usage.input_tokens": 7,
        "has_token": True,
        "token": None,
    }
    assert redactor.attributes(attributes) == {
        "http.request.header.authorization": ("[redacted:authorization]",),
        "db.query.text": "SELECT 1",
        "url.full": "https://a:[redacted:url-password]@h/",
        "nested": {"password": "[redacted:password]", "list": ["[redacted:github-token]", 3]},
        "gen_ai.usage.input_tokens": 7,
        "has_token": True,
        "token": None,
    }


def test_the_audit_counts_by_rule_and_place() -> None:
    audit = Audit()

    def count() -> None:
        for _ in range(500):
            audit.add("jwt", "args")

    workers = [threading.Thread(target=count) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    audit.add("card", "return")
    assert audit.rows() == [("card", "return", 1), ("jwt", "args", 2000)]


@pytest.mark.parametrize(
    "text",
    [
        "MOVE '{}' TO WS-PASSWORD.",
        "db2 connect to shop user ada using {}",
        "reg add HKCU\\Software /v Password /d {}",
        'page.get_by_label("Passwort").fill("{}")',
        "stats auth ada:{}",
        "CONNECT ada/{}@shop",
        "**token** {}**",
        "password\n\n  {}",
    ],
)
def test_what_looks_like_a_password_is_one_near_a_word_for_it(redactor: Redactor, text: str) -> None:
    assert "Saddle" not in redactor.text(text.format("Saddle^2049"))


@pytest.mark.parametrize(
    "password",
    [
        "!Saddle2049", "~Saddle2049", "Saddle2049~", "SaddleRiver2049*", "Saddle%7125", "Saddle%6e49Q7x",
        "!Saddle24", "RT5g#ODxa5Pf", "cdAl~JmY74r", "u1tw*QgScVZ", "285*Saddleriver", "S@ddle2049!",
        "S@ddle!2049",
    ],
)  # fmt: skip
def test_the_sign_of_a_password_may_stand_anywhere(redactor: Redactor, password: str) -> None:
    for text in ("ada logged on using {}", "login,{}", 'auth.sign_in("ada", "{}")', "x ada:{}@h as login"):
        assert password not in redactor.text(text.replace("{}", password))


def test_a_key_inside_an_encoding_goes(redactor: Redactor) -> None:
    inner = b"handing Zx9kQ2mV7pL4tR8wB3nY6cF1 to worker 3"
    for encoded in (base64.b64encode(inner), base64.b64encode(gzip.compress(inner)), inner.hex().encode()):
        assert redactor.text(f"x {encoded.decode()} y") == "x [redacted:high-entropy] y"
    named = base64.b64encode(b'{"request_id": "Zx9kQ2mV7pL4tR8wB3nY6cF1"}').decode()
    assert redactor.text(named) == named


@pytest.mark.parametrize(
    "text", ["password -> {}", "user -> ada, password -> {}", 'x, secret -> "{}"', "auth_token: {}"]
)
def test_a_word_beside_a_name_goes(redactor: Redactor, text: str) -> None:
    assert "lanternfish" not in redactor.text(text.replace("{}", "lanternfish"))


def test_what_a_function_named_for_a_secret_returns_may_be_a_word(redactor: Redactor) -> None:
    for function in ("get_client_secret", "refreshAccessToken", "load_private_key", "read_password"):
        assert counts(redactor.returned_rule(function), "lanternfish")
    assert not counts(redactor.returned_rule("get_token"), "lanternfish")  # as lexers have it


def test_what_has_several_signs_is_a_password_anywhere(redactor: Redactor) -> None:
    assert redactor.text("x = 'Kx9$Pf!2mQ#pL7vT'") == "x = '[redacted:password]'"
    assert redactor.text("x = 'Kx9$Pf2mQpL7vTaa'") != "x = '[redacted:password]'"


@pytest.mark.parametrize(
    "text",
    [
        "Build#1234 passed",
        "SELECT Salary*12 + Bonus5 FROM staff",
        "calls isToken$1 of a token",
        "[A-Za-z0-9!#$%&*+.^_`|~-]+ is a token of RFC 7230",
        "https://h/Login?Next=Page1&Tab=Two2&Auth=None",
        "Local&#x3C;Token&#x3E; login",
        "caf%C3%A9%20Page1 token",
        "credentials: [**allowH2**](x)",
        "a **Saddle2049** of a login",
        "TokenV2* of auth, Int32Array* x, requires Python3+",
        "login if x && !useOAuth2 || ~isOAuth2Client",
        "login #Saddle2049 $Saddle2049 %Saddle2049 *Saddle2049 +Saddle2049",
        "login Price1*Qty2+Tax, Outer2$Inner, 12*RateTotal2, Bonus+100, main2F+0x1f, Abc12%s",
        "RFC6749#Section2 login, connected: Node1~Node2, Html5Parser#parse2",
        "login to AdaL+News2024@example.org",
        "login at LoginFilter$1@6d06d69c",
        "login?next=Disk%20Use2%2Fabc, M%C3%A4dchen1",
        "if not check_password(user, password): raise AuthError",
        "def login(user, password) -> Token: pass",
        "token -> NUMBER",
        "passwd: all authentication tokens updated successfully.",
        "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ of a login",
    ],
)
def test_code_and_prose_with_signs_are_no_passwords(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text
