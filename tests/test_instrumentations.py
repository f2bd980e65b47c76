"""Installed instrumentations start when their libraries are imported: small ones, installed in a folder.

Each instrumentation here replaces the library's `greet`, and writes its name into `LOG` when it starts.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

INSTRUMENTOR = """
import sys
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor

class Instrumentor(BaseInstrumentor):
    def instrumentation_dependencies(self):
        return ()

    def _instrument(self, **kwargs):
        {body}

    def _uninstrument(self, **kwargs):
        pass
"""
REPLACES = "import {0} as library; library.greet = lambda: 'instrumented {0}'"
SEES = """
        half = [name for name, each in sys.modules.items() if name in {0} and not hasattr(each, 'whole')]
        print('modules that are half there:', half)
        {1}
"""
GREET = "def greet(): return 'plain {0}'\nwhole = True\n"


def install_library(project: Project, name: str, code: str, version: str = "1.5") -> None:
    """A project of one module."""
    _install(project, name, {f"{name}.py": code}, version, "")


def install_instrumentation(
    project: Project,
    name: str,
    body: str,
    *requires: str,
    groups: tuple[str, ...] = ("opentelemetry_instrumentor",),
) -> None:
    """A distribution with one instrumentor, `NAME_instrumentation.Instrumentor`."""
    module = f"{name}_instrumentation"
    extra = "".join(f"Requires-Dist: {each}\n" for each in requires)
    entries = "".join(f"[{group}]\n{name} = {module}:Instrumentor\n" for group in groups)
    _install(project, module, {f"{module}.py": INSTRUMENTOR.format(body=body)}, "1", extra, entries)


def _install(
    project: Project, name: str, files: dict[str, str], version: str, more: str, entries: str = ""
) -> None:
    info = f"{name}-{version}.dist-info"
    written = files | {
        f"{info}/METADATA": f"Name: {name}\nVersion: {version}\n{more}\nA description.\n",
        f"{info}/entry_points.txt": entries,
    }
    for path, text in written.items():
        project.write(f"packages/{path}", text)
    project.write(f"packages/{info}/RECORD", "".join(f"{path},,\n" for path in (*written, f"{info}/RECORD")))


@pytest.fixture
def packages(project: Project) -> Project:
    """A project whose `packages` folder is on the path, with the library `fake` and its instrumentation."""
    project.environ["PYTHONPATH"] = "packages"
    install_library(project, "fake", GREET.format("fake"))
    install_instrumentation(
        project, "fake", REPLACES.format("fake"), "fake (>=1.0,<2) ; extra == 'instruments'"
    )
    return project


def run(project: Project, program: str) -> Any:
    """Run a program in a traced process, without a report."""
    project.write("app.py", program)
    return project.run("--no-report", "python", "app.py")


def output(project: Project, program: str) -> str:
    """What it prints, and nothing on stderr."""
    ended = run(project, program)
    assert (ended.returncode, ended.stderr) == (0, "")
    return str(ended.stdout)


def test_nothing_of_an_instrumentation_is_imported_before_its_library(project: Project) -> None:
    del project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"]
    libraries = ("celery", "django", "fastapi", "flask", "requests", "starlette", "packaging", "wrapt")
    program = f"""
import sys
print([name for name in sys.modules if name.startswith("opentelemetry.instrumentation.")])
print(sys.modules.keys() & set({libraries}))
import requests
print("opentelemetry.instrumentation.requests" in sys.modules, "flask" in sys.modules)
"""
    said = output(project, program).splitlines()
    assert said == ["[]", "set()", "True False"]


def test_the_import_statement_gives_what_the_instrumentation_made_of_the_library(packages: Project) -> None:
    program = """
