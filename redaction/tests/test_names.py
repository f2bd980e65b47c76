"""Names are read as words."""

import pytest
from breadcrumb_redaction import Redactor
from breadcrumb_redaction.name_tables import NAMES, STEMS
from breadcrumb_redaction.names import BUILT_IN


@pytest.mark.parametrize(
    "name",
    [
        *(
            "api_key",
            "apiKey",
            "X-Api-Key",
            "API_KEY",
            "apikey",
            "openaiApiKey",
            "user.password",
            "db_password2",
        ),
        *(
            "passwd",
            "Authorization",
            "client_secret",
            "_secret_value",
            "refresh_token",
            "session_cookie",
            "PGPASSWORD",
        ),
        *(
            "http.request.header.authorization",
            "OAuth2Token",
            "--client-secret",
            "AWS_SECRET_ACCESS_KEY",
            "ssn",
            "cvv",
        ),
    ],
)
def test_a_secret_name_has_a_rule(redactor: Redactor, name: str) -> None:
    assert redactor.name_rule(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "author",
            "tokens_used",
            "max_tokens",
            "passenger_name",
            "token_count",
            "password_length",
            "compass",
        ),
        *(
            "secretary",
            "key",
            "primary_key",
            "monkey",
            "tokenizer",
            "PWD",
            "has_password",
            "token_bucket",
            "",
            "__",
        ),
        *("authentication_method", "nextPageToken", "cookie_policy", "is_secret", "public_key", "bypass"),
    ],
)
def test_a_harmless_name_has_none(redactor: Redactor, name: str) -> None:
    assert redactor.name_rule(name) is None


def test_there_are_more_than_fifty_names() -> None:
    assert len({name for text in NAMES.values() for name in text.split()}) > 150


def test_every_name_contains_a_stem() -> None:
    missed = [parts for parts in BUILT_IN if not any(stem in "_".join(parts) for stem in STEMS.split())]
    assert missed == []


def test_own_names_are_read_as_words_too() -> None:
    redactor = Redactor(names=["shoe_size", "blutgruppe"])
    assert redactor.name_rule("customerShoeSize") == "shoe-size"
    assert redactor.name_rule("snowshoe_sizes") is None
    assert redactor.text("x: {'blutgruppe': 'AB'}") == "x: {'blutgruppe': '[redacted:blutgruppe]'}"


def test_an_allowed_name_stays() -> None:
    assert Redactor(allow=["session_id"]).name_rule("session_id") is None
    assert Redactor(allow=["session"]).name_rule("session_id") == "cookie"
