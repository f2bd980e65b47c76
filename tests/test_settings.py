"""Settings come from every layer in order, and a bad one is named with its place."""

from __future__ import annotations

import json
import os
import string
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base import ownership
from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.common import settings, toml_edit
from breadcrumb.common.settings import FIELDS, Settings, SettingsError

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = tmp_path / "project"
    ownership.prepare(path / ".breadcrumb")
    (path / "pyproject.toml").touch()
    return path


def _load(place: Path, environ: dict[str, str] | None = None, **options: object) -> Settings:
    home = {"XDG_CONFIG_HOME": str(place.parent / "config")}
    return settings.load(place, environ=home | (environ or {}), **options)  # type: ignore[arg-type]  # passed on


def _write(place: Path, layer: str, text: str) -> None:
    path, heading = {
        "user": (place.parent / "config" / "breadcrumb" / "config.toml", ""),
        "project": (place / "pyproject.toml", "[tool.breadcrumb]\n"),
        "store": (place / ".breadcrumb" / "config.toml", ""),
    }[layer]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(heading + text)


def test_defaults_need_no_file(place: Path) -> None:
    assert _load(place) == Settings(store=str(place / ".breadcrumb"))


def test_each_layer_overrides_the_one_below(place: Path) -> None:
    expected = []
    for number, layer in enumerate(("user", "project", "store"), start=1):
        _write(place, layer, f"sql_seconds = {number}\n")
        expected.append(_load(place).sql_seconds)
    text = (place / "pyproject.toml").read_text() + "[tool.breadcrumb.profiles.slow]\nsql_seconds = 4\n"
    (place / "pyproject.toml").write_text(text)
    expected.append(_load(place, profile="slow").sql_seconds)
    environ = {"BREADCRUMB_SQL_SECONDS": "5", "BREADCRUMB_PROFILE": "slow"}
    expected.append(_load(place, environ).sql_seconds)
    expected.append(_load(place, environ, flags={"sql_seconds": 6}).sql_seconds)
    assert expected == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "bound"),
    [("0.5", 0.5), ("2", 2.0), ("none", None), ("false", None), ('"none"', None)],
)
def test_the_overhead_is_a_number_or_none(place: Path, text: str, bound: float | None) -> None:
    assert _load(place).overhead == 1.0
    _write(place, "project", f"overhead = {text if text != 'none' else repr(text)}\n")
    assert _load(place).overhead == bound
    found = _load(place, {"BREADCRUMB_OVERHEAD": text.strip('"')})
    assert Settings.from_json(found.to_json()).overhead == bound


