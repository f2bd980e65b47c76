"""What the figures were measured with: the machine, the versions, the checkout."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version

from benchmarks import tracers
from benchmarks.job import ROOT

PACKAGES = ("breadcrumb-otel", "opentelemetry-sdk", "duckdb", "pyarrow", "flask", "pytest")
REAL_PACKAGES = ("black", "docutils", "markdown", "pyflakes", "pygments", "pylint", "sqlglot")


def describe() -> dict[str, object]:
    """One JSON object; the load is that of the minute before."""
    names = {
        *PACKAGES,
        *REAL_PACKAGES,
        *(package for name in tracers.MODULES if (package := tracers.find(name).package)),
    }
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": {name: _version(name) for name in sorted(names)},
        "commit": _commit(),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _commit() -> str | None:
    words = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
