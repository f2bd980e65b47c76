"""Tests have an account of their own: the secret by which stores are known goes with them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

KEPT = "BREADCRUMB_ACCOUNT_KEY"

if KEPT not in os.environ:
    _folder = tempfile.mkdtemp(prefix="breadcrumb-tests-")
    os.environ[KEPT] = str(Path(_folder, "account.key"))
    _pid = os.getpid()

    @atexit.register
    def _remove() -> None:
        if os.getpid() == _pid:  # forks end as well
            shutil.rmtree(_folder, ignore_errors=True)
