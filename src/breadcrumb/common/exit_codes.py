"""The exit codes of our commands, in one place.

`breadcrumb run` returns the traced program's own code; the ones named here it uses only where no program ran.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What an exit status of ours means."""

    OK = 0
    FAILED = 1
    """A question that has no answer: unknown function, run, ..."""
    USAGE = 2
    NO_STORE = 3
    STORE = 4
    SQL = 5
    REFUSED = 6
    """The command cannot be traced."""
    TIMEOUT = 124
    NOT_EXECUTABLE = 126
    COMMAND_NOT_FOUND = 127
