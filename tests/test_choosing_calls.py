"""Calls are chosen by a condition, listed by what differs, compared, and mapped by function."""

import json
import re
import sys
from pathlib import Path

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import sys
import threading
from decimal import Decimal


class Payout:
    def __init__(self, number):
        self.id = number


class Job:
    def __init__(self, payout, tags):
        self.payout = payout
        self.tags = tags
        self.number = payout.id
        self._tries = 0


def rate(kind):
    return 2 if kind == "fast" else 1


def pay(job, amount, kind=None, *more, **options):
    job._tries += 1
    if amount < 0:
        raise ValueError(amount)
    return rate(kind) * amount


def price(text):
    return Decimal(text)


def write(text):
    return None


def share(one, other):
    return one is other


def read(number):
    return -1 if number in (7, 23) else 0


def trial(amounts):
    job = Job(Payout(len(amounts)), ("a", len(amounts)))
    total = 0
    for amount in amounts:
        total += pay(job, amount, "slow")
    return total


def main():
    jobs = [Job(Payout(7), ("a", "b")), Job(Payout(8), ("c",))]
    pay(jobs[0], 10)
    pay(jobs[0], 20, "fast", 1, 2, 3, size="it's")
    pay(jobs[1], 30)
    try:
        pay(jobs[1], -1)
    except ValueError:
        pass
    price("12.50")
    share(jobs[0], jobs[0])
    for number in (1, 2):
        write(f"{number} word " * 30 + "end of text")
    for number in range(40):
        read(number % 25)
    trial([1, 2, 3])
    trial([1, 5, 2, 3])
    worker = threading.Thread(target=pay, args=(jobs[1], 50), name="till")
    worker.start()
    worker.join()


main()
"""

MET = {
    "job.number == 7": [1, 2],
    "amount > 10 and amount <= 30": [2, 3],
    "30 < amount": [12],
    "result == 40": [2],
    "kind == 'fast'": [2],
    "kind is None and amount < 25": [1, 4],
    "kind != None and amount > 3": [2, 9],
    "job.tags[0] == 'c'": [3, 4, 12],
    "amount in (10, 50)": [1, 12],
    "not (amount in (10, 50)) and kind == None": [3, 4],
    "exception == 'ValueError'": [4],
    "exception is not None": [4],
    "exception and not exception is None": [4],
    "thread == 'till'": [12],
    "caller == 'trial' and amount == 5": [9],
    "caller != 'trial' and kind == 'fast'": [2],
    "'its' in options.size or \"it's\" in options.size": [2],
    "options['size'] == \"it's\"": [2],
    "more[2] == 3": [2],
    "more and amount": [2],
    "result >= amount * 1": None,
    "result > amount": [2],
    "amount == -1": [4],
}
"""By condition the numbers of the calls of `pay` that meet it; None where it is refused."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run once."""
    folder = asked.new(tmp_path_factory.mktemp("choosing"), app=APP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def test_conditions_choose_the_calls_that_meet_them(ask: Ask) -> None:
    every = json.loads(ask("query", "--call", "pay", "--format", "json", "--budget", "90000").stdout)["rows"]
    numbers = {row["span_id"]: at for at, row in enumerate(every, 1)}
    assert len(numbers) == 12
    for condition, met in MET.items():
        answer = ask("query", "--call", "pay", "--where", condition, "--format", "json", "--budget", "90000")
        told = json.loads(answer.stdout)
        if met is None:
            assert (answer.returncode, told["error"]["code"]) == (2, "usage"), condition
        else:
            assert [numbers[row["span_id"]] for row in told.get("rows", ())] == met, (
                condition,
                answer.stdout,
            )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("amuont > 3", "no argument amuont at column 1 of 'amuont > 3' (there are job, amount, kind, "),
        ("amount > 3 and size == 1", "no argument size at column 16"),
        ("amount = 3", "not understood at column 8 of 'amount = 3' (equal is written ==)"),
        ("amount >", "not understood at column 9"),
        ("len(kind) > 3", "no condition at column 1"),
        ("caller > 'x'", "caller has no order at column 1"),
        ("caller == 'nobody'", "no function 'nobody' ran at column 11"),
        ("exec('x')", "no condition at column 1"),
        ("amount > 1000", "none of 12 calls of __main__.pay meets amount > 1000"),
        ("job.payout.id == 7", "of no call of __main__.pay is job.payout.id recorded"),
        ("(" * 900, "--where: "),
    ],
)
def test_a_condition_that_cannot_be_met_is_one_line_with_its_place(
    ask: Ask, condition: str, said: str
) -> None:
    answer = ask("query", "--call", "pay", "--where", condition)
    assert answer.returncode in (1, 2)
    assert answer.stdout == ""
    assert said in answer.stderr and len(answer.stderr.splitlines()) == 1


def test_decimals_and_texts_of_conditions_are_values_not_sql(ask: Ask) -> None:
    assert "12.50" in ask("query", "--call", "price", "--where", "result == 12.5").stdout
    answer = ask("query", "--call", "pay", "--where", 'kind == "\' or 1=1 --"')
    assert (answer.returncode, answer.stdout) == (1, "")


