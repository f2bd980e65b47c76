"""Turns a question in plain words into one of the built-in questions, by its words: no model is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.ask import NoAnswer, shell
from breadcrumb.questions.facts.run.run_facts import find_run
from breadcrumb.questions.facts.run.tests import read_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask

HINT = "name a function, a test or a value, or say why, slow, errors, changed, missing or happened"
_WORD = re.compile(r"\"[^\"]+\"|'[^']+'(?!\w)|`[^`]+`|-?[\w.:\[\]/-]*\w(?:\(\)|\]|#\d+)?")
_APOSTROPHE = re.compile(r"(?<=\w)'(s|re|ve|ll|d|m)\b(?!')")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EXCEPTION = re.compile(r"[A-Z]\w*(Error|Exception|Exit|Interrupt|Warning|Iteration|NotFound|DoesNotExist)")

DIFF, GAPS, SLOW, LINES, SOURCE, VALUE, ERRORS, WHY, DATA, CALL, FLOW, TRACE, MAP = (
    "diff", "gaps", "expensive", "lines", "source", "value", "errors", "why", "data", "call", "flow", "trace",
    "functions",
)  # fmt: skip
ALL = (DIFF, GAPS, SLOW, LINES, SOURCE, VALUE, ERRORS, WHY, DATA, CALL, FLOW, TRACE, MAP)
TOPICS: dict[str, str] = {
    DIFF: "differ differs different difference differences differently changed compare compared "
    "comparison diff regress regressed regresses regression yesterday",
    GAPS: "untraced traced library libraries missing gap gaps uninstrumented unseen untracked skipped",
    SLOW: "slow slower slowest slowly slowness time timing expensive performance bottleneck bottlenecks "
    "hot hotspot hotspots fast faster long longest latency took profile wait waits waiting waited "
    "cpu hang hangs hanging stuck infinite loop loops seconds milliseconds ms duration optimise "
    "optimize",
    LINES: "line lines",
    SOURCE: "source code implementation implemented definition defined body",
    VALUE: "value values held holds hold contained contains contain number word text string",
    ERRORS: "error errors exception exceptions raised raises raise throw throws thrown threw handled "
    "handles swallowed caught catches ignored warnings problems",
    WHY: "why cause caused causes reason fail fails failed failing failure failures crash crashes "
    "crashed broke broken breaks abort aborts aborted wrong explain died dies exited "
    "traceback stack stacktrace blame culprit debug bug",
    DATA: "object objects instance instances",
    TRACE: "below under inside within underneath trace tree subtree calltree downstream",
    CALL: "called calls call caller callers invoked invokes invoke invocation invocations arguments "
    "argument args parameter parameters params input inputs output outputs passed pass passes "
    "receive receives received returned returns return returning result results times often got "
    "given",
    MAP: "functions map",
    FLOW: "happened happen happens happening order flow steps step overview did do does doing done "
    "sequence ran execution executed executes path summary summarise summarize start starts "
    "started",
}
"""The words of each topic; of several topics the first counts."""
TO_TRACE = frozenset(("trace", "tracing", "include", "record", "recording", "instrument", "enter", "step"))
"""What one says who wants to see something in the next run."""
OF_CODE = frozenset({"package", "packages", "module", "modules"})
"""What one says before or after the name of what is to be traced."""
MORE = frozenset({"more", "everything", "all", "deeper", "further"})
OF_A_FUNCTION = (LINES, SOURCE, TRACE, CALL)
"""Topics that need a function; without one they are not meant."""
HANDLED = frozenset({"handled", "handles", "swallowed", "caught", "catches", "ignored"})
ENDED = frozenset(TOPICS[WHY].split())
_FILLERS = """
a about actually after again all also always am an and any anything app application are at be because been
before being between but by can come comes coming could did do does doing don't during each even ever every
everything exactly false find first for from function functions get gets getting give go goes going had
happen has have help here how i if in into is it its just keep keeps kind know last later latest let like
list look made make makes many maybe me method methods more most much my need never no none not now of off
on once one only or other our out over please previous print process produced program python really run
running runs same script see seeing seen sees set should show since so some something spend spends spent
still suite take taken takes tell test tests than that the their them then there these they thing things
this those through to today told traced true trying two up us use used uses using walk want was way we went
were what when where whether which while who whom whose will with without work worked works would you your
"""
FILLERS = frozenset(_FILLERS.split())


@dataclass(frozen=True)
class Meant:
    """The question that was meant."""

    question: str
    about: tuple[str, ...] = ()
    test: str | None = None
    """What ran while this test did."""
    handled: bool = False
    """Of errors, also those that were handled in the ordinary way."""
    unknown: tuple[str, ...] = ()
    """Words that were understood as nothing."""

    @property
    def command(self) -> tuple[str, ...]:
        """The same as words after `breadcrumb`."""
        during = ("--test", self.test) if self.test else ()
        if self.question == DIFF:
            return ("diff", *(self.about or during or ("last",)))
        handled = ("--handled",) if self.handled else ()
        return ("query", f"--{self.question}", *self.about, *handled, *during)


def known_names(reader: Reader, ask: Ask) -> tuple[list[str], list[str]]:
    """The functions of the run that is asked about, and its tests."""
    run = find_run(reader, ask)
    sql = "select distinct function from base.tally where run_id = ? order by function"
    functions = [name for (name,) in reader.connection.execute(sql, [run.run_id]).fetchall()]
    return functions, [test.name for test in read_tests(reader, run.run_id)]


def meant(text: str, functions: Sequence[str], tests: Sequence[str]) -> Meant | None:
    """Find the question; None where no word tells which. `functions` and `tests` are those of the run.

    Raises NoAnswer where somebody asks how to trace what was not.
    """
    words = _WORD.findall(_APOSTROPHE.sub(" ", text))
    plain = {word.lower() for word in words}
    test = _first(words, lambda word: _test(word, tests))
    function = _first([word for word in words if word != test], lambda word: _function(word, functions))
    quoted = next((_unquoted(word) for word in words if word[0] in "\"'" or _NUMBER.fullmatch(word)), None)
    kind = next((word for word in words if _EXCEPTION.fullmatch(word)), None)
    topic = _topic(plain, function)
    found = _question(topic, plain, function, quoted, kind)
    if topic in (DIFF, DATA):
        held, calls = _first(words, lambda word: _part(word, functions)), _calls(words, functions)
        found = (DIFF, *calls) if len(calls) == 2 else (DATA, held) if held else found
    known = {word.lower() for word in (function, test, quoted, kind, *(found or ())[1:]) if word}
    unknown = tuple(word for word in words if not _is_known(word, known))
    if found in (None, (FLOW,)) and test is None and plain & TO_TRACE:
        named = next((name for name in map(_unquoted, unknown) if _may_be_traced(name)), None)
        if named is not None:
            raise _to_trace(named)
        found = (GAPS,) if plain & MORE else found
    if found is None and test is None:
        return None
    question, *about = found or (FLOW,)
    handled = question == ERRORS and bool(plain & HANDLED)
    return Meant(question, tuple(about), test, handled, unknown)


def _may_be_traced(word: str) -> bool:
    """Tell whether a word may be the name of a package or of what is in one."""
    return word.lower() not in OF_CODE and all(part.isidentifier() for part in word.split("."))


def _to_trace(name: str) -> NoAnswer:
    add = shell("breadcrumb", "config", "add-include", name)
    return NoAnswer(
        f"nothing that was traced in this run is named {name}",
        f"to trace a package: {add}, then run again; breadcrumb query --gaps names what was called",
    )


def _topic(plain: Iterable[str], function: str | None) -> str | None:
    said = set(plain)
    topics = [topic for topic, words in TOPICS.items() if said & set(words.split())]
    return next((topic for topic in topics if function or topic not in OF_A_FUNCTION), None)


def _question(
    topic: str | None, plain: set[str], function: str | None, quoted: str | None, kind: str | None
) -> tuple[str, ...] | None:
    if topic == SLOW:
        return (TRACE, function) if function else (SLOW,)
    if kind and topic not in (DIFF, GAPS):
        return (WHY, kind)
    if topic in (VALUE, CALL, FLOW, None) and quoted is not None and function is None:
        return (VALUE, quoted)
    if topic == ERRORS or (topic == WHY and "tests" in plain and function is None):
        return (ERRORS,)
    if topic == WHY and (function is None or plain & (ENDED - {"why", "explain"}) or "#" in function):
        return (WHY, function) if function and "#" in function else (WHY,)
    if topic in (DIFF, GAPS) or (topic == MAP and function is None):
        return (topic,)
    if function:
        return (topic if topic in (*OF_A_FUNCTION, DATA) else CALL, function)
    return (FLOW,) if topic == FLOW else None


def _first(words: Sequence[str], find: Callable[[str], str | None]) -> str | None:
    return next((found for word in words if (found := find(word))), None)


def _unquoted(word: str) -> str:
    return word.strip("\"'`")


def _test(word: str, tests: Sequence[str]) -> str | None:
    """The word, where it is a test's name."""
    word = _unquoted(word)
    is_name = "test" in word.lower() and any(
        test == word or re.split(r"::|\.", test.partition("[")[0])[-1] == word.partition("[")[0]
        for test in tests
    )
    return word if is_name else None


