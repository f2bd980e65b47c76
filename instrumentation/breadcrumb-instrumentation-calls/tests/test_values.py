"""Every form of a value, as data."""

from __future__ import annotations

import array
import builtins
import datetime
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import math
import pathlib
import re
import socket
import sys
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pydantic
import pytest

Shown = Callable[..., Any]
HERE = __name__


class Plain:
    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def method(self) -> None: ...


class Slotted:
    __slots__ = ("__hidden", "empty", "name")

    def __init__(self) -> None:
        self.name = "n"
        self.__hidden = 2


class Mixed(Slotted):
    __slots__ = ("__dict__", "more")


@dataclass
class Account:
    owner: str
    balance: float


class Model(pydantic.BaseModel):
    name: str
    sizes: list[int]


class Point(NamedTuple):
    x: int
    y: object


Login = namedtuple("Login", "user password")


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 3


class Text(str):
    pass


class Number(int):
    pass


class Fraction(float):
    pass


class Items(list[object]):
    def __iter__(self) -> Iterator[object]:
        raise AssertionError


class Pairs(dict[object, object]):
    def items(self) -> Any:
        raise AssertionError

    def __iter__(self) -> Iterator[object]:
        raise AssertionError


class OopsError(Exception):
    pass


class Stopped(datetime.datetime):
    """As those have it who stop the clock."""

    def isoformat(self, *_: Any, **__: Any) -> Any:
        raise AssertionError


class Day(datetime.date):
    __slots__ = ()


class Span(datetime.timedelta):
    pass


class Holiday(datetime.date, enum.Enum):
    NEW_YEAR = 2026, 1, 1


class Zone(datetime.tzinfo):
    def utcoffset(self, _: object) -> Any:
        raise AssertionError

    dst = tzname = utcoffset


def function() -> None: ...


def typed(name: str, **members: object) -> dict[str, object]:
    return {"@": name, **members}


def text(name: str, value: str) -> dict[str, object]:
    return {"@": name, "@text": value}


mixed: Any = Mixed()
mixed.more, mixed.other = 3, 4
tagged: Any = Text("abc")
tagged.tag = 1
self_list: list[object] = [1]
self_list.append({"back": self_list, "own": [self_list]})
oops: Any = OopsError("no", 4)
oops.code = 7
zone = Zone()
moment_elsewhere = datetime.datetime(2026, 1, 2, 3, tzinfo=zone)
ZONE = {"@": f"{HERE}.Zone", "@id": f"{id(zone):x}"}
named_moment: Any = Stopped(2026, 1, 2)
named_moment.name = "noon"
released = memoryview(b"x")
released.release()
filled: Any = Items([1, 2])
filled.note = "n"

