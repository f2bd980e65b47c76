"""Every page is linked from the first one, and what the floor plan names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "src", *ROOT.glob("*/src"), *ROOT.glob("*/*/src")]
ROW = re.compile(r"^\| [^|]+ \| `([\w/.]+)`[^|]* \| `(\w+)` \|$", re.MULTILINE)


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
