"""Debugging sessions that two questions end: small programs, each with the cause to be told."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

PROGRAMS = Path(__file__).with_name("sessions")
CHARACTERS = 1500 * 4
"""Of both answers together: 1,500 tokens."""
SESSIONS: dict[str, tuple[str, str, str]] = {
    "aliased_clone": (
        "--why",
        "--data Order.lines",
        r"The lines of @\w+ \(number='A-1'\), @\w+ \(number='A-2'\) changed as one",
    ),
    "config_layer": ("--why", "--why merge#1", r"host'\]='localhost': defaults#1 returned it"),
    "dropped_by_finally": (
        "--why",
        "--why BadRow",
        r"Next: [^\n]*--why BadRow[\s\S]*swallowed by Importer\.load [^\n]*"
        r"by the `return` of its finally in line \d+"
        r"[\s\S]*parse#21\(line='M008,2;2\.9'\)",
    ),
    "dropped_elsewhere": (
        "--why",
        "--value 3713",
        r"order\['total'\]=3713[\s\S]*Cache\.put#156\(value=3713\)[\s\S]*Cache\.get#208 -> 3713",
    ),
    "early_return": ("--why", "--source all_valid#1", r"if is_valid.*is_valid\(file='index.html'\)  -> True"),
    "encoding": (
        "--why",
        "--source read_name#1",
        r"read_name#1 returned it and was not given it[\s\S]*latin-1",
    ),
    "escaped_link": (
        "--why",
        "--why Escape.apply#4",
        r"Next: breadcrumb query --why Escape\.apply#4[\s\S]*steps=\[<Trim>, <Links>, <Escape>",
    ),
    "given_up_early": (
        "--value 7012",
        "--call take",
        r"7000, beside it in parcels#1, went on to take, weigh"
        r"[\s\S]*Next: [\s\S]*--call take[\s\S]*-> None x3",
    ),
    "late_binding": (
        "--why",
        "--why Planner.deferred#1",
        r"First given 'heron' and 'crane/report-0': Planner.deferred#1"
        r"[\s\S]*lambda name=name, size=size: self.deferred\(tenant, name, size\)",
    ),
    "left_behind": (
        "--why",
        "--why publish#6",
        r"or: [^\n]*--why publish#6[\s\S]*  ROLES \([^\n]* read by find_role#\d+: "
        r"[^\n]*set_default#1 from directive",
    ),
    "looked_elsewhere": (
        "--why",
        "--source Query.select#1",
        r"held [^\n]*self\.computed=\{\}[\s\S]*self\.computed\.update\(added\)",
    ),
    "lost_update": (
        "--why",
        "--value 1000",
        r"task Task-2\n.*current#1[\s\S]*current#1 -> 1000\n.*task Task-3\n.*\n.*current#2 -> 1000",
    ),
    "mispaired": (
        "--why",
        "--why with_note#1",
        r"'note': 'note 1'\}: with_note#1 (?:had it at its end|returned it)"
        r"[\s\S]*Next: breadcrumb query --why with_note#1"
        r"[\s\S]*original=\{'number': 1,[\s\S]*zip\(orders, originals\)",
    ),
    "mutated_default": (
        "--why",
        "--why second_customer#1",
        r"'teapot-9': add#1 was given it by first_customer[^\n]*add#2",
    ),
    "one_by_one": ("--expensive", "--source report#1", r"x60 +fetch_customer"),
    "one_renewal": (
        "--why",
        "--why Partner.put#3",
        r"First given 1022 and 'fjord-books': Partner\.put#3\([\s\S]*--why Partner\.put#3"
        r"[\s\S]*Sessions\.token\([^\n]*'alpine-tea'\)  -> Token@\w+\(shop='alpine-tea', serial=1\)"
        r"[^\n]*\n[^\n]*self\.refreshing: Task\(",
    ),
    "paid_twice": (
        "--why",
        "--call with_retry",
        r"GatewayTimeout: no answer[^\n]*caught in with_retry"
        r"[\s\S]*#8 [^\n]*\n +unlike most it called <lambda> x2",
    ),
    "plugin_order": ("--why", "--why render#1", r"'the &lt;b>total&lt;/b> is 12': escape#1 returned it"),
    "quadratic": ("--expensive", "--source insert", r"is_same +1,?770|called is_same x1770"),
    "race": ("--why", "--value 40", r"read#1 -> 40[\s\S]*thread till-\d[\s\S]*read#2 -> 40"),
    "read_twice": (
        "--why",
        "--why Biller.bill#4",
        r"Next: [^\n]*--why Biller\.bill#4[\s\S]*Loyal\.discount\([\s\S]*"
        r"rated\(records=<records, closed>[^\n]*yielded 0",
    ),
    "remembered_offset": (
        "--why",
        "--call Clock.local_day#360",
        r"offsets=\{'Europe/Berlin': timedelta\('2:00:00'\)[^\n]*at=datetime\('2025-10-28T22:00:00\+00:00'\)",
    ),
    "shared_columns": (
        "--why",
        "--data Layout.columns",
        r"columns \+= \[<Column@(\w+)>\] [^\n]*in Layout\.add#1[\s\S]*columns \+= \[<Column@\1>\]",
    ),
    "shared_members": (
        "--why",
        "--data Form",
        r"one object: visitor\.fields\['customer'\] is office\.fields\['customer'\]"
        r"[\s\S]*Field @\w+, Field @\w+ are in the fields of 2 at once",
    ),
    "shared_state": (
        "--why",
        "--why register#1",
        r"'leftover-ada': register#1 was given it by test_register",
    ),
    "sold_twice": (
        "--why",
        "--value A1",
        r"Next: breadcrumb query --value A1[\s\S]*check_limit#1\(seats\[0\][\s\S]*thread till-\d"
        r"[\s\S]*check_limit#2\(seats\[0\][\s\S]*Holds\.put#1\(",
    ),
    "spent_tries": (
        "--why",
        "--call Retrying.__call__",
        r"swallowed by Retrying\.__call__[\s\S]*#5  self\(tries=6\), number=4  -> None",
    ),
    "stale_cache": (
        "--why",
        "--why convert#2",
        r"came apart below: rate#2 called nothing; rate#1 called load_rate",
    ),
    "stale_condition": (
        "--why",
        "--why Transition.execute#21",
        r"order\.number='B-7'[\s\S]*or: [^\n]*--why Transition\.execute#21"
        r"[\s\S]*known=\{'is_paid': True, 'is_blocked': True\}\)  -> True",
    ),
    "swallowed": ("--why", "--why port_of#1", r"read_settings\(text='\{\"port\": 5433,\}'\)  -> \{\}"),
    "swallowed_far": (
        "--why",
        "--why ValueError",
        r"by RateFeed\.load\b[\s\S]*line='2024-03-06;CHF;1,0590'",
    ),
    "swapped_arguments": (
        "--why",
        "--source banner#1",
        r"size\[\"height\"\], size\[\"width\"\][\s\S]*width 210 \(here 480\)",
    ),
    "swapped_results": (
        "--why",
        "--call Collector.take",
        r"(?:request\.result|number=0, [^)]*result)=<Result@\w*?(\w{3})>"
        r"[\s\S]*Next: breadcrumb query --why Collector\.take#\d"
        r"[\s\S]*result=Result@\w*\1\(host='([\d.]+)'[^\n]*-> Request@\w+\(number=\d+, host='(?!\2')",
    ),
    "tied_layers": (
        "--why",
        "--call collect#9",
        r"result\['via'\]='relay.job.example'"
        r"[\s\S]*name='tenant=cyd', rank=2[\s\S]*name='host=job-1', rank=2",
    ),
    "time_zone": ("--why", "--source parse_local", r"due '[^']*\+00:00' \(here '2024-03-02T10:00:00'\)"),
    "two_spellings": (
        "--why",
        "--value Ana Belén",
        r"a reminder for an invoice that was paid[\s\S]*Directory\.account#16\(name='Ana Bele\\u0301n'\)"
        r"[\s\S]*Not the same text, though it looks so: 'Ana Bele\\u0301n', in 1\d",
    ),
    "wrong_branch": ("--why", "--why choose#1", r"is_newer\(version='10.2', other='9.8'\)  -> False"),
    "wrong_value_far": (
        "--why",
        "--why grant#2",
        r"discount=15.5: read_discount#2 returned it and was not given it",
    ),
}
"""By program: the two questions, and what the cause looks like in their answers."""
KEEPS_ENDS = sys.version_info >= (3, 12)
"""Whether calls tell what their variables held when an error left them, and how they left their arguments."""
if not KEEPS_ENDS:
    SESSIONS |= {  # the same causes, told by what calls were given and what they returned
        "escaped_link": (
            "--why",
            "--trace Room.post#12",
            r"Room\.post\([^\n]*&lt;a href[^\n]* #12,[\s\S]*Pipeline\.run\("
            r"[\s\S]* Links\.apply\([^\n]* -> \"6 <a href[\s\S]* Escape\.apply\([^\n]* -> \"6 &lt;a href",
        ),
        "one_renewal": (
            "--why",
            "--why Partner.put#3",
            r"Partner\.put\([^\n]*serial=1, number=1022"
            r"[\s\S]*Sessions\.token\([^\n]*'alpine-tea'\)  -> Token@\w+\(shop='alpine-tea', serial=1\)",
        ),
        "shared_columns": (
            "--why",
            "--data Layout.columns",
            r"First given 'bern' and 'rating': Service\.add_column#1\([^\n]*tenant='oslo', name='rating'"
            r"[\s\S]*Layout\(title='Report of bern'[^\n]*\n +columns \+= \[<Column@\w+>\]",
        ),
        "shared_members": (
            "--why",
            "--data Form",
            r"does not see the note[\s\S]*Field @\w+, Field @\w+ are in the fields of 2 at once",
        ),
        "sold_twice": (
            "--why",
            "--value A1",
            r"seat A1 sold twice[\s\S]*check_limit#1\(seats\[0\][\s\S]*thread till-\d"
            r"[\s\S]*check_limit#2\(seats\[0\][\s\S]*Holds\.put#1\(",
        ),
        "stale_condition": (
            "--why",
            "--why Transition.execute#21",
            r"order B-7 is blocked[\s\S]*known=\{'is_paid': True, 'is_blocked': True\}\)  -> True",
        ),
        "swapped_results": (
            "--why",
            "--call Collector.take",
            r"request (\d+) of tenant-\w was answered for"
            r"[\s\S]*result=Result@\w+\(host='([\d.]+)'[^\n]*-> Request@\w+\(number=\1, host='(?!\2')",
        ),
        "tied_layers": (
            "--why",
            "--call collect#6",
            r"\['via'\]='relay.job.example': Layer[^\n]* collect#6,"
            r"[\s\S]*name='tenant=ada', rank=2[\s\S]*name='host=job-1', rank=2",
        ),
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project in which each program has run once, all folded by who asks first."""
    project = new_project(tmp_path_factory.mktemp("sessions"))
    for name in SESSIONS:
        project.write(f"{name}.py", (PROGRAMS / f"{name}.py").read_text(encoding="utf-8"))
        project.call("breadcrumb-instrument", "python", f"{name}.py")
    return project