EXACT: list[tuple[str, object, object]] = [
    ("none", None, None),
    ("true", True, True),
    ("int", -5, -5),
    ("largest int", 2**63 - 1, 2**63 - 1),
    ("least int", -(2**63), -(2**63)),
    ("beyond 64 bits", 2**63, text("int", str(2**63))),
    ("far beyond", 1 << 3000, {"@": "int", "@head": "0x8000000000000000", "@bits": 3001}),
    ("far below", -(1 << 3000), {"@": "int", "@head": "-0x8000000000000000", "@bits": 3001}),
    ("float", 1.5, 1.5),
    ("nan", math.nan, text("float", "nan")),
    ("infinity", -math.inf, text("float", "-inf")),
    ("str", 'a"\n\u00e9', 'a"\n\u00e9'),
    ("lone surrogate", "a\udc80", text("str", "a\\udc80")),
    ("bytes", b"ab\x00", {"@": "bytes", "@length": 3, "@head": "ab\\x00"}),
    ("bytearray", bytearray(b"x"), {"@": "bytearray", "@length": 1, "@head": "x"}),
    ("list", [1, "a"], [1, "a"]),
    ("dict", {"a": {"b": 1}}, {"a": {"b": 1}}),
    ("keys 1 and '1'", {1: "i", "1": "s"}, {"@": "dict", "@pairs": [[1, "i"], ["1", "s"]]}),
    ("key starting with @", {"@": 1, "@@x": 2}, {"@@": 1, "@@@x": 2}),
    ("surrogate key", {"\udc80": 1}, {"@": "dict", "@pairs": [[text("str", "\\udc80"), 1]]}),
    ("str subclass as key", {Text("a"): 1}, {"@": "dict", "@pairs": [[text(f"{HERE}.Text", "a"), 1]]}),
    ("tuple", (1, 2), {"@": "tuple", "@items": [1, 2]}),
    ("set", {1}, {"@": "set", "@items": [1]}),
    ("frozenset", frozenset((1,)), {"@": "frozenset", "@items": [1]}),
    ("deque", deque((1, 2), 5), {"@": "collections.deque", "@items": [1, 2]}),
    ("cycle", self_list, [1, {"back": {"@up": 2}, "own": [{"@up": 3}]}]),
    ("namedtuple", Point(1, 2), {"@": f"{HERE}.Point", "@fields": ["x", "y"], "@items": [1, 2]}),
    ("enum", Colour.RED, {"@": f"{HERE}.Colour", "name": "RED", "value": 1}),
    ("int enum", Level.LOW, {"@": f"{HERE}.Level", "name": "LOW", "value": 3}),
    ("str subclass", tagged, {"@": f"{HERE}.Text", "@text": "abc", "tag": 1}),
    ("int subclass", Number(4), text(f"{HERE}.Number", "4")),
    ("large int subclass", Number(2**64), text(f"{HERE}.Number", str(2**64))),
    ("float subclass", Fraction("inf"), text(f"{HERE}.Fraction", "inf")),
    ("list subclass", filled, {"@": f"{HERE}.Items", "@items": [1, 2], "note": "n"}),
    ("dict subclass", Pairs(a=1), {"@": f"{HERE}.Pairs", "@pairs": [["a", 1]]}),
    ("ordered", OrderedDict(a=1), {"@": "collections.OrderedDict", "@pairs": [["a", 1]]}),
    ("counter", Counter("a"), {"@": "collections.Counter", "@pairs": [["a", 1]]}),
    ("function", function, {"@": "function", "@name": f"{HERE}.function"}),
    ("C function", math.sqrt, {"@": "builtin_function_or_method", "@name": "math.sqrt"}),
    ("bound C method", [].append, {"@": "builtin_function_or_method", "@name": "list.append"}),
    ("class method in C", dict.fromkeys, {"@": "builtin_function_or_method", "@name": "dict.fromkeys"}),
    ("bound method", Plain().method, {"@": "method", "@name": f"{HERE}.Plain.method"}),
    ("class", Plain, {"@": "type", "@name": f"{HERE}.Plain"}),
    ("enum class", Colour, {"@": "type", "@name": f"{HERE}.Colour"}),
    ("module", math, {"@": "module", "@name": "math"}),
    ("date", datetime.date(2026, 1, 2), text("datetime.date", "2026-01-02")),
    ("time", datetime.time(1), text("datetime.time", "01:00:00")),
    (
        "moment",
        datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        text("datetime.datetime", "2026-01-02T00:00:00+00:00"),
    ),
    (
        "stopped clock",
        Stopped(2026, 1, 2, 3, tzinfo=datetime.UTC),
        text(f"{HERE}.Stopped", "2026-01-02T03:00:00+00:00"),
    ),
    (
        "moment of another's zone",
        moment_elsewhere,
        {**text("datetime.datetime", "2026-01-02T03:00:00"), "tzinfo": ZONE},
    ),
    (
        "time of another's zone",
        datetime.time(3, tzinfo=zone),
        {**text("datetime.time", "03:00:00"), "tzinfo": ZONE},
    ),
    (
        "stopped clock of another's zone",
        Stopped(2026, 1, 2, tzinfo=zone),
        {**text(f"{HERE}.Stopped", "2026-01-02T00:00:00"), "tzinfo": ZONE},
    ),
    ("UTC", datetime.UTC, text("datetime.timezone", "UTC")),
    ("date subclass", Day(2026, 1, 2), text(f"{HERE}.Day", "2026-01-02")),
    ("timedelta subclass", Span(1), text(f"{HERE}.Span", "1 day, 0:00:00")),
    (
        "date enum",
        Holiday.NEW_YEAR,
        {"@": f"{HERE}.Holiday", "name": "NEW_YEAR", "value": text("datetime.date", "2026-01-01")},
    ),
    ("timedelta", datetime.timedelta(1), text("datetime.timedelta", "1 day, 0:00:00")),
    ("decimal", decimal.Decimal("1.20"), text("decimal.Decimal", "1.20")),
    ("fraction", fractions.Fraction(1, 3), text("fractions.Fraction", "1/3")),
    ("uuid", uuid.UUID(int=1), text("uuid.UUID", str(uuid.UUID(int=1)))),
    ("ip", ipaddress.ip_address("::1"), text("ipaddress.IPv6Address", "::1")),
    ("range", range(3), {"@": "range", "start": 0, "stop": 3, "step": 1}),
    ("complex", 1j, text("complex", "1j")),
    ("pattern", re.compile("a+"), {"@": "re.Pattern", "pattern": "a+"}),
    ("keys of a dict", {"a": 1}.keys(), {"@": "dict_keys", "@length": 1}),
    ("zone", zoneinfo.ZoneInfo("UTC"), text("zoneinfo.ZoneInfo", "UTC")),
]

