"""The clients of agents: where each keeps its settings and rules, and how our entry looks in them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.install import json_file, toml_file, yaml_file
from breadcrumb.install.edits import NAME, Entry
from breadcrumb.install.rules import CURSOR, SKILL, VSCODE

if TYPE_CHECKING:
    from types import ModuleType

SKILLS = ".agents/skills/breadcrumb/SKILL.md"
"""Where several clients look for what an agent should know."""


@dataclass(frozen=True)
class Client:
    """One client. Paths with ~ are the user's, the others the project's."""

    name: str
    settings: str
    editor: ModuleType
    section: str
    signs: tuple[str, ...]
    """Commands, and folders, that tell that it is there."""
    rules: str | None = None
    words: str = SKILL
    """What stands in the file of rules."""

    def is_present(self, project: Path) -> bool:
        """Whether it seems to be installed, or used in the project."""
        return any(
            place(sign, project).exists() if "/" in sign else shutil.which(sign) for sign in self.signs
        )

    def entry(self, store: Path | None) -> Entry:
        """What starts our server; a client that does not start it in the project is told the store."""
        command, *args = _command()
        args += ["mcp", *(["--store", str(store)] if store else [])]
        if self.name == "goose":
            began = {"name": NAME, "type": "stdio", "cmd": command, "args": args}
            return {**began, "enabled": True, "timeout": 600}
        typed = {"type": "stdio"} if self.name == "vscode" else {}
        return {**typed, "command": command, "args": args}


def _command() -> list[str]:
    script = Path(sys.executable).with_name(NAME)
    return [str(script)] if script.exists() else [sys.executable, "-m", NAME]


def place(path: str, project: Path) -> Path:
    """A path of a client as it is on this machine."""
    return Path(path).expanduser() if path.startswith("~") else project / path


DESKTOP = "~/Library/Application Support/Claude" if sys.platform == "darwin" else "~/.config/Claude"
CLIENTS = (
    Client(
        "claude-code",
        ".mcp.json",
        json_file,
        "mcpServers",
        ("claude", "~/.claude/", ".claude/"),
        ".claude/skills/breadcrumb/SKILL.md",
    ),
    Client(
        "claude-desktop", f"{DESKTOP}/claude_desktop_config.json", json_file, "mcpServers", (f"{DESKTOP}/",)
    ),
    Client(
        "cursor",
        ".cursor/mcp.json",
        json_file,
        "mcpServers",
        ("cursor", "~/.cursor/", ".cursor/"),
        ".cursor/rules/breadcrumb.mdc",
        CURSOR,
    ),
    Client(
        "vscode",
        ".vscode/mcp.json",
        json_file,
        "servers",
        ("code", ".vscode/"),
        ".github/instructions/breadcrumb.instructions.md",
        VSCODE,
    ),
    Client(
        "gemini",
        ".gemini/settings.json",
        json_file,
        "mcpServers",
        ("gemini", "~/.gemini/", ".gemini/"),
        SKILLS,
    ),
    Client("codex", "~/.codex/config.toml", toml_file, "mcp_servers", ("codex", "~/.codex/"), SKILLS),
    Client("zed", "~/.config/zed/settings.json", json_file, "context_servers", ("zed", "~/.config/zed/")),
    Client(
        "goose", "~/.config/goose/config.yaml", yaml_file, "extensions", ("goose", "~/.config/goose/"), SKILLS
    ),
)
"""Every client that is known."""
