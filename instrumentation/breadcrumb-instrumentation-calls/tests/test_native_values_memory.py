"""The C value writer keeps nothing that is not its own, and fails whole: memory, references, classes."""

from __future__ import annotations

import enum
import gc
import os
import sys
import tracemalloc
import types
import weakref
from collections import OrderedDict, namedtuple
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)


def a_writer(**limits: int) -> Any:
    return _recorder.Values(Snapshot(Limits(**limits), TextWriter(Redactor(), Audit())))


Login = namedtuple("Login", "user password")


class Colour(enum.Enum):
    RED = 1


class Kept:
    def __init__(self) -> None:
        self.items = ["password: x", 1.25, {"k": [1]}]
        self.name = "n"

    def method(self) -> None: ...


SAMPLES: list[object] = [
    5,
    2**40,
    2**70,
    1.5,
    0.1 + 0.2,
    "text",
    "password: hunter2",
    "the password is = " * 40,
    "the password is = " * 2000,
    "\udc80",
    b"ab",
    b"password=hunter2",
    [1, [2, "x"]],
    ("password", "x"),
    {"a": 1, "password": "x"},
    {1: 2},
    {1, 2},
    frozenset((1,)),
    Kept(),
    [Kept()],
    Colour.RED,
    Login(1, "x"),
    OrderedDict(a=[1]),
    ValueError("x", 1),
    Kept,
    a_writer,
    Kept().method,
    list(range(100)),
]


def test_references_are_given_back() -> None:
    writer = a_writer(items=50)
    marker = object()
    marked = enum.Enum("Marked", {"A": marker}).A  # type: ignore[attr-defined]
    value = [
        marker,
        {"a": marker},
        (marker,),
        types.SimpleNamespace(a=marker),
        marked,
        Login(1, marker),
        *SAMPLES,
    ]
    parameter = ('"a"', None, False, value)
    for _ in range(10):
        writer.value(value, "return")
        writer.arguments((parameter,))
    counted = [value, marker, "return", *SAMPLES]
    before = [sys.getrefcount(one) for one in counted]
    for _ in range(40):
        writer.value(value, "return")
        writer.arguments((parameter, parameter))
    assert [sys.getrefcount(one) for one in counted] == before


ROUNDS = 20 if "ASAN_OPTIONS" in os.environ else 6
"""Under sanitizers free lists take longer to be full."""
LONG = [sample for sample in SAMPLES if isinstance(sample, str) and len(sample) > 500]
"""A search through one of these takes as long as a hundred others."""


@pytest.mark.parametrize(
    ("samples", "times"), [([sample for sample in SAMPLES if sample not in LONG], 500), (LONG, 50)]
)
def test_memory_stays_the_same(samples: list[object], times: int) -> None:
    writer = a_writer()

    def growth() -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            for sample in samples:
                writer.value(sample, "return")
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        assert any(
            growth() < 16 * times for _ in range(ROUNDS)
        )  # free lists grow; one object a write is twice that
    finally:
        tracemalloc.stop()


def test_classes_are_not_kept_alive() -> None:
    writer = a_writer()
    gone = []
    for _ in range(300):
        cls: Any = type("Short", (), {"__slots__": ("a",)})
        value = cls()
        value.a = 1
        assert '"a": 1' in writer.value(value, "return")
        writer.value(cls, "return")
        gone.append(weakref.ref(cls))
        del cls, value
    gc.collect()
    assert [one() for one in gone] == [None] * 300


@pytest.mark.parametrize("times", [40, 2000])
def test_a_lengthy_string_is_searched_once(times: int) -> None:
    class Counted(TextWriter):
        asked = 0

        def plain(self, text: str, most: int, place: str) -> str:
            Counted.asked += 1
            return super().plain(text, most, place)

    snapshot = Snapshot(Limits(), Counted(Redactor(), Audit()))
    writer = _recorder.Values(snapshot)
    text = "password = getpass.getpass(), " * times
    for value in (text, text[:-1], text, text[:-1]):
        assert writer.value(value, "args") == Snapshot(Limits(), TextWriter(Redactor(), Audit())).value(
            value, "args"
        )
    assert Counted.asked == 2


def test_a_string_that_was_proven_harmless_is_remembered() -> None:
    snapshot = Snapshot(Limits(), TextWriter(Redactor(), Audit()))
    writer = _recorder.Values(snapshot)
    for number in range(5_000):
        path = f"/usr/lib/python3/dist-packages/module_{number}.py"
        assert writer.value(path, "args") == f'"{path}"'
        assert snapshot.writer.harmless[path] == f'"{path}"'
    assert len(snapshot.writer.harmless) < 4_096


