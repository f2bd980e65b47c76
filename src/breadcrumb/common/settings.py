"""The settings: one frozen object, resolved from every layer; the one place that reads configuration.

Lowest first: defaults, the user's config.toml, `[tool.breadcrumb]` in pyproject.toml, `<store>/config.toml`,
the named profile (`[profiles.NAME]` in any of these), `BREADCRUMB_*`, flags. A higher layer replaces a value,
but adds to the lists and tables of a lower one. Standard library only: the launcher imports it.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import location, ownership
from breadcrumb_exporter_duckdb.base.records import asdict, dataclass, field, fields
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.format.encryption import KEYRING
from breadcrumb_redaction.lazy import lazy
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common import names
from breadcrumb.common.fair_project import unfair_pattern, weakened
from breadcrumb.common.messages import say
from breadcrumb.common.setting_kinds import KINDS, SECTIONS, BadValueError, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


class SettingsError(Exception):
    """A setting that is not valid; the message names where it stands, the key and what is wrong."""

    def __init__(self, where: str, key: str, problem: str) -> None:
        super().__init__(f"{where}: {_short(key)}: {_short(problem)}")


_SHOWN = 300


def _short(text: str) -> str:
    """What a message shows of what a file says."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}...{text[-_SHOWN // 2 :]}"


class UnreadableError(SettingsError):
    """A settings file that is there and no TOML: what it says, of secrets too, is not known."""


@dataclass(frozen=True)
class Settings:
    """Every setting, resolved. `limits_depth` is the key `limits.depth` and `BREADCRUMB_LIMITS_DEPTH`."""

    enabled: bool = True
    """False: programs run, untraced."""
    include: tuple[str, ...] = ()
    """Patterns of functions to trace besides the program's own code."""
    only: tuple[str, ...] = ()
    """Patterns of functions to trace in place of the program's own code."""
    exclude: tuple[str, ...] = ()
    """Patterns of functions never to trace."""
    lines: tuple[str, ...] = ()
    """Patterns of functions whose lines are recorded; they are traced besides."""
    store: str | None = None
    """The store's directory; None where none can be written."""
    timeout: float | None = None
    """Seconds after which `breadcrumb run` ends the program; None: never."""
    gaps: bool = True
    """Note calls from traced code to code that is not traced."""
    exception_locals: bool = True
    """Keep the locals of each traced frame that an exception leaves."""
    recorder: str = "auto"
    """`auto`, `c` or `python`."""
    overhead: float | None = 1.0
    """How much CPU recording may use, as a multiple of what the program uses; None: as much as it takes."""
    otlp_values: bool | None = None
    """Whether exporters besides the store's get arguments and returns; see `sending` for None."""
    otlp_redaction: bool = True
    """Redact other instrumentations' spans on their way to the exporters that the environment names."""
    otlp_trace_bytes: int = 4_000_000
    """What the calls that a process sends of one trace may take; 0: no limit."""
    debug: bool = False
    """Say on the program's stderr what the tracer decides: recorder, scope, instrumentations."""
    fsync: bool = False
    """Survive the machine's crash too, not only the process's."""
    encryption_key: str | None = None
    """The path of the file whose bytes the store is encrypted with, or `keyring:SERVICE/NAME`."""
    sql_seconds: float = 30.0
    """Seconds after which a user's SQL is stopped."""
    limits_depth: int = 4
    """How many levels of containers and objects a value is recorded to."""
    limits_items: int = 20
    """Items of a container that are recorded."""
    limits_string: int = 500
    """Characters of a string that are recorded."""
    limits_total: int = 8000
    """Characters of JSON that one value, or one call's arguments, may take."""
    limits_lines: int = 1000
    """Lines that one call of a function in `lines` keeps."""
    redaction_names: tuple[str, ...] = ()
    """More names whose values are secret."""
    redaction_patterns: Mapping[str, str] = field(default_factory=dict)
    """More secret values: rule name to regular expression."""
    redaction_allow: tuple[str, ...] = ()
    """Regular expressions of names and values that are never secret."""
    redaction_personal: bool = False
    """Redact IBAN, phone, passport and health insurance numbers too."""
    thinning_rate: int = 10_000
    """Calls per second of one function above which they are thinned; 0: never."""
    thinning_first: int = 1_000
    """Calls of each function that are kept in any case, the first ones of a process."""
    thinning_slow: int = 10
    """A call that took this many times the mean is kept."""
    thinning_every: int = 1_000
    """One call of so many is kept."""
    sampling_runs: float = 1.0
    """The part of all runs that is traced."""
    sampling_functions: Mapping[str, float] = field(default_factory=dict)
    """The part of a function's calls that is kept, by pattern; the last that matches decides."""
    retention_days: int = Retention.days
    """Days after its end until a run goes; 0: never."""
    retention_megabytes: int = Retention.megabytes
    """Millions of bytes that the database, and an unread spool, may take; 0: no limit."""
    retention_runs: int = Retention.runs
    """Runs that are kept; 0: all."""

    @property
    def retention(self) -> Retention:
        """The limits beyond which the oldest goes."""
        return Retention(self.retention_days, self.retention_megabytes, self.retention_runs)

    def to_json(self) -> str:
        """One line, for `from_json` in another process."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What `to_json` wrote; keys that this version does not know are left out."""
        stored = json.loads(text)
        known: dict[str, Any] = {}
        for name in FIELDS:
            if name in stored:
                known[name] = tuple(stored[name]) if isinstance(stored[name], list) else stored[name]
        return cls(**known)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The launcher's settings where there was one, else resolved anew from the working directory."""
        handed_on = environ.get(names.ENV_SETTINGS)
        return cls.from_json(handed_on) if handed_on else load(Path.cwd(), environ=environ)


