"""`breadcrumb ask`: plain words run one of the built-in questions, which is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.questions.plain_words import meant

if TYPE_CHECKING:
    from conftest import Project

FUNCTIONS = ["shop.checkout", "shop.Cart.total", "shop.Order.__init__", "shop.price"]
TESTS = ["tests/test_shop.py::test_total", "test_app.Prices.test_known"]
QUESTIONS = {
    "why is checkout slow": "query --trace checkout",
    "What is slow here?": "query --expensive",
    "where did the time go": "query --expensive",
    "why did it fail": "query --why",
    "what is the reason for the KeyError?": "query --why KeyError",
    "Why did price#4 return that": "query --why price#4",
    "which errors were there": "query --errors",
    "which exceptions were swallowed": "query --errors --handled",
    "what does Cart.total() return": "query --call Cart.total",
    "how often was PRICE called": "query --call price",
    "show me the source of price": "query --source price",
    "which lines of checkout ran": "query --lines checkout",
    "where does the value 42.5 come from": "query --value 42.5",
    'who made "spring sale"': "query --value spring sale",
    "where did the Order objects go": "query --data Order",
    "what happened": "query --flow",
    "what is missing": "query --gaps",
    "what changed since the last run": "diff last",
    "why did test_total fail": "query --why --test test_total",
    "what changed in test_known": "diff --test test_known",
    "what about test_known": "query --flow --test test_known",
    "checkout": "query --call checkout",
    "who calls `price`, and how many times?": "query --call price",
    "why does price return None": "query --call price",
    "why did checkout crash": "query --why",
    "what's called inside checkout": "query --trace checkout",
    "is any exception being swallowed?": "query --errors --handled",
    "where does -55.0 come from": "query --value -55.0",
    "which libraries are called but not traced": "query --gaps",
    "the program hangs, where is it stuck?": "query --expensive",
    "why do the two runs give different results": "diff last",
    "what's the stack trace": "query --why",
    "walk me through the execution": "query --flow",
    "which objects of type Cart were changed": "query --data Cart",
    "who changed Cart.items": "query --data Cart.items",
    "compare Cart.total#1 and Cart.total#2": "diff Cart.total#1 Cart.total#2",
    "list all functions that ran": "query --functions",
    "which functions are slow": "query --expensive",
    "which tests failed": "query --errors",
    "why did checkout abort": "query --why",
    "how do I trace more": "query --gaps",
    "how do I trace checkout": "query --trace checkout",
}
TO_TRACE = {
    "how do I trace pandas": "pandas",
    "how can I include sqlalchemy.orm": "sqlalchemy.orm",
    "how do I step into `requests`?": "requests",
    "how do I trace the module shop.tax": "shop.tax",
    "trace --all of package attrs": "attrs",
}


def test_words_mean_questions() -> None:
    for text, wanted in QUESTIONS.items():
        found = meant(text, FUNCTIONS, TESTS)
        assert found is not None and " ".join(found.command) == wanted, (text, found)
        assert not set(found.unknown) - {"since", "here", "type"}, (text, found)
    assert meant("lorem ipsum", FUNCTIONS, TESTS) is None
    unknown = meant("why is billing slow", FUNCTIONS, TESTS)
    assert unknown is not None and unknown.unknown == ("billing",)


@pytest.mark.parametrize(("text", "package"), TO_TRACE.items())
def test_who_wants_to_trace_a_package_is_told_how(text: str, package: str) -> None:
    with pytest.raises(NoAnswer) as told:
        meant(text, FUNCTIONS, TESTS)
    assert f"breadcrumb config add-include {package}, then run again" in told.value.hint


def test_the_question_is_run_and_said(project: Project) -> None:
    project.write("app.py", "def price(n): return n * 2\ndef main(): return price(21)\nmain()\n")
    assert project.run("--no-report", "python", "app.py").returncode == 0
    asked = project.call("breadcrumb", "ask", "what does price return", "--budget", "500")
    first, _, rest = asked.stdout.partition("\n")
    assert first == "breadcrumb query --call price --budget 500"
    assert rest == project.call(*first.split()).stdout and "42" in rest
    slow = project.call("breadcrumb", "ask", "why", "is", "billing", "slow").stdout
    assert slow.startswith("breadcrumb query --expensive (not understood: billing)\n")
    told = project.call("breadcrumb", "ask", "what happened", "--format", "json")
    assert json.loads(told.stdout)["question"] == "flow" and "query --flow" in told.stderr
    unknown = project.call("breadcrumb", "ask", "lorem ipsum")
    assert unknown.returncode == 2 and len(unknown.stderr.splitlines()) == 1 and "why, slow" in unknown.stderr
