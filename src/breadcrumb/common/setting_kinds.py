"""The kinds of value that settings have: how each is checked and how it is read from a variable's text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECTIONS = frozenset({"encryption", "limits", "redaction", "retention", "sampling", "thinning"})
"""The settings that are tables of settings."""


MOST_SECONDS = 100_000_000
"""Three years: clocks and limits of the system know no more."""


_MOST_OVERHEAD = 1_000_000
_MOST_DEPTH = 64
"""Levels of a value: each is a call of C, and few bytes of text."""
_MOST_SIZE = 10_000_000
MOST_ITEMS = 1000
"""Texts of one list, rules of one table."""
_LONGEST_NAME = 100


class BadValueError(ValueError):
    """A value that does not fit its setting; the message says what is expected."""


class Kind(NamedTuple):
    """How values of one kind are checked and read."""

    check: Callable[[Any], Any]
    """A value from TOML, JSON or Python; returns it in the form that Settings holds. Raises BadValueError."""
    parse: Callable[[str], Any]
    """The text of an environment variable; returns something to check."""


def suggest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` where a known word is near, else nothing."""
    from difflib import get_close_matches  # only mistakes pay for it

    near = [] if len(word) > _LONGEST_NAME else get_close_matches(word, list(known), n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValueError(f"expected true or false, not {value!r}")
    return value


def _boolean_text(text: str) -> Any:
    return {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }.get(text.strip().lower(), text)


def _count(value: Any) -> int:
    return _whole(value, 1)


def _limit(value: Any) -> int:
    return _whole(value, 0)


def _factor(value: Any) -> int:
    return _whole(value, 1, most=1_000_000)


def _depth(value: Any) -> int:
    return _whole(value, 1, most=_MOST_DEPTH)


def _size(value: Any) -> int:
    return _whole(value, 1, most=_MOST_SIZE)


def _whole(value: Any, least: int, most: int = 1_000_000_000) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadValueError(f"expected a whole number of {least} or more, not {value!r}")
    if value > most:
        raise BadValueError(f"expected a whole number of {most} at most, not {value!r}")
    return value


def _ratio(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadValueError(f"expected a number from 0 (none) to 1 (all), not {value!r}")
    return float(value)


def _ratios(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise BadValueError(f"expected a table of pattern to a number from 0 to 1, not {value!r}")
    try:
        return {_pattern(pattern): _ratio(ratio) for pattern, ratio in value.items()}
    except BadValueError as error:
        raise BadValueError(f"{error} (in {value!r})") from error


def _number_text(text: str) -> Any:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_SECONDS:
        raise BadValueError(f"expected a number of seconds above 0, {MOST_SECONDS} at most, not {value!r}")
    return float(value)


def _overhead(value: Any) -> float | None:
    if value is False or value == "none":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST_OVERHEAD:
        raise BadValueError(f'expected a number above 0, or "none", not {value!r}')
    return float(value)


def _overhead_text(text: str) -> Any:
    return False if text.strip().lower() in ("none", "false") else _number_text(text)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadValueError(f"expected text, not {value!r}")
    return value


def _directory(value: object) -> str:
    """Not an address, which may hold a password: it is not repeated."""
    text = _text(value)
    scheme, found, _ = text.partition("://")
    if found and scheme.isalnum():
        raise BadValueError(
            f"is a directory, and no {scheme}:// address (`query`, `runs` and `top` ask a server)"
        )
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise BadValueError(f"expected a list of texts, not {value!r}")
    if len(value) > MOST_ITEMS:
        raise BadValueError(f"expected a list of {MOST_ITEMS} texts at most, not of {len(value)}")
    return tuple(_text(each) for each in value)


def _patterns(value: Any) -> tuple[str, ...]:
    return tuple(_pattern(each) for each in _texts(value))


def _pattern(value: str) -> str:
    if value.split() != [value]:
        raise BadValueError(f"no module or function has a space in its name, so {value!r} matches nothing")
    return value


def _regexes(value: Any) -> tuple[str, ...]:
    return tuple(_regex(each) for each in _texts(value))


def _regex(value: Any) -> str:
    try:
        compiled = re.compile(_text(value))
    except (re.error, RecursionError, OverflowError) as error:
        raise BadValueError(f"{value!r} is not a regular expression: {error}") from error
    if compiled.match(""):
        raise BadValueError(f"{value!r} matches the empty text, and so everything")
    return str(value)


def _rules(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadValueError(f"expected a table of rule name to regular expression, not {value!r}")
    if len(value) > MOST_ITEMS:
        raise BadValueError(f"expected a table of {MOST_ITEMS} rules at most, not of {len(value)}")
    for name in value:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise BadValueError(f"{name!r} is no rule name: use letters, digits, '.', '_' and '-'")
    return {name: _regex(pattern) for name, pattern in value.items()}


def _list_text(text: str) -> Any:
    """JSON where it starts like a list, else words between commas."""
    return (
        _json_text(text)
        if text.lstrip().startswith("[")
        else [word.strip() for word in text.split(",") if word.strip()]
    )


def _json_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _recorder(value: Any) -> str:
    if value not in ("auto", "c", "python"):
        raise BadValueError(f"expected auto, c or python, not {value!r}")
    return str(value)


BOOLEAN = Kind(_boolean, _boolean_text)
COUNT = Kind(_count, _number_text)
LIMIT = Kind(_limit, _number_text)
DEPTH = Kind(_depth, _number_text)
SIZE = Kind(_size, _number_text)
FACTOR = Kind(_factor, _number_text)
RATIO = Kind(_ratio, _number_text)
RATIOS = Kind(_ratios, _json_text)
SECONDS = Kind(_seconds, _number_text)
OVERHEAD = Kind(_overhead, _overhead_text)
TEXT = Kind(_text, str)
DIRECTORY = Kind(_directory, str)
TEXTS = Kind(_texts, _list_text)
PATTERNS = Kind(_patterns, _list_text)
REGEXES = Kind(_regexes, _list_text)
RULES = Kind(_rules, _json_text)
RECORDER = Kind(_recorder, str)

KINDS = {
    "enabled": BOOLEAN,
    "include": PATTERNS,
    "only": PATTERNS,
    "exclude": PATTERNS,
    "lines": PATTERNS,
    "store": DIRECTORY,
    "timeout": SECONDS,
    "gaps": BOOLEAN,
    "exception_locals": BOOLEAN,
    "recorder": RECORDER,
    "overhead": OVERHEAD,
    "otlp_values": BOOLEAN,
    "otlp_redaction": BOOLEAN,
    "otlp_trace_bytes": LIMIT,
    "debug": BOOLEAN,
    "fsync": BOOLEAN,
    "encryption_key": TEXT,
    "sql_seconds": SECONDS,
    "limits_depth": DEPTH,
    "limits_items": SIZE,
    "limits_string": SIZE,
    "limits_total": SIZE,
    "limits_lines": SIZE,
    "redaction_names": TEXTS,
    "redaction_patterns": RULES,
    "redaction_allow": REGEXES,
    "redaction_personal": BOOLEAN,
    "thinning_rate": LIMIT,
    "thinning_first": LIMIT,
    "thinning_slow": FACTOR,
    "thinning_every": COUNT,
    "sampling_runs": RATIO,
    "sampling_functions": RATIOS,
    "retention_days": LIMIT,
    "retention_megabytes": LIMIT,
    "retention_runs": LIMIT,
}
"""The kind of each field of Settings."""
