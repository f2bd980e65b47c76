"""Builds the C recorder where there is a compiler; where there is none the pure-Python one runs."""

import sys
from glob import glob

from setuptools import Extension, setup

RECORDER = Extension(
    "breadcrumb_instrumentation_calls._recorder",
    sources=sorted(glob("native/*.c")),
    depends=sorted(glob("native/*.h")),
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

setup(ext_modules=[RECORDER] if sys.version_info >= (3, 12) else [])
