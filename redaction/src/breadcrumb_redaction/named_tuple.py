"""`NamedTuple` as `typing` has it, but that no annotation is compiled: a quarter of the time for each class.

A process that is traced makes some thirty at its start. Its module imports annotations from `__future__`.
"""

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Named(type):
        def __new__(cls, name: str, _bases: tuple[type, ...], members: dict[str, Any]) -> type:
            fields = members.pop("__annotations__")
            defaults = [members.pop(field) for field in fields if field in members]
            made = namedtuple(name, fields, defaults=defaults, module=members["__module__"])
            made.__annotations__ = fields
            for member, value in members.items():
                setattr(made, member, value)
            return made

    NamedTuple = type.__new__(_Named, "NamedTuple", (), {})
