"""Every form of command is traced, and what cannot be is refused or named."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from patience import HANGS, until
from time_limits import time_is_up

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.launches

PROGRAM = "import sys\ndef work(x):\n    return x + 1\nprint(work(int(sys.argv[-1])))\n"
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(
    "words",
    [
        ["python", "app.py", "1"],
        [VERSION, "app.py", "1"],
        [sys.executable, "app.py", "1"],
        ["python", "-m", "app", "1"],
        ["python", "-m", "pkg", "1"],
        ["python", "pkg", "1"],
        ["python", "-u", "-W", "ignore", "-X", "utf8", "-B", "app.py", "1"],
        ["python", "-P", "app.py", "1"],
        ["./app.py", "1"],
        ["make", "-s", "test"],
        ["./run.sh"],
        ["./no-shebang"],
        ["env", "A=1", "python", "app.py", "1"],
    ],
    ids=" ".join,
)
def test_a_form_of_command_is_traced(project: Project, words: list[str]) -> None:
    project.write("app.py", f"#!{sys.executable}\n{PROGRAM}", 0o755)
    project.write("pkg/__main__.py", PROGRAM)
    project.write("Makefile", "test:\n\tpython app.py 1\n")
    project.write("run.sh", "#!/bin/sh\nexec python app.py 1\n", 0o755)
    project.write("no-shebang", "python app.py 1\n", 0o755)
    done = project.run(*words)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    assert "work(x=1)" in done.stderr
    assert project.functions() == {"__main__.work"}


def test_code_and_a_script_on_stdin_are_traced(project: Project) -> None:
    code = "def work(x):\n    return x\nwork(1)\n"
    assert project.run("python", "-c", code).returncode == 0
    assert project.run("python", "-", stdin=code).returncode == 0
    assert project.query("SELECT function, count(*) FROM calls GROUP BY ALL") == [("__main__.work", 2)]


def test_breadcrumb_instrument_traces_and_reports_nothing(project: Project) -> None:
    project.write("app.py", PROGRAM)
    done = project.call("breadcrumb-instrument", "python", "app.py", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")
    assert project.functions() == {"__main__.work"}


def test_pytest_traces_the_test_modules_and_what_they_test(project: Project) -> None:
    project.write("lib.py", "def helper(): return 1\n")
    project.write("test_it.py", "import lib\ndef test_one():\n    assert lib.helper() == 1\n")
    environ = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for words in (["pytest", "-q"], ["python", "-m", "pytest", "-q"]):
        done = project.run(*words, environ=environ)
        assert done.returncode == 0, done.stdout
        assert project.functions() == {"test_it.test_one", "lib.helper"}


def test_a_console_script_traces_its_entry_module_and_the_project_joins(project: Project) -> None:
    project.write("app.py", "def work():\n    print('worked')\nwork()\n")
    done = project.run("--no-report", "python", "-m", "timeit", "-n", "1", "-r", "1", "import app")
    assert done.returncode == 0, done.stderr
    assert project.functions() >= {"app.work"}


def test_a_flag_or_the_store_s_settings_include_more(project: Project) -> None:
    project.write("vendor/lib.py", "def helper(): return 1\ndef other(): return 2\n")
    project.write("app.py", "from vendor import lib\nlib.helper(); lib.other()\n")
    project.run("--no-report", "-i", "vendor.lib.*", "-x", "vendor.lib.other", "python", "app.py")
    assert project.functions() == {"vendor.lib.helper"}
    project.call("breadcrumb", "config", "add-include", "vendor.lib.other")
    project.run("--no-report", "python", "app.py")
    assert project.functions() == {"vendor.lib.helper", "vendor.lib.other"}


def test_children_join_with_their_own_entry(project: Project) -> None:
    project.write("child.py", "def inner(): return 1\ninner()\n")
    project.write(
        "app.py",
        "import subprocess, sys, multiprocessing as mp\n"
        "def task(n): return n\n"
        "def main():\n"
        "    subprocess.run([sys.executable, 'child.py'], check=True)\n"
        "    process = mp.get_context('spawn').Process(target=task, args=(1,))\n"
        "    process.start(); process.join()\n"
        "if __name__ == '__main__': main()\n",
    )
    done = project.run("--no-report", "python", "app.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert project.functions() == {"__main__.main", "__main__.inner", "__mp_main__.task"}
    assert project.query("SELECT count(DISTINCT run_id) FROM calls") == [(1,)]


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["python", "-I", "app.py"], 6, "-I ignores"),
        (["python", "-uE", "app.py"], 6, "-E ignores"),
        (["python", "-S", "-m", "app"], 6, "-S ignores"),
        (["./isolated.py"], 6, "-I ignores"),
        (["python", "missing.py"], 2, "missing.py: no such file"),
        (["python", "empty"], 2, "without __main__.py"),
        (["no-such-command"], 127, "command not found"),
        (["./missing"], 127, "command not found"),
        (["./plain.txt"], 126, "not executable"),
        (["./empty"], 126, "is a directory"),
        (["app.py"], 126, "breadcrumb run python app.py"),
        (["--nonsense", "x"], 2, "no such option"),
        ([], 2, "no command given"),
        (["--timeout", "soon", "python", "app.py"], 2, "--timeout soon"),
        (["-i", "app.py", "python", "app.py"], 2, "quote it"),
        (["-c", "nightly", "python", "app.py"], 2, "nightly"),
        (["--store", "app.py", "python", "app.py"], 4, "is a file"),
    ],
    ids=str,
)
def test_what_cannot_be_traced_is_refused_in_one_line(
    project: Project, words: list[str], code: int, text: str
) -> None:
    project.write("app.py", PROGRAM)
    project.write("isolated.py", f"#!{sys.executable} -I\n", 0o755)
    project.write("plain.txt", "text\n")
    (project.path / "empty").mkdir()
    done = project.run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr
    assert done.stderr.startswith("breadcrumb: ") and done.stderr.count("\n") == 1


def test_another_environments_interpreter_is_refused(project: Project) -> None:
    other = project.path / "other"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(other)], check=True)
    project.write("app.py", PROGRAM)
    done = project.run(other / "bin" / "python", "app.py", "1")
    assert done.returncode == 6
    assert "without breadcrumb" in done.stderr and done.stderr.count("\n") == 1


def test_a_child_of_another_environment_is_named(project: Project) -> None:
    other = project.path / "other"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(other)], check=True)
    done = project.run("sh", "-c", f"{other}/bin/python -c 'print(1)'")
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert f"{other}/bin/python was not traced" in done.stderr


def test_a_run_that_no_process_joined_says_so(project: Project) -> None:
    done = project.run("--no-report", "true")
    assert done.returncode == 0
    assert "nothing was traced" in done.stderr and done.stderr.count("\n") == 1


def test_without_a_place_for_a_store_the_program_runs_untraced(project: Project) -> None:
    project.write("app.py", PROGRAM)
    project.write(".breadcrumb", "a file\n")
    done = project.run("python", "app.py", "1")
    assert (done.returncode, done.stdout) == (0, "2\n")
    assert "untraced" in done.stderr and done.stderr.count("\n") == 1


def test_a_timeout_ends_the_program_and_shows_what_was_open(project: Project) -> None:
    stuck = "import time\ndef stuck(x):\n    print('ready', flush=True)\n    time.sleep(1_000)\nstuck(5)\n"
    project.write("app.py", stuck)
    with subprocess.Popen(
        ["breadcrumb", "run", "--timeout", "600", "python", "app.py"],
        cwd=project.path,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "ready\n"
        while not project.query("SELECT 1 FROM calls WHERE function = '__main__.stuck'"):
            assert launcher.poll() is None
        time_is_up(launcher)
        _, report = launcher.communicate(timeout=HANGS)
    assert launcher.returncode == 124
    assert "stuck(x=5)" in report
    assert project.query("SELECT status FROM runs") == [("timeout",)]


def test_a_timeout_ends_the_whole_group(project: Project) -> None:
    assert project.run("--no-report", "--timeout", "0.2", "sleep", "1000").returncode == 124
    project.write("run.sh", "#!/bin/sh\npython -c 'import time; time.sleep(1_000)' &\necho $!\nwait\n", 0o755)
    with subprocess.Popen(
        ["breadcrumb", "run", "--no-report", "--timeout", "1000", "./run.sh"],
        cwd=project.path,
        env=project.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        assert launcher.stdout is not None
        below = int(launcher.stdout.readline())
        time_is_up(launcher)
        assert launcher.wait(HANGS) == 124
    until(lambda: not is_running(below))


def is_running(pid: int) -> bool:
    """Whether a process is there that has not ended, as far as the system tells."""
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_values_can_be_kept_from_other_exporters(project: Project) -> None:
    project.write("app.py", PROGRAM)
    environ = {"OTEL_TRACES_EXPORTER": "duckdb,console"}
    done = project.run("--no-report", "python", "app.py", "41", environ=environ)
    assert '"breadcrumb.args"' in done.stdout
    done = project.run(
        "--no-report", "python", "app.py", "41", environ=environ | {"BREADCRUMB_OTLP_VALUES": "false"}
    )
    assert '"__main__.work"' in done.stdout and '"breadcrumb.args"' not in done.stdout
    assert project.query("SELECT count(*) FROM calls") == [(2,)]


def test_the_launcher_imports_the_standard_library_only(project: Project) -> None:
    code = (
        "import sys; before = set(sys.modules); from breadcrumb.launch.launcher import run\n"
        "run(['--no-report', 'true'])\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(n for n in names if n not in sys.stdlib_module_names))\n"
    )
    done = project.call("python", "-c", code)
    assert done.stdout == "['breadcrumb', 'breadcrumb_exporter_duckdb', 'breadcrumb_redaction']\n", (
        done.stderr
    )


def test_a_failure_to_start_recording_leaves_the_program_alone(project: Project) -> None:
    project.write("app.py", PROGRAM)
    done = project.run("python", "app.py", "1", environ={"OTEL_TRACES_EXPORTER": "duckdb,nonsense"})
    assert (done.returncode, done.stdout) == (0, "2\n")
    assert "nonsense" in done.stderr and "Traceback" not in done.stderr


def test_a_foreign_package_of_our_name_is_reported(project: Project) -> None:
    (project.path / "lib" / "breadcrumb-1.2.dist-info").mkdir(parents=True)
    project.write("app.py", PROGRAM)
    done = project.run("python", "app.py", "1", environ={"PYTHONPATH": str(project.path / "lib")})
    assert "another package named breadcrumb" in done.stderr
