"""Every page is linked from the first one, and what the floor plan names is there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "src", *ROOT.glob("*/src"), *ROOT.glob("*/*/src")]
ROW = re.compile(r"^\| [^|]+ \| `([\w/.]+)`[^|]* \| `(\w+)` \|$", re.MULTILINE)

TELLING = """\
import asyncio, json, threading

def login(password):
    try:
        json.loads(password)
    except ValueError:
        pass
    raise LookupError

async def work():
    login("hunter2")

threading.Thread(target=login, args=("hunter2",)).start()
asyncio.run(work())
"""


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    missing = [page.name for page in pages if f"({page.relative_to(ROOT)})" not in readme]
    assert missing == ["README.md"]


def test_what_is_looked_for_is_where_the_floor_plan_says() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    places = ROW.findall(page.partition("## Where to look")[2].partition("## Words")[0])
    assert len(places) >= 14
    for file, name in places:
        (path,) = [folder / file for folder in SOURCES if (folder / file).is_file()]
        assert re.search(rf"\b(def|class|VIEW) {name}\b", path.read_text(encoding="utf-8")), (file, name)


def test_every_kind_of_fact_is_described(project: Project) -> None:
    project.write("app.py", TELLING)
    project.run("--no-report", "python", "app.py")
    found = {kind for (kind,) in project.query("SELECT DISTINCT kind FROM facts")}
    told = {"source", "module", "gap", "task", "thread", "redaction", "uncaught"}
    assert told <= found and ("handled" in found or sys.version_info < (3, 12))
    page = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8").partition("### facts\n")[2]
    assert found <= set(re.findall(r"`(\w+)`", page))
