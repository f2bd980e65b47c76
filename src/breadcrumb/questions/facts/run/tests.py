"""The tests of a run: when each ran, in which process, and how it ended."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

FAILED = ("failed", "error")


class Test(NamedTuple):
    """One time that a test ran."""

    name: str
    outcome: str
    process: int
    start_ns: int
    end_ns: int | None
    """None where its end is not known: it runs, or its process is gone."""

    @property
    def function(self) -> str:
        """The name of its function."""
        return self.name.partition("[")[0].rpartition("::")[2]

    def ran(self, process: int, at_ns: int) -> bool:
        """Tell whether it ran in that process at that moment."""
        return (
            process == self.process
            and self.start_ns <= at_ns
            and (self.end_ns is None or at_ns <= self.end_ns)
        )


def read_tests(reader: Reader, run_id: str) -> list[Test]:
    """Give them in the order in which they began."""
    sql = """select value->>'$.test', value->>'$.outcome', process, (value->>'$.start_ns')::bigint,
        (value->>'$.end_ns')::bigint from base.fact where run_id = ? and kind = 'test' order by 4"""
    return [Test(*row) for row in reader.connection.execute(sql, [run_id]).fetchall()]


def named(tests: Sequence[Test], name: str) -> list[Test]:
    """Those that a name means: a node id, its end or a part of it. Of one that ran several times, the last
    time that it failed, else the last. Raises NoAnswer where there is none."""
    if not tests:
        raise NoAnswer("no test is known of this run", "pytest --breadcrumb, or breadcrumb run pytest")
    for means in (_is, _ends, _holds):
        found = [test for test in tests if means(test.name, name)]
        if found:
            return _last_of_each(found)
    near = get_close_matches(name, [test.name for test in tests], n=3, cutoff=0.3)
    raise NoAnswer(f"no test of this run is called {name}", f"near: {', '.join(near)}" if near else "")


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
    return test.endswith(f"::{name}") or test.partition("[")[0].endswith(f"::{name}")


def _holds(test: str, name: str) -> bool:
    return name in test


def condition(tests: Sequence[Test]) -> tuple[str, list[int]]:
    """The condition that picks what ran while the tests did, in their process, and its parameters."""
    windows: list[str] = []
    parameters: list[int] = []
    for test in tests:
        ended = "" if test.end_ns is None else " and start_ns <= ?"
        windows.append(f"(process = ? and start_ns >= ?{ended})")
        parameters += [test.process, test.start_ns, *([] if test.end_ns is None else [test.end_ns])]
    return f"({' or '.join(windows)})", parameters
