"""The tests of a run: when each ran, in which process, and how it ended."""

from __future__ import annotations

import json
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database.statements import Sql, joined, sql
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    from breadcrumb_exporter_duckdb.reading.store import Reader

FAILED = ("failed", "error")
PASSED = "passed"
XFAILED = "xfailed"


class Taken(NamedTuple):
    """An exception that the runner of a test caught."""

    outcome: str
    """What it meant for the test."""
    exception: dict[str, Any]


class Test(NamedTuple):
    """One time that a test ran."""

    name: str
    outcome: str
    process: int
    start_ns: int
    end_ns: int | None
    """None where its end is not known: it runs, or its process is gone."""
    is_kept: bool = True
    """Whether its calls are in the store."""
    taken: Mapping[str, Taken] | None = None
    """What its runner caught, by the exception's address; None where nobody told."""

    @property
    def function(self) -> str:
        """The name of its function: the last part of a node id, or of a dotted name."""
        words = self.name.partition("[")[0].partition(" ")[0].replace("::", ".")
        return words.rpartition(".")[2]

    def ran(self, process: int, at_ns: int) -> bool:
        """Tell whether it ran in that process at that moment."""
        return (
            process == self.process
            and self.start_ns <= at_ns
            and (self.end_ns is None or at_ns <= self.end_ns)
        )


def read_tests(reader: Reader, run_id: str) -> list[Test]:
    """Give them in the order in which they began."""
    return _read(reader.connection, sql("run_id = {run}", run=run_id)).get(run_id, [])