def _function(word: str, functions: Sequence[str]) -> str | None:
    """The word as a function is named, where it means one: its name or its last parts, in any case."""
    name, hash_sign, number = _unquoted(word).removesuffix("()").partition("#")
    if name.lower() in FILLERS:
        return None
    for function in functions:
        lower = function.lower()
        if lower == name.lower() or lower.endswith(f".{name.lower()}"):
            return f"{function[len(function) - len(name) :]}{hash_sign}{number}"
    made = any(function.lower().endswith(f"{name.lower()}.__init__") for function in functions)
    return name if made and name[:1].isupper() else None


def _calls(words: Sequence[str], functions: Sequence[str]) -> list[str]:
    """The calls that are named, `F#1`."""
    found = (_function(word, functions) for word in words)
    return [each for each in found if each is not None and "#" in each]


def _part(word: str, functions: Sequence[str]) -> str | None:
    """The word, where it is a class of which methods ran, or a field of one."""
    name, dot, field = _unquoted(word).partition(".")
    is_class = name[:1].isupper() and any(f".{name}." in f".{function}" for function in functions)
    is_method = dot and any(f".{function}".endswith(f".{name}.{field}") for function in functions)
    return f"{name}{dot}{field}" if is_class and not is_method else None


def _is_known(word: str, known: set[str]) -> bool:
    plain = _unquoted(word.lower()).removesuffix("()")
    in_a_topic = any(plain in words.split() for words in TOPICS.values())
    return in_a_topic or plain in TO_TRACE or plain in FILLERS or plain in known