@pytest.fixture(scope="module")
def runs(project: Project) -> dict[str, str]:
    """The id of each program's run."""
    told = project.call(
        "breadcrumb", "runs", "--limit", "100", "--format", "json", "--budget", "90000"
    ).stdout
    return {Path(row["command"].split()[-1]).stem: row["run"] for row in json.loads(told)["rows"]}


@pytest.mark.parametrize("name", SESSIONS)
def test_two_questions_show_the_cause(name: str, project: Project, runs: dict[str, str]) -> None:
    first, second, cause = SESSIONS[name]
    commands = [[*words.split(" ", 1), "--run", runs[name]] for words in (first, second)]
    answers = [project.call("breadcrumb", "query", *words) for words in commands]
    assert [each.returncode for each in answers] == [0, 0], answers
    told = "".join(each.stdout for each in answers)
    assert re.search(cause, told), told
    assert len(told) <= CHARACTERS


def test_what_a_call_left_as_it_was_is_not_said_to_be_lost(project: Project, runs: dict[str, str]) -> None:
    """Its object changed otherwise: `job.state` did, `job.name` did not."""
    asked = ("breadcrumb", "query", "--value", "crane/report-0", "--run", runs["late_binding"])
    told = project.call(*asked).stdout
    assert re.search(r"Job\.run#\d+\(self\.name='crane/report-0'\)\n", told), told
    assert "taken away" not in told


