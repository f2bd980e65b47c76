"""An answer tells a thing once: what was handed on, what took turns, the middle of what is large."""

import json
import re
from pathlib import Path

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import json
import sys


class Settings:
    def __init__(self, currency):
        self.currency = currency


def first(settings):
    return second(settings)


def second(settings):
    return third(settings)


def third(settings):
    return None


def give(number):
    return None


def take(number):
    return None


def note(text):
    return None


def weigh(text):
    return ord(text[-3])


def skipped():
    return None


def keep(table):
    skipped()
    return len(json.loads(json.dumps(list(table))))


def main(currency):
    first(Settings(currency))
    note(f"all the prices are in {currency}")
    weigh(f"all the prices are in {currency}")
    for _ in range(6):
        give(40127)
        take(40127)
    keep({f"key {at}": f"{at} and what is written of it, so that this is long" for at in range(18)})


main(sys.argv[1])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = asked.new(tmp_path_factory.mktemp("brief"), app=APP)
    for currency in ("EUR", "CHF"):
        options = ("-i", "json.dumps", "--exclude=*.skipped", "--no-report")
        asked.breadcrumb(folder, "run", *options, "python", "app.py", currency)
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    return asked.asking(project, reading)


def test_a_change_that_calls_only_handed_on_is_told_once(ask: Ask) -> None:
    told = ask("diff", "last").stdout
    assert told.count("'EUR' -> 'CHF'") == 1
    assert "4 more calls were given nothing but what is told above, and ended alike." in told


def test_a_long_change_that_came_to_another_end_is_not_written_again(ask: Ask) -> None:
    told = ask("diff", "last").stdout
    assert told.count("'all the prices are in EUR' -> 'all the prices are in CHF'") == 1
    assert re.search(r"\nweigh\(…\) +text: <as above>, returned: 69 -> 67", told), told


def test_calls_that_take_turns_with_a_value_are_told_together(ask: Ask) -> None:
    lines = ask("query", "--value", "40127").stdout.splitlines()
    assert re.fullmatch(r" +\+0 ns  give#1-#6\(number=40127\), x6 in turn with the next", lines[0])
    assert re.fullmatch(r" +\+\S+ [nµum]?s  take#1-#6\(number=40127\)", lines[1])
    assert "12 places, all shown." in lines[-2]


def test_of_what_is_large_both_ends_are_shown_and_how_to_see_all(ask: Ask) -> None:
    first, command, *_ = ask("query", "--call", "keep#1").stdout.splitlines()
    assert re.search(r"\{'key 0': '.*, …\+\d+, .*'key 17': '[^{}]*'\}\)  -> 18", first)
    whole = ask(*command.removeprefix("  cut; whole: breadcrumb ").split()).stdout
    assert all(f"'key {at}': " in whole for at in range(18)) and "cut;" not in whole


def test_to_run_again_takes_the_options_of_the_run(ask: Ask) -> None:
    following = json.loads(ask("query", "--gaps", "--format", "json").stdout)["next"]
    assert following[-1] == "breadcrumb run -i json.dumps -x '*.skipped' python app.py CHF"
