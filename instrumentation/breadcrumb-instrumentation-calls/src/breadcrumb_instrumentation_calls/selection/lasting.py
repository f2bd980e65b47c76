"""Which parameters of a function hold one object from a call's start to its end."""

from __future__ import annotations

import opcode
import re
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType


def lasting(code: CodeType, parameters: Iterable[str]) -> frozenset[str]:
    """Those of the parameters that neither the function nor one inside of it binds anew or deletes."""
    bound = {*_bound(code), *chain.from_iterable(_bound_outside(each) for each in _functions_in(code))}
    return frozenset(parameters) - bound


def _instructions(*names: str) -> re.Pattern[bytes]:
    """Finds them among the first bytes of all instructions."""
    known = bytes(opcode.opmap[name] for name in names if name in opcode.opmap)
    return re.compile(b"[" + re.escape(known) + b"]" if known else b"(?!)")


_ONE = _instructions("STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF")
_TWO = _instructions("STORE_FAST_STORE_FAST", "STORE_FAST_LOAD_FAST")
"""Their argument has four bits for each of two variables."""


def _bound(code: CodeType) -> Iterator[str]:
    """Variables that an instruction binds. One with the same last byte in its number may be among them."""
    instructions = code.co_code
    kinds, arguments = instructions[::2], instructions[1::2]
    numbers = {arguments[found.start()] for found in _ONE.finditer(kinds)}
    for found in _TWO.finditer(kinds):
        numbers |= {arguments[found.start()] >> 4, arguments[found.start()] & 15}
    for number, name in enumerate(_names(code)):
        if number & 255 in numbers:
            yield name


def _bound_outside(code: CodeType) -> Iterator[str]:
    """Variables of functions around it that a function binds."""
    return (name for name in _bound(code) if name in code.co_freevars)


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
