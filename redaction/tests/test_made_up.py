"""Of the secrets that are made up here, under one kind in a hundred comes through; no look-alike goes."""

import pytest
from breadcrumb_redaction import Redactor, counts
from lookalikes_first import lookalikes as first_lookalikes
from lookalikes_fourth import lookalikes as fourth_lookalikes
from lookalikes_second import lookalikes as second_lookalikes
from lookalikes_third import lookalikes as third_lookalikes
from made_up import Made, rows
from secrets_first import secrets as first_secrets
from secrets_fourth import secrets as fourth_secrets
from secrets_second import secrets as second_secrets
from secrets_third import secrets as third_secrets

PARTS = {
    "first": (first_secrets, first_lookalikes, 3),
    "second": (second_secrets, second_lookalikes, 3),
    "third": (third_secrets, third_lookalikes, 3),
    "fourth": (fourth_secrets, fourth_lookalikes, 3),
}
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


@pytest.mark.parametrize("part", PARTS)
def test_hardly_a_kind_of_secret_comes_through(redactor: Redactor, part: str) -> None:
    made = rows(PARTS[part][0], SEED, PARTS[part][2])
    kinds = {each.kind for each in made}
    through = {each.kind for each in made if each.secret in shown(redactor, each)}
    assert len(through) < len(kinds) / 100, sorted(through)


@pytest.mark.parametrize("part", PARTS)
def test_no_lookalike_goes(redactor: Redactor, part: str) -> None:
    made = rows(PARTS[part][1], SEED, PARTS[part][2])
    gone = {each.kind: shown(redactor, each) for each in made if shown(redactor, each) != each.text}
    assert not gone


def test_there_are_enough_of_both() -> None:
    secrets = [len(rows(secrets, SEED, times)) for secrets, _, times in PARTS.values()]
    lookalikes = [len(rows(lookalikes, SEED, times)) for _, lookalikes, times in PARTS.values()]
    assert sum(secrets) >= 1500 and sum(lookalikes) >= 600
