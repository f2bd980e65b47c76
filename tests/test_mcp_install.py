"""`breadcrumb mcp install`: our entry in a client's settings, and nothing else of them changed."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from hypothesis import given, settings
from hypothesis import strategies as st

from breadcrumb.install import json_file, toml_file, yaml_file
from breadcrumb.install.clients import CLIENTS, Client, place
from breadcrumb.install.command import install, uninstall
from breadcrumb.install.edits import CannotEditError
from breadcrumb.install.rules import CURSOR, SKILL, VSCODE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

ENTRY = {"command": "/bin/breadcrumb", "args": ["mcp"]}
JSON = [
    '{"a": 1}',
    '{\n  // first\n  "a": [1, 2,], // second\n  /* third */\n}\n',
    '{\n\t"S": {\n\t\t"other": {"command": "y"}, // why\n\t},\n\t"url": "http://x" // no comment\n}\n',
    '{\r\n    "S": {\r\n        "other": {}\r\n    }\r\n}\r\n',
    '{"S": {"other": {}}, "b": null}',
    '\ufeff{"S": {"other": {}}}\n',
    '{\n  "a": 1\n  // last word\n}\n',
    "{ // head\n}\n",
]
TOML = [
    "a = 1\n",
    '[S.other]\ncommand = "x"\n# why\n',
    "[S]\n[S.other]\na = 1\n\n# end\n",
    "[S]\n# none yet\n",
]
YAML = [
    "A: 1\n",
    "S:\n  other:\n    x: 1\n\n# why\nB: 2\n",
    "S:\n    other:\n        x: 1 # why\n",
    "text: |\n  S:\n    no\nS:\n- a: 1\n",
]
FORMATS = [(json_file, JSON), (toml_file, TOML), (yaml_file, YAML[:3])]
WRONG = [
    (
        json_file,
        ["{", "[]", '{"S": 1}', "{'a': 1}", '{"a": 1,, }', '{"a": 1} x', '{"a": 1, "a": 2}', "not JSON"],
    ),
    (toml_file, ["a = ", "S = 1", "S = {}", "[S"]),
    (yaml_file, ["just words\n", "S: {}\n", "S:\n\tx: 1\n", "- a\n"]),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


def test_what_was_there_stays_and_comes_back() -> None:
    for editor, texts in FORMATS:
        for text in texts:
            added = editor.with_entry(text, "S", ENTRY)
            assert editor.with_entry(added, "S", ENTRY) == added, added
            assert editor.without_entry(added, "S") == text, added
            left = iter(added)
            assert all(character in left for character in text), added


def test_what_cannot_be_edited_is_refused() -> None:
    for editor, texts in WRONG:
        for text in texts:
            with pytest.raises(CannotEditError):
                editor.with_entry(text, "S", ENTRY)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.text(), VALUES),
    st.dictionaries(st.text(min_size=1), VALUES),
    st.sampled_from([None, 1, 4, "\t"]),
)
def test_any_json_stays_as_it_is(
    others: dict[str, Any], servers: dict[str, Any], indent: int | str | None
) -> None:
    servers.pop("breadcrumb", None)
    for data in (others, {**others, "S": servers}):
        text = json.dumps(data, indent=indent, ensure_ascii=False)
        if data.get("S", {"": 0}) and isinstance(data.get("S", {}), dict):
            added = json_file.with_entry(text, "S", ENTRY)
            assert json.loads(added) == {**data, "S": {**data.get("S", {}), "breadcrumb": ENTRY}}
            assert json_file.without_entry(added, "S") == text


def test_an_entry_keeps_what_the_user_added_to_it() -> None:
    ours = '{"S": {"breadcrumb": {"command": "old", "env": {"A": "1"}}}}'
    assert json.loads(json_file.with_entry(ours, "S", ENTRY))["S"]["breadcrumb"] == {
        **ENTRY,
        "env": {"A": "1"},
    }
    ours = '[S.breadcrumb]\ncommand = "old"\ntimeout = 9\n'
    assert tomllib.loads(toml_file.with_entry(ours, "S", ENTRY))["S"]["breadcrumb"] == {**ENTRY, "timeout": 9}


def test_rules_are_short() -> None:
    assert all(len(words) / 4 < 400 for words in (SKILL, CURSOR, VSCODE))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project whose user has some clients."""
    project = new_project(tmp_path_factory.mktemp("install"))
    project.write(".cursor/mcp.json", JSON[1])
    project.write("../home/.codex/config.toml", TOML[1])
    project.write("../home/.config/goose/config.yaml", YAML[1].replace("S:", "extensions:"))
    return project


