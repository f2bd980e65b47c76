"""`breadcrumb mcp install CLIENT` and `breadcrumb mcp uninstall CLIENT`."""

from __future__ import annotations

import argparse
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError, find_store, project_root

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say, tell, with_extra
from breadcrumb.common.settings import SettingsError, load
from breadcrumb.install import earlier
from breadcrumb.install.clients import CLIENTS, Client, place
from breadcrumb.install.edits import CannotEditError

if TYPE_CHECKING:
    from collections.abc import Sequence


def install(argv: Sequence[str]) -> int:
    """Add our server to a client's settings, and the rules that teach an agent to use it."""
    return _command("install", argv)


def uninstall(argv: Sequence[str]) -> int:
    """Take both out again."""
    return _command("uninstall", argv)


def _command(action: str, argv: Sequence[str]) -> int:
    options = _parser(action).parse_args(argv)
    project = project_root(Path.cwd()) or Path.cwd()
    if options.client is None:
        return _list(project)
    client = next((each for each in CLIENTS if each.name == options.client), None)
    if client is None:
        say(f"there is no client {options.client}: there are {', '.join(each.name for each in CLIENTS)}")
        return ExitCode.USAGE
    try:
        if action == "uninstall":
            return _uninstall(client, project)
        return _install(client, project, only_print=options.print, store=options.store)
    except CannotEditError as error:
        path = place(client.settings, project)
        say(f"{path} was left as it is: {error} (correct it, or add by hand: install {client.name} --print)")
    except (StoreError, SettingsError) as error:
        say(str(error))
    except BrokenPipeError:
        raise  # of the output
    except (OSError, UnicodeDecodeError) as error:
        say(f"{place(client.settings, project)} was left as it is: {error}")
    return ExitCode.FAILED


def _parser(action: str) -> argparse.ArgumentParser:
    does = {
        "install": "Add Breadcrumb's MCP server to a client's settings, and rules that teach the trail.",
        "uninstall": "Take Breadcrumb out of a client's settings again.",
    }
    parser = argparse.ArgumentParser(f"breadcrumb mcp {action}", description=does[action])
    names = ", ".join(client.name for client in CLIENTS)
    parser.add_argument("client", metavar="CLIENT", nargs="?", help=f"{names}; without one: those found here")
    if action == "install":
        parser.add_argument("--print", action="store_true", help="only print what would be added, and where")
        parser.add_argument("--store", metavar="DIR", help="have it answer from that store")
    return parser


def _list(project: Path) -> int:
    found = [client for client in CLIENTS if client.is_present(project)]
    tell(*(f"breadcrumb mcp install {each.name}  # {place(each.settings, project)}" for each in found))
    if not found:
        say(f"no client was found here; known are {', '.join(client.name for client in CLIENTS)}")
    return ExitCode.OK if found else ExitCode.USAGE


def _install(client: Client, project: Path, *, only_print: bool, store: str | None) -> int:
    path = place(client.settings, project)
    entry = client.entry(_store(client, store))
    if only_print:
        tell(f"# {path}", *client.editor.snippet(client.section, entry).splitlines())
        if client.rules:
            tell(f"# {place(client.rules, project)}", *client.words.splitlines())
        return ExitCode.OK
    if find_spec("fastmcp") is None:
        say(f"fastmcp is not installed here, and the server would not start ({with_extra('mcp')})")
        return ExitCode.FAILED
    before = _read(path)
    after = client.editor.with_entry(before, client.section, entry)
    if after != before:
        _edit(client, path, before, after)
    told = [f"{path}: {'has' if after != before else 'had'} Breadcrumb's MCP server."]
    if client.rules:
        rules = place(client.rules, project)
        _write(rules, client.words)
        told.append(f"{rules}: teaches an agent to use it.")
    tell(*told, f"Restart {client.name}. To undo: breadcrumb mcp uninstall {client.name}")
    return ExitCode.OK


def _edit(client: Client, path: Path, before: str, after: str) -> None:
    """Write the settings with our entry, and remember how they were without."""
    known = earlier.recall(path, before.encode())
    is_new = client.editor.without_entry(before, client.section) == before
    existed = path.exists()
    _write(path, after)
    if known or is_new:
        earlier.remember(path, known or earlier.Earlier(before.encode(), existed), after.encode())
    else:
        earlier.forget(path)


def _uninstall(client: Client, project: Path) -> int:
    path = place(client.settings, project)
    before = _read(path)
    after = client.editor.without_entry(before, client.section)
    known = earlier.recall(path, before.encode())
    if after == before:
        tell(f"{path} has no entry of Breadcrumb's.")
    elif not known.existed if known else after.strip() in ("", "{}"):
        _remove(path)
        tell(f"{path} held nothing else: it was removed.")
    else:
        _write(path, known.text.decode() if known else after)
        tell(f"{path}: Breadcrumb's entry was taken out.")
    earlier.forget(path)
    if client.rules and not _others_use(client, project):
        _remove_rules(place(client.rules, project), client.words)
    return ExitCode.OK


def _others_use(client: Client, project: Path) -> bool:
    """Whether another client with the same rules still has our entry."""
    for other in CLIENTS:
        if other.rules == client.rules and other is not client:
            text = _read(place(other.settings, project))
            try:
                if other.editor.without_entry(text, other.section) != text:
                    return True
            except CannotEditError:
                continue
    return False


def _remove_rules(path: Path, words: str) -> None:
    """Remove the file of rules; one that somebody changed stays."""
    if not path.exists():
        return
    if path.read_text(encoding="utf-8") != words:
        tell(f"{path} was changed since: it stays.")
        return
    _remove(path)
    tell(f"{path}: removed.")


def _remove(path: Path) -> None:
    """Remove a file, and those of its folders that we made where nothing else is in them."""
    path = path.resolve()
    path.unlink()
    for folder in path.parents:
        if not earlier.was_made(folder) or any(folder.iterdir()):
            break
        folder.rmdir()
        earlier.forget(folder)


def _store(client: Client, named: str | None) -> Path | None:
    """The store to name: the one that was asked for, or the project's where the client runs elsewhere."""
    if named is not None:
        return Path(named).absolute()
    return find_store(load(Path.cwd()).store) if client.name == "claude-desktop" else None


def _read(path: Path) -> str:
    return path.read_bytes().decode() if path.exists() else ""


def _write(path: Path, text: str) -> None:
    """Replace a file at once; of a link, the file that it leads to."""
    path = path.resolve()
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        earlier.remember_made(folder)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(text.encode())
    if path.exists():
        partial.chmod(path.stat().st_mode & 0o7777)
    partial.replace(path)