def test_more_classes_than_are_remembered() -> None:
    writer = a_writer()
    classes = [type(f"C{n}", (), {}) for n in range(7000)]
    for cls in classes:
        assert f'C{cls.__name__[1:]}", "@id"' in writer.value(cls(), "return")
    assert '"C5"' in writer.value(classes[5], "return") or ".C5" in writer.value(classes[5], "return")


def test_many_names_are_forgotten_again() -> None:
    writer = a_writer(items=10)
    for number in range(20_000):
        writer.value({f"key{number}": 1, sys.intern(f"name{number}"): 2}, "return")
    assert writer.value({"key5": 1}, "return") == '{"key5": 1}'


def test_a_writer_can_be_in_a_cycle() -> None:
    snapshot = Snapshot(Limits(), TextWriter(Redactor(), Audit()))
    snapshot.writer.own = _recorder.Values(snapshot)  # type: ignore[attr-defined]
    gone = weakref.ref(snapshot.writer)
    del snapshot
    gc.collect()
    assert gone() is None


WITHOUT_PYTHON = [
    value for value in SAMPLES if "password" not in repr(value) and not isinstance(value, str | int)
]
"""What C writes alone: the interpreter itself does not survive every failed allocation of Python code."""


@pytest.mark.parametrize("sample", range(len(WITHOUT_PYTHON)))
def test_no_memory_is_an_error_not_a_crash(sample: int) -> None:
    testcapi = pytest.importorskip("_testcapi", reason="this Python has no _testcapi")
    value = [WITHOUT_PYTHON[sample]] * 40
    writer = a_writer(items=100, total=100_000)
    expected = writer.value(value, "return")
    failed = 0
    for start in range(60):
        testcapi.set_nomemory(start, start + 1)
        try:
            written = writer.value(value, "return")
        except MemoryError:
            failed += 1
        else:
            assert written == expected
        finally:
            testcapi.remove_mem_hooks()
    assert writer.value(value, "return") == expected
    assert failed


class Failing(TextWriter):
    """A text writer of which one method fails."""

    method = ""

    def _fail(self, method: str) -> None:
        if self.method == method:
            raise LookupError(method)

    def plain(self, text: str, most: int, place: str) -> str:
        self._fail("plain")
        return super().plain(text, most, place)

    def key(self, name: str, most: int, place: str) -> str:
        self._fail("key")
        return super().key(name, most, place)

    def name_rule(self, name: object) -> str | None:
        self._fail("name_rule")
        return super().name_rule(name)

    def redacted(self, rule: str, place: str) -> str:
        self._fail("redacted")
        return super().redacted(rule, place)


@pytest.mark.parametrize("method", ["plain", "key", "name_rule", "redacted"])
@pytest.mark.parametrize("wrap", ["list", "tuple", "dict", "set", "fields", "subclass", "pairs", "arguments"])
def test_a_failure_leaves_nothing_behind(method: str, wrap: str) -> None:
    text = Failing(Redactor(), Audit())
    text.method = method
    writer = _recorder.Values(Snapshot(Limits(), text))
    secrets: list[Any] = ["password: hunter2", {"new key": 1}, {b"k": 1}, ("password", "x"), Kept()]
    secrets += [Login(1, "x"), OrderedDict(password="x")]
    values: dict[str, Callable[[], Any]] = {
        "list": lambda: secrets,
        "tuple": lambda: tuple(secrets),
        "dict": lambda: {"a": secrets, "password": 1},
        "set": lambda: {("password", "x"), "token=abc defg"},
        "fields": lambda: types.SimpleNamespace(a=secrets, password="x"),
        "subclass": lambda: made_plain(secrets),
        "pairs": lambda: {1: secrets, b"password": 2},
        "arguments": lambda: secrets,
    }
    value = values[wrap]()
    counted = [value, secrets, *secrets]
    before = [sys.getrefcount(one) for one in counted]
    for _ in range(5):
        with pytest.raises(LookupError):
            write(writer, wrap, [value, secrets])
    assert [sys.getrefcount(one) for one in counted] == before
    text.method = ""
    assert writer.value([1], "return") == "[1]"


class Listed(list[Any]):
    """Takes fields."""


def write(writer: Any, wrap: str, value: Any) -> str:
    if wrap != "arguments":
        return str(writer.value(value, "return"))
    return str(writer.arguments((('"a"', None, True, tuple(value)), ('"b"', "rule", False, value))))


def made_plain(items: list[Any]) -> Any:
    """An instance of a subclass of list with fields."""
    value: Any = Listed(items)
    value.password = items
    return value
