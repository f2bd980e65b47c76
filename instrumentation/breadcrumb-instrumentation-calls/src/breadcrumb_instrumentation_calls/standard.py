"""The standard library's functions as they were before the program began.

A program puts others in their places: a mock of `os.getpid` that counts its calls, a clock that stands still
or ticks when it is read, in every module that holds one; a faked `os` in the place of the module itself.
What runs beside the program in its process takes these modules from here, and meets none of that.
"""

from __future__ import annotations

import json
import os
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    json, os, sys, time = (SimpleNamespace(**vars(module)) for module in (json, os, sys, time))

__all__ = ["json", "os", "sys", "time"]