def test_lists_and_tables_add_up(place: Path) -> None:
    _write(place, "project", "include = ['a', 'b']\nredaction.patterns = {x = 'X'}\n")
    _write(place, "store", "include = ['b', 'c']\n[redaction]\npatterns = {y = 'Y'}\n")
    found = _load(place, {"BREADCRUMB_INCLUDE": "d, e"}, flags={"include": ["f"]})
    assert found.include == ("a", "b", "c", "d", "e", "f")
    assert found.redaction_patterns == {"x": "X", "y": "Y"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("includ = ['a']", ["includ", "did you mean include"]),
        ("limits = {dept = 1}", ["limits.dept", "did you mean limits.depth"]),
        ("include = 'a'", ["include", "expected a list"]),
        ("gaps = 1", ["gaps", "expected true or false"]),
        ("limits.depth = 0", ["limits.depth", "1 or more"]),
        ("limits.depth = 65", ["limits.depth", "64 at most"]),
        (f"limits.depth = {'9' * 5000}", ["is not TOML", "digits"]),
        (f"{'a.' * 200}a = 1", ["nested too deeply"]),
        (f"{'k' * 5000} = 1", ["kkk...kkk", "is not a setting"]),
        (f"exclude = {['x'] * 1001}", ["exclude", "1000 texts at most"]),
        (f"exclude = ['{'x' * 100_001}']", ["take 100,", "100,000 at most"]),
        (f"redaction.allow = ['{'(' * 50_000}']", ["redaction.allow", "not a regular expression"]),
        ("sql_seconds = -1", ["sql_seconds", "above 0"]),
        ("thinning.rate = -1", ["thinning.rate", "0 or more"]),
        ("thinning.every = 10000000000", ["thinning.every", "1000000000 at most"]),
        ("thinning.slow = 2.5", ["thinning.slow", "whole number of 1 or more"]),
        ("thinning.rates = 1", ["thinning.rates", "did you mean thinning.rate"]),
        ("sampling.runs = 1.5", ["sampling.runs", "from 0 (none) to 1 (all)"]),
        ("sampling.functions = ['app.*']", ["sampling.functions", "table of pattern"]),
        (
            "sampling.functions = {'app.f' = 'all'}",
            ["sampling.functions", "from 0 (none) to 1 (all)", "app.f"],
        ),
        ("sampling.functions = {'app f' = 1}", ["sampling.functions", "space in its name"]),
        ("overhead = 0", ["overhead", 'expected a number above 0, or "none", not 0']),
        ("overhead = -0.5", ["overhead", "a number above 0"]),
        ("overhead = true", ["overhead", "a number above 0"]),
        ("overhead = 'all'", ["overhead", 'or "none"', "'all'"]),
        ("overhead = nan", ["overhead", "a number above 0"]),
        ("recorder = 'rust'", ["recorder", "expected auto, c or python"]),
        ("redaction.allow = ['(']", ["redaction.allow", "not a regular expression"]),
        ("redaction.allow = ['.*']", ["redaction.allow", "matches the empty text"]),
        ("redaction.patterns = {'my rule' = 'x+'}", ["redaction.patterns", "no rule name"]),
        ("limits = 3", ["limits"]),
        ("profiles = 3", ["profiles", "not a table"]),
        ("profiles.x = {gap = true}", ["[profiles.x]", "gap", "did you mean gaps"]),
        ("= 3", ["is not TOML"]),
    ],
)
def test_a_bad_setting_is_named_with_its_file(place: Path, text: str, words: list[str]) -> None:
    _write(place, "store", text + "\n")
    with pytest.raises(SettingsError) as error:
        _load(place)
    for word in [str(place / ".breadcrumb" / "config.toml"), *words]:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("redaction.patterns = {x = '(a+)+$'}", "repeats what repeats"),
        ("redaction.allow = ['(?:[a-z]*,)*x']", "repeats what repeats"),
        ("redaction.patterns = {x = '(a|aa)+$'}", "repeats what repeats"),
        ("redaction.patterns = {x = '(aa?)+$'}", "repeats what repeats"),
        ("redaction.patterns = {x = '((a|aa){8}){8}$'}", "repeats what repeats"),
        ("redaction.allow = ['(?s).+']", "allows everything"),
        ("profiles.p.redaction.allow = ['.{1,99}']", "allows everything"),
    ],
)
def test_a_project_neither_holds_up_nor_allows_all(place: Path, text: str, said: str) -> None:
    _write(place, "project", text + "\n")
    with pytest.raises(SettingsError, match=said):
        _load(place)