def taken_by_tests(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[tuple[int, str], list[Test]]:
    """Give by process and address of an exception the tests whose runner caught one there."""
    found: dict[tuple[int, str], list[Test]] = {}
    for test in _read(connection, sql("run_id = {run}", run=run_id)).get(run_id, []):
        for address in test.taken or ():
            found.setdefault((test.process, address), []).append(test)
    return found


def _read(connection: duckdb.DuckDBPyConnection, condition: Sql) -> dict[str, list[Test]]:
    """The tests of each run that meets a condition."""
    query = sql(
        """select run_id, value->>'$.test', value->>'$.outcome', process, (value->>'$.start_ns')::bigint,
            (value->>'$.end_ns')::bigint, coalesce((value->>'$.is_kept')::boolean, true),
            value->>'$.exceptions'
        from base.fact where kind = 'test' and {condition} order by 5""",
        condition=condition,
    )
    found: dict[str, list[Test]] = {}
    for run_id, name, outcome, process, start_ns, end_ns, is_kept, taken in query.rows(connection):
        caught = [each for each in json.loads(taken or "[]") if each.get("exception")]
        by_address = {each["exception"]["id"]: Taken(each["outcome"], each["exception"]) for each in caught}
        test = Test(name, outcome, process, start_ns, end_ns, is_kept, by_address or None)
        found.setdefault(run_id, []).append(test)
    return found


def named(tests: Sequence[Test], name: str, outcome: str | None = None) -> list[Test]:
    """Those that a name means: a node id, its end or a part of it. Of one that ran several times, the last
    time that it ended so, or that it failed, else the last. Raises NoAnswer where there is none."""
    if not tests:
        raise NoAnswer("no test is known of this run", "pytest --breadcrumb, or breadcrumb run pytest")
    for means in (_is, _ends, _holds):
        found = [test for test in tests if means(test.name, name)]
        if found:
            ended = [test for test in found if outcome is not None and _known_as(test) == outcome]
            return _kept(_last_of_each(ended or found))
    near = get_close_matches(name, [test.name for test in tests], n=3, cutoff=0.3)
    raise NoAnswer(f"no test of this run is called {name}", f"near: {', '.join(near)}" if near else "")


def passed_and_failed(reader: Reader, name: str) -> tuple[str, str]:
    """The last run in which a test passed, and the last one in which it failed. Raises NoAnswer."""
    found = _last_runs(reader, name)
    for outcome in (FAILED[0], PASSED):
        if outcome not in found.kept:
            raise _missing(name, outcome, found.let_go.get(outcome))
    return found.kept[PASSED], found.kept[FAILED[0]]


def _missing(name: str, outcome: str, let_go: Test | None) -> NoAnswer:
    if let_go is None:
        return NoAnswer(f"no run is kept in which {name} {outcome}", "diff A B --test NAME compares any two")
    told = f"{let_go.name} {outcome}, but only calls of tests that fail were kept"
    return NoAnswer(told, f"at a commit where it {outcome}: {_keeping(let_go)}")


def run_of(reader: Reader, name: str) -> str:
    """The last run in which a test failed, else the last that it was in. Raises NoAnswer."""
    found = _last_runs(reader, name)
    if not found.kept:
        raise _not_kept(next(iter(found.let_go.values())))
    return found.kept.get(FAILED[0]) or next(iter(found.kept.values()))


class _Runs(NamedTuple):
    """The last run with each outcome of a test, the latest first; an error is a failure."""

    kept: dict[str, str]
    let_go: dict[str, Test]
    """Its last time with each outcome of which the calls were not kept."""


def _last_runs(reader: Reader, name: str) -> _Runs:
    found = _Runs({}, {})
    tests_of = _read(reader.connection, sql("true"))
    for run_id in sql("select run_id from runs order by started desc nulls last").column(reader.connection):
        tests = [test for test in tests_of.get(run_id, ()) if _means(test.name, name)]
        kept = [test for test in tests if test.is_kept]
        for outcome in dict.fromkeys(map(_known_as, kept)):  # a test that is run again may have both
            if any(_known_as(test) == outcome for test in named(kept, name, outcome)):
                found.kept.setdefault(outcome, run_id)
        for test in tests:
            if not test.is_kept:
                found.let_go.setdefault(_known_as(test), test)
    if not (found.kept or found.let_go):
        raise NoAnswer(f"no run has a test called {name}", "pytest --breadcrumb, or breadcrumb run pytest")
    return found


def _known_as(test: Test) -> str:
    return FAILED[0] if test.outcome in FAILED else test.outcome


def _means(test: str, name: str) -> bool:
    return _is(test, name) or _ends(test, name) or _holds(test, name)


def _kept(tests: Sequence[Test]) -> list[Test]:
    found = [test for test in tests if test.is_kept]
    if not found:
        raise _not_kept(tests[0])
    return found


def _not_kept(test: Test) -> NoAnswer:
    return NoAnswer(f"the calls of {test.name} were not kept: it {test.outcome}", _keeping(test))


def _keeping(test: Test) -> str:
    """The command that runs it so that its calls are kept."""
    return shlex.join(["pytest", "--breadcrumb", "--breadcrumb-keep", "all", test.name])


def _last_of_each(tests: Sequence[Test]) -> list[Test]:
    last: dict[str, Test] = {}
    for test in tests:
        known = last.get(test.name)
        if known is None or test.outcome in FAILED or known.outcome not in FAILED:
            last[test.name] = test
    return list(last.values())


def _is(test: str, name: str) -> bool:
    return test == name


def _ends(test: str, name: str) -> bool:
    return test.endswith((f"::{name}", f".{name}")) or test.partition("[")[0].endswith(f"::{name}")


def _holds(test: str, name: str) -> bool:
    return name in test


def condition(tests: Sequence[Test]) -> Sql:
    """The condition that picks what ran while the tests did, in their process."""
    return sql("({windows})", windows=joined(" or ", map(_during, tests)))


def _during(test: Test) -> Sql:
    ended = sql("") if test.end_ns is None else sql(" and start_ns <= {end}", end=test.end_ns)
    begun = sql("process = {process} and start_ns >= {start}", process=test.process, start=test.start_ns)
    return sql("({begun}{ended})", begun=begun, ended=ended)
