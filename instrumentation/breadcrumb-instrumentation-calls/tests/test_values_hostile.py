"""No code of a value may run while it is written, whatever its class makes of Python's hooks."""

from __future__ import annotations

import datetime
import enum
import functools
import pathlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wrapt

Write = Callable[..., str]

ran: list[str] = []
"""Names of hooks that ran."""

HOOKS = (
    "__repr__",
    "__str__",
    "__format__",
    "__bytes__",
    "__hash__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__bool__",
    "__len__",
    "__iter__",
    "__next__",
    "__getitem__",
    "__contains__",
    "__reversed__",
    "__missing__",
    "__call__",
    "__getattr__",
    "__getattribute__",
    "__dir__",
    "__int__",
    "__float__",
    "__index__",
    "__abs__",
    "__neg__",
    "__add__",
    "__radd__",
    "__mul__",
    "__mod__",
    "__rmod__",
    "__rshift__",
    "__lshift__",
    "__instancecheck__",
    "__subclasscheck__",
    "__length_hint__",
    "__sizeof__",
    "__reduce__",
    "__reduce_ex__",
    "__fspath__",
    "__enter__",
    "__exit__",
    "__await__",
    "__aiter__",
    "__anext__",
    "__mro_entries__",
    "__get__",
    "__copy__",
    "__deepcopy__",
)


def hook(name: str) -> Any:
    def run(*_args: object, **_kwargs: object) -> Any:
        ran.append(name)
        raise RuntimeError(name)

    return run


def hooks(*without: str) -> dict[str, Any]:
    return {name: hook(name) for name in HOOKS if name not in without}


def properties(*names: str) -> dict[str, Any]:
    return {name: property(hook(name)) for name in names}


ATTRIBUTES = properties("__class__", "__dict__", "name", "value", "args", "_fields", "__wrapped__")
Above = type("Above", (type,), hooks("__call__", "__hash__", "__getattribute__", "__getattr__", "__get__"))
Meta: Any = Above.__new__(
    Above,
    "Meta",
    (type,),
    hooks("__call__", "__get__") | properties("__module__", "__mro__", "__bases__", "__name__"),
)
Meta.__init__ = type.__init__
HostileText = type("HostileText", (str,), hooks() | ATTRIBUTES | {"__hash__": str.__hash__})


def hostile(base: type, **members: Any) -> Any:
    """A class whose every hook, attribute and metaclass's hook records that it ran."""
    namespace = (
        hooks() | ATTRIBUTES | {"__module__": HostileText("m"), "__qualname__": HostileText("Q")} | members
    )
    return type.__new__(Meta, "Hostile", (base,), namespace)


def made(base: Any, *args: object, **members: Any) -> Any:
    return base.__new__(hostile(base, **members), *args)


Zone: Any = type(
    "Zone",
    (datetime.tzinfo,),
    {"__module__": "datetime", "__qualname__": "timezone", "utcoffset": hook("utcoffset")},
)
"""Pretends to be the library's own."""


def hostile_fields() -> object:
    value = types.SimpleNamespace(a=made(object), b=[made(object)])
    value.__dict__[made_text("key")] = 1
    return value


def made_text(text: str) -> Any:
    return str.__new__(HostileText, text)


def renamed() -> object:
    def function() -> None: ...

    function.__qualname__ = made_text("renamed")
    return function


def forged_path() -> object:
    path = pathlib.PurePosixPath("/a")
    slot = "_raw_paths" if sys.version_info >= (3, 12) else "_parts"
    object.__setattr__(path, slot, [made_text("/b")])
    return path