def test_a_list_says_once_what_all_calls_have_in_common(ask: Ask) -> None:
    lines = ask(
        "query", "--call", "pay", "--where", "caller == 'trial' and job.number == 4"
    ).stdout.splitlines()
    common = r"pay\(job=Job@\w+\(number=4\), kind='slow', more=\[\], options=\{\}, …\)    x4, from trial"
    assert re.match(common, lines[0])
    changes = [line for line in lines if line.startswith("      left job._tries: ")]
    assert len(changes) == (4 if hasattr(sys, "monitoring") else 0)
    told = [line for line in lines if line not in changes]
    assert [re.sub(r" {3,}.*", "", line) for line in told[1:5]] == [
        "  #8  amount=1  -> 1",
        "  #9  job(_tries=1), amount=5  -> 5",
        "  #10  job(_tries=2), amount=2  -> 2",
        "  #11  job(_tries=3), amount=3  -> 3",
    ]


def test_results_out_of_line_are_pointed_at(ask: Ask) -> None:
    answer = ask("query", "--call", "read").stdout
    assert answer.splitlines()[0] == "read(…)    x40, from main: -> 0 x37, -> -1 x3"
    command = re.search(r"Next: breadcrumb (query .*)", answer)
    assert command is not None and command[1] == "query --call read --where 'result != 0'"
    odd = ask("query", "--call", "read", "--where", "result != 0").stdout
    assert re.findall(r"read\(number=(\d+)\)", odd) == ["7", "23", "7"]


def test_long_values_are_whole_where_asked_for(ask: Ask) -> None:
    assert (
        len(re.findall("text='[12] word .*….*word end of text'", ask("query", "--call", "write").stdout)) == 2
    )
    assert ask("query", "--call", "write", "--full").stdout.count("end of text") == 2
    assert "end of text" in ask("query", "--call", "write#1", "--full").stdout
    assert ask("query", "--flow", "--full").returncode == 2


def test_one_object_given_twice_is_said_so(ask: Ask) -> None:
    assert re.search(r"share\(one=Job\(.*, other is one\)", ask("query", "--call", "share#1").stdout)


def test_what_a_call_called_stands_with_its_results(ask: Ask) -> None:
    said = ask("query", "--call", "trial#2").stdout
    assert (
        "  called Payout.__init__ -> None, Job.__init__ -> None, pay -> 1, pay -> 5, pay -> 2, pay -> 3\n"
        in said
    )


def test_two_calls_of_a_run_are_compared_with_all_below(ask: Ask) -> None:
    lines = ask("diff", "trial#1", "trial#2", "--ignore", "*.id", "--ignore", "*._tries").stdout.splitlines()
    assert re.fullmatch(r"A trial#1: 8 calls below, of run \w+", lines[0])
    assert lines[2].startswith("trial(…)    amounts: [1, 2, 3] -> [1, 5, 2, 3], returned: 6 -> 11    #1|#2")
    rows = json.loads(ask("diff", "trial#1", "trial#2", "--format", "json").stdout)["rows"]
    only = [row for row in rows if row["kind"] == "only"]
    assert [row["b"]["args"]["amount"] for row in only if row["function"] == "__main__.pay"] == [3]
    same = ask("diff", "read#1", "read#1").stdout.splitlines()
    assert same[2].startswith("No differences.")
    assert ask("diff", "read#1", "last").returncode == 2


def test_the_functions_of_a_run_are_a_map_in_the_order_of_names(ask: Ask) -> None:
    lines = [line.split() for line in ask("query", "--functions").stdout.splitlines()]
    places = [next(at for at, word in enumerate(line) if "app.py:" in word) for line in lines[1:11]]
    told = {line[at - 1]: line for line, at in zip(lines[1:], places, strict=False)}
    assert list(told) == sorted(told) and len(told) == 10
    assert told["pay"][:3] == ["x12", "(1", "failed)"]
    assert told["read"][:2] == ["x40", "2"] and told["read"][-1] == "number"
    narrow = ask("query", "--functions", "*.__init__").stdout
    assert "2 functions, all shown." in narrow
    assert "near: __main__.trial" in ask("query", "--functions", "trail").stderr


def test_calls_are_named_by_their_span_everywhere(ask: Ask) -> None:
    (row,) = json.loads(ask("query", "--call", "trial#2", "--format", "json").stdout)["rows"]
    for question in ("--call", "--trace", "--flow", "--why", "--source"):
        assert "trial(amounts=[1, 5, 2, 3])" in ask("query", question, row["span_id"]).stdout, question
    assert ask("diff", row["span_id"], "trial#1").returncode == 0


def test_sql_teaches(ask: Ask) -> None:
    assert "(calls has function, " in ask("query", "--sql", "select fnction from calls").stderr
    assert "in single quotes: 'x'" in ask("query", "--sql", 'select 1 from calls where function = "x"').stderr
    assert "this works: SELECT" in ask("query", "--sql", "select 1 from cals").stderr
    assert (
        "{'number': 7}"
        in ask("query", "--sql", "select args from calls where args->>'$.number' = '7'").stdout
    )
