"""Turns a question in plain words into one of the built-in questions, by its words: no model is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORD = re.compile(r"\"[^\"]+\"|'[^']+'|[\w.:\[\]/-]*\w(?:\(\)|\]|#\d+)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EXCEPTION = re.compile(r"[A-Z]\w*(Error|Exception|Exit|Interrupt|Warning|Iteration)")

DIFF, GAPS, SLOW, LINES, SOURCE, VALUE, ERRORS, WHY, DATA, CALL, FLOW = (
    "diff", "gaps", "expensive", "lines", "source", "value", "errors", "why", "data", "call", "flow",
)  # fmt: skip
TOPICS: dict[str, str] = {
    DIFF: "differ differs different difference differences changed compare compared diff regressed",
    GAPS: "untraced missing gap gaps uninstrumented unseen",
    SLOW: "slow slower slowest slowly time expensive performance bottleneck hot fast long longest latency",
    LINES: "line lines",
    SOURCE: "source code implementation",
    VALUE: "value values held holds contained contains",
    ERRORS: "error errors exception exceptions raised raises handled swallowed caught",
    WHY: "why cause caused reason fail fails failed failing failure crash crashed broke broken wrong",
    DATA: "object objects instance instances",
    CALL: "called calls call arguments argument args returned returns return result results often got given",
    FLOW: "happened happen happens order flow steps overview did do does sequence ran",
}
"""The words of each topic; of several topics the first counts."""
OF_A_FUNCTION = (LINES, SOURCE, CALL)
"""Topics that need a function; without one they are not meant."""
HANDLED = frozenset({"handled", "swallowed", "caught"})
_FILLERS = """
a about all an and any are at be been before between by can come comes did do does during for from
function functions get gets go goes had has have how i in into is it its last latest made make many me
method methods most much my no not of off on one or our out program run running runs show so take taken
takes tell test tests than that the their them then there these they this those to traced two up us was we
went were what when where which who whom whose will with would you your
"""
FILLERS = frozenset(_FILLERS.split())


@dataclass(frozen=True)
class Meant:
    """The question that was meant."""

    words: tuple[str, ...]
    """After `breadcrumb`."""
    unknown: tuple[str, ...] = ()
    """Words that were understood as nothing."""


def meant(text: str, functions: Sequence[str], tests: Sequence[str]) -> Meant | None:
    """Find the question; None where no word tells which. `functions` and `tests` are those of the run."""
    words = _WORD.findall(text)
    plain = [word.lower() for word in words]
    topic = next((topic for topic, known in TOPICS.items() if set(plain) & set(known.split())), None)
    test = _first(words, lambda word: _test(word, tests))
    function = _first([word for word in words if word != test], lambda word: _function(word, functions))
    quoted = next((word.strip("\"'") for word in words if word[0] in "\"'" or _NUMBER.fullmatch(word)), None)
    kind = next((word for word in words if _EXCEPTION.fullmatch(word)), None)
    if topic in OF_A_FUNCTION and function is None:
        topic = next((each for each in (WHY, FLOW) if set(plain) & set(TOPICS[each].split())), None)
    found = _question(topic, function, quoted, kind)
    if found is None and test is None:
        return None
    if topic == ERRORS and set(plain) & HANDLED and "--errors" in (found or ()):
        found = ("--errors", "--handled")
    during = ("--test", test) if test else ()
    known = {word.lower() for word in (function, test, quoted, kind) if word}
    unknown = tuple(word for word in words if not _is_known(word, known))
    if topic == DIFF:
        return Meant(("diff", *(during or ("last",))), unknown)
    return Meant(("query", *(found or ("--flow",)), *during), unknown)


def _question(
    topic: str | None, function: str | None, quoted: str | None, kind: str | None
) -> tuple[str, ...] | None:
    if topic in (VALUE, None) and quoted is not None:
        return ("--value", quoted)
    if topic == SLOW:
        return ("--trace", function) if function else ("--expensive",)
    if topic in (ERRORS, WHY) or kind:
        if kind:
            return ("--why", kind)
        single = function if function and "#" in function else None
        return ("--errors",) if topic == ERRORS else ("--why", *((single,) if single else ()))
    if topic == DATA and function:
        return ("--data", function)
    if topic in (DIFF, GAPS):
        return (f"--{topic}",)
    if function:
        return (f"--{topic if topic in OF_A_FUNCTION else CALL}", function)
    return ("--flow",) if topic == FLOW else None


def _first(words: Sequence[str], find: Callable[[str], str | None]) -> str | None:
    return next((found for word in words if (found := find(word))), None)


def _test(word: str, tests: Sequence[str]) -> str | None:
    """The word, where it is a test's name."""
    is_name = "test" in word.lower() and any(
        test == word or re.split(r"::|\.", test.partition("[")[0])[-1] == word.partition("[")[0]
        for test in tests
    )
    return word if is_name else None


def _function(word: str, functions: Sequence[str]) -> str | None:
    """The word as a function is named, where it means one: its name or its last parts, in any case."""
    name, hash_sign, number = word.removesuffix("()").partition("#")
    if name.lower() in FILLERS:
        return None
    for function in functions:
        lower = function.lower()
        if lower == name.lower() or lower.endswith(f".{name.lower()}"):
            return f"{function[len(function) - len(name) :]}{hash_sign}{number}"
    made = any(function.lower().endswith(f"{name.lower()}.__init__") for function in functions)
    return name if made and name[:1].isupper() else None


def _is_known(word: str, known: set[str]) -> bool:
    plain = word.lower().removesuffix("()").strip("\"'")
    in_a_topic = any(plain in words.split() for words in TOPICS.values())
    return in_a_topic or plain in FILLERS or plain in known
