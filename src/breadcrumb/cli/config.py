"""`breadcrumb config`: shows the settings and where each comes from, checks them, and edits the store's own.

`add-include` is the step that follows `query --gaps`: the pattern is written into `<store>/config.toml`, so
that the next run traces what this one did not.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import files, location, ownership
from breadcrumb_exporter_duckdb.base.location import SETTINGS, StoreError

from breadcrumb.common import settings, toml_edit
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say, tell
from breadcrumb.common.settings import Layer, SettingsError
from breadcrumb.common.toml_edit import CannotEditError
from breadcrumb.launch.run_options import UsageError, pattern_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run `breadcrumb config ARGV`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="breadcrumb config", allow_abbrev=False)
    _add_actions(parser)
    return run(parser.parse_args(argv))


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `config` to a command's subcommands."""
    _add_actions(subparsers.add_parser("config", help="show, check and change the settings"))


def run(args: argparse.Namespace) -> int:
    """Do what was parsed; trouble is one line on stderr."""
    try:
        return int(args.action(args))
    except (SettingsError, CannotEditError, UsageError) as error:
        say(str(error))
        return ExitCode.USAGE
    except StoreError as error:
        say(str(error))
        return ExitCode.STORE


def _add_actions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="every setting, its value and where that comes from")
    show.add_argument("--format", choices=("text", "json"), default="text")
    show.set_defaults(action=_show)
    validate = actions.add_parser("validate", help="check every settings file")
    validate.set_defaults(action=_validate)
    add = actions.add_parser("add-include", help="trace what matches PATTERN from the next run on")
    add.set_defaults(action=_add_include)
    remove = actions.add_parser("remove-include", help="no longer trace what only PATTERN included")
    remove.set_defaults(action=_remove_include)
    for editing in (add, remove):
        meant = "a package, module, class or function, or a glob over module.qualname"
        editing.add_argument("pattern", metavar="PATTERN", help=meant)
    for reading in (show, validate):
        reading.add_argument("-c", "--profile", metavar="PROFILE", help="with [profiles.PROFILE]")
    for action in (show, validate, add, remove):
        action.add_argument("--store", metavar="DIR", help="the store (default: .breadcrumb in the project)")


def _layers(args: argparse.Namespace) -> list[Layer]:
    profile = getattr(args, "profile", None)
    found = settings.layers(Path.cwd(), profile=profile, flags={"store": args.store})
    if store := settings.merge(found).store:
        ownership.require_access(Path(store))  # else what its file says would be missing without a word
    return found


def _show(args: argparse.Namespace) -> int:
    layers = _layers(args)
    resolved = json.loads(settings.merge(layers).to_json())
    origins = {name: [layer.origin for layer in layers if name in layer.values] for name in resolved}
    if args.format == "json":
        rows = {settings.key_of(name): {"value": resolved[name], "from": origins[name]} for name in resolved}
        rows["recorder"]["here"] = _recorder_here()
        sys.stdout.write(json.dumps(rows) + "\n")
        return ExitCode.OK
    for name, value in resolved.items():
        said = [*origins[name], *([f"here: {_recorder_here()}"] if name == "recorder" else ())]
        origin = f"  # {', '.join(said)}" if said else ""
        tell(f"{settings.key_of(name)} = {_plain(value)}{origin}")
    return ExitCode.OK


def _recorder_here() -> str:
    """What `auto` means in this environment; the tracer itself is not imported for that."""
    if not hasattr(sys, "monitoring"):
        return "python"
    package = importlib.util.find_spec("breadcrumb_instrumentation_calls.native")
    folders = package.submodule_search_locations if package else None
    names = [f"_recorder{suffix}" for suffix in EXTENSION_SUFFIXES]
    built = any((Path(folder) / name).is_file() for folder in folders or () for name in names)
    if built:
        return "c"
    if "t" in sys.abiflags:
        return "python (no C recorder for a free-threaded Python)"
    return "python (no C build here: install a C compiler, then the package again)"


def _plain(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _validate(args: argparse.Namespace) -> int:
    for layer in _layers(args):
        keys = ", ".join(settings.key_of(name) for name in layer.values)
        tell(f"{layer.origin}: {keys}")
    tell("valid")
    return ExitCode.OK


def _add_include(args: argparse.Namespace) -> int:
    settings.load(Path.cwd(), flags={"include": [pattern_of(args.pattern)], "store": args.store})
    layers = _layers(args)
    holders = [layer.origin for layer in layers if args.pattern in layer.values.get("include", ())]
    if holders:
        tell(f"{args.pattern} is included already ({holders[0]})")
        return ExitCode.OK
    path = _file(layers)
    _write(path, toml_edit.with_item(_text(path), "include", args.pattern))
    tell(f"included {args.pattern} ({path})")
    return ExitCode.OK


def _remove_include(args: argparse.Namespace) -> int:
    layers = _layers(args)
    path = _file(layers)
    holders = [layer.origin for layer in layers if args.pattern in layer.values.get("include", ())]
    if str(path) not in holders:
        say(f"{args.pattern} is not in {path}" + (f"; it stands in {holders[0]}" if holders else ""))
        return ExitCode.FAILED
    _write(path, toml_edit.without_item(_text(path), "include", args.pattern))
    tell(f"no longer included: {args.pattern} ({path})")
    return ExitCode.OK


def _file(layers: list[Layer]) -> Path:
    store = settings.merge(layers).store
    return (Path(store) if store else location.find_store()) / SETTINGS


def _text(path: Path) -> str:
    return files.read(path).decode() if files.is_file(path) else ""


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that a reader sees the old or the new one."""
    ownership.prepare(path.parent)
    files.replace(path, text.encode())