@pytest.mark.parametrize(
    "pattern", [r"\bB-(\d{4})\b", r"(?:foo|bar|x)+!", r"(?:[a-z]{1,12}-){2,6}", "[a-z]+x{2,9}"]
)
def test_a_projects_pattern_that_matches_in_one_way_counts(place: Path, pattern: str) -> None:
    _write(place, "project", f"redaction.patterns = {{x = '{pattern}'}}\n")
    assert _load(place).redaction_patterns == {"x": pattern}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_project_of_another_user_only_narrows(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def loaded(text: str, owner: int) -> Settings:
        _write(place, "project", text)
        os.chown(place / "pyproject.toml", owner, -1)
        return _load(place)

    weak = "otlp_values = true\notlp_redaction = false\nredaction.allow = ['x1']\nredaction.names = ['y']\n"
    found = loaded(f"{weak}profiles.p.otlp_values = true\n", 12345)
    assert (found.otlp_values, found.otlp_redaction, found.redaction_allow) == (None, True, ())
    assert found.redaction_names == ("y",)
    assert "redaction.allow in" in (said := capsys.readouterr().err) and "another user owns the file" in said
    assert loaded("otlp_values = false\n", 12345).otlp_values is False
    assert loaded(weak, 0).redaction_allow == ("x1",)


def test_a_project_does_not_take_back_what_the_user_asks_for(place: Path) -> None:
    _write(place, "user", "redaction.personal = true\n")
    _write(place, "project", "redaction.personal = false\n")
    assert _load(place).redaction_personal


def test_a_users_own_pattern_may_be_slow(place: Path) -> None:
    _write(place, "user", "redaction.patterns = {x = '(a+)+$'}\n")
    assert _load(place).redaction_patterns == {"x": "(a+)+$"}


def test_sampling_and_thinning_come_from_every_layer(place: Path) -> None:
    _write(place, "project", "[tool.breadcrumb.sampling.functions]\n'app.*' = 0.5\n")
    _write(place, "store", "[sampling.functions]\n'app.hot' = 1\n[thinning]\nrate = 0\n")
    found = _load(
        place, {"BREADCRUMB_SAMPLING_FUNCTIONS": '{"lib.*": 0.01}', "BREADCRUMB_SAMPLING_RUNS": "0.25"}
    )
    assert list(found.sampling_functions.items()) == [("app.*", 0.5), ("app.hot", 1.0), ("lib.*", 0.01)]
    assert (found.thinning_rate, found.thinning_first, found.sampling_runs) == (0, 1_000, 0.25)


def test_a_misspelt_variable_is_named_and_a_strangers_is_not(place: Path) -> None:
    assert _load(place, {"BREADCRUMB_COLOUR_SCHEME": "dark"}) == _load(place)
    with pytest.raises(SettingsError, match=r"BREADCRUMB_INCLUDES.*did you mean BREADCRUMB_INCLUDE"):
        _load(place, {"BREADCRUMB_INCLUDES": "a"})
    with pytest.raises(SettingsError, match=r"BREADCRUMB_LIMITS_DEPTH.*1 or more"):
        _load(place, {"BREADCRUMB_LIMITS_DEPTH": "deep"})


def test_an_unknown_profile_names_those_that_exist(place: Path) -> None:
    _write(place, "store", "[profiles.slow]\n")
    with pytest.raises(SettingsError, match=r"fast.*slow"):
        _load(place, profile="fast")


PROFILES = """\
[tool.breadcrumb.profiles.deep]
include = ["shop"]
limits = {items = 2}
[tool.breadcrumb.profiles.apart]
store = "elsewhere"
"""


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_run_uses_the_profile_that_is_named(project: Project, way: str) -> None:
    def chosen(profile: str) -> tuple[list[str], dict[str, str]]:
        return (["-c", profile], {}) if way == "option" else ([], {"BREADCRUMB_PROFILE": profile})

    project.write("pyproject.toml", PROFILES)
    project.write(".breadcrumb/config.toml", "[profiles.deep]\nlimits = {string = 5}\n")
    project.write("shop.py", "def price(item): return item\n")
    project.write("app.py", "import shop\nshop.price(['apples and pears', 2, 3, 4])\n")
    words, environ = chosen("deep")
    assert project.run("--no-report", *words, "python", "app.py", environ=environ).returncode == 0
    args = project.query("SELECT args FROM calls WHERE function = 'shop.price'")
    assert [json.loads(text) for (text,) in args] == [
        {"item": [{"@": "str", "@head": "apple", "@length": 16}, 2, {"@more": 2}]}
    ]
    words, environ = chosen("apart")
    project.run("--no-report", *words, "python", "app.py", environ=environ)
    assert (project.path / "elsewhere" / "spool").is_dir()
    words, environ = chosen("deeper")
    refused = project.run("--no-report", *words, "python", "app.py", environ=environ)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "profile: deeper: no settings file defines it; there are: apart, deep" in refused.stderr


def test_a_store_in_a_file_is_relative_to_it(place: Path) -> None:
    _write(place, "project", "store = 'elsewhere'\n")
    (place / "sub").mkdir()
    found = settings.load(place / "sub", environ={"XDG_CONFIG_HOME": "/nonexistent"})
    assert found.store == str(place / "elsewhere")
    assert _load(place, {"BREADCRUMB_STORE": "/named"}).store == "/named"
    assert _load(place, {"BREADCRUMB_STORE": "/named"}, flags={"store": "/flag"}).store == "/flag"


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[1] / "docs" / "running.md").read_text(encoding="utf-8")
    for name in FIELDS:
        assert f"| `{settings.key_of(name)}` | `BREADCRUMB_{name.upper()}` |" in text, name


