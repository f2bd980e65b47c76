"""The tools of the MCP server: what each is called, takes and asks.

Ten at most, in some 2,000 tokens: every one of them is in the way of every conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.mcp.arguments import Argument
from breadcrumb.mcp.asking import JSON, LAST, TEXT, Asker, Given, Tell, Told
from breadcrumb.mcp.plain import understood
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ABOUT = ("call", "trace", "lines", "data")
"""Questions that are about a function or a type."""
PLAIN_WORDS = "ask"
CHOOSING = ("call", "trace")
"""Those that take a condition."""
PLAIN = ("flow", "gaps", "runs", "top")

RUN = Argument("A run's id; default the last")
TEST = Argument("Only while this test ran")
SINCE = Argument("Only what began in the last 30s, 10m, 2h")
FUNCTION = Argument("module.name, its last part, or one call: name#4", required=True)
REST = {
    "budget": Argument("Tokens of the answer", "integer"),
    "cursor": Argument("Goes on where an answer was cut"),
    "format": Argument("json costs five times as much", choices=(TEXT, JSON)),
}

SQL = """\
One read-only DuckDB SELECT over one run (run: all for every run). Views: calls, exceptions, variables, \
lines, gaps, traces, tests, runs, spans; columns in the resource schema://views. calls: run_id, trace_id, \
span_id, parent_span_id, function, file, line, start, duration_ns, self_ns, depth, thread, task, status, \
args, "return", exception (JSON: args->>'$.user.name')."""
WORDS = "For call, trace, lines a function or name#4; for data a type; for ask words"
QUERY = """\
flow: what happened, in order. call, trace, lines: one function's calls with arguments and results, all \
below them, or which lines ran and changed what (after `breadcrumb run --lines F`). data: where objects of \
a type went. gaps: what was called but not traced. runs: the recorded runs. top: the slowest calls. ask: \
plain words, \"why is f slow\"."""


@dataclass(frozen=True)
class Tool:
    """One tool; `ask` answers with the arguments given."""

    name: str
    description: str
    arguments: Mapping[str, Argument]
    ask: Callable[[Asker, Given, Tell], Told]


def _named(question: str, *words: tuple[str, str]) -> Callable[[Asker, Given, Tell], Told]:
    """A tool that asks the built-in question, with these arguments (name, default) in order."""

    def ask(asker: Asker, given: Given, tell: Tell) -> Told:
        values = [given.get(name, default) for name, default in words]
        return asker.read(question, values, given, tell)

    return ask


def _query(asker: Asker, given: Given, tell: Tell) -> Told:
    question = given["question"]
    if given.get("where") is not None and question not in CHOOSING:
        raise NoAnswer(f"where goes with {' and '.join(CHOOSING)}", f"ask {question} without it")
    if question in (*ABOUT, PLAIN_WORDS) and not given.get("about"):
        raise NoAnswer(f"{question}: about is needed", WORDS, ExitCode.USAGE)
    if question == PLAIN_WORDS:
        return asker.plain(given["about"], understood, given, tell)
    about = (("about", ""),) if question in ABOUT else ()
    return _named(question, *about)(asker, given, tell)


def _select(asker: Asker, given: Given, _: Tell) -> Told:
    return asker.select(given["sql"], given)


TOOLS = (
    Tool(
        "why",
        "How it came to a failure, or to what one call did: frames, where values came from, what went well.",
        {"what": Argument("An exception's type or one call, name#4; default: what ended the run")}
        | {"run": RUN, "test": TEST}
        | REST,
        _named("why", ("what", "")),
    ),
    Tool(
        "value",
        "The calls that held a number or a word, in order: who made it, who had it last.",
        {"text": Argument("A number, or a word of a text", required=True), "run": RUN, "test": TEST} | REST,
        _named("value", ("text", "")),
    ),
    Tool(
        "source",
        "The source of a traced function, beside its lines what its calls did there.",
        {"function": FUNCTION, "run": RUN, "test": TEST} | REST,
        _named("source", ("function", "")),
    ),
    Tool(
        "diff",
        "Where two runs came apart: calls whose arguments or results differ, the first first.",
        {"a": Argument("A run's id; default the one before"), "b": RUN}
        | {"test": Argument("Only that test: where it last passed, against where it last failed")}
        | REST,
        _named("diff", ("a", LAST), ("b", LAST)),
    ),
    Tool(
        "query",
        QUERY,
        {
            "question": Argument("What to ask", choices=(*PLAIN, *ABOUT, PLAIN_WORDS), required=True),
            "about": Argument(WORDS),
            "where": Argument("For call, trace: only calls like this, amount > 30 and raised"),
            "run": RUN,
            "test": TEST,
            "since": SINCE,
        }
        | REST,
        _query,
    ),
    Tool(
        "query_traces",
        SQL,
        {"sql": Argument("The SELECT", required=True), "run": RUN} | REST,
        _select,
    ),
    Tool(
        "get_trace",
        "The run, trace or call that an id, or its beginning, names, as a tree.",
        {"id": Argument("The id", required=True)} | REST,
        _named("show", ("id", LAST)),
    ),
    Tool(
        "find_exceptions",
        "Exceptions: who raised them, with which values, and who handled them.",
        {"handled": Argument("Also those handled in the ordinary way", "boolean"), "run": RUN, "test": TEST}
        | {"since": SINCE}
        | REST,
        _named("errors"),
    ),
    Tool(
        "analyze_performance",
        "Where the time went: functions by the time spent in their own code.",
        {"run": RUN, "test": TEST, "since": SINCE} | REST,
        _named("expensive"),
    ),
)
"""Those that only read."""
