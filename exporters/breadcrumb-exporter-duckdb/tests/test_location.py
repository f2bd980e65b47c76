from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from breadcrumb_exporter_duckdb.base.location import StoreError, StoreForeign, find_store, project_root
from breadcrumb_exporter_duckdb.base.ownership import adopt, prepare


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    (folder / "work" / "project" / "src").mkdir(parents=True)
    (folder / "work" / "project" / "pyproject.toml").touch()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("BREADCRUMB_STORE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return folder


def test_the_project_root_holds_the_store(home: Path) -> None:
    assert find_store(start=home / "work" / "project" / "src") == home / "work" / "project" / ".breadcrumb"


@pytest.mark.parametrize("mark", ["pyproject.toml", "setup.py", ".git"])
def test_a_project_is_known_by_its_mark(home: Path, mark: str) -> None:
    nearer = home / "work" / "project" / "src"
    (nearer / mark).touch()
    assert project_root(nearer) == nearer


def test_a_project_of_django_without_another_mark_is_known_by_its_command(tmp_path: Path) -> None:
    bare = tmp_path / "site" / "shop"
    bare.mkdir(parents=True)
    (tmp_path / "site" / "manage.py").touch()
    assert project_root(bare) == tmp_path / "site"
    (tmp_path / "setup.py").touch()
    assert project_root(bare) == tmp_path


def test_home_is_no_project_even_when_it_looks_like_one(home: Path) -> None:
    (home / ".git").mkdir()
    assert project_root(home / "work") is None
    found = find_store(start=home / "work")
    assert found.parent == home / ".local" / "state" / "breadcrumb"


def test_what_is_named_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = home / "work" / "project"
    monkeypatch.setenv("BREADCRUMB_STORE", str(home / "by-environment"))
    assert find_store(start=start) == home / "by-environment"
    assert find_store("~/by-flag", start=start) == home / "by-flag"


def test_a_place_outside_any_project_has_a_store_of_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    one, other = find_store(start=home / "work"), find_store(start=home)
    assert one.parent == other.parent == home / "state" / "breadcrumb"
    assert one != other


def test_a_store_is_private_and_ignored(home: Path) -> None:
    store = prepare(home / "new" / ".breadcrumb")
    assert stat.S_IMODE(store.stat().st_mode) == stat.S_IMODE((store / "spool").stat().st_mode) == 0o700
    assert (store / ".gitignore").read_text() == "*\n"
    assert prepare(store) == store


def test_a_directory_of_settings_is_a_store_once_it_is_adopted(home: Path) -> None:
    store = home / ".breadcrumb"
    store.mkdir(mode=0o700)
    (store / "config.toml").touch()
    with pytest.raises(StoreForeign, match=r"this account did not make it; .* store adopt"):
        prepare(store)
    assert adopt(store)
    assert not adopt(store)
    prepare(store)


@pytest.mark.parametrize("place", ["file", "file/below", "other", "", "work/project"])
def test_a_place_that_cannot_be_a_store_is_one_clear_error(home: Path, place: str) -> None:
    (home / "file").touch()
    (home / "other").mkdir()
    (home / "other" / "thesis.doc").touch()
    before = sorted(os.listdir(home / "work" / "project"))
    with pytest.raises(StoreError, match="--store") as caught:
        prepare(home / place)
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir(home / "work" / "project")) == before


def test_the_root_directory_is_no_store() -> None:
    with pytest.raises(StoreError):
        prepare(Path("/"))