FIELDS: list[tuple[str, object, dict[str, Any]]] = [
    ("instance", Plain(a=1, b=[2]), {"a": 1, "b": [2]}),
    ("instance in instance", Plain(other=[Plain(deep=1)]), {"other": ...}),
    ("field starting with @", Plain(**{"@id": 1}), {"@@id": 1}),
    ("field with a surrogate", Plain(**{"\udc80": 1}), {"\\udc80": 1}),
    ("slots", Slotted(), {"_Slotted__hidden": 2, "name": "n"}),
    ("slots and fields", mixed, {"_Slotted__hidden": 2, "name": "n", "more": 3, "other": 4}),
    ("moment with a field", named_moment, {"name": "noon"}),
    ("dataclass", Account("ada", 100.0), {"owner": "ada", "balance": 100.0}),
    ("pydantic model", Model(name="m", sizes=[1]), {"name": "m", "sizes": [1]}),
    ("namespace", types.SimpleNamespace(a=1), {"a": 1}),
    ("exception", oops, {"@args": ["no", 4], "code": 7}),
    ("half-built", Plain.__new__(Plain), {}),
    ("half-built slots", Slotted.__new__(Slotted), {}),
    ("half-built model", Model.__new__(Model), {}),
    ("object", object(), {}),
    ("generator", (n for n in [1]), {"@name": "<genexpr>", "state": "not started"}),
    ("array", array.array("i", [1]), {"typecode": "i", "@length": 1}),
    ("memory", memoryview(b"x"), {"@length": 1}),
    ("released memory", released, {}),
    ("file in memory", io.StringIO("a"), {"closed": False}),
]


@pytest.mark.parametrize(("value", "expected"), [row[1:] for row in EXACT], ids=[row[0] for row in EXACT])
def test_each_value_has_its_form(shown: Shown, value: object, expected: object) -> None:
    assert shown(value) == expected
    assert type(shown(value)) is type(expected)


