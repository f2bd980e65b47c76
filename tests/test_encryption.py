"""Encryption at rest, from outside: nothing of what was recorded can be read without the key."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.format import encryption

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from conftest import Project

PROGRAM = """
import os, signal, sys, time

def canary_function(value):
    return f"canary-{value}"

for number in range(300):
    canary_function("secret-canary" + str(number))
if "fork" in sys.argv and os.fork() == 0:
    canary_function("child-canary")
    sys.exit()
def die(value):
    time.sleep(0.5)
    canary_function("last-canary")
    os.kill(os.getpid(), signal.SIGKILL)

if "die" in sys.argv:
    die("open-canary")
"""
COUNT = "SELECT count(*) FROM calls WHERE function LIKE '%canary_function'"


@pytest.fixture
def sealed(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose store is to be encrypted, with a key that this process uses too."""
    monkeypatch.setenv(encryption.ENV_KEY, "")
    monkeypatch.setattr(encryption, "_path", None)
    encryption.use(str(new_key(project, "key")))
    project.environ[encryption.ENV_KEY] = "key"
    project.write("app.py", PROGRAM)
    return project


def new_key(project: Project, name: str) -> Path:
    path = project.path / name
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return path


def run(project: Project, *words: str, **environ: str) -> CompletedProcess[str]:
    return project.run("--no-report", "python", "app.py", *words, environ=environ)


def files(project: Project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in project.store.rglob("*") if path.is_file()}


def test_no_byte_of_the_store_tells_what_was_recorded(sealed: Project) -> None:
    del sealed.environ[encryption.ENV_KEY]
    sealed.write("pyproject.toml", '[tool.breadcrumb.encryption]\nkey = "key"\n')
    assert run(sealed, "fork").returncode == 0
    assert run(sealed, "die").returncode == -signal.SIGKILL
    assert "secret-canary0" in sealed.call("breadcrumb", "query", "--call", "canary_function").stdout
    told = sealed.call("breadcrumb", "query", "--run", "all", "--sql", COUNT)
    assert "601" in told.stdout or "602" in told.stdout, told.stderr
    key = (sealed.path / "key").read_bytes()
    for name, data in files(sealed).items():
        for secret in (b"canary", key, key.hex().encode()):
            assert secret not in data, name
    assert not [name for name in files(sealed) if ".duckdb" in name or ".arena" in name]
    assert not (sealed.path / ".tmp").exists()


def test_without_its_key_nothing_is_answered_or_changed(sealed: Project) -> None:
    run(sealed)
    new_key(sealed, "wrong")
    before = files(sealed)
    asked = [("", "query", "--sql", COUNT), ("", "runs"), ("wrong", "query", "--flow")]
    asked += [("wrong", "query", "--sql", COUNT), ("wrong", "store", "verify")]
    for key, *words in asked:
        said = "the key is not that of" if key else "is encrypted"
        ended = sealed.call("breadcrumb", *words, environ={encryption.ENV_KEY: key})
        assert ended.returncode != 0
        assert said in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        ended = run(sealed, **{encryption.ENV_KEY: key})
        assert ended.returncode == 0
        assert "untraced" in ended.stderr and said in ended.stderr
    assert files(sealed) == before
    assert sealed.query(COUNT) == [(300,)]


def test_a_plain_store_stays_plain(sealed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run(sealed, **{encryption.ENV_KEY: ""})
    assert any(b"canary" in data for data in files(sealed).values())
    ended = run(sealed)
    assert ended.returncode == 0
    assert "untraced" in ended.stderr and "is not encrypted, and a key is named" in ended.stderr
    monkeypatch.setattr(encryption, "_path", None)
    assert sealed.query(COUNT) == [(300,)]
    assert not (sealed.store / "encryption.json").exists()


def test_a_torn_tail_loses_only_itself_and_a_changed_frame_is_damage(sealed: Project) -> None:
    run(sealed)
    largest = max(sealed.store.rglob("*.spool"), key=lambda path: path.stat().st_size)
    data = largest.read_bytes()
    largest.write_bytes(data + data[:100])
    assert sealed.query(COUNT) == [(300,)]
    largest.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    assert "corrupt" in sealed.call("breadcrumb", "store", "verify").stdout


def test_without_cryptography_the_program_runs_untraced(sealed: Project) -> None:
    sealed.write("hidden/cryptography.py", "raise ImportError\n")
    ended = run(sealed, PYTHONPATH="hidden")
    assert ended.returncode == 0
    assert "pip install cryptography" in ended.stderr


def test_the_store_says_what_it_is_and_clears(sealed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run(sealed)
    assert ", encrypted." in sealed.call("breadcrumb", "store", "info").stdout
    assert "there is no database" in sealed.call("breadcrumb", "store", "compact").stderr
    assert "not encrypted" in sealed.call("breadcrumb", "export", "last", "--to", "jsonl", "out").stdout
    del sealed.environ[encryption.ENV_KEY]
    sealed.call("breadcrumb", "store", "clear", "--yes")
    run(sealed)
    monkeypatch.setattr(encryption, "_path", None)
    assert sealed.query(COUNT) == [(300,)]


def test_a_program_that_is_not_encrypted_imports_no_cipher(sealed: Project) -> None:
    sealed.write("app.py", "import sys\nprint(sorted(name for name in sys.modules if 'crypt' in name))\n")
    loaded = run(sealed, **{encryption.ENV_KEY: ""}).stdout
    assert loaded == "['breadcrumb_exporter_duckdb.format.encryption']\n"


RING = """
from pathlib import Path
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        with open("asked", "a") as file:
            file.write(f"{service} {username},")
        return Path("ring").read_text() if Path("ring").exists() else None

    def set_password(self, service, username, password):
        raise NotImplementedError
"""
WITH_CHILD = """
import os, subprocess, sys

def canary_function(value):
    return value

canary_function("canary")
held = [os.path.realpath(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd")]
in_environment = open("ring").read() in str(os.environ)
print("keyring" in sys.modules, in_environment, any("breadcrumb-key" in each for each in held))
if "child" not in sys.argv:
    subprocess.run([sys.executable, "app.py", "child"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the key is handed on in a file in memory")
def test_the_keyring_is_asked_by_who_starts_and_who_asks(sealed: Project) -> None:
    sealed.write("ring.py", RING)
    sealed.write("app.py", WITH_CHILD)
    sealed.environ |= {
        encryption.ENV_KEY: "keyring:breadcrumb/shop",
        "PYTHON_KEYRING_BACKEND": "ring.Ring",
        "PYTHONPATH": str(sealed.path),
    }
    assert "the keyring has no key breadcrumb/shop" in run(sealed).stderr
    secret = sealed.write("ring", os.urandom(32).hex()).read_text()
    (sealed.path / "asked").unlink()
    ended = run(sealed)
    assert ended.stdout == "False False False\n" * 2, ended.stderr
    assert sealed.call("breadcrumb-instrument", "python", "app.py").stdout.count("False False") == 2
    told = sealed.call("breadcrumb", "query", "--run", "all", "--sql", COUNT)
    assert "4" in told.stdout, told.stderr
    assert (sealed.path / "asked").read_text() == "breadcrumb shop," * 3
    assert not [name for name, data in files(sealed).items() if secret.encode() in data or b"canary" in data]
