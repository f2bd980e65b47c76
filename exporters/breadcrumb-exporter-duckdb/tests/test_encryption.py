"""Sealed frames: they open with their key, at their place, in their file, and nowhere else."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base.location import MARKER, SPOOL, StoreError, StoreTooNew
from breadcrumb_exporter_duckdb.base.ownership import prepare
from breadcrumb_exporter_duckdb.format import encryption
from breadcrumb_exporter_duckdb.format.frame import PREFIX, SEALED, Found, scan
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, is_finished, spool_files
from breadcrumb_exporter_duckdb.writing.spool_limit import make_room

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CANARY = "canary"


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a key that this process uses."""
    path = new_key(tmp_path / "key")
    monkeypatch.setenv(encryption.ENV_KEY, "")
    monkeypatch.setattr(encryption, "_path", None)
    encryption.use(str(path))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return prepare(tmp_path / "store")


def new_key(path: Path) -> Path:
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return path


def written(store: Path, count: int = 4) -> Path:
    """A spool file with so many frames of one fact each, beside what begins it."""
    before = set(spool_files(store))
    writer = SpoolWriter(store, run_id="r", traced=False)
    for number in range(count):
        writer.write(facts=[("run", json.dumps({"key": f"{CANARY}{number}"}))])
    writer.close()
    (path,) = set(spool_files(store)) - before
    return path


def found(path: Path) -> list[Found]:
    with path.open("rb") as file:
        return list(scan(file, seal=encryption.seal_of(path)))


def keys(path: Path) -> list[str]:
    """What the facts of the frames that open are called."""
    return [json.loads(each.frame.facts[0][1])["key"] for each in found(path) if each.frame is not None]


def test_what_was_sealed_is_read_and_nothing_of_it_shows(store: Path, key: Path) -> None:
    path = written(store)
    assert keys(path) == ["canary0", "canary1", "canary2", "canary3"]
    for each in store.rglob("*"):
        if each.is_file():
            data = each.read_bytes()
            assert CANARY.encode() not in data
            assert key.read_bytes() not in data
            assert key.read_bytes().hex().encode() not in data


def test_a_frame_opens_at_its_place_alone(store: Path) -> None:
    path, other = written(store), written(store)
    ends = [each.end for each in found(path)]
    data = path.read_bytes()
    first, second, rest = data[: ends[0]], data[ends[0] : ends[1]], data[ends[1] :]
    assert len(first) == len(second)
    path.write_bytes(second + first + rest)
    assert keys(path) == ["canary2", "canary3"]
    path.write_bytes(first + first + rest)
    assert keys(path) == ["canary0", "canary2", "canary3"]
    path.write_bytes(other.read_bytes())
    assert keys(path) == []
    assert found(path)[0].problem is not None


def test_a_file_opens_in_its_store_alone(store: Path, tmp_path: Path) -> None:
    path, foreign = written(store), prepare(tmp_path / "foreign")
    encryption.prepare(foreign)
    copy = foreign / SPOOL / path.name
    copy.write_bytes(path.read_bytes())
    assert keys(copy) == []
    (foreign / MARKER).write_bytes((store / MARKER).read_bytes())
    assert len(keys(copy)) == 4


def test_a_file_cut_at_any_byte_gives_the_whole_frames(store: Path) -> None:
    path = written(store, 2)
    data = path.read_bytes()
    ends = [each.end for each in found(path)]
    seal = encryption.seal_of(path)
    for size in range(len(data)):
        read = list(scan(io.BytesIO(data[:size]), seal=seal))
        assert [each.end for each in read if each.frame] == [end for end in ends if end <= size]
        assert size in (0, *ends) or read[-1].problem == "torn"


def test_any_changed_byte_costs_only_its_own_frame(store: Path) -> None:
    path = written(store, 3)
    data = path.read_bytes()
    first, second, _ = (each.end for each in found(path))
    seal = encryption.seal_of(path)
    unused = range(first + 8, first + 12)  # and the version before that: a newer one hides what follows
    for at in {*range(first, second)} - {*unused}:
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        read = list(scan(io.BytesIO(changed), seal=seal))
        assert [each.frame is not None for each in read] == [True, False, True]