import sys
print("fake_instrumentation" in sys.modules)
from fake import greet
print(greet())
import fake, importlib.machinery
print(type(fake.__spec__) is importlib.machinery.ModuleSpec, fake.__spec__._initializing)
"""
    assert output(packages, program).splitlines() == ["False", "instrumented fake", "True False"]


def test_an_instrumentation_that_is_disabled_never_starts(packages: Project) -> None:
    packages.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"] += ", fake"
    assert output(packages, "import fake\nprint(fake.greet())") == "plain fake\n"


def test_one_for_another_version_says_so_and_does_not_start(packages: Project) -> None:
    install_library(packages, "fake", GREET.format("fake"), version="2.1")
    shutil.rmtree(packages.path / "packages" / "fake-1.5.dist-info")
    ended = run(packages, "print('before')\nimport fake\nprint(fake.greet())")
    assert (ended.returncode, ended.stdout) == (0, "before\nplain fake\n")
    assert 'but currently installed version ("fake 2.1") falls outside of that range' in ended.stderr
    assert run(packages, "print('without it')").stderr == ""


@pytest.mark.parametrize("body", ["raise ValueError('a bug')", "import fake.nothing", "import os, missing"])
def test_what_goes_wrong_in_one_does_not_reach_the_program(body: str, packages: Project) -> None:
    install_instrumentation(packages, "fake", body, "fake; extra == 'instruments'")
    install_instrumentation(packages, "other", REPLACES.format("fake"), "fake; extra == 'instruments'")
    ended = run(packages, "import fake\nprint(fake.greet())")
    assert (ended.returncode, ended.stdout) == (0, "instrumented fake\n")
    assert ("Instrumenting of fake failed" in ended.stderr) == ("a bug" in body)


def test_a_library_that_cannot_be_imported_fails_as_without_tracing(packages: Project) -> None:
    install_library(packages, "fake", "def load(): return 1 / 0\nload()\n")
    program = """
import sys, traceback
for _ in range(2):
    try:
        import fake
    except ZeroDivisionError:
        traceback.print_exc(file=sys.stdout)
open("packages/fake.py", "w").write("def greet(): return 'repaired'")
import importlib; importlib.invalidate_caches()
import fake
print(fake.greet())
"""
    packages.write("app.py", program)
    untraced = packages.call("python", "app.py").stdout
    install_library(packages, "fake", "def load(): return 1 / 0\nload()\n")
    assert "ZeroDivisionError" in untraced
    assert output(packages, program) == untraced.replace("repaired", "instrumented fake")


def test_within_the_import_of_another_library_it_waits_for_the_end_of_that_one(packages: Project) -> None:
    install_library(packages, "outer", "import fake\nmine = fake.greet\n" + GREET.format("outer"))
    for name in ("fake", "outer"):
        body = SEES.format({"fake", "outer"}, REPLACES.format(name)).strip()
        install_instrumentation(packages, name, body, f"{name}; extra == 'instruments'")
    whole = "modules that are half there: []\n"
    program = "import outer, fake\nprint(outer.greet(), fake.greet())"
    assert output(packages, program) == f"{whole}{whole}instrumented outer instrumented fake\n"


def test_none_starts_while_another_is_still_being_imported(packages: Project) -> None:
    install_library(packages, "second", GREET.format("second"))
    install_instrumentation(packages, "fake", "print('first')", "fake; extra == 'instruments'")
    module = packages.path / "packages" / "fake_instrumentation.py"
    module.write_text(f"import second\n{module.read_text()}\nwhole = True\n")
    body = "import fake_instrumentation; print('second', hasattr(fake_instrumentation, 'whole'))"
    install_instrumentation(packages, "second", body, "second; extra == 'instruments'")
    assert output(packages, "import fake\nprint('end')").splitlines() == ["first", "second True", "end"]


def test_one_of_several_libraries_is_enough_or_all_are_needed(packages: Project) -> None:
    any_of = ("fake; extra == 'instruments-any'", "absent; extra == 'instruments-any'")
    install_instrumentation(packages, "fake", "print('any')", *any_of)
    install_library(packages, "second", GREET.format("second"))
    all_of = ("fake; extra == 'instruments'", "second; extra == 'instruments'")
    install_instrumentation(packages, "both", "print('all')", *all_of)
    absent = ("fake; extra == 'instruments'", "absent; extra == 'instruments'")
    install_instrumentation(packages, "never", "print('never')", *absent)
    program = "import fake\nprint('then')\nimport second\nprint('end')"
    assert output(packages, program).splitlines() == ["any", "then", "all", "end"]


def test_one_of_the_standard_library_starts_with_its_module(packages: Project) -> None:
    for name in ("sqlite3", "threading"):
        install_instrumentation(packages, name, f"print('{name}')")
    assert output(packages, "print('then')\nimport sqlite3\nprint('end')").splitlines() == [
        "threading",
        "then",
        "sqlite3",
        "end",
    ]


def test_one_whose_library_another_imports_at_the_start_starts_then(packages: Project) -> None:
    install_instrumentation(packages, "threading", "import sqlite3; print('threading')")
    install_instrumentation(packages, "sqlite3", "print('sqlite3')")
    assert output(packages, "print('then')").splitlines() == ["threading", "sqlite3", "then"]


def test_an_import_near_the_recursion_limit_fails_only_as_without_us(packages: Project) -> None:
    program = """