def test_what_other_threads_did_with_the_objects_of_a_call_is_told(
    project: Project, runs: dict[str, str]
) -> None:
    asked = ("breadcrumb", "query", "--run", runs["sold_twice"], "--call")
    calls = [project.call(*asked, f"Office.check_limit#{number}").stdout for number in (1, 2, 3)]
    told = re.compile(r"meanwhile in thread till-\d, with its objects: [^\n]*Office\.check_limit#\d")
    assert any(map(told.search, calls)), calls
    assert "meanwhile" not in project.call(*asked, "check#1").stdout


def test_that_a_value_lies_in_a_container_is_told_once(project: Project, runs: dict[str, str]) -> None:
    asked = ("breadcrumb", "query", "--run", runs["tied_layers"], "--value", "relay.job.example")
    told = project.call(*asked).stdout
    place = r"self\.asked\['mail\.host'\]='relay\.job\.example'"
    holds = f" left {place}" if KEEPS_ENDS else rf"\({place}\)"
    assert re.search(rf"Settings\.value#\d+{holds}, still there in \d+ calls until Settings\.look#", told)
    assert not re.search(rf"Settings\.look#\d+\({place}", told)


def test_of_a_docstring_the_first_line_is_shown(project: Project, runs: dict[str, str]) -> None:
    told = project.call("breadcrumb", "query", "--run", runs["tied_layers"], "--source", "collect").stdout
    assert "Give the layers, the weakest first." in told
    assert "as they come" not in told and "return sorted(found" in told


def test_each_program_is_asked() -> None:
    assert {path.stem for path in PROGRAMS.glob("*.py")} == set(SESSIONS)
