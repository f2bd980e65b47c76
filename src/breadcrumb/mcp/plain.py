"""A question in plain words: by its words where these suffice, else by the model of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import from_thread
from fastmcp.server.dependencies import get_context

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.mcp import clients
from breadcrumb.questions import plain_words
from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.questions.plain_words import HINT, Meant, meant

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMED = 300
"""Functions that a model is told of."""
TOKENS = 60
ABOUT_NOTHING = (plain_words.DIFF, plain_words.GAPS, plain_words.SLOW, plain_words.ERRORS, plain_words.FLOW)
SYSTEM = f"""\
Choose the question about a program's run that answers the user best. Answer with one line and nothing else: \
its name, a space, and what it is about. {", ".join(ABOUT_NOTHING)} are about nothing: differences from the \
run before, calls that were not traced, where time went, exceptions, all in order. why: nothing, or an \
exception's type. value: a number or a word that calls held. call (arguments and results), trace (all \
below), source, lines: a function. data: a type."""


def understood(text: str, functions: Sequence[str], tests: Sequence[str]) -> tuple[Meant, str]:
    """The question that is meant, and how that was found out. Called in a thread. Raises NoAnswer."""
    found = meant(text, functions, tests)
    if found is not None:
        unknown = f" (not understood: {', '.join(found.unknown)})" if found.unknown else ""
        return found, unknown
    names = f"Functions: {', '.join(functions[:NAMED])}\n\n{text}"
    said = from_thread.run(clients.model_says, get_context(), SYSTEM, names, TOKENS)
    chosen = _chosen(said) if said else None
    if chosen is None:
        raise NoAnswer(f"no question was recognised in: {text}", HINT, ExitCode.USAGE)
    return chosen, " (chosen by the client's model)"


def _chosen(said: str) -> Meant | None:
    """The question that a model named; None where that is none of ours."""
    question, _, about = said.strip().partition("\n")[0].strip("`\"' ").partition(" ")
    question, about = question.strip(":").lower(), about.strip()
    if question in ABOUT_NOTHING:
        return Meant(question)
    if question not in plain_words.ALL or (not about and question != plain_words.WHY):
        return None
    return Meant(question, (about,) if about else ())
