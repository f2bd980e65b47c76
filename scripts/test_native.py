"""Runs the C recorder's tests under address and undefined-behaviour sanitizers, and on the public API alone.

    python scripts/test_native.py [PYTEST ARGUMENT...]

Each variant is built into build/native/ and found there before the installed one, which stays as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "instrumentation/breadcrumb-instrumentation-calls"
BUILT = ROOT / "build/native"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"

SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g -O1"
SUPPRESSIONS = "leak:unicodeobject.c\nleak:PyUnicode_New\nleak:traceback_new\n"
"""CPython leaves its interned strings behind, and tracemalloc its tracebacks."""
SIZE = os.environ.get("STRESS_SIZE", "4")
"""Multiplies what the stress tests do."""

UNITS = (
    "native_*",
    "driver",
    "gaps",
    "thinning",
    "calls",
    "changes",
    "yields",
    "exceptions",
    "exception_locals",
    "lines",
)
"""The package's tests that exercise C."""
NOT_SANITIZED = (
    "test_a_new_exception_at_an_old_address_is_its_own",  # the sanitizer does not give out an address again
)


@dataclass(frozen=True)
class Variant:
    """One way to build the recorder, and the tests to run with it."""

    name: str
    compiler: str
    """Further flags, for the linker too."""
    sanitized: bool
    units: tuple[str, ...]


def units(*names: str) -> tuple[str, ...]:
    """The paths of the package's tests of these names."""
    return tuple(str(path) for name in names for path in sorted(PACKAGE.glob(f"tests/test_{name}.py")))


PROGRAMS = tuple(str(ROOT / f"tests/test_{name}.py") for name in ("trees", "greenlets", "handled", "lines"))
VARIANTS = (
    Variant("sanitized", SANITIZE, True, units(*UNITS)),
    Variant(
        "public",
        "-DBREADCRUMB_PUBLIC_API -Werror",
        False,
        units("driver", "native_ends", "native_memory", "exception_locals", "lines"),
    ),
)
NO_LEAKS = {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}
"""Whole programs load extensions that leave memory behind."""


def main() -> int:
    """Build and run each variant; the first that fails ends it."""
    if not hasattr(sys, "monitoring"):
        return refuse(f"Python {VERSION} has no sys.monitoring, so the C recorder does not run on it")
    compiler = os.environ.get("CC", "cc")
    if shutil.which(compiler.split()[0]) is None:
        return refuse(f"there is no C compiler {compiler}: install one or set CC")
    if not links(compiler, SANITIZE.split()) or not Path(library(compiler, "libasan.so")).is_file():
        return refuse(f"{compiler} cannot build with {SANITIZE.split()[0]}: install libasan and libubsan")
    for variant in VARIANTS:
        status = build(variant)
        status = status or run(variant, compiler, variant.units)
        status = status or run(variant, compiler, PROGRAMS, **NO_LEAKS)
        if status:
            return status
    return 0


def refuse(why: str) -> int:
    """Say in one line why nothing is tested."""
    print(f"test-native: {why}", file=sys.stderr)
    return 1


def links(compiler: str, flags: list[str]) -> bool:
    """Whether a program can be built with these flags."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "empty.c"
        source.write_text("int main(void) { return 0; }\n")
        command = [*compiler.split(), *flags, str(source), "-o", str(Path(folder) / "empty")]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def build(variant: Variant) -> int:
    """Build the package with the extension into a directory of the variant's own."""
    place = BUILT / VERSION / variant.name
    shutil.rmtree(place, ignore_errors=True)
    environ = {**os.environ, "CFLAGS": variant.compiler, "LDFLAGS": variant.compiler}
    command = [
        sys.executable,
        "setup.py",
        "-q",
        "build",
        "--build-base",
        str(place),
        "--build-lib",
        str(place / "lib"),
    ]
    print(f"test-native: building {variant.name}", flush=True)
    built = subprocess.run(command, cwd=PACKAGE, env=environ, capture_output=True, text=True, check=False)
    if built.returncode or not list(place.glob("lib/*/native/_recorder*.so")):
        print(built.stdout + built.stderr)
        return refuse(f"the {variant.name} build failed")
    return 0


def run(variant: Variant, compiler: str, tests: tuple[str, ...], **others: str) -> int:
    """Run tests with the variant, `others` in the environment; their exit status."""
    place = BUILT / VERSION / variant.name
    settings = {"PYTHONPATH": str(place / "lib"), "PYTHONDEVMODE": "1"}
    if variant.sanitized:
        settings |= sanitizer_settings(place, compiler) | others
    environ = {**os.environ, **settings, "BREADCRUMB_TESTS_KEEP": " ".join(settings)}
    environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ["PATH"]])
    skipped = [f"not {name}" for name in NOT_SANITIZED if variant.sanitized]
    chosen = " and ".join(["not python]", *skipped])
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-k", chosen]
    return subprocess.run([*command, *tests, *sys.argv[1:]], cwd=ROOT, env=environ, check=False).returncode


def sanitizer_settings(place: Path, compiler: str) -> dict[str, str]:
    """Loads the sanitizers before all other libraries, and takes memory from malloc, which they watch."""
    suppressions = place / "suppressions"
    suppressions.write_text(SUPPRESSIONS)
    libraries = [library(compiler, name) for name in ("libasan.so", "libubsan.so")]
    return {
        "LD_PRELOAD": " ".join(libraries),
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1",
        "LSAN_OPTIONS": f"suppressions={suppressions}:print_suppressions=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "STRESS_SIZE": SIZE,
    }


def library(compiler: str, name: str) -> str:
    """Where the compiler has a library."""
    command = [*compiler.split(), f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
