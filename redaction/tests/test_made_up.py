"""Of the secrets that are made up here, under one kind in a hundred comes through; no look-alike goes."""

import importlib

import pytest
from breadcrumb_redaction import Redactor, counts
from made_up import Made, Maker, rows
from not_found import GONE, THROUGH
from secrets_fifteenth import mappings

PARTS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
)
TIMES = 3
SEED = 20_26


def shown(redactor: Redactor, made: Made) -> str:
    """What a reader would see of it."""
    if made.argv:
        return "\n".join(redactor.command_line(made.argv))
    rule = redactor.returned_rule(made.returned) if made.returned else None
    rule = redactor.name_rule(made.name) if made.name else rule
    if counts(rule, made.text):
        return f"[redacted:{rule}]"
    if made.name and redactor.is_identifier(made.name):
        return made.text if not redactor.find(made.text, guess=False) else redactor.text(made.text)
    return redactor.text(made.text)


def made_of(what: str, part: str) -> list[Made]:
    return rows(getattr(importlib.import_module(f"{what}_{part}"), what), SEED, TIMES)


@pytest.mark.parametrize("part", PARTS)
def test_hardly_a_kind_of_secret_comes_through(redactor: Redactor, part: str) -> None:
    made = made_of("secrets", part)
    through = {each.kind for each in made if each.secret in shown(redactor, each)}
    more = through - THROUGH.get(part, set())
    assert len(more) < len({each.kind for each in made}) / 100, sorted(more)
    assert not THROUGH.get(part, set()) - through, "found after all: take it out of not_found.py and the docs"


@pytest.mark.parametrize("part", PARTS)
def test_no_lookalike_goes(redactor: Redactor, part: str) -> None:
    gone = {each.kind for each in made_of("lookalikes", part) if shown(redactor, each) != each.text}
    assert gone == GONE.get(part, set())


def test_no_secret_comes_through_the_attributes_of_a_span(redactor: Redactor) -> None:
    through = {
        kind
        for kind, attributes, secret in mappings(Maker(SEED))
        if secret in repr(redactor.attributes(attributes))
    }
    assert not through


def test_there_are_enough_of_both() -> None:
    assert sum(len(made_of("secrets", part)) for part in PARTS) >= 1500
    assert sum(len(made_of("lookalikes", part)) for part in PARTS) >= 600
