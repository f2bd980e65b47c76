"""Builds the C recorder where there is a compiler; where there is none the pure-Python one runs.

It needs `sys.monitoring` (3.12) and the global interpreter lock.
"""

import sys
import sysconfig
from glob import glob

from setuptools import Extension, setup

RECORDER = Extension(
    "breadcrumb_instrumentation_calls.native._recorder",
    sources=sorted(glob("native/*/*.c")),
    include_dirs=["native"],
    depends=sorted(glob("native/*/*.h")),
    extra_compile_args=[
        "-std=c11",
        "-O2",
        "-fvisibility=hidden",
        "-Wall",
        "-Wextra",
        "-Wno-unused-parameter",
        "-Wno-missing-field-initializers",
    ],
    optional=True,
)

RUNS = sys.version_info >= (3, 12) and not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(ext_modules=[RECORDER] if RUNS else [])