@pytest.mark.parametrize(("value", "expected"), [row[1:] for row in FIELDS], ids=[row[0] for row in FIELDS])
def test_instances_are_type_id_and_fields(shown: Shown, value: object, expected: dict[str, Any]) -> None:
    written = shown(value)
    assert written.pop("@").rpartition(".")[2] == type(value).__qualname__
    assert int(written.pop("@id"), 16) == id(value)
    for name, member in expected.items():
        if member is ...:
            inner = written[name][0]
            assert set(inner) == {"@", "@id"}
        else:
            assert written[name] == member
    assert set(written) == set(expected)


def test_a_half_built_path_is_an_instance(shown: Shown) -> None:
    assert shown(object.__new__(pathlib.PurePosixPath))["@"].endswith("PurePosixPath")


@pytest.mark.parametrize("kind", [io.FileIO, io.BufferedReader, io.TextIOWrapper, io.BytesIO, socket.socket])
def test_what_the_system_lends_can_be_half_built(shown: Shown, kind: Any) -> None:
    assert shown(kind.__new__(kind))["@"].endswith(kind.__name__)


@pytest.mark.parametrize(
    ("how", "mode"), [({}, "r"), ({"mode": "rb"}, "rb"), ({"mode": "rb", "buffering": 0}, "rb")]
)
def test_a_file_is_its_name_and_mode(shown: Shown, how: dict[str, Any], mode: str) -> None:
    with open(__file__, **how) as file:
        written = shown(file)
        assert (written["name"], written["mode"], written["closed"]) == (__file__, mode, False)
    assert shown(file)["closed"] is True


def test_a_socket_is_its_family_and_type(shown: Shown) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        written = shown(one)
    assert (written["family"], written["type"], written["closed"]) == ("AF_INET", "SOCK_DGRAM", False)


def test_a_generator_tells_how_far_it_is(shown: Shown) -> None:
    def numbers() -> Generator[str, None, None]:
        yield shown(running)["state"]

    running = numbers()
    states = [shown(running)["state"], next(running), shown(running)["state"]]
    running.close()
    assert [*states, shown(running)["state"]] == ["not started", "running", "suspended", "closed"]


def test_a_path_is_its_text(shown: Shown) -> None:
    assert shown(pathlib.PurePosixPath("/a/b"))["@text"] == "/a/b"


def test_types_written_in_c_show_what_they_keep(shown: Shown) -> None:
    assert shown(defaultdict(int, a=1))["@pairs"] == [["a", 1]]
    assert shown(functools.partial(function))["@"] == "functools.partial"


@pytest.mark.skipif(sys.version_info < (3, 15), reason="frozendict is new in 3.15")
def test_a_frozendict_shows_its_pairs_and_hides_secrets(shown: Shown) -> None:
    frozendict = vars(builtins)["frozendict"]
    pairs = [["a", 1], ["password", {"@redacted": "password"}]]
    assert shown(frozendict(a=1, password="x")) == {"@": "frozendict", "@pairs": pairs}
    below = type("Below", (frozendict,), {})(a=1)
    below.note = 2
    assert shown(below) == {"@": f"{HERE}.Below", "@pairs": [["a", 1]], "note": 2}


def test_order_of_keys_stays(write: Callable[..., str]) -> None:
    assert write({"b": 1, "a": 2}) == '{"b": 1, "a": 2}'


def test_the_greatest_of_ints_takes_no_time(shown: Shown) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert shown([10 ** (10**5), 2**1999])[0]["@bits"] == 332193
    finally:
        sys.set_int_max_str_digits(before)


def test_a_class_without_module_keeps_its_name(shown: Shown) -> None:
    cls = type("Lonely", (), {"__module__": 5})
    assert shown(cls())["@"] == "Lonely"


@pytest.mark.parametrize("name", ["__module__", "__qualname__"])
def test_a_type_name_is_valid_text(write: Callable[..., str], name: str) -> None:
    cls = type("Odd", (), {name: "odd\udc80"})
    write(cls()).encode()
    write(cls).encode()
