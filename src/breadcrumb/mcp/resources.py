"""What can be read by address: `run://`, `trace://`, `source://` (traced functions only) and `schema://`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from breadcrumb import questions
from breadcrumb.mcp.asking import JSON, TEXT, Asker, Tell, Told
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from mcp_types import ListResourcesResult, ListResourceTemplatesResult, ReadResourceResult

PAGE = 50
"""Runs that are listed at a time."""
SCHEMA = "schema://views"
COLUMNS = """select table_name as "view",
    string_agg(column_name || ' ' || data_type, ', ' order by column_index) as columns from duckdb_columns()
    where schema_name = 'main' and not internal group by 1 order by 1"""
TEMPLATES = {
    "run://{id}": "A run: its calls in order, as a tree",
    "trace://{id}": "A run, trace or call, with every field, as JSON",
    "source://{function}": "The source of a traced function, beside its lines what its calls did there",
}


def templates() -> ListResourceTemplatesResult:
    """What addresses look like."""
    import mcp_types as types

    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(name=address.partition(":")[0], uri_template=address, description=words)
            for address, words in TEMPLATES.items()
        ]
    )


def listed(asker: Asker, cursor: str | None) -> ListResourcesResult:
    """A page of the runs, the latest first, after the schema. Raises NoAnswer for a cursor of nobody's."""
    import mcp_types as types

    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise NoAnswer(f"{cursor} is no cursor", "begin without one")
    start = int(cursor or 0)
    runs = asker.ids()
    schema = types.Resource(name="schema", uri=SCHEMA, description="The views and their columns, for SQL")
    found = [
        types.Resource(name=f"run {run[:8]}", uri=f"run://{run}", description=command)
        for run, command in runs[start : start + PAGE]
    ]
    more = str(start + PAGE) if len(runs) > start + PAGE else None
    return types.ListResourcesResult(resources=[*([] if start else [schema]), *found], next_cursor=more)


def read(asker: Asker, uri: str, tell: Tell) -> ReadResourceResult:
    """What an address leads to. Raises NoAnswer."""
    import mcp_types as types

    scheme, _, name = uri.partition("://")
    told, form = _about(asker, scheme, unquote(name).rstrip("/"), tell)
    if told.is_error:
        raise NoAnswer(told.text)
    kind = "application/json" if form == JSON else "text/plain"
    return types.ReadResourceResult(
        contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=told.text)]
    )


def _about(asker: Asker, scheme: str, name: str, tell: Tell) -> tuple[Told, str]:
    if scheme == "schema":
        return asker.select(COLUMNS, {"budget": 8000}), TEXT
    by_scheme = {"run": ("show", TEXT), "trace": ("show", JSON), "source": ("source", TEXT)}
    if scheme not in by_scheme or not name:
        known = ", ".join((*TEMPLATES, SCHEMA))
        raise NoAnswer(f"there is no resource {scheme}://{name}: there are {known}")
    question, form = by_scheme[scheme]
    return asker.read(partial(_ask, question, name), {"format": form}, tell), form


def _ask(question: str, name: str, reader: Any, ask: Any) -> Any:
    return questions.find(question)(reader, ask, name)
