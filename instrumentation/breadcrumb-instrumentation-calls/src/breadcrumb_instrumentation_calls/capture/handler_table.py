"""What the handlers of code are; and which ones an exception comes to, where Python 3.11 tells of none."""

from __future__ import annotations

import opcode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

ENTERS = opcode.opmap["PUSH_EXC_INFO"]
"""The instruction with which a handler begins, and no clean-up does."""
CLEAN_UP, EXCEPT, EXCEPT_STAR = range(3)
_COLLECTS = bytes((ENTERS, 0, opcode.opmap["BUILD_LIST"], 0))
"""How a handler of `except*` begins."""
_RAISES_AGAIN = bytes((opcode.opmap["SWAP"], 2, opcode.opmap["POP_EXCEPT"], 0, opcode.opmap["RERAISE"], 0))
"""How it raises what it did not take, from 3.12 on: it alone is left before its exception goes on."""


def kind(code: CodeType, offset: int) -> int:
    """What begins at an offset to which exceptions come."""
    if code.co_code[offset] != ENTERS:
        return CLEAN_UP
    return EXCEPT_STAR if code.co_code.startswith(_COLLECTS, offset) else EXCEPT


def star_that_raises(code: CodeType, offset: int) -> int:
    """The `except*` whose instruction this is, by which it raises what it did not take; -1 where it is none.

    Handlers lie within each other as brackets do.
    """
    instructions = code.co_code
    if not instructions.startswith(_RAISES_AGAIN, offset - 4):
        return -1
    open_ones: list[int] = []
    for at in range(0, offset - 4, 2):
        if instructions.startswith(_COLLECTS, at):
            open_ones.append(at)
        elif instructions.startswith(_RAISES_AGAIN, at):
            open_ones.pop()
    return open_ones[-1]


def targets(code: CodeType, offset: int) -> Iterator[int]:
    """Where an exception goes that is raised at an instruction: through clean-ups to the first handler."""
    table = list(_entries(code.co_exceptiontable))
    at = _target(table, offset)
    while at is not None:
        yield at
        at = None if code.co_code[at] == ENTERS else _target(table, at)


def is_outermost(code: CodeType, handler: int) -> bool:
    """Whether an exception that a handler does not keep leaves the frame, and comes to no other one."""
    return not any(code.co_code[each] == ENTERS for each in targets(code, handler))


def _target(table: list[tuple[int, int, int]], offset: int) -> int | None:
    return next((target for start, end, target in table if start <= offset < end), None)


def _entries(table: bytes) -> Iterator[tuple[int, int, int]]:
    """The start, end and target of each range, in bytes (Objects/exception_handling_notes.txt of CPython)."""
    numbers = _numbers(table)
    for start, size, target, _ in zip(numbers, numbers, numbers, numbers, strict=False):
        yield 2 * start, 2 * (start + size), 2 * target


def _numbers(table: bytes) -> Iterator[int]:
    """Numbers of six bits a byte, of which all but the last one carry a mark."""
    number = 0
    for byte in table:
        number = number << 6 | byte & 63
        if not byte & 64:
            yield number
            number = 0