import sys
def depth():
    frame, count = sys._getframe(), 0
    while frame: frame, count = frame.f_back, count + 1
    return count
def attempt(room):
    sys.setrecursionlimit(depth() + room)
    try:
        import fake
    except RecursionError:
        return "fake" not in sys.modules
    finally:
        sys.setrecursionlimit(1000)
    return True
import importlib._bootstrap_external, os
for room in range(5, 60):
    if not os.fork():
        os._exit(not attempt(room))
    print(os.wait()[1], end="")
"""
    ended = run(packages, program)
    assert (ended.returncode, ended.stdout) == (0, 55 * "0")


@pytest.mark.parametrize(
    "requirement", [(), ("fake; python_version > '3' and extra == 'instruments'",)], ids=["none", "condition"]
)
def test_one_whose_library_cannot_be_told_starts_at_once(
    requirement: tuple[str, ...], packages: Project
) -> None:
    install_instrumentation(packages, "fake", "print('started')", *requirement)
    assert output(packages, "print('then')\nimport fake") == "started\nthen\n"


def test_with_something_to_run_after_all_of_them_none_waits(packages: Project) -> None:
    groups = ("opentelemetry_post_instrument",)
    install_instrumentation(packages, "after", "pass", groups=groups)
    packages.write(
        "packages/after_instrumentation.py", "import sys\ndef Instrumentor(): print('fake' in sys.modules)"
    )
    assert output(packages, "import fake\nprint(fake.greet())") == "True\ninstrumented fake\n"


def test_threads_that_import_at_once_all_get_the_instrumented_library(packages: Project) -> None:
    install_library(packages, "fake", "import time; time.sleep(0.05)\n" + GREET.format("fake"))
    body = f"import time; time.sleep(0.05); {REPLACES.format('fake')}"
    install_instrumentation(packages, "fake", body, "fake; extra == 'instruments'")
    program = """
import os, threading
found = []
def work():
    from fake import greet
    found.append(greet())
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), set(found))
"""
    assert output(packages, program) == "8 {'instrumented fake'}\n"


def test_a_forked_child_waits_for_libraries_too(packages: Project) -> None:
    program = """
import os
if not (child := os.fork()):
    import fake
    os._exit(fake.greet() != "instrumented fake")
print(os.waitpid(child, 0)[1])
import fake
print(fake.greet())
"""
    assert output(packages, program) == "0\ninstrumented fake\n"


def test_django_s_starts_with_the_process_where_its_settings_are_known(project: Project) -> None:
    project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"] = "celery,fastapi,flask,requests"
    program = "import sys\nprint('django' in sys.modules, 'settings' in sys.modules)"
    assert output(project, program) == "False False\n"
    project.write("settings.py", "MIDDLEWARE = []\n")
    project.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    assert output(project, program) == "True True\n"


@pytest.mark.parametrize(
    ("begin", "middleware"),
    [
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'", 1),
        ("from django.conf import settings; settings.configure()", 0),
        ("import django; os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'", 0),
    ],
    ids=["named before", "made by hand", "named after"],
)
def test_django_gets_the_program_s_settings_whenever_it_makes_them(
    begin: str, middleware: int, project: Project
) -> None:
    project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"] = "celery,fastapi,flask,requests"
    project.write("settings.py", "MIDDLEWARE = []\nDEBUG = False\n")
    end = "from django.conf import settings\nprint(settings.DEBUG, len(settings.MIDDLEWARE))"
    assert output(project, f"import os\n{begin}\n{end}") == f"False {middleware}\n"
