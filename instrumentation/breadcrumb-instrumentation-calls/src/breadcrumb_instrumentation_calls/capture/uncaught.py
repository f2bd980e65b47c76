"""Exceptions that nobody handled: what ended the main program, what came to threads and event loops."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.json_text import shown
from breadcrumb_instrumentation_calls.base.originals import _thread, json, os, sys_now, threading
from breadcrumb_instrumentation_calls.capture import exceptions
from breadcrumb_instrumentation_calls.selection.selection import module_of

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from breadcrumb_instrumentation_calls.selection.selection import Selection
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

Fact = dict[str, object]

THREAD = "thread"
LOOP = "event loop"
TASK = "task"
PROCESS = "process"
MOST = 1_000
"""Exceptions of threads and event loops that are told in a process; a broken server has no end of them."""

_exit_code = SystemExit.__dict__["code"].__get__


class Uncaught:
    """What is to be told of them, described while they are on their way: nothing of the program is kept."""

    def __init__(self, selection: Selection, snapshot: Snapshot) -> None:
        self._selection = selection
        self._snapshot = snapshot
        self._ending: Fact | None = None
        self._ending_is_new = False
        self._others: deque[Fact] = deque()
        self._numbers = count(1)

    def forget(self) -> None:
        """The process is a new one."""
        self._ending = None
        self._others.clear()
        self._numbers = count(1)

    def ends_program(self, exception: BaseException) -> None:
        """An exception leaves the outermost frame of the main program."""
        self.ends_with(self.ending_of(exception, exceptions.traceback_of(exception)))

    def ending_of(self, exception: BaseException, traceback: TracebackType | None) -> Fact | None:
        """What is to be told where an exception ends the program; None for an exit without an error."""
        if _is_success(exception):
            return None
        return {"key": "", "exception": self.described(exception, traceback)}

    def ends_with(self, ending: Fact | None) -> None:
        """The main program ends as `ending_of` told."""
        self._ending, self._ending_is_new = ending, ending is not None

    def is_left_to(self, whom: str, exception: BaseException, thread: str) -> None:
        """An exception left a thread, or came to the event loop that runs in it."""
        number = next(self._numbers)
        if number <= MOST:
            fact = {"key": number, "left_to": whom, "thread": shown(thread)}
            told = self.described(exception, exceptions.traceback_of(exception))
            self._others.append(fact | {"exception": told})

    def ending(self) -> list[Fact]:
        """The `end` fact's part that is known here, where it is new."""
        is_new, self._ending_is_new = self._ending_is_new and "ps1" not in sys_now, False
        return [self._ending] if self._ending is not None and is_new else []

    def others(self) -> list[Fact]:
        """The `uncaught` facts since the last time."""
        return [self._others.popleft() for _ in range(len(self._others))]

    def look_at_last(self) -> None:
        """The process ends; where tracing began within the main program, the interpreter says why."""
        if self._ending is not None:
            return
        error = sys_now.get("last_exc") or sys_now.get("last_value")
        if error is None or not issubclass(type(error), BaseException):
            return
        head = exceptions.traceback_of(error)
        if is_main_program(head.tb_frame) if head is not None else _did_not_compile(error):
            self.ends_program(error)

    def described(self, exception: BaseException, traceback: TracebackType | None) -> Fact:
        """The `exception` column as an object, and where the innermost frame in scope was left."""
        told: Fact = json.loads(exceptions.description(exception, traceback, self._snapshot))
        innermost: TracebackType | None = None
        while traceback is not None:
            if self._selection.covers(traceback.tb_frame):
                innermost = traceback
            traceback = traceback.tb_next
        if told["file"] is None and issubclass(type(exception), SyntaxError):
            told["file"], told["line"] = _compiled(exception), _compiled_line(exception)
        if innermost is not None:
            (file, function), _ = exceptions.place(innermost.tb_frame)
            place = {"file": json.loads(file), "line": innermost.tb_lineno, "function": json.loads(function)}
            told["from"] = place
        return told


def _is_success(exception: BaseException) -> bool:
    """Whether this is an exit that says that all is well."""
    if not issubclass(type(exception), SystemExit):
        return False
    code = _exit_code(exception)
    return code is None or (issubclass(type(code), int) and int.__eq__(code, 0))


def _did_not_compile(error: BaseException) -> bool:
    """Whether the main program has not run, as its source is none: such an error has gone through no frame.

    What a console of the program was given, the interpreter tells in the same way.
    """
    if not issubclass(type(error), SyntaxError):
        return False
    started, file = sys_now["argv"][:1], _compiled(error)
    if type(file) is not str or not started or type(started[0]) is not str:
        return False
    return file == _NAMED.get(started[0]) or os.path.basename(file) == os.path.basename(started[0])


_NAMED = {"-c": "<string>", "": "<stdin>", "-": "<stdin>"}
"""The file of the main program, where it is none, by the first word of `sys.argv`."""
_compiled = SyntaxError.__dict__["filename"].__get__
_compiled_line = SyntaxError.__dict__["lineno"].__get__


def is_main_program(frame: FrameType) -> bool:
    """Whether this is the outermost frame of the process's main program: what leaves it ends the process."""
    module = _OUTERMOST.get(frame.f_code.co_name)
    if module is None or module != module_of(frame.f_globals) or frame.f_back is not None:
        return False
    return bool(_thread.get_ident() == threading._main_thread._ident)  # type: ignore[attr-defined]


_OUTERMOST = {"<module>": "__main__", "_run_module_as_main": "runpy"}
"""Function and module of the main program's outermost frame: a script's own, or what runs a module as one."""