def test_each_client_is_served_and_left_as_it_was(
    home: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", home.environ["HOME"])
    monkeypatch.chdir(home.path)
    before = files(home)
    for client in CLIENTS:
        assert install([client.name]) == 0, capsys.readouterr().err
        text = place(client.settings, home.path).read_text()
        read = {json_file: _json, toml_file: tomllib.loads, yaml_file: yaml.safe_load}[client.editor]
        entry = read(text)[client.section]["breadcrumb"]
        assert "mcp" in entry["args"] and entry.get("command", entry.get("cmd")).endswith("breadcrumb")
        assert ("--store" in entry["args"]) == (client.name == "claude-desktop")
        if client.rules:
            assert "why" in place(client.rules, home.path).read_text()
    kept = files(home)
    for client in CLIENTS:
        capsys.readouterr()
        assert install([client.name, "--print"]) == 0
        printed = capsys.readouterr().out
        assert str(place(client.settings, home.path)) in printed and '"mcp"' in printed
    assert files(home) == kept
    for client in CLIENTS:
        assert uninstall([client.name]) == 0, capsys.readouterr().err
        skill = home.path / ".agents/skills/breadcrumb/SKILL.md"
        assert skill.exists() == (client.name != "goose"), "others use it"
    assert files(home) == before


def test_comments_on_what_follows_stay() -> None:
    text = '[S.breadcrumb]\ncommand = "x"\n# within\nargs = []\n\n# of c\n\n[S.c]\nd = 1\n'
    assert toml_file.without_entry(text, "S") == "\n# of c\n\n[S.c]\nd = 1\n"


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("cursor", ["", "{}", "{ }\n", '{"mcpServers": {}}', '{"mcpServers": {\n  // none\n}}\n', *JSON]),
        ("codex", ["", "a = 1", "[mcp_servers]", "a = 1\r\n", *TOML]),
        ("goose", ["", "A: 1", "extensions:", "extensions:\n\nB: 2", *YAML[:3]]),
    ],
)
def test_undoing_leaves_every_byte_as_it_was(
    name: str, texts: list[str], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", project.environ["HOME"])
    monkeypatch.chdir(project.path)
    client = next(each for each in CLIENTS if each.name == name)
    settings = place(client.settings, project.path)
    for text in texts:
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_bytes(text.encode())
        assert install([name]) == install([name]) == install([name, "--store", "elsewhere"]) == 0
        assert b"elsewhere" in settings.read_bytes()
        assert uninstall([name]) == 0
        assert settings.read_bytes() == text.encode()
    install([name])
    settings.write_text(f"{settings.read_text()}\n{'//' if name == 'cursor' else '#'} mine\n")
    assert uninstall([name]) == 0
    assert "mine" in settings.read_text() and "mcp" not in settings.read_text()


@pytest.mark.parametrize("client", CLIENTS, ids=[client.name for client in CLIENTS])
def test_folders_that_were_empty_stay(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", project.environ["HOME"])
    monkeypatch.chdir(project.path)
    for path in (client.settings, client.rules):
        if path is not None:
            place(path, project.path).parent.parent.mkdir(parents=True, exist_ok=True)
    settings = place(client.settings, project.path)
    settings.parent.mkdir(exist_ok=True)
    before = folders(project)
    assert install([client.name]) == uninstall([client.name]) == 0
    assert folders(project) == before and not settings.exists()
    settings.symlink_to(project.path / "elsewhere")  # to nothing, yet
    assert install([client.name]) == 0 and (project.path / "elsewhere").is_file()
    assert uninstall([client.name]) == 0
    assert settings.is_symlink() and not (project.path / "elsewhere").exists()


def folders(project: Project) -> set[str]:
    """All folders of the project and its user, but those where we keep notes."""
    found = [path for path in project.path.parent.rglob("*") if path.is_dir()]
    return {str(path) for path in found if ".local" not in path.parts}


def _json(text: str) -> Any:
    return json_file._read(text).data


def files(project: Project) -> dict[str, bytes]:
    """All files of the project and its user."""
    folder = project.path.parent
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_mistakes_are_one_line_and_change_nothing(home: Project) -> None:
    broken = home.write(".vscode/mcp.json", "{ not JSON")
    for words, says in (
        (("install", "emacs"), "there is no client emacs: there are claude-code,"),
        (("install", "vscode"), f"{broken} was left as it is: it is not JSON"),
        (("uninstall", "vscode"), "it is not JSON"),
    ):
        done = home.call("breadcrumb", "mcp", *words)
        assert done.returncode != 0 and len(done.stderr.splitlines()) == 1 and says in done.stderr, (
            done.stderr
        )
    assert broken.read_text() == "{ not JSON" and not (home.path / ".github").exists()
    found = home.call("breadcrumb", "mcp", "install").stdout
    assert "install cursor" in found and "install codex" in found and "install zed" not in found
