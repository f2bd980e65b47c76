"""What holds for any text: order, idempotence, secrets gone anywhere, time in proportion to length."""

import time
from typing import Any

import pytest
from breadcrumb_redaction import Redactor
from hypothesis import example, given, settings
from hypothesis import strategies as st

REDACTOR = Redactor()
TRICKY = st.lists(
    st.sampled_from(
        [
            *"=:;,\"'\\/@&?%<>{}[]()-_. \n\t#$",
            "password",
            "token",
            "api_key",
            "://",
            "u:p@h",
            "Bearer ",
            "eyJ",
            "-----BEGIN ",
            "PRIVATE KEY-----",
            "[redacted:x]",
            "%3D",
            "\\u003d",
            "&quot;",
            "abc",
            "4111111111111111",
            "cGFzc3dvcmQ9YWJj",
            "x1Y2z3W4v5",
        ]
    ),
    max_size=25,
).map("".join)
ANY = st.one_of(st.text(max_size=80), TRICKY)
PLAIN_WORDS = st.lists(
    st.sampled_from(["the", "parcel", "of", "ada", "went", "to", "lisbon", "on", "monday,", "3", "items;"]),
    max_size=12,
)


@given(ANY, st.booleans())
def test_matches_are_ordered_disjoint_and_in_range(text: str, complete: bool) -> None:
    end = 0
    for match in REDACTOR.find(text, complete=complete):
        assert end <= match.start < match.end <= len(text)
        end = match.end


@given(ANY)
@example('{"authorization": "Basic [redacted:x]"}')
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


@given(PLAIN_WORDS, PLAIN_WORDS, st.sampled_from([" ", "\n", "\t", " (", ' "', " -> "]))
@settings(max_examples=25, deadline=None)
def test_a_secret_goes_in_any_harmless_surroundings(
    secret: dict[str, Any], before: list[str], after: list[str], gap: str
) -> None:
    if secret["how"] == "name" or secret["text"].startswith(("PASSWORD=", "X-Api", "export", "Cookie")):
        return
    text = " ".join(before) + gap + secret["text"] + " \n" + " ".join(after)
    assert secret["secret"] not in REDACTOR.text(text)


HOSTILE = [
    "-----BEGIN CERTIFICATE-----\nA1b2C3d4E5f6G7h8A1b2C3d4 ", "name=\"token\" value=\"",
    "authorization: none ",
    "a", "=", ":", "password=", "://a:", "://a:b@", '"', "\\", "\\\\u0041", "%41",
    "-----BEGIN RSA PRIVATE KEY-----", "eyJ", "eyJa.", "a-", "a_", "sk-", "AKIA", "4", "4111 ", "[",
    "('password', '", "<password>", "password:\n", "Bearer ", "aA1", "/", "x.y.", '{"a":', "key: value: ",
    "name value ", "password is ", "'", ",", "A1b2C3d4E5f6G7h8+", "cGFzc3dvcmQ9",
    "SG.aaaaaaaaaaaaaaaaaaaaa.", "@", " =", "&#39;", "password, ", "token=(", 'auth=["', "-u a:",
    "ab ", "0a 1b ", "12:",
    "a|password\n--|--\n", "copy t (password) from stdin\n", "into t (password) values (",
    "<th>a</th><th>token</th><tr><td>", " is your ", "your code is ", "set token ", '"-p", ', "'", '"x,"',
    "password for ", 'variable "token" {', "token: {", "name, token\n",
    "=pin", "pin", "key ", "1 is a ", "123456 as ", "password for x ", "_sk_", "password a b c d 1 ", "код 1",
    "login x password ", "identified by '", "secrets:\n  a: b1\n", "[tokens]\na = b1\n", "secrets = {",
    "login('a', ", "your code 1234 ", "1234 ", "seed ", "PASS a1\n",
    "credentials a:", "kind: Secret\ndata:\n ", "  password  name\n", "$2b$", "\x00", "[redacted:a]",
    "password='[redacted:a]",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_length_only(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        begin = time.process_time()
        REDACTOR.find(text)
        REDACTOR.find(text, complete=False)
        return time.process_time() - begin

    small = min(seconds(12_500) for _ in range(2))
    most = max(40 * small, 0.5)
    assert any(seconds(100_000) < most for _ in range(5))  # a garbage collection may come in between