def test_no_nonce_comes_twice(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the program makes its random numbers predictable, and in a child that was forked."""
    numbers = iter(range(1000))
    monkeypatch.setattr(os, "urandom", lambda size: next(numbers).to_bytes(size, "big"))
    writer = SpoolWriter(store, run_id="r", traced=False)
    writer.write(facts=[("run", '{"key": "same"}')])
    if (child := os.fork()) == 0:
        try:
            writer.write(facts=[("run", '{"key": "same"}')])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    writer.write(facts=[("run", '{"key": "same"}')])
    writer.close()
    sealed = []
    for path in spool_files(store):
        data = path.read_bytes()
        for each in found(path):
            assert PREFIX.unpack_from(data, each.start)[1] == SEALED
            sealed.append(data[each.start + PREFIX.size : each.end])
    assert len(sealed) == 3
    assert len({each[: encryption.NONCE] for each in sealed}) == 3
    assert not any(each.startswith(bytes(encryption.NONCE - 2)) for each in sealed)


def test_calls_that_give_way_are_told_of_in_sealed_frames(store: Path) -> None:
    files = [written(store), written(store)]
    make_room(store, spool_files(store), 1, is_finished)
    (left,) = spool_files(store)
    assert left not in files
    assert CANARY.encode() not in left.read_bytes()
    assert len(found(left)) == 1
    (frame,) = [each.frame for each in found(left)]
    assert frame is not None
    assert {CANARY in text for _, text in frame.facts} == {True}


def test_no_memory_is_lent_in_an_encrypted_store(store: Path) -> None:
    assert SpoolWriter(store, run_id="r").lend(4096, "{}") is None
    assert (store / MARKER).exists()


def test_several_that_begin_at_once_agree(store: Path) -> None:
    start = threading.Barrier(8)

    def begin() -> None:
        writer = SpoolWriter(store, run_id="r", traced=False)
        start.wait()
        writer.write(facts=[("run", '{"key": "1"}')])
        writer.close()

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paths = spool_files(store)
    assert len(paths) == 8
    assert all(keys(path) == ["1"] for path in paths)
    assert sorted(each.name for each in store.glob(f"{MARKER}*")) == [MARKER]


def test_plain_and_sealed_do_not_mix(store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sealed = written(store)
    (store / MARKER).rename(tmp_path / MARKER)
    with pytest.raises(StoreError, match="is encrypted, its store is not"):
        found(sealed)
    with pytest.raises(StoreError, match="is not encrypted, and a key is named"):
        SpoolWriter(store, run_id="r").write(facts=[("run", '{"key": ""}')])
    monkeypatch.setattr(encryption, "_path", None)
    plain = written(store)
    (tmp_path / MARKER).rename(store / MARKER)
    with pytest.raises(StoreError, match="the file of its key"):
        found(plain)
    encryption.use(str(tmp_path / "key"))
    with pytest.raises(StoreError, match="is not encrypted, its store is"):
        found(plain)


def _short(path: Path) -> None:
    path.write_bytes(b"x" * 31)


def _readable(path: Path) -> None:
    path.chmod(0o640)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_short, "holds fewer than 32 bytes"),
        (_readable, "others may read"),
        (_pipe, "is no regular file"),
        (os.unlink, "cannot be read: No such file"),
        (new_key, "the key is not that of"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(
    store: Path, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    path = written(store)
    other = new_key(tmp_path / "hidden-name")
    spoil(other)
    encryption.use(str(other))
    with pytest.raises(StoreError, match=said) as refused:
        found(path)
    assert "hidden-name" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_cipher_is_not_guessed_at(store: Path) -> None:
    path = written(store)
    said = json.loads((store / MARKER).read_text())
    (store / MARKER).write_text(json.dumps({**said, "cipher": "of tomorrow"}))
    with pytest.raises(StoreTooNew):
        found(path)
