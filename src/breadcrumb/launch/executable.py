"""Finds the executable of a command and refuses, in one line, what could only run untraced.

An interpreter is ours when it belongs to our environment: compared by prefix, since a virtual environment's
interpreter is a link to a binary that it shares with others. In doubt the interpreter itself is asked.
Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from breadcrumb.common import python_command
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.python_command import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PYTHON = re.compile(r"(python|pypy)[\d.]*t?")
_EXEC_LINE = re.compile(rb"'''exec' [\"']?([^\"'\n]+?)[\"']? ")
"""What installers write where a path is too long for a shebang."""
_PROBE = """
import sys
from importlib.util import find_spec
sys.exit(not (sys.version_info >= (3, 11) and find_spec("breadcrumb.traced.initialize")
    and find_spec("breadcrumb_instrumentation_calls") and find_spec("breadcrumb_exporter_duckdb")))
"""
_PROBE_SECONDS = 30


class RefusalError(Exception):
    """A command that we do not start: why and what to do, in one line, with the exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.code = code


def executable_of(command: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """The path of the command's executable, checked. Raises RefusalError."""
    path = _find(command[0], environ)
    if _is_python(path):
        _check_python(path, command[1:], environ)
    elif words := _shebang(path, environ):
        _check_python(words[0], [*words[1:], path], environ)
    return path


def _find(word: str, environ: Mapping[str, str]) -> str:
    found = shutil.which(word, path=environ.get("PATH"))
    if found:
        return found
    if not os.path.exists(word):
        raise RefusalError(f"{word}: command not found", ExitCode.COMMAND_NOT_FOUND)
    if word.endswith((".py", ".pyz")) or os.path.isfile(os.path.join(word, "__main__.py")):
        raise RefusalError(
            f"{word} is not a command; use: breadcrumb run python {word}", ExitCode.NOT_EXECUTABLE
        )
    if os.sep not in word:
        raise RefusalError(f"{word}: command not found", ExitCode.COMMAND_NOT_FOUND)
    why = "is a directory" if os.path.isdir(word) else "is not executable"
    raise RefusalError(f"{word} {why}", ExitCode.NOT_EXECUTABLE)


def _is_python(path: str) -> bool:
    return bool(_PYTHON.fullmatch(os.path.basename(path))) or _same(path, sys.executable)


def _same(path: str, other: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _check_python(path: str, words: Sequence[str], environ: Mapping[str, str]) -> None:
    command = python_command.read(words)
    for flag in python_command.ISOLATING:
        if flag in command.flags:
            raise RefusalError(
                f"python -{flag} ignores our environment, so nothing can be traced; leave -{flag} out"
            )
    if command.kind is Kind.SCRIPT:
        _check_script(command.target)
    if not _is_ours(path, environ):
        raise RefusalError(
            f"{path} belongs to an environment without breadcrumb; install breadcrumb-otel there, "
            f"or use {sys.executable}"
        )


def _check_script(script: str) -> None:
    if not os.path.exists(script):
        raise RefusalError(f"{script}: no such file", ExitCode.USAGE)
    if os.path.isdir(script) and not os.path.exists(os.path.join(script, "__main__.py")):
        raise RefusalError(f"{script} is a directory without __main__.py", ExitCode.USAGE)


def _is_ours(path: str, environ: Mapping[str, str]) -> bool:
    prefix = _environment(path)
    if prefix is not None and _same(prefix, sys.prefix):
        return True
    if prefix is None and sys.prefix == sys.base_prefix and _same(path, sys.executable):
        return True
    return _has_breadcrumb(path, environ)


def _environment(path: str) -> str | None:
    """The virtual environment of an interpreter, found as the interpreter finds it (PEP 405)."""
    folder = os.path.dirname(os.path.abspath(path))
    for place in (folder, os.path.dirname(folder)):
        if os.path.isfile(os.path.join(place, "pyvenv.cfg")):
            return place
    return None


def _has_breadcrumb(path: str, environ: Mapping[str, str]) -> bool:
    import subprocess  # only a doubtful interpreter pays for it

    try:
        answer = subprocess.run(
            [path, "-P", "-c", _PROBE],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _shebang(path: str, environ: Mapping[str, str]) -> list[str] | None:
    """The interpreter and its flags where a Python one runs this script; None for everything else."""
    try:
        with open(path, "rb") as file:
            head = file.read(1024)
    except OSError:
        return None
    if not head.startswith(b"#!"):
        return None
    words = os.fsdecode(head[2:].partition(b"\n")[0]).split()
    if words and os.path.basename(words[0]) == "sh" and (found := _EXEC_LINE.search(head)):
        words = [os.fsdecode(found[1])]
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if word != "-S" and "=" not in word]
    if not words:
        return None
    interpreter_path = shutil.which(words[0], path=environ.get("PATH"))
    return [interpreter_path, *words[1:]] if interpreter_path and _is_python(interpreter_path) else None
