"""What `dataclasses` makes of a class, as far as we use it, without writing and compiling code for each.

That takes a millisecond a class, and to import `inspect` besides: more than the rest of most short commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_REQUIRED = object()
_LATER = object()
"""Marks a field that is no argument: `__post_init__` sets it."""


class _Factory:
    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any] | None = None, init: bool = True) -> Any:
    """A field whose value is made for each instance, or (`init=False`) set by `__post_init__`."""
    if not init:
        return _LATER
    return _REQUIRED if default_factory is None else _Factory(default_factory)


@overload
def dataclass(cls: type[_T], /) -> type[_T]: ...
@overload
def dataclass(*, frozen: bool = False, eq: bool = True) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(field_specifiers=(field,))
def dataclass(cls: Any = None, /, *, frozen: bool = False, eq: bool = True) -> Any:
    """Give a class `__init__`, `__repr__` and `__eq__` by its annotations, those that it lacks."""
    return _made(cls, frozen=False, eq=True) if cls is not None else lambda cls: _made(cls, frozen, eq)


def _made(cls: type, frozen: bool, eq: bool) -> type:
    known: dict[str, object] = {}
    for base in reversed(cls.__mro__[1:]):
        known.update(vars(base).get("__record_fields__", {}))
    for name, kind in cls.__annotations__.items():
        if not str(kind).startswith("ClassVar"):
            known[name] = vars(cls).get(name, _REQUIRED)
            if isinstance(known[name], _Factory) or known[name] is _LATER:
                delattr(cls, name)
    names = tuple(known)
    methods: dict[str, object] = {
        "__init__": _init(known, hasattr(cls, "__post_init__")),
        "__repr__": _repr,
        "__match_args__": names,
    }
    if eq:
        methods["__eq__"] = _eq
        methods["__hash__"] = _hash if frozen else None
    if frozen:
        methods["__setattr__"] = methods["__delattr__"] = _refuse
    for name, method in methods.items():
        if name not in vars(cls) or (name == "__hash__" and "__eq__" not in vars(cls)):
            setattr(cls, name, method)
    type.__setattr__(cls, "__record_fields__", known)
    return cls


def _init(known: dict[str, object], has_more: bool) -> Callable[..., None]:
    names = tuple(name for name, default in known.items() if default is not _LATER)
    factories = tuple((name, it.make) for name, it in known.items() if isinstance(it, _Factory))
    defaults = {
        name: known[name]
        for name in names
        if known[name] is not _REQUIRED and not isinstance(known[name], _Factory)
    }
    many, each = len(names), frozenset(names)

    def __init__(self: Any, *args: object, **given: object) -> None:  # noqa: N807 - what it is
        values = self.__dict__
        values.update(defaults)
        values.update(zip(names, args, strict=False))
        values.update(given)
        for name, make in factories:
            if name not in values:
                values[name] = make()
        if len(values) != many or len(args) > many or not given.keys() <= each:
            raise _wrong(type(self), names, args, given, values)
        if has_more:
            self.__post_init__()

    return __init__


def _wrong(cls: type, names: tuple[str, ...], args: Any, given: Any, values: Any) -> TypeError:
    if len(args) > len(names):
        return TypeError(f"{cls.__name__} takes {len(names)} arguments, not {len(args)}")
    unknown = [name for name in given if name not in names]
    missing = [name for name in names if name not in values]
    what = f"no field {unknown[0]}" if unknown else f"a field {missing[0]}, which is missing"
    return TypeError(f"{cls.__name__} has {what}")


def _values(self: Any) -> tuple[object, ...]:
    return tuple(getattr(self, name) for name in self.__record_fields__)


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record_fields__)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _refuse(self: object, name: str, *_value: object) -> None:
    raise AttributeError(f"{type(self).__name__} does not change: {name}")


def fields(cls: object) -> tuple[str, ...]:
    """The names of the fields of such a class, or of an instance."""
    return tuple(cast("Any", cls).__record_fields__)


def replace(record: _T, /, **changes: Any) -> _T:
    """A copy with other values of some fields."""
    known: dict[str, object] = cast("Any", record).__record_fields__
    kept = {name: getattr(record, name) for name, default in known.items() if default is not _LATER}
    return type(record)(**{**kept, **changes})


def asdict(record: object) -> dict[str, Any]:
    """The fields and their values; such instances among the values become dicts too."""
    return {name: _plain(getattr(record, name)) for name in fields(record)}


def _plain(value: Any) -> Any:
    if hasattr(type(value), "__record_fields__"):
        return asdict(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
