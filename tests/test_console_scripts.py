"""A command of an installed package is traced however it is reached: by a link, from any folder, as a zip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipapp
from typing import TYPE_CHECKING

import pytest

from breadcrumb.common import console_scripts

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

pytestmark = pytest.mark.launches

CLI = "from acme.core import compute\ndef mul(n):\n    print(compute(n))\ndef cli():\n    mul(3)\n"
CORE = "def compute(n):\n    return 2 * n\n"
STUB = """\
#!{python}
# -*- coding: utf-8 -*-
import sys
from acme.cli import cli
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(cli())
"""
WHOLE = {"acme.cli.cli", "acme.cli.mul", "acme.core.compute"}
ENTRY = {"acme.cli.cli", "acme.cli.mul"}


class Environment:
    """A virtual environment that has what this one has, and `acme`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(path)], check=True)
        self.python = path / "bin" / "python"
        self.packages = path / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        ours = sysconfig.get_path("purelib")
        (self.packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")

    def install(
        self, url: str | None = None, scripts: Path | None = None, source: Path | None = None
    ) -> Path:
        """Install `acme` as from `url` (None: an index), editable where it has a `source`; its command."""
        metadata = self.packages / "acme-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[console_scripts]\nacme = acme.cli:cli\n")
        if url is not None:
            (metadata / "direct_url.json").write_text(json.dumps({"url": url, "dir_info": {}}))
        package = (source or self.packages) / "acme"
        package.mkdir(parents=True)
        for name, text in (("__init__.py", ""), ("cli.py", CLI), ("core.py", CORE)):
            (package / name).write_text(text)
        if source is not None:
            (self.packages / "acme.pth").write_text(f"{source}\n")
        folder = scripts or self.python.parent
        folder.mkdir(exist_ok=True)
        script = folder / "acme"
        script.write_text(STUB.format(python=self.python))
        script.chmod(0o755)
        return script


@pytest.fixture
def environment(project: Project) -> Environment:
    """An environment outside of the project."""
    return Environment(project.path.parent / "tools" / "acme")


def first_on_path(project: Project, script: Path) -> dict[str, str]:
    """The environment in which a script's folder comes first."""
    return {"PATH": f"{script.parent}{os.pathsep}{project.environ['PATH']}"}


def link(project: Project, target: Path, name: str = "acme") -> Path:
    """A link to a file, in a folder of its own."""
    folder = project.path.parent / "links"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.symlink_to(target)
    return path


def test_a_link_to_the_command_of_a_published_package_traces_its_entry_module(
    project: Project, environment: Environment
) -> None:
    command = link(project, environment.install())
    ended = project.run("--no-report", command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "6\n", "")
    assert project.functions() == ENTRY


def test_of_one_s_own_package_everything_is_traced(project: Project, environment: Environment) -> None:
    script = environment.install(url=project.path.as_uri())
    for command in (script, link(project, link(project, script, "between"))):
        ended = project.run("--no-report", command)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "6\n", "")
    assert project.query("SELECT function, count(*) FROM calls GROUP BY ALL ORDER BY 1") == [
        (name, 2) for name in sorted(WHOLE)
    ]
    scopes = project.query("SELECT value->>'$.scope.include' FROM facts WHERE kind = 'process'")
    assert "acme.*" in str(scopes[0][0])


def test_of_an_editable_installation_everything_is_traced(project: Project, environment: Environment) -> None:
    script = environment.install(url=project.path.as_uri(), source=project.path / "src")
    assert project.run("--no-report", "acme", environ=first_on_path(project, script)).stdout == "6\n"
    assert project.functions() == WHOLE


def test_a_command_in_another_folder_of_path_is_known_by_its_text(
    project: Project, environment: Environment
) -> None:
    script = environment.install(scripts=project.path.parent / "elsewhere")
    assert project.run("--no-report", "acme", environ=first_on_path(project, script)).stdout == "6\n"
    assert project.functions() == ENTRY


def test_other_links_and_a_zip_are_traced(project: Project, environment: Environment) -> None:
    program = "def work(x):\n    print(x)\nif __name__ == '__main__':\n    work(1)\n"
    (project.path / "real").mkdir()
    project.write("real/__main__.py", program)
    project.write("real/app.py", program)
    (project.path / "pkg").symlink_to(project.path / "real")
    zipapp.create_archive(project.path / "real", project.path / "app.pyz", interpreter=sys.executable)
    here = link(project, project.path, "here")
    snake = environment.python.with_name("snake")
    snake.symlink_to("python")
    for words in (
        [snake, "real/app.py"],
        ["python", link(project, project.path / "real" / "app.py", "script")],
        ["python", "-m", "pkg"],
        ["python", here / "real" / "app.py"],
        ["python", "app.pyz"],
        ["./app.pyz"],
    ):
        ended = project.run("--no-report", *words, cwd=here)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\n", ""), words
    assert project.query("SELECT function, count(*) FROM calls GROUP BY ALL") == [("__main__.work", 6)]


def test_modules_that_are_found_by_a_link_to_the_project_join(project: Project) -> None:
    project.write("src/app.py", "def work():\n    return 1\nwork()\n")
    path = {"PYTHONPATH": str(link(project, project.path, "here") / "src")}
    ended = project.run("--no-report", "python", "-m", "timeit", "-n1", "-r1", "import app", environ=path)
    assert ended.returncode == 0, ended.stderr
    assert "app.work" in project.functions()


@pytest.mark.parametrize(
    "text",
    [
        STUB.format(python="/x/bin/python"),
        "#!/bin/sh\n'''exec' \"/x y/bin/python\" \"$0\" \"$@\"\n' '''\n# -*- coding: utf-8 -*-\nimport re\n"
        "import sys\nfrom acme.cli import cli\nif __name__ == '__main__':\n"
        "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(cli())\n",
        "#!/x/bin/python\nimport sys\nfrom acme.cli import cli\nif __name__ == '__main__':\n"
        "    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(cli())\n",
    ],
    ids=["uv", "pip-long", "pip"],
)
def test_what_installers_write_is_known_anywhere(tmp_path: Path, text: str) -> None:
    script = tmp_path / "acme"
    script.write_text(text)
    assert console_scripts.module_of(script) == "acme.cli"
    script.write_text(text + "print(1)\n")
    assert console_scripts.module_of(script) is None


def test_a_link_that_leads_nowhere_is_no_command(tmp_path: Path) -> None:
    os.symlink("nowhere", tmp_path / "acme")
    assert console_scripts.module_of(tmp_path / "acme") is None
