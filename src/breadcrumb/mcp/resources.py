"""What can be read by address: `run://`, `trace://`, `source://` (traced functions only) and `schema://`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from anyio import to_thread
from fastmcp.resources.base import Resource, ResourceResult
from fastmcp.resources.template import ResourceTemplate
from fastmcp.server.providers import Provider
from pydantic import AnyUrl

from breadcrumb.mcp.asking import JSON, TEXT, Asker, Tell, Told
from breadcrumb.mcp.refusals import refused
from breadcrumb.mcp.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastmcp.utilities.versions import VersionSpec

SCHEMA = "schema://views"
COLUMNS = """select table_name as "view",
    string_agg(column_name || ' ' || data_type, ', ' order by column_index) as columns from duckdb_columns()
    where schema_name = 'main' and not internal group by 1 order by 1"""
TEMPLATES = {
    "run://{id}": ("show", TEXT, "A run: its calls in order, as a tree"),
    "trace://{id}": ("show", JSON, "A run, trace or call, with every field, as JSON"),
    "source://{function}": (
        "source",
        TEXT,
        "The source of a traced function, beside its lines what its calls did there",
    ),
}
"""Addresses, the question that each asks, the form of its answer, and what it is."""
MIME_TYPES = {TEXT: "text/plain", JSON: "application/json"}


class Schema(Resource):
    """The views and their columns."""

    _answer: Callable[[Tell], Told]

    def __init__(self, asker: Asker) -> None:
        super().__init__(
            uri=AnyUrl(SCHEMA), name="schema", description="The views and their columns, for SQL"
        )
        self._answer = lambda _: asker.select(COLUMNS, {"budget": 8000})

    async def read(self) -> str:
        """Ask for them."""
        return await _text(self._answer)


class Address(ResourceTemplate):
    """Addresses of a kind: each asks the same question about what it names."""

    _answer: Callable[[str, Tell], Told]

    def __init__(self, asker: Asker, address: str) -> None:
        question, form, words = TEMPLATES[address]
        super().__init__(
            name=address.partition(":")[0],
            uri_template=address,
            description=words,
            mime_type=MIME_TYPES[form],
            parameters={},
        )

        def answer(name: str, tell: Tell) -> Told:
            return asker.read(question, (name,), {"format": form}, tell)

        self._answer = answer

    def matches(self, uri: str) -> dict[str, Any] | None:
        """Take all that follows as the name: a call is named with a #, a lambda with <>."""
        scheme, _, rest = uri.partition("://")
        name = unquote(rest).rstrip("/")
        return {"name": name} if scheme == self.name and name else None

    async def _read(self, _: str, params: dict[str, Any]) -> ResourceResult:
        return self.convert_result(await _text(partial(self._answer, params["name"])))


class Recorded(Provider):
    """The schema, the runs of the store at that moment, and the kinds of addresses."""

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker
        self._schema = Schema(asker)
        self._templates = [Address(asker, address) for address in TEMPLATES]

    async def _list_resources(self) -> Sequence[Resource]:
        runs = await to_thread.run_sync(self._asker.ids, abandon_on_cancel=True)
        found = [
            Resource(uri=AnyUrl(f"run://{run}"), name=f"run {run[:8]}", description=command)
            for run, command in runs
        ]
        return [self._schema, *found]

    async def _get_resource(self, uri: str, _: VersionSpec | None = None) -> Resource | None:
        """Look for no run, which its address answers for: that would list them all."""
        return self._schema if uri.startswith("schema:") else None

    async def _list_resource_templates(self) -> Sequence[ResourceTemplate]:
        return self._templates


async def _text(answer: Callable[[Tell], Told]) -> str:
    told = await in_thread(answer)
    if told.is_error:
        raise refused(told.text)
    return told.text
