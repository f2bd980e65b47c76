"""The C value writer runs no code of a value, and survives what other threads do to it."""

from __future__ import annotations

import datetime
import enum
import functools
import sys
import threading
import types
from collections import OrderedDict, namedtuple
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

REDACTOR = Redactor()
_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)

ran: list[str] = []
"""Names of hooks that ran."""
# fmt: off
HOOKS = (
    "__repr__", "__str__", "__format__", "__bytes__", "__hash__", "__eq__", "__ne__", "__lt__",
    "__le__", "__gt__", "__ge__", "__bool__", "__len__", "__iter__", "__next__", "__getitem__",
    "__contains__", "__reversed__", "__missing__", "__call__", "__getattr__", "__getattribute__",
    "__dir__", "__int__", "__float__", "__index__", "__abs__", "__neg__", "__add__", "__radd__",
    "__mul__", "__mod__", "__rmod__", "__rshift__", "__lshift__", "__instancecheck__",
    "__subclasscheck__", "__length_hint__", "__sizeof__", "__reduce__", "__reduce_ex__",
    "__fspath__", "__enter__", "__exit__", "__await__", "__aiter__", "__anext__", "__mro_entries__",
    "__get__", "__copy__", "__deepcopy__",
)
# fmt: on


def hook(name: str) -> Any:
    def run(*_args: object, **_kwargs: object) -> Any:
        ran.append(name)
        raise RuntimeError(name)

    return run


def hooks() -> dict[str, Any]:
    return {name: hook(name) for name in HOOKS}


def properties(*names: str) -> dict[str, Any]:
    return {name: property(hook(name)) for name in names}


ATTRIBUTES = properties("__class__", "__dict__", "name", "value", "args", "_fields", "__wrapped__")
Meta: Any = type(
    "Meta",
    (type,),
    {name: hook(name) for name in ("__call__", "__get__", "__hash__", "__eq__", "__getattribute__")}
    | properties("__module__", "__mro__", "__bases__", "__name__"),
)
Text = type("Text", (str,), hooks() | ATTRIBUTES | {"__hash__": str.__hash__})


def made(base: Any, *args: object, **members: Any) -> Any:
    """An instance of a class whose every hook records that it ran."""
    names: dict[str, Any] = {"__module__": str.__new__(Text, "m"), "__qualname__": str.__new__(Text, "Q")}
    cls = type.__new__(Meta, "Hostile", (base,), hooks() | ATTRIBUTES | names | members)
    return base.__new__(cls, *args)


Zone: Any = type("Zone", (datetime.tzinfo,), {"__module__": "datetime", "utcoffset": hook("utcoffset")})


def text(content: str) -> Any:
    return str.__new__(Text, content)


def renamed() -> Any:
    def function() -> None: ...

    function.__qualname__ = text("renamed")
    return function


def fields() -> object:
    value = types.SimpleNamespace(a=made(object), b=[made(object)])
    value.__dict__[text("key")] = 1
    return value


def slotted() -> object:
    value = made(object, __slots__=("a", "password"))
    for name in ("a", "password"):
        type.__dict__["__dict__"].__get__(type(value))[name].__set__(value, made(object))
    return value


class Plain:
    pass


Login = namedtuple("Login", "user password")


def hostile_field_names() -> object:
    value = Plain()
    value.__dict__[text("_name_")] = value.__dict__[text("a")] = 1
    return value


