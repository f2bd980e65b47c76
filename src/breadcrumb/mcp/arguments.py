"""The arguments of tools: what each is called and takes, as a schema and as a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list}
MOST = 1_000_000_000
"""Of rows, tokens and seconds."""


@dataclass(frozen=True)
class Argument:
    """One argument of a tool."""

    description: str
    kind: str = "string"
    choices: tuple[str, ...] = ()
    required: bool = False

    def schema(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        schema: dict[str, Any] = {"type": self.kind, "description": self.description}
        if self.kind == "array":
            schema["items"] = {"type": "string"}
        return schema | ({"enum": list(self.choices)} if self.choices else {})

    def problem(self, value: object) -> str:
        """Say what is wrong with a value; nothing where it fits."""
        if not isinstance(value, KINDS[self.kind]) or (self.kind == "integer" and isinstance(value, bool)):
            return f"must be {'an' if self.kind[0] in 'ai' else 'a'} {self.kind}"
        if isinstance(value, list) and not all(isinstance(each, str) for each in value):
            return "must be an array of strings"
        if self.kind == "integer" and not 1 <= int(str(value)) <= MOST:
            return f"must be 1 or more, up to {MOST}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        return ""


def schema(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    """Give the JSON Schema of a tool's arguments."""
    required = [name for name, argument in arguments.items() if argument.required]
    properties = {name: argument.schema() for name, argument in arguments.items()}
    return {"type": "object", "properties": properties} | ({"required": required} if required else {})


def checked(tool: str, arguments: Mapping[str, Argument], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments given, without those that are null. Raises NoAnswer where they do not fit."""
    found = {name: value for name, value in given.items() if value is not None}
    problems = [f"{name}: is not known" for name in found if name not in arguments]
    problems += [
        f"{name}: is needed" for name, each in arguments.items() if each.required and name not in found
    ]
    problems += [
        f"{name}: {problem}"
        for name, value in found.items()
        if name in arguments and (problem := arguments[name].problem(value))
    ]
    if problems:
        raise NoAnswer("; ".join(problems), f"{tool} takes {', '.join(arguments)}", ExitCode.USAGE)
    return found
