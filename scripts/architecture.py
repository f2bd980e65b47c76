"""Write the generated parts of docs/architecture.md: the folders' imports, and what each folder is for.

python scripts/architecture.py            # write them anew
python scripts/architecture.py --check    # fail where the page does not say what the code does
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = {
    "breadcrumb": "src",
    "breadcrumb_exporter_duckdb": "exporters/breadcrumb-exporter-duckdb/src",
    "breadcrumb_instrumentation_calls": "instrumentation/breadcrumb-instrumentation-calls/src",
    "breadcrumb_redaction": "redaction/src",
}


def folders(graph: grimp.ImportGraph) -> dict[str, set[str]]:
    """Each folder with the folders that its modules import, lazily or for types as well."""
    found: dict[str, set[str]] = {}
    for module in graph.modules:
        own = folder(graph, module)
        imported = {folder(graph, each) for each in graph.find_modules_directly_imported_by(module)}
        found.setdefault(own, set()).update(imported - {own})
    return found


def folder(graph: grimp.ImportGraph, module: str) -> str:
    """The folder that a module lies in; a package is its own."""
    return module if graph.find_children(module) or module in PACKAGES else module.rpartition(".")[0]


def reduced(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports without those that follow from others; a package's face (its `__init__`) is left out."""
    inner = {name: {each for each in to if each not in PACKAGES} for name, to in imports.items()}
    inner = {name: to for name, to in inner.items() if name not in PACKAGES or name == "breadcrumb_redaction"}
    pairs = ((name, each) for name, to in inner.items() for each in to)
    return sorted((name, each) for name, each in pairs if not _follows(inner, name, each))


def _follows(imports: dict[str, set[str]], start: str, end: str) -> bool:
    return any(_reaches(imports, each, end, {start}) for each in imports[start] - {end})


def _reaches(imports: dict[str, set[str]], start: str, end: str, seen: set[str]) -> bool:
    if start in seen:
        return False
    seen.add(start)
    return end in imports.get(start, ()) or any(
        _reaches(imports, each, end, seen) for each in imports.get(start, ())
    )


def picture(imports: dict[str, set[str]]) -> str:
    """A Mermaid flow chart: a box for each package, an arrow from who imports to what is imported."""
    lines = ["```mermaid", "flowchart TD"]
    for package in PACKAGES:
        names = sorted(name for name in imports if name.startswith(f"{package}.")) or [package]
        lines.append(f"  subgraph {package}")
        lines += [f'    {node(name)}["{short(name)}"]' for name in names]
        lines.append("  end")
    lines += [f"  {node(start)} --> {node(end)}" for start, end in reduced(imports)]
    return "\n".join([*lines, "```"])


def node(name: str) -> str:
    """A folder's name as Mermaid takes it; `end` and the like are its own words."""
    return name.replace(".", "__") + "_"


def short(name: str) -> str:
    """A folder's name within its package."""
    return name.partition(".")[2] or name


def table(imports: dict[str, set[str]]) -> str:
    """What each folder says of itself in its `__init__.py`."""
    rows = ["| folder | what lives there |", "|---|---|"]
    rows += [f"| `{name.replace('.', '/')}` | {about(name)} |" for name in sorted(imports)]
    return "\n".join(rows)


def about(name: str) -> str:
    """The docstring of a package as one line."""
    package = name.partition(".")[0]
    file = ROOT / PACKAGES[package] / name.replace(".", "/") / "__init__.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    paragraphs = text.split("\n\n")[: 1 if name in PACKAGES else 2]
    return " ".join(paragraphs).replace("\n", " ")


def page(text: str) -> str:
    """The page with its generated parts written anew."""
    imports = folders(grimp.build_graph(*PACKAGES))
    for name, part in (("picture", picture(imports)), ("folders", table(imports))):
        begin, end = f"<!-- {name}: written by scripts/architecture.py -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{part}\n\n{end}{rest.partition(end)[2]}"
    return text


def main() -> int:
    """Write or check the page."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(new, encoding="utf-8")
    elif new != old:
        print("docs/architecture.md is behind the code: run make architecture", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
