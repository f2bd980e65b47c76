"""Which parameters of a function hold one object from a call's start to its end.

`x += y` binds `x` anew, and with the types of `UPDATED` to the same object.
"""

from __future__ import annotations

import opcode
import re
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

UPDATED = frozenset(("array.array", "bytearray", "collections.deque", "dict", "list", "numpy.ndarray", "set"))
"""Types whose objects `+=` and its like change, and give back."""


def kept(code: CodeType, parameters: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Parameters that nothing binds anew or deletes but `+=` and its like; parameters that these bind."""
    names, bound = frozenset(parameters), set(_bound_by_all(code))
    anew = {name for name, is_update in bound if not is_update}
    return names - anew, names & {name for name, is_update in bound if is_update}


def is_still(before: str, type_name: str) -> bool:
    """Tell whether a parameter that nothing but `+=` bound holds the object of which that was the text."""
    if type_name not in UPDATED:
        return False
    if before[:1] == "[":
        return type_name == "list"
    return before.startswith(f'{{"@": "{type_name}"') if before.startswith('{"@": "') else type_name == "dict"


def _bound_by_all(code: CodeType) -> Iterator[tuple[str, bool]]:
    return chain(_bound(code), chain.from_iterable(_bound_outside(each) for each in _functions_in(code)))


def _instructions(*names: str) -> re.Pattern[bytes]:
    """Finds them among the first bytes of all instructions."""
    known = bytes(opcode.opmap[name] for name in names if name in opcode.opmap)
    return re.compile(b"[" + re.escape(known) + b"]" if known else b"(?!)")


_ONE = _instructions("STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF")
_TWO = _instructions("STORE_FAST_STORE_FAST")
"""Their argument has four bits for each of two variables."""
_AND_LOADS = _instructions("STORE_FAST_LOAD_FAST")
_OPERATOR = opcode.opmap["BINARY_OP"]
_IN_PLACE = range(13, 26)
"""Arguments of BINARY_OP: `+=` and its like, which are statements of their own."""


def _bound(code: CodeType) -> Iterator[tuple[str, bool]]:
    """Variables that an instruction binds, and whether it is the end of `+=` or its like.

    One with the same last byte in its number may be among them.
    """
    names = _names(code)
    for number, is_update in set(_bound_numbers(code.co_code)):
        for name in names[number::256]:
            yield name, is_update


def _bound_numbers(instructions: bytes) -> Iterator[tuple[int, bool]]:
    kinds, arguments = instructions[::2], instructions[1::2]
    for found in _ONE.finditer(kinds):
        yield arguments[found.start()], _ends_update(kinds, arguments, found.start())
    for found in chain(_TWO.finditer(kinds), _AND_LOADS.finditer(kinds)):
        yield arguments[found.start()] >> 4, _ends_update(kinds, arguments, found.start())
    for found in _TWO.finditer(kinds):
        yield arguments[found.start()] & 15, False


def _ends_update(kinds: bytes, arguments: bytes, at: int) -> bool:
    """Tell whether the instruction before, without its caches, is an operator that works in place."""
    at -= 1
    while at > 0 and kinds[at] == opcode.opmap["CACHE"]:
        at -= 1
    return at >= 0 and kinds[at] == _OPERATOR and arguments[at] in _IN_PLACE


def _bound_outside(code: CodeType) -> Iterator[tuple[str, bool]]:
    """Variables of functions around it that a function binds."""
    return ((name, is_update) for name, is_update in _bound(code) if name in code.co_freevars)


def _names(code: CodeType) -> tuple[str, ...]:
    """A function's variables in the order of their numbers."""
    inner = [name for name in code.co_cellvars if name not in code.co_varnames]
    return (*code.co_varnames, *inner, *code.co_freevars)


def _functions_in(code: CodeType) -> Iterator[CodeType]:
    """The code inside of a function that sees its variables."""
    for constant in code.co_consts if code.co_cellvars or code.co_freevars else ():
        if type(constant) is type(code):
            yield constant
            yield from _functions_in(constant)
