"""An exception of a `with` block is told where it was raised, not in the generator through which it went."""

import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project

APP = """\
import asyncio
import json
import sys
from contextlib import asynccontextmanager, contextmanager


@contextmanager
def lock(name):
    try:
        yield name
    finally:
        pass


@asynccontextmanager
async def outer(name):
    async with inner(name):
        yield name


@asynccontextmanager
async def inner(name):
    yield name


@contextmanager
def broken(name):
    yield name
    raise ValueError(f"no {name} to close")


@contextmanager
def reading(text):
    yield text
    json.loads(text)  # with what was given


def check(total, limit):
    with lock("till") as held:
        if total > limit:
            raise ValueError(f"total {total} is over {limit}")


async def wait(total, limit):
    async with outer("till") as held:
        if total > limit:
            raise ValueError(f"total {total} is over {limit}")


def load(text):
    with lock("till") as held:
        return json.loads(text)


def read():
    with reading("{512"):
        pass


def close():
    with broken("till"):
        pass


{
    "sync": lambda: check(512, 400),
    "async": lambda: asyncio.run(wait(512, 400)),
    "library": lambda: load("{512"),
    "manager": close,
    "library of the manager": read,
}[sys.argv[1]]()
"""
TOLD = {
    "sync": (
        r"check#1\(total=512, limit=400\)",
        'raise ValueError(f"total {total} is over {limit}")',
        ["lock"],
    ),
    "async": (
        r"wait#1\(total=512, limit=400\)",
        'raise ValueError(f"total {total} is over {limit}")',
        ["inner", "outer"],
    ),
    "library": (r"load#1\(text='\{512'\)", "return json.loads(text)", ["lock"]),
    "manager": (r"broken#1\(name='till'\)", 'raise ValueError(f"no {name} to close")', []),
    "library of the manager": (r"reading#1\(text='\{512'\)", "json.loads(text)  # with what was given", []),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    project = new_project(tmp_path_factory.mktemp("thrown"))
    project.write("app.py", textwrap.dedent(APP))
    return project


@pytest.mark.parametrize("how", TOLD)
def test_the_raising_frame_is_the_last_one(how: str, project: Project) -> None:
    if how == "library" and sys.version_info < (3, 12):
        pytest.skip("the line at which a generator was left is that of its finally")
    frame, statement, through = TOLD[how]
    project.call("breadcrumb-instrument", "python", "app.py", how)
    passed = rf"\n +through {', '.join(f'{name}#1' for name in through)}\n" if through else r"\n"
    for question in ("--why", "--errors"):
        told = project.call("breadcrumb", "query", question).stdout
        shown = rf"  {frame}\n +app\.py:\d+  {re.escape(statement)}[^\n]*(\n +held [^\n]*)?{passed}"
        assert re.search(shown, told), told
        assert ("through" in told) == bool(through)
