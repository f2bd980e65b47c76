"""The standard library's functions as they were before the program began.

A program puts others in their places: a mock of `os.getpid` that counts its calls, a clock that stands still
or ticks when it is read, in every module that holds one; a faked `os` in the place of the module itself; a
`lock.acquire` that raises on an event loop. What runs beside the program in its process takes these modules
and functions from here, and meets none of that.
"""

from __future__ import annotations

import _thread
import fcntl
import io
import json
import os
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

sys_now = vars(sys)
"""What the module itself holds at the time, as `sys.stderr`."""

if not TYPE_CHECKING:
    _thread, fcntl, io, json, os, signal, sys, threading, time = (
        SimpleNamespace(**vars(module))
        for module in (_thread, fcntl, io, json, os, signal, sys, threading, time)
    )

acquire = _thread.LockType.acquire
"""`lock.acquire`, whatever the class has in its place: it takes the lock as its first argument."""
release = _thread.LockType.release

__all__ = [
    "_thread",
    "acquire",
    "fcntl",
    "io",
    "json",
    "os",
    "release",
    "signal",
    "sys",
    "sys_now",
    "threading",
    "time",
]