VALUES: dict[str, Callable[[], object]] = {
    **{
        base.__name__: functools.partial(made, base)
        for base in (object, list, dict, set, bytearray, BaseException, OrderedDict)
    },
    "str": lambda: made(str, "abc"),
    "int": lambda: made(int, 5),
    "float": lambda: made(float, 1.5),
    "bytes": lambda: made(bytes, b"abc"),
    "tuple": lambda: made(tuple, (1, 2)),
    "frozenset": lambda: made(frozenset, (1,)),
    "pair": lambda: made(tuple, (text("password"), made(str, "x"))),
    "exact pair": lambda: (text("password"), made(str, "x")),
    "list pair": lambda: [text("password"), made(str, "x")],
    "namedtuple": lambda: made(tuple, (1,), _fields=(text("a"),)),
    "plain namedtuple": lambda: Login(made(object), made(str, "x")),
    "error": lambda: made(OSError, 1, "a"),
    "class": lambda: type(made(object)),
    "module": lambda: made(types.ModuleType, "m"),
    "elements": lambda: [made(object), (made(object),), {"a": made(object)}],
    "keys": lambda: {text("k"): 1, (1, 2): made(object)},
    "set of hostile": lambda: {text("k")},
    "fields": fields,
    "slots": slotted,
    "field names": hostile_field_names,
    "bound method": lambda: types.MethodType(renamed(), made(object)),
    "method of anything": lambda: types.MethodType(made(object), made(object)),
    "bound C method": lambda: list.append.__get__(made(list)),
    "renamed function": renamed,
    "zone": lambda: datetime.datetime(2026, 1, 1, tzinfo=Zone()),
    "moment": lambda: made(datetime.datetime, 2026, 1, 1, 0, 0, 0, 0, Zone()),
    "day": lambda: made(datetime.date, 2026, 1, 1),
    "time": lambda: made(datetime.time, 1),
    "duration": lambda: made(datetime.timedelta, 1),
    "slice": lambda: slice(made(object)),
    "secret field": lambda: types.SimpleNamespace(password=made(object)),
}


def a_writer(**limits: int) -> Any:
    return _recorder.Values(Snapshot(Limits(**limits), TextWriter(REDACTOR, Audit())))


@pytest.mark.parametrize("name", VALUES)
def test_no_code_of_a_value_runs(name: str) -> None:
    value = VALUES[name]()
    writer = a_writer()
    ran.clear()
    written = [
        writer.value(value, "return"),
        writer.value([value], "return"),
        writer.value({"a": value}, "return"),
    ]
    seen = list(ran)
    ran.clear()
    assert seen == []
    assert written[0] == Snapshot(Limits(), TextWriter(REDACTOR, Audit())).value(value, "return")
    ran.clear()


def test_an_enum_with_methods_is_not_asked() -> None:
    class Loud(enum.Enum):
        A = 1

        def __repr__(self) -> str:
            raise AssertionError

        @property
        def name(self) -> str:
            raise AssertionError

    assert '"name": "A", "value": 1' in a_writer().value(Loud.A, "return")


def test_a_slot_of_another_class_is_left_alone() -> None:
    class Other:
        __slots__ = ("a",)

    class Borrower:
        a = Other.__dict__["a"]

    assert '"a"' not in a_writer().value(Borrower(), "return")


def test_threads_change_what_is_written() -> None:
    """Values of a key that C does not know make Python look, and other threads run meanwhile."""
    shared: Any = {"list": [1, 2], "dict": {"a": 1}, "set": {1}, "fields": Plain()}
    stop = threading.Event()
    failures: list[BaseException] = []

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared["list"][:] = [f"password: {number}"] * (number % 30)
            shared["dict"].clear()
            shared["dict"].update({f"k{number + i}=x": [number] for i in range(number % 25)})
            shared["set"].add(number % 50)
            shared["set"].discard((number + 7) % 50)
            shared["fields"].__dict__.clear()
            setattr(shared["fields"], f"f{number % 40}", {"a": [object()]})
            shared["fields"] = Plain()
            shared["fields"].b = f"token={number}"

    def write() -> None:
        writer = a_writer()
        try:
            for _ in range(1500):
                writer.value(shared, "return").encode()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test fails with it
            failures.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    changer = threading.Thread(target=change)
    writers = [threading.Thread(target=write) for _ in range(2)]
    try:
        for thread in (changer, *writers):
            thread.start()
        for thread in writers:
            thread.join()
    finally:
        stop.set()
        changer.join()
        sys.setswitchinterval(before)
    assert failures == []
