"""`--gaps` and what follows from it put first what one may want to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.gaps import Gap, ranked

if TYPE_CHECKING:
    from conftest import Project


def _gap(callee: str, include: str | None, kind: str = "python") -> Gap:
    return Gap(callee, kind, 1, False, "app.main", "/nowhere/app.py", 3, include)


def test_looking_up_an_attribute_does_not_come_before_what_was_called() -> None:
    rows = [
        _gap("len", None, "c"),
        _gap("uvicorn.__getattr__", "uvicorn"),
        _gap("json.loads", "json"),
        _gap("uvicorn.run", "uvicorn"),
        _gap("lib.Meta.__prepare__", "lib"),
    ]
    assert [gap.callee for gap in ranked(rows, [])] == [
        "uvicorn.run", "json.loads", "uvicorn.__getattr__", "lib.Meta.__prepare__", "len"
    ]  # fmt: skip


def test_the_package_whose_code_is_traced_comes_before_the_libraries_that_it_calls_more_often() -> None:
    rows = [
        Gap(
            "click.option",
            "python",
            47,
            False,
            "tool.main.flag",
            "/nowhere/tool/main.py",
            3,
            "click.decorators",
        ),
        Gap(
            "tool.build.run", "python", 1, False, "tool.main.build", "/nowhere/tool/main.py", 9, "tool.build"
        ),
    ]
    assert [gap.callee for gap in ranked(rows, [])] == ["tool.build.run", "click.option"]


def test_the_next_step_into_a_package_that_is_traced_in_part_is_the_whole_of_it(project: Project) -> None:
    project.write("pyproject.toml", "")
    project.write("vendor/tool/__init__.py", "")
    project.write("vendor/tool/load.py", "def load(): return 3")
    project.write("vendor/tool/build.py", "def build(n): return n")
    project.write("vendor/tool/main.py", "from tool import build, load\ndef main(): build.build(load.load())")
    project.write("app.py", "import sys; sys.path.append('vendor')\nfrom tool.main import main\nmain()")
    assert project.run("-i", "tool.main", "python", "app.py").returncode == 0
    answer = project.call("breadcrumb", "query", "--gaps").stdout
    assert "Next: breadcrumb config add-include tool\n" in answer, answer
    assert project.call("breadcrumb", "config", "add-include", "tool").returncode == 0
    assert project.run("python", "app.py").returncode == 0
    assert "tool.load.load" in project.functions()