FIELDS = fields(Settings)


def key_of(name: str) -> str:
    """The key of a field as users write it: `limits_depth` is `limits.depth`."""
    section, _, rest = name.partition("_")
    return f"{section}.{rest}" if section in SECTIONS else name


class Layer(NamedTuple):
    """The values that one place gives."""

    origin: str
    values: Mapping[str, Any]


def load(
    start: Path,
    *,
    profile: str | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Resolve the settings for a program launched in `start`.

    `flags` are field names to values, as typed ones; those that are None or empty do not count.
    Raises SettingsError.
    """
    return merge(layers(start, profile=profile, flags=flags, environ=environ))


def layers(
    start: Path,
    *,
    profile: str | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> list[Layer]:
    """Every layer that says something, lowest first; the last says where the store is."""
    given = Layer("command line", checked("command line", _given(flags or {})))
    above = _environment_layer(environ), given
    chosen = profile or environ.get(names.ENV_PROFILE, "")
    mine = _document(user_file(environ), ())
    documents = [mine, *_project(start, kept=_KEPT & mine.values.keys())]
    store = _store([*_in_files(documents, chosen), *above], start)
    if store is not None and ownership.is_ours(store):  # what another one says counts nothing
        documents.append(_document(store / location.SETTINGS, ()))
    _require(chosen, documents)
    found = [*_in_files(documents, chosen), *above]
    found.append(Layer("store", {"store": str(store) if store else None}))
    _require_few(found)
    return [layer for layer in found if layer.values]


_MOST_TEXT = 100_000
"""Characters of all settings: a variable of the environment hands them on, which takes 128 KB."""


def _require_few(found: list[Layer]) -> None:
    """Raise a SettingsError where the program would not start for the size of its settings."""
    sizes = [len(json.dumps(layer.values, default=str)) for layer in found]
    if sum(sizes) > _MOST_TEXT:
        largest = found[sizes.index(max(sizes))].origin
        raise SettingsError(
            largest, "all", f"take {sum(sizes):,} characters: {_MOST_TEXT:,} at most are handed on"
        )


def _given(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if value is not None and value not in ((), [])}


def merge(found: list[Layer]) -> Settings:
    """One object out of layers, lowest first: sequences and tables add up, everything else is replaced."""
    merged: dict[str, Any] = {}
    for layer in found:
        for name, value in layer.values.items():
            merged[name] = _added(merged.get(name), value)
    return Settings(**merged)


def _added(old: Any, new: Any) -> Any:
    if isinstance(old, tuple) and isinstance(new, tuple):
        return tuple(dict.fromkeys(old + new))
    if isinstance(old, dict) and isinstance(new, dict):
        return old | new
    return new


class _Document(NamedTuple):
    origin: str
    values: dict[str, Any]
    profiles: Mapping[str, dict[str, Any]]


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_CONFIG_HOME/breadcrumb/config.toml`."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(home) / "breadcrumb" / "config.toml"


_KEPT = frozenset({"encryption_key", "otlp_values", "otlp_redaction", "redaction_personal"})
"""What a project does not change where the user's own file says it."""


def _project(start: Path, kept: Set[str]) -> list[_Document]:
    """What the project says; whoever wrote it does not choose a place outside of it."""
    root = location.project_root(start)
    if root is None:
        return []
    file = root / "pyproject.toml"
    document = _document(file, ("tool", "breadcrumb"))
    for values in (document.values, *document.profiles.values()):
        for name in kept:
            values.pop(name, None)
        for name in weakened(values, file):
            del values[name]
            say(f"{key_of(name)} in {file} is left out: another user owns the file")
        if unfair := unfair_pattern(values):
            raise SettingsError(document.origin, *unfair)
        place = Path(os.path.realpath(values.get("store", root / location.FOLDER)))
        if Path(os.path.realpath(root)) not in place.parents:
            raise SettingsError(
                document.origin,
                "store",
                "leads out of the project: name it with --store or in your own settings",
            )
    return [document]


def _document(path: Path, table: tuple[str, ...]) -> _Document:
    """The settings in a file; nothing where there is no file."""
    content: Any = read_toml(path)
    for name in table:
        content = content.get(name, {}) if isinstance(content, dict) else {}
    where = f"{path} [{'.'.join(table)}]" if table else str(path)
    if not isinstance(content, dict):
        raise SettingsError(str(path), ".".join(table), "is not a table")
    profiles = content.pop("profiles", {})
    if not isinstance(profiles, dict):
        raise SettingsError(where, "profiles", "is not a table")
    known = {name: _file_values(path, f"{where} [profiles.{name}]", each) for name, each in profiles.items()}
    return _Document(where, _file_values(path, where, content), known)


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; empty where there is none, or none that we may read. Raises UnreadableError."""
    import tomllib  # a traced process has its settings from the launcher

    try:
        text = _text(path)
        if _DEEP_NAME.search(text):
            raise UnreadableError(str(path), "file", "is nested too deeply")
        return tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        _leave_out(path, error.strerror)
        return {}
    except ValueError as error:  # also a number of too many digits
        raise UnreadableError(str(path), "file", f"is not TOML: {error}") from error
    except RecursionError as error:
        raise UnreadableError(str(path), "file", "is nested too deeply") from error


_DEEP_NAME = lazy(r"[\w\"'\-](?:[ \t]*+\.[ \t]*+[\w\"'\-]++){100}")
"""Names of names of names: to read them takes time that grows with the square."""
MOST_BYTES = 1 << 20
"""Of a settings file: what is larger is none."""


def _text(path: Path) -> str:
    """The text of a regular file. Raises OSError for anything else, a pipe that nobody writes to included."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(file, "rb") as reading:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        if status.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, "is too large")
        return reading.read().decode()


@cache
def _leave_out(path: Path, reason: str) -> None:
    """Say once that a file, somebody else's mostly, does not count."""
    say(f"the settings in {path} are left out: {reason}")


def _file_values(path: Path, where: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise SettingsError(where, "profile", "is not a table")
    flat: dict[str, Any] = {}
    for key, value in content.items():
        if key in SECTIONS and isinstance(value, dict):
            flat |= {f"{key}_{inner}": each for inner, each in value.items()}
        else:
            flat[key] = value
    values = checked(where, flat)
    for name in ("store", "encryption_key"):
        if values.get(name) and not values[name].startswith(KEYRING):
            values[name] = str(path.parent / os.path.expanduser(values[name]))
    return values


def checked(where: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of fields in the form that Settings holds. Raises SettingsError, which names `where`."""
    valid = {}
    for name, value in values.items():
        if name not in KINDS:
            raise SettingsError(
                where, key_of(name), f"is not a setting{suggest(key_of(name), map(key_of, FIELDS))}"
            )
        try:
            valid[name] = KINDS[name].check(value)
        except BadValueError as error:
            raise SettingsError(where, key_of(name), str(error)) from error
    return valid


def _environment_layer(environ: Mapping[str, str]) -> Layer:
    values: dict[str, Any] = {}
    variables = {names.ENV_PREFIX + name.upper(): name for name in FIELDS}
    for variable, text in environ.items():
        if not variable.startswith(names.ENV_PREFIX) or variable in names.RESERVED_ENV or not text:
            continue
        name = variables.get(variable)
        if name is None:
            _misspelt(variable, variables)
            continue
        try:
            values[name] = KINDS[name].check(KINDS[name].parse(text))
        except BadValueError as error:
            raise SettingsError("environment", variable, str(error)) from error
    return Layer("environment", values)


def _misspelt(variable: str, variables: Mapping[str, str]) -> None:
    """Another program's variable may share our prefix; one that nearly is ours is a mistake."""
    suggestion = suggest(variable, variables)
    if suggestion:
        raise SettingsError("environment", variable, f"is not a setting{suggestion}")


def _in_files(documents: list[_Document], profile: str) -> list[Layer]:
    """What each file says, then what each says of the profile."""
    return [
        *(Layer(each.origin, each.values) for each in documents),
        *(
            Layer(f"{each.origin} [profiles.{profile}]", each.profiles[profile])
            for each in documents
            if profile in each.profiles
        ),
    ]


def _require(profile: str, documents: list[_Document]) -> None:
    known = sorted({name for each in documents for name in each.profiles})
    if profile and profile not in known:
        raise SettingsError(
            "profile", profile, f"no settings file defines it; there are: {', '.join(known) or 'none'}"
        )


def _store(found: list[Layer], start: Path) -> Path | None:
    """The store that the layers name, else the one of `start`; None where there is no place for one."""
    named = merge(found).store
    explicit = str(start / os.path.expanduser(named)) if named else None
    try:
        return location.find_store(explicit, start=start)
    except location.StoreError:
        if explicit:
            raise
        return None
