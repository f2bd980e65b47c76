"""Random call programs of which a part is kept: no kept call lacks its caller, and every call is counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from test_call_programs import DIES_UNSEEN, for_random_programs, run

SHARES = {
    "sampled": "sampling.functions = {'*' = 0.3}",
    "failures only": "sampling.functions = {'*' = 0}",
    "hot": "thinning = {rate = 1, first = 0, every = 3, slow = 1000000}",
}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("recorder", RECORDERS)
@for_random_programs(2)
def test_what_is_kept_of_a_program_has_its_callers_and_the_rest_is_counted(
    recorder: str, share: str, sources: list[str], project: Any
) -> None:
    project.write("pyproject.toml", f"[tool.breadcrumb]\n{SHARES[share]}\n")
    log, calls = run(project, [_repeated(source) for source in sources], recorder)
    kept = {call["span_id"]: call["me"] for call in calls} | {None: 0}
    callers = {entry["me"]: entry["by"] for entry in log}
    assert [call for call in calls if call["parent"] not in kept] == []
    if not DIES_UNSEEN:
        assert [call for call in calls if kept[call["parent"]] != callers[call["me"]]] == []
    assert len(calls) < len(log)
    counted = Counter(call["qualname"] for call in calls)
    counted.update(dict(project.query("SELECT substr(function, 10), thinned FROM counts")))
    logged = Counter(entry["function"] for entry in log)
    if not DIES_UNSEEN:
        assert counted == logged
    assert not counted - logged


def _repeated(source: str) -> str:
    """The program, started several times: what is called once is always kept."""
    *_, start = source.splitlines()
    return source + f"{start}\n" * 3
