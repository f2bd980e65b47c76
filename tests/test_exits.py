"""A program ends as without us, to the byte: its output, its exit code, and the files that it left open."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Project

pytestmark = pytest.mark.launches

PROGRAMS = Path(__file__).parent / "ends"
STORE = ".breadcrumb"
SOURCES = {".py", ".pyc"}
STRICT = ("-X", "dev", "-W", "always")
INIT = "import breadcrumb; breadcrumb.init(); "
HOW = ("exit", "raise", "vanish", "interrupt", "kill", "hook")
NOT_ABOUT_ENDS = (
    *("caches", "comparers", "descriptors", "frames", "lying", "metaclasses", "odd_globals", "pickles"),
    *("thread_data", "thrown", "withs"),
)
"""Programs that would say on their way what is other than without us."""
RUNS: dict[str, tuple[str, ...]] = {
    "files": ("files.py",),
    "objects": ("objects.py",),
    "objects of an optimised program": ("-O", "objects.py"),
    "objects of a module": ("-m", "objects"),
    "waiting": ("waiting.py",),
    "waiting, strict": (*STRICT, "waiting.py"),
    "handlers": ("handlers.py",),
    "handlers, strict": (*STRICT, "handlers.py"),
    "threads": ("threads.py",),
    "processes": ("processes.py",),
    "library": ("library.py",),
    "library, logged": ("library.py", "logged"),
    "library, data": ("library.py", "data"),
    "library, pools": ("library.py", "pools"),
    "library, drawn": ("library.py", "drawn"),
    "collects": ("collects.py",),
    "collects, frozen": ("collects.py", "frozen"),
    "collects, thawed": ("collects.py", "thaw"),
    "leaks": (*STRICT, "leaks.py"),
    "modules": ("modules.py",),
    **{name: (f"{name}.py",) for name in NOT_ABOUT_ENDS},
    **{f"ends by {how}": ("ends.py", how) for how in HOW},
}
RUN_ALL = """
import json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

def run(name_and_words):
    name, words = name_and_words
    return name, subprocess.run([sys.executable, *words], cwd=name, capture_output=True, text=True)

runs = json.load(open("runs.json"))
with ThreadPoolExecutor(2) as pool:
    endings = dict(pool.map(run, runs.items()))
with open("results.json", "w") as file:
    json.dump({name: (each.returncode, each.stdout, each.stderr) for name, each in endings.items()}, file)
"""
Ending = tuple[int, str, str, dict[str, bytes]]


@pytest.fixture(scope="module")
def endings(
    tmp_path_factory: pytest.TempPathFactory, new_project: Callable[..., Project]
) -> Callable[..., dict[str, Ending]]:
    """How every program of `RUNS` ends behind the words given; they run only once."""
    known: dict[tuple[str, ...], dict[str, Ending]] = {}

    def run(*words: str, recorder: str = "auto", names: Iterable[str] = RUNS) -> dict[str, Ending]:
        key = recorder, *words
        if key not in known:
            known[key] = run_all(
                new_project(tmp_path_factory.mktemp("endings"), launches=True), words, recorder, names
            )
        return known[key]

    return run


def run_all(
    project: Project, words: tuple[str, ...], recorder: str, names: Iterable[str]
) -> dict[str, Ending]:
    """All that can be seen of each program once it has ended."""
    for name in names:
        shutil.copytree(PROGRAMS, project.path / name, ignore=shutil.ignore_patterns("__pycache__"))
    project.write("runs.json", json.dumps({name: RUNS[name] for name in names}))
    project.write("run_all.py", RUN_ALL)
    ended = project.call(*words, "python", "run_all.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (ended.returncode, ended.stderr) == (0, "")
    results = json.loads((project.path / "results.json").read_text())
    return {
        name: (status, masked(out, project), masked(error, project), files(project.path / name))
        for name, (status, out, error) in results.items()
    }


def files(folder: Path) -> dict[str, bytes]:
    """What each file holds that a program has left."""
    left = [path for path in sorted(folder.rglob("*")) if path.is_file() and STORE not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in left if path.suffix not in SOURCES}


def masked(text: str, project: Project) -> str:
    """Text without what differs from run to run."""
    text = re.sub(r"0x[0-9a-f]+|(?<=pid=)\d+|(?<=fd=)\d+|(?<=/folder)\w+", "-", text)
    return text.replace(str(project.path), "")


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("name", RUNS)
def test_a_program_ends_as_it_does_when_it_is_not_traced(
    name: str, recorder: str, endings: Callable[..., dict[str, Ending]]
) -> None:
    assert endings("breadcrumb", "run", "--no-report", recorder=recorder)[name] == endings()[name]


def test_a_program_ends_so_behind_the_other_launcher(endings: Callable[..., dict[str, Ending]]) -> None:
    traced = endings("breadcrumb-instrument", names=("library", "objects"))
    assert traced == {name: endings()[name] for name in traced}


@pytest.mark.parametrize("name", ["library", "objects", "handlers"])
def test_a_program_that_traces_itself_ends_as_without(
    name: str, project: Project, endings: Callable[..., dict[str, Ending]]
) -> None:
    shutil.copytree(PROGRAMS, project.path / name)
    program = project.path / name / RUNS[name][0]
    program.write_text(INIT + program.read_text())
    ended = project.call("python", *RUNS[name], cwd=project.path / name)
    shown = ended.returncode, masked(ended.stdout, project), masked(ended.stderr, project)
    expected = endings()[name]
    assert (*shown, files(project.path / name)) == expected


@pytest.mark.parametrize("recorder", RECORDERS)
def test_calls_of_exit_handlers_are_recorded(recorder: str, project: Project) -> None:
    project.write("app.py", (PROGRAMS / "handlers.py").read_text())
    project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    handled = project.query("SELECT args->>'$.name' FROM calls WHERE qualname = 'handler' ORDER BY start_ns")
    names = [name for (name,) in handled]
    assert names[:3] == ["before pools end", "before threads are waited for", "finalizer"]
    assert {"last", "instance"} <= set(names)
