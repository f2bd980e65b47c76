"""Each question about a real traced program gives the answer that one would write by hand."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import shop


class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance


def withdraw(acc, amount):
    acc.balance -= amount
    return round(acc.balance, 2)


def fee(acc):
    return withdraw(acc, 5.0)


def parse(row):
    if row["qty"] < 0:
        raise ValueError(f"bad qty {row['qty']}")
    return row


def main():
    acc = Account("ada", 100.0)
    for amount in (0, 10, 20, 30, 40, 50):
        withdraw(acc, amount)
    result = fee(acc)
    try:
        parse({"qty": -1, "password": "hunter2"})
    except ValueError:
        shop.close("till")
    return result


if __name__ == "__main__":
    main()
"""

SHOP = """\
def close(name):
    return name
"""

TREE = """\
main()  -> -55.0                                          TIME
  Account.__init__(self=<Account>, owner='ada', balance=100.0)  -> None
  withdraw(acc=Account(owner='ada', balance=100.0), amount=0)  -> 100.0
  withdraw(acc=Account(…, balance=100.0..0.0), amount=10..50)  x5  -> 90.0 .. -50.0    #2-#6
  fee(acc=Account(…, balance=-50.0))  -> -55.0
    withdraw(acc=<same>, amount=5.0)  -> -55.0
  parse(row={'qty': -1, 'password': <redacted:RULE>})  !! ValueError: bad qty -1    app.py:21, handled in main
11 calls, all shown. Not traced: shop.close x1, round (C) x7. Next: breadcrumb query --call parse
   or: breadcrumb query --gaps
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run once under `breadcrumb run`."""
    folder = asked.new(tmp_path_factory.mktemp("bank"), app=APP, shop=SHOP)
    (folder / "pyproject.toml").write_text("[tool.breadcrumb]\nonly = ['__main__']\n")
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(bank: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(bank, reading)


def _steady(text: str) -> str:
    """Put one word for every time, tag, id and rule."""
    text = re.sub(r"(?<=\w)@[0-9a-f]{3,12}\b", "@TAG", re.sub(r"[0-9.,]+ (ns|us|ms|s|min)\b", "TIME", text))
    return re.sub(r"redacted:[\w-]+", "redacted:RULE", re.sub(r"\b[0-9a-f]{8,32}\b", "ID", text))


def _tree(text: str) -> str:
    """Leave out the times of inner calls: on a busy machine any of them may be long enough to be told."""
    return re.sub(r"^( +.*?)(?: {4,}|, )TIME$", r"\1", _steady(text), flags=re.MULTILINE)


def _rows(ask: Ask, *arguments: str) -> list[dict[str, Any]]:
    answer = ask("query", *arguments, "--format", "json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return rows


def test_flow_is_the_tree_of_calls(ask: Ask) -> None:
    answer = ask("query", "--flow")
    assert _tree(answer.stdout) == TREE
    assert answer.stderr == ""


def test_trace_of_the_outermost_call_is_the_same_tree(ask: Ask) -> None:
    assert _tree(ask("query", "--trace", "main").stdout) == TREE


def test_trace_of_a_call_shows_what_it_called(ask: Ask) -> None:
    assert _steady(ask("query", "--trace", "fee").stdout).splitlines()[:2] == [
        "fee(acc=Account(owner='ada', balance=-50.0))  -> -55.0    TIME",
        "  withdraw(acc=<same>, amount=5.0)  -> -55.0",
    ]


def test_call_shows_every_call_of_the_function(ask: Ask) -> None:
    lines = _steady(ask("query", "--call", "withdraw").stdout).splitlines()
    assert lines[0] == "withdraw(acc=Account@TAG(owner='ada', balance=100.0), …)    x7"
    assert "  #4  acc(balance=70.0), amount=30  -> 40.0               from main" in lines
    assert lines[-1] == "7 calls, all shown. Next: breadcrumb query --call main"


@pytest.mark.parametrize("name", ["withdraw#4", "__main__.withdraw#4", "__main__:withdraw#4"])
def test_one_call_is_shown_in_full(ask: Ask, name: str) -> None:
    lines = _steady(ask("query", "--call", name).stdout).splitlines()
    assert lines[:2] == [
        "withdraw(acc=Account(owner='ada', balance=70.0), amount=30)  -> 40.0    #4, TIME",
        "  at app.py:10, called by main in line 28, returned in line 12",
    ]


def test_the_row_of_a_call_has_the_promised_keys(ask: Ask) -> None:
    (row,) = _rows(ask, "--call", "fee")
    left = row.pop("args_after", {"acc": {"balance": -55.0}})  # not told of on 3.11
    assert left["acc"]["balance"] == -55.0
    assert list(row) == [
        "function", "args", "return", "exception", "start", "duration_ns", "self_ns", "called_by",
        "calls_made", "thread", "task", "pid", "file", "line", "depth", "span_id", "parent_span_id",
        "trace_id", "status",
    ]  # fmt: skip
    assert row["function"] == "__main__.fee"
    assert row["return"] == -55.0
    assert row["called_by"] == "__main__.main"
    assert row["calls_made"] == {"__main__.withdraw": 1}
    assert row["status"] == "ok"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["start"])
    assert re.fullmatch(r"[0-9a-f]{16}", row["span_id"])


def test_an_exception_is_in_the_row_of_the_call_that_it_left(ask: Ask) -> None:
    (row,) = _rows(ask, "--call", "parse")
    assert row["exception"] == {"type": "ValueError", "message": "bad qty -1"}
    assert row["status"] == "error"


def test_the_answer_object_has_the_promised_keys(ask: Ask) -> None:
    answer = json.loads(ask("query", "--flow", "--format", "json").stdout)
    assert list(answer) == ["question", "run", "rows", "truncated", "dropped", "next"]
    assert answer["question"] == "flow"
    assert len(answer["rows"]) == 11
    assert (answer["truncated"], answer["dropped"]) == (None, 0)
    assert answer["next"] == ["breadcrumb query --call parse", "breadcrumb query --gaps"]


def test_a_limited_answer_names_the_command_for_the_rest(ask: Ask) -> None:
    answer = json.loads(ask("query", "--call", "withdraw", "--limit", "2", "--format", "json").stdout)
    assert len(answer["rows"]) == 2
    assert (answer["truncated"]["shown"], answer["truncated"]["total"]) == (2, 7)
    whole = ask(*answer["truncated"]["command"].split()[1:])
    assert "7 calls, all shown." in whole.stdout


def test_a_small_budget_cuts_rows_and_says_so(ask: Ask) -> None:
    answer = json.loads(ask("query", "--flow", "--budget", "300", "--format", "json").stdout)
    assert 1 <= len(answer["rows"]) < 11
    assert answer["truncated"]["shown"] == len(answer["rows"])


def test_gaps_name_the_command_that_traces_more(ask: Ask) -> None:
    assert ask("query", "--gaps").stdout == (
        "shop.close  x1  from main app.py:33  breadcrumb config add-include shop\n"
        "C code, never traced: round x7\n"
        "2 call sites, all shown. Next: breadcrumb config add-include shop\n"
        "   or: breadcrumb run python app.py\n"
    )


def test_the_row_of_a_gap_has_the_promised_keys(ask: Ask) -> None:
    first, second = _rows(ask, "--gaps")
    assert first == {
        "callee": "shop.close",
        "kind": "python",
        "count": 1,
        "lower_bound": False,
        "called_from": {"function": "__main__.main", "file": first["called_from"]["file"], "line": 33},
        "include": "shop",
    }
    assert (second["callee"], second["kind"], second["count"], second["include"]) == ("round", "c", 7, None)


def test_the_trail_leads_from_a_gap_to_its_calls(bank: Path, tmp_path: Path) -> None:
    folder = tmp_path / "trail"
    folder.mkdir()
    for name in ("pyproject.toml", "app.py", "shop.py"):
        (folder / name).write_text((bank / name).read_text())
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    add, again = json.loads(asked.breadcrumb(folder, "query", "--gaps", "--format", "json").stdout)["next"]
    asked.breadcrumb(folder, *add.split()[1:])
    asked.breadcrumb(folder, *again.split()[1:])
    closed = asked.breadcrumb(folder, "query", "--call", "close")
    assert closed.stdout.startswith("close(name='till')  -> 'till'")


def test_errors_tell_each_exception_once(ask: Ask) -> None:
    assert _steady(ask("query", "--errors").stdout) == (
        "ValueError: bad qty -1    raised at app.py:21\n"
        "  in parse#1(row={'qty': -1, 'password': <redacted:RULE>})\n"
        "  swallowed by main\n"
        "1 exception. Next: breadcrumb query --call parse#1\n"
        "   or: breadcrumb show ID\n"
    )


def test_expensive_names_functions_with_their_times(ask: Ask) -> None:
    rows = _rows(ask, "--expensive")
    calls = {row["function"].removeprefix("__main__."): row["calls"] for row in rows}
    assert calls == {"main": 1, "withdraw": 7, "fee": 1, "parse": 1, "Account.__init__": 1}
    assert [row["self_ns"] for row in rows] == sorted((row["self_ns"] for row in rows), reverse=True)
    assert ask("query", "--expensive").stdout.startswith("own time")


def test_data_follows_the_objects_of_a_type(ask: Ask) -> None:
    rows = _rows(ask, "--data", "Account")
    found = [(row["value"]["balance"], row["sightings"]) for row in rows]
    if hasattr(sys, "monitoring"):  # each change is seen by the call that made it, too
        assert found == [(100, 4), (90, 2), (70, 2), (40, 2), (0, 2), (-50, 3), (-55, 2)]
    else:
        assert found == [(100, 3), (90, 1), (70, 1), (40, 1), (0, 1), (-50, 2)]
    assert _rows(ask, "--data", "__main__.Account") == rows


def test_sql_is_answered_with_a_row_for_each_record(ask: Ask) -> None:
    sql = "select qualname, count(*) as n from calls group by all having n > 1"
    assert _rows(ask, "--sql", sql) == [{"qualname": "withdraw", "n": 7}]
    assert ask("query", "--sql", sql).stdout.startswith("qualname  n\nwithdraw  7\n1 row. Of run ")


def test_sql_that_writes_is_refused(ask: Ask) -> None:
    answer = ask("query", "--sql", "drop table x")
    assert answer.returncode == 5
    assert len(answer.stderr.splitlines()) == 1


def test_runs_lists_the_run_and_show_opens_it_by_a_beginning(ask: Ask) -> None:
    (run,) = json.loads(ask("runs", "--format", "json").stdout)["rows"]
    assert (run["status"], run["calls"], run["errors"], run["command"]) == ("exited", 11, 1, "python app.py")
    for words in (run["run"][:6], "last"):
        assert _steady(ask("show", words).stdout).splitlines()[0] == TREE.splitlines()[0]


def test_show_opens_a_call_and_a_trace(ask: Ask) -> None:
    (row,) = _rows(ask, "--call", "fee")
    assert ask("show", row["span_id"]).stdout.startswith("fee(acc=")
    assert ask("show", row["trace_id"]).stdout.startswith("main()")
    assert ask("query", "--trace", row["trace_id"]).stdout.startswith("main()")


def test_top_lists_the_slowest_calls(ask: Ask) -> None:
    rows = json.loads(ask("top", "--limit", "3", "--format", "json").stdout)["rows"]
    assert len(rows) == 3
    assert [row["self_ns"] for row in rows] == sorted((row["self_ns"] for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["query", "--call", "witdraw"], 1, r"no call of witdraw in run \w+; near: __main__.withdraw"),
        (["query", "--call", "zzz"], 1, r"no call of zzz .*--gaps"),
        (["query", "--call", "close"], 1, r"shop.close was called 1 time but not traced .*add-include shop"),
        (["query", "--call", "round"], 1, r"C code and cannot be traced"),
        (["query", "--call", "fee#2"], 1, r"there is no call #2 of __main__.fee"),
        (["query", "--call", "fee#0"], 1, r"there is no call #0 of __main__.fee"),
        (["query", "--call", "Account"], 1, r"Account is no function; in it are __main__.Account.__init__ "),
        (["query", "--call", "\udcff"], 2, r"'\\udcff' is no text"),
        (["query", "--data", "acount"], 1, r"no acount was seen .*--data __main__.Account"),
        (["query", "flow"], 2, r"flow is written --flow"),
        (["query", "--sql", "select * from call"], 5, r"the views are calls, changes.*; DESCRIBE calls"),
        (["query", "--sql", "select callee from handled"], 5, r"\(handled has .*run_id, "),
        (["query", "--sql", "drop view calls"], 5, r"DESCRIBE calls tells the columns"),
        (["query", "--value", "no such text"], 1, r"held no such text \(breadcrumb query --gaps: code that"),
        (["query", "--data", "Nope"], 1, r"no Nope was seen .*__main__.Account"),
        (["query", "--flow", "--run", "zz"], 1, r"there is no run zz \(breadcrumb runs\)"),
        (["query", "--trace", "0" * 32], 1, r"there is no trace 0000"),
        (["show", "zz"], 1, r"zz is no id"),
        (["show", "0123456789abcdef"], 1, r"no run, trace or call has the id"),
        (["query"], 2, r"one of the arguments --why"),
        (["query", "--flow", "--gaps"], 2, r"not allowed with"),
        (["query", "--flow", "--since", "soon"], 2, r"'soon' is no age; write 30s"),
        (["query", "--flow", "--limit", "0"], 2, r"'0' is no whole number"),
        (["query", "--sql", "select 1", "--since", "1d"], 2, r"--since does not go with --sql"),
        (["query", "--sql", "select 1", "--run", "fffffffff"], 1, r"there is no run fffffffff"),
        (["query", "--flow", "--run", "all"], 1, r"only --sql reads all runs"),
        (["query", "--flow", "--store", "nowhere"], 3, r"no store at \S*nowhere"),
        (["frobnicate"], 2, r"there is no command frobnicate"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_one_line(
    ask: Ask, arguments: list[str], code: int, says: str
) -> None:
    answer = ask(*arguments)
    assert answer.returncode == code
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert re.search(says, answer.stderr)


def test_an_error_is_an_object_where_json_was_asked_for(ask: Ask) -> None:
    answer = ask("query", "--call", "witdraw", "--format", "json")
    error = json.loads(answer.stdout)["error"]
    assert answer.returncode == 1
    assert (error["code"], error["hint"]) == ("failed", "breadcrumb query --call __main__.withdraw")
    assert error["message"].startswith("no call of witdraw")
