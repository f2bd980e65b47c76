"""Finds the function meant by `withdraw`, `Account.withdraw`, `app.withdraw` or `withdraw#4`."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

_NUMBERED = re.compile(r"(?P<name>.+)#(?P<number>[0-9]+)")
_NEAR = 5


@dataclass(frozen=True)
class Named:
    """A function of a run, and which of its calls (from 1), if one was named."""

    function: str
    number: int | None = None
    also: tuple[str, ...] = ()
    """The other functions that the name means, where all are asked for."""

    @property
    def functions(self) -> tuple[str, ...]:
        """All that are meant."""
        return self.function, *self.also


def find_functions(reader: Reader, run: Run, ask: Ask, text: str) -> Named:
    """Find all functions that `text` names, also by wildcards; of a numbered call, the one that it is of."""
    if _NUMBERED.fullmatch(text):
        return find_function(reader, run, ask, text)
    name = text.replace(":", ".").removesuffix("()")
    matches = matching(functions_of(reader, run), name) or _modules_meant(reader, run, name)
    return Named(matches[0], also=tuple(matches[1:])) if matches else find_function(reader, run, ask, text)


def find_function(reader: Reader, run: Run, ask: Ask, text: str) -> Named:
    """Find the one traced function of the run that `text` names; else say what could be meant."""
    numbered = _NUMBERED.fullmatch(text)
    name = (numbered["name"] if numbered else text).replace(":", ".").removesuffix("()")
    if not name.strip():
        raise NoAnswer("no function is named", ask.query("--functions"), ExitCode.USAGE)
    known = functions_of(reader, run)
    matches = matching(known, name) or _modules_meant(reader, run, name)
    if len(matches) > 1:
        more = f" and {len(matches) - _NEAR} more" if len(matches) > _NEAR else ""
        raise NoAnswer(f"{name} is ambiguous: {', '.join(matches[:_NEAR])}{more}", "give the longer name")
    if not matches:
        raise _unknown(reader, run, ask, name, known)
    return Named(matches[0], int(numbered["number"]) if numbered else None)


def _modules_meant(reader: Reader, run: Run, name: str) -> list[str]:
    """List the bodies of modules that a name means, and put them among the calls."""
    matches = matching(modules_of(reader, run), name)
    if matches:
        reader.add_modules()
    return matches


def modules_of(reader: Reader, run: Run) -> list[str]:
    """List the modules whose bodies ran, as `app.<module>`."""
    sql = """select distinct value->>'$.function' as function from base.fact
        where run_id = ? and kind = 'module' order by 1"""
    return [function for (function,) in reader.connection.execute(sql, [run.run_id]).fetchall()]


def functions_of(reader: Reader, run: Run) -> list[str]:
    """List the functions that the run came to know."""
    return sorted(_qualnames(reader, run))


def _qualnames(reader: Reader, run: Run) -> dict[str, str]:
    sql = "select distinct function, qualname from codes where run_id = ?"
    return dict(reader.connection.execute(sql, [run.run_id]).fetchall())


def display_names(reader: Reader, run: Run) -> dict[str, str]:
    """Choose for each function of the run the shortest name that means no other one."""
    qualnames = _qualnames(reader, run)
    modules = {function: function for function in modules_of(reader, run)} if reader.has_modules else {}
    ends = Counter(end for function in qualnames for end in set(_ends(plain(function))))
    return modules | {
        function: name if _means(name, function, qualnames, ends) else function
        for function, name in (
            (function, (qualname or function).rsplit("<locals>.", 1)[-1])
            for function, qualname in qualnames.items()
        )
    }


def _means(name: str, function: str, known: Mapping[str, str], ends: Mapping[str, int]) -> bool:
    """Tell whether `matching` finds just this function, from how many functions end in each name."""
    if name in known:
        return name == function
    return ends.get(plain(name)) == 1 and plain(function).endswith("." + plain(name))


def _ends(function: str) -> Iterator[str]:
    while "." in function:
        function = function.partition(".")[2]
        yield function


def matching(known: list[str], name: str) -> list[str]:
    """List the functions that `name` may mean: exactly that one, or those that end in it after a dot.

    Wildcards stand for any part of the whole name: `*docstring*`, `shop.Cart.*`.
    """
    if name in known:
        return [name]
    if any(each in name for each in "*?["):
        return [each for each in known if any(fnmatchcase(plain(each), it) for it in (name, f"*.{name}"))]
    return [function for function in known if plain(function).endswith("." + plain(name))]


def is_named(name: str, wanted: str) -> bool:
    """Tell whether a type is meant by its name, with or without its module."""
    return name == wanted or name.endswith("." + wanted)


def package_of(name: str) -> str:
    """Give the outermost package in which a function, module or type is."""
    return name.partition(".")[0]


def plain(function: str) -> str:
    """Leave `<locals>` out of a name, as people do."""
    return function.replace(".<locals>", "")


def _unknown(reader: Reader, run: Run, ask: Ask, name: str, known: list[str]) -> NoAnswer:
    sql = """select callee, sum(count), any_value(include) from gaps
        where run_id = ? and (callee = ? or ends_with(callee, ?)) group by callee order by 2 desc limit 1"""
    gap = reader.connection.execute(sql, [run.run_id, name, "." + name]).fetchone()
    if gap is not None and gap[2]:
        return NoAnswer(
            f"{gap[0]} was called {_times(gap[1])} but not traced",
            f"{ask.command('config', 'add-include', gap[2])}, then run again",
        )
    if gap is not None:
        return NoAnswer(
            f"{gap[0]} was called {_times(gap[1])}; it is C code and cannot be traced", ask.query("--gaps")
        )
    if not known:
        return NoAnswer(f"run {run.run_id} recorded no calls", ask.query("--gaps"))
    within = [function for function in known if f".{name.lower()}." in f".{plain(function).lower()}"]
    if within:
        more = f" and {len(within) - _NEAR} more" if len(within) > _NEAR else ""
        message = f"{name} is no function; in it are {', '.join(within[:_NEAR])}{more}"
        return NoAnswer(message, ask.query("--call", within[0]))
    near = near_names(name, known)
    if near:
        message = f"no call of {name} in run {run.run_id}; near: {', '.join(near)}"
        return NoAnswer(message, ask.query("--call", near[0]))
    return NoAnswer(
        f"no call of {name} in run {run.run_id}",
        f"it did not run, or is not traced: {ask.query('--gaps')} shows untraced calls",
    )


def _times(count: int) -> str:
    return "1 time" if count == 1 else f"{count} times"


def near_names(name: str, known: list[str]) -> list[str]:
    """List functions whose last part or whole name is spelled like `name`."""
    import difflib  # only mistakes pay for it

    tails: dict[str, str] = {}
    for function in known:
        tails.setdefault(plain(function).rsplit(".", 1)[-1].lower(), function)
        tails.setdefault(function.lower(), function)
    found = difflib.get_close_matches(name.rsplit(".", 1)[-1].lower(), tails, n=_NEAR, cutoff=0.6)
    found += difflib.get_close_matches(name.lower(), tails, n=_NEAR, cutoff=0.75)
    return list(dict.fromkeys(tails[tail] for tail in found))[:_NEAR]
