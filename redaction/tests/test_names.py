"""Names are read as words."""

import pytest
from breadcrumb_redaction import Redactor
from breadcrumb_redaction.concepts import NOUN_WORDS
from breadcrumb_redaction.name_tables import GLUED, INFLECTED, NAMES, STEMS, TELLING, TOLD
from breadcrumb_redaction.names import BUILT_IN
from breadcrumb_redaction.weights import counts


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
    every = [
        *BUILT_IN,
        *((word,) for word in (*NOUN_WORDS, *GLUED.split(), *INFLECTED.split(), *TOLD.split())),
    ]
    ascii_names = [parts for parts in every if "".join(parts).isascii()]
    missed = [parts for parts in ascii_names if not any(s in word for s in STEMS.split() for word in parts)]
    assert missed == []
    assert all(any(s in name for s in STEMS.split()) for text in NAMES.values() for name in text.split())


KEY = "a1B2c3D4e5F6g7H8"


@pytest.mark.parametrize(
    "name",
    [
        *("acmeKey", "some_vendor_key", "content_key", "kraken_private", "wallet_words", "ledger_phrase"),
        *("clave_de_acceso", "Zugangsschlüssel", "zugangsschluessel", "krypteringsnyckel", "chiave_privata"),
        *("door_code", "Sicherheitscode", "código_de_segurança", "codigo_de_seguranca", "security_answer"),
        *(
            "CONTRASEÑA",
            "contrasena",
            "contrasen\u0303a",
            "парольАдмина",
            "şifreniz",
            "用户密码",
            "비밀번호확인",
        ),
    ],
)
def test_words_that_mean_a_secret_together_do_in_any_order_and_spelling(
    redactor: Redactor, name: str
) -> None:
    rule = redactor.name_rule(name)
    value = " ".join(["river"] * 12) if name.endswith(("words", "phrase")) else KEY
    assert counts(rule, value)


@pytest.mark.parametrize(
    "name",
    [
        "cache_key",
        "sort_key",
        "public_key_pem",
        "s3_key",
        "zip_code",
        "error_code",
        "keyword",
        "密码长度",
        "s_phrase",
    ],
)
def test_a_noun_that_its_words_keep_harmless_has_none(redactor: Redactor, name: str) -> None:
    assert not counts(redactor.name_rule(name), KEY[:7])


def test_own_names_are_read_as_words_too() -> None:
    redactor = Redactor(names=["shoe_size", "blutgruppe"])
    assert redactor.name_rule("customerShoeSize") == "shoe-size"
    assert redactor.name_rule("snowshoe_sizes") is None
    assert redactor.text("x: {'blutgruppe': 'AB'}") == "x: {'blutgruppe': '[redacted:blutgruppe]'}"


def test_an_allowed_name_stays() -> None:
    assert Redactor(allow=["session_id"]).name_rule("session_id") is None
    assert Redactor(allow=["session"]).name_rule("session_id") == "cookie"


def test_what_tells_of_a_password_is_looked_for_before_any_search() -> None:
    assert all(any(stem in word for stem in STEMS.split()) for word in TELLING.split())