VALUES: dict[str, Callable[[], object]] = {
    **{
        base.__name__: functools.partial(made, base)
        for base in (object, list, dict, set, bytearray, BaseException)
    },
    "str": lambda: made(str, "abc"),
    "int": lambda: made(int, 5),
    "large int": lambda: made(int, 2**70),
    "float": lambda: made(float, 1.5),
    "bytes": lambda: made(bytes, b"abc"),
    "tuple": lambda: made(tuple, (1, 2)),
    "pair": lambda: made(tuple, (made_text("password"), made(str, "x"))),
    "namedtuple": lambda: made(tuple, (1,), _fields=(made_text("a"),)),
    "error": lambda: made(OSError, 1, "a"),
    "group": lambda: made(ExceptionGroup, "a", [ValueError()]),
    "class": lambda: hostile(object),
    "module": lambda: made(types.ModuleType, "m"),
    "elements": lambda: [made(object), (made(object),), {"a": made(object)}],
    "keys": lambda: {made_text("k"): 1, (1, 2): made(object)},
    "fields": hostile_fields,
    "bound method": lambda: types.MethodType(renamed(), made(object)),  # type: ignore[arg-type]
    "method of anything": lambda: types.MethodType(made(object), made(object)),
    "bound C method": lambda: list.append.__get__(made(list)),
    "renamed function": renamed,
    "zone": lambda: datetime.datetime(2026, 1, 1, tzinfo=Zone()),
    "moment": lambda: made(datetime.datetime, 2026, 1, 1, 0, 0, 0, 0, Zone()),
    "day": lambda: made(datetime.date, 2026, 1, 1),
    "time": lambda: made(datetime.time, 1),
    "duration": lambda: made(datetime.timedelta, 1),
    "slice": lambda: slice(made(object)),
    "forged path": forged_path,
    "proxy": lambda: wrapt.ObjectProxy(type("Nosy", (), properties("__dict__"))()),
    "lazy proxy": lambda: wrapt.LazyObjectProxy(hook("factory")),
    "class of proxies": lambda: type("Proxy", (wrapt.LazyObjectProxy,), {})(hook("factory")),
    "secret field": lambda: types.SimpleNamespace(password=made(object)),
}


@pytest.mark.parametrize("name", VALUES)
def test_no_code_of_a_value_runs(write: Write, name: str) -> None:
    value = VALUES[name]()
    ran.clear()
    written = write(value)
    seen = list(ran)
    ran.clear()
    assert seen == []
    written.encode()


def test_the_hooks_would_record() -> None:
    ran.clear()
    with pytest.raises(RuntimeError):
        repr(made(object))
    with pytest.raises(RuntimeError):
        _ = hostile(object).__module__
    assert ran
    ran.clear()


def test_a_property_named_dict_hides_nothing_of_a_base(shown: Callable[..., Any]) -> None:
    class Base:
        pass

    class Derived(Base):
        __dict__ = property(hook("__dict__"))

    value = Derived()
    object.__setattr__(value, "a", 1)
    ran.clear()
    assert shown(value)["a"] == 1
    assert ran == []


def test_a_lying_class_is_not_believed(shown: Callable[..., Any]) -> None:
    class Liar:
        @property  # type: ignore[misc]  # the lie
        def __class__(self) -> type:
            raise AssertionError

    assert shown(Liar())["@"].endswith("Liar")


def test_a_slot_of_another_class_is_left_alone(shown: Callable[..., Any]) -> None:
    class Other:
        __slots__ = ("a",)

    class Borrower:
        a = Other.__dict__["a"]

    assert set(shown(Borrower())) == {"@", "@id"}


def test_an_enum_with_methods_is_not_asked(shown: Callable[..., Any]) -> None:
    class Loud(enum.Enum):
        A = 1

        def __repr__(self) -> str:
            raise AssertionError

        @property
        def name(self) -> str:
            raise AssertionError

    assert shown(Loud.A)["name"] == "A"


def test_a_container_changed_while_it_is_read(write: Write) -> None:
    class Iterating(list[int]):
        def __iter__(self) -> Iterator[int]:
            self.clear()
            return iter(())

    value = Iterating((1, 2))
    write(value)
    assert len(value) == 2
