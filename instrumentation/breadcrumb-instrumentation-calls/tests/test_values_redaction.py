"""No secret passes, wherever in a value it stands, and each is counted."""

from __future__ import annotations

import types
from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor

if TYPE_CHECKING:
    from breadcrumb_redaction import Match

Write = Callable[..., str]
Shown = Callable[..., Any]

SECRET = "hunter2-and-more"
KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
Login = namedtuple("Login", "user password")


class Name(str):
    pass


class Slots:
    __slots__ = ("password",)

    def __init__(self) -> None:
        self.password = SECRET


NAMED: dict[str, object] = {
    "key": {"password": SECRET},
    "key in a list": [{"x": {"api_key": [SECRET]}}],
    "long key": {"spring.datasource." * 10 + "password": SECRET},
    "bytes key": {b"password": SECRET},
    "str subclass as key": {Name("password"): SECRET},
    "subclass of dict": OrderedDict(password=SECRET),
    "field": types.SimpleNamespace(password=SECRET),
    "slot": Slots(),
    "named tuple": Login("ada", SECRET),
    "pair": ("Authorization", SECRET),
    "list pair": ["Authorization", SECRET],
    "pair in a deque": deque([("cookie", SECRET)]),
    "bytes pair": (b"authorization", SECRET.encode()),
    "subclass pair": (Name("password"), Name(SECRET)),
    "nested": {"password": {"value": [SECRET]}},
    "number": {"pin_code": 271828},
}
BY_VALUE: dict[str, object] = {
    "text": KEY,
    "inside text": f"use {KEY} now",
    "list": [KEY],
    "key": {KEY: 1},
    "bytes": KEY.encode(),
    "bytearray": bytearray(KEY.encode()),
    "str subclass": Name(KEY),
    "field": types.SimpleNamespace(a=KEY),
    "field name": types.SimpleNamespace(**{KEY: 1}),
    "exception": ValueError(KEY),
    "set": {KEY},
    "card number": 4242424242424242,
    "url": f"https://ada:{SECRET}@example.org/x",
}


@pytest.mark.parametrize("name", NAMED)
def test_a_secret_name_hides_its_value(write: Write, audit: Audit, name: str) -> None:
    written = write(NAMED[name])
    assert SECRET not in written and "271828" not in written
    assert '"@redacted"' in written
    assert sum(count for _, _, count in audit.rows()) == 1


@pytest.mark.parametrize("name", BY_VALUE)
def test_a_secret_is_known_by_its_value(write: Write, audit: Audit, name: str) -> None:
    written = write(BY_VALUE[name])
    assert KEY not in written and SECRET not in written and "4242424242424242" not in written
    assert "redacted" in written
    assert sum(count for _, _, count in audit.rows()) >= 1


@pytest.mark.parametrize("harmless", [None, True, "", b""])
def test_what_says_nothing_stays(shown: Shown, harmless: object) -> None:
    assert "@redacted" not in str(shown({"password": harmless}))


@pytest.mark.parametrize("before", range(470, 501))
@pytest.mark.parametrize("text", ["str", "bytes", "exception", "key"])
def test_a_cut_secret_is_a_secret(write: Write, before: int, text: str) -> None:
    whole = "a " * (before // 2) + " " * (before % 2) + KEY + " b" * 400
    value = {"bytes": whole.encode(), "exception": ValueError(whole), "key": {whole: 1}}.get(text, whole)
    assert "4eC39" not in write(value)


def test_a_secret_beyond_what_is_looked_at_is_cut_as_one(write: Write) -> None:
    pem = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq\n" * 1000
    assert "MIIE" not in write(pem)
    assert "MIIE" not in write(pem.encode())


def test_a_number_of_a_subclass_is_hidden_too(shown: Shown) -> None:
    class Number(int):
        pass

    assert set(shown(Number(4242424242424242))) == {"@redacted"}


def test_a_harmless_number_of_many_digits_stays(shown: Shown) -> None:
    assert shown(1700000000000000123) == 1700000000000000123


class Counting(Redactor):
    """Counts the windows that it searches."""

    searched = 0

    def find(self, text: str, *, complete: bool = True, guess: bool = True) -> tuple[Match, ...]:
        self.searched += 1
        return super().find(text, complete=complete, guess=guess)


def test_a_long_text_is_searched_once_and_its_secrets_counted_each_time() -> None:
    redactor, audit = Counting(), Audit()
    writer = Snapshot(Limits(), TextWriter(redactor, audit))
    harmless = "for name, value in sorted(given.items()): found[name] = value\n" * 100
    written = {
        writer.value(text, "return") for text in (harmless, f"{harmless} ", harmless) for _ in range(9)
    }
    assert (len(written), redactor.searched) == (2, 1)  # of both it is the same window that was searched
    for _ in range(3):
        assert SECRET not in writer.value(f"password={SECRET} {harmless}", "return")
        assert SECRET not in writer.value(f"password={SECRET} {harmless}", "args")
    assert redactor.searched == 2
    assert {place: count for _, place, count in audit.rows()} == {"return": 3, "args": 3}