names = st.text(string.printable, min_size=1).filter(str.strip)


@given(include=st.lists(names), patterns=st.dictionaries(names, names), depth=st.integers(1, 99))
def test_settings_survive_the_way_to_another_process(
    include: list[str], patterns: dict[str, str], depth: int
) -> None:
    given_settings = Settings(include=tuple(include), redaction_patterns=patterns, limits_depth=depth)
    assert Settings.from_json(given_settings.to_json()) == given_settings


@given(
    before=st.sampled_from(
        [
            "",
            "gaps = true",
            "# note\n",
            "include = []\n",
            "include = ['a', # why\n  'b',\n]\ngaps = true\n",
            "[limits]\ndepth = 3\n",
            "include=[ 'a' ]\n[profiles.x]\ninclude = ['z']\n",
            "store = '''\ninclude = [\n'''\n",
        ]
    ),
    item=names,
)
def test_an_edit_changes_one_list_and_nothing_else(before: str, item: str) -> None:
    was = tomllib.loads(before)
    old = [each for each in was.get("include", []) if each != item]
    added = toml_edit.with_item(before, "include", item)
    assert tomllib.loads(added) == was | {"include": [*was.get("include", []), item]}
    assert tomllib.loads(toml_edit.without_item(added, "include", item)) == was | {"include": old}
    assert ("# why" in added) == ("# why" in before)


def test_config_shows_where_each_value_comes_from(project: Project) -> None:
    project.write("pyproject.toml", "[tool.breadcrumb]\ninclude = ['app.*']\n")
    shown = project.call("breadcrumb", "config", "show").stdout
    assert f'include = ["app.*"]  # {project.path}/pyproject.toml [tool.breadcrumb]' in shown
    rows = json.loads(project.call("breadcrumb", "config", "show", "--format", "json").stdout)
    assert set(rows) == {settings.key_of(name) for name in FIELDS}


def test_config_edits_the_store_and_keeps_the_rest(project: Project) -> None:
    project.write(".breadcrumb/config.toml", "# mine\ngaps = false\n")
    for _ in range(2):
        assert project.call("breadcrumb", "config", "add-include", "lib.*").returncode == 0
    text = (project.store / "config.toml").read_text()
    assert text == '# mine\ngaps = false\ninclude = ["lib.*"]\n'
    assert project.call("breadcrumb", "config", "remove-include", "lib.*").returncode == 0
    missing = project.call("breadcrumb", "config", "remove-include", "lib.*")
    assert missing.returncode == 1 and missing.stderr.count("\n") == 1


def test_config_validate_names_what_is_wrong(project: Project) -> None:
    assert project.call("breadcrumb", "config", "validate").returncode == 0
    project.write(".breadcrumb/config.toml", "gaps = 3\n")
    wrong = project.call("breadcrumb", "config", "validate")
    assert wrong.returncode == 2 and "config.toml: gaps: expected true or false" in wrong.stderr
