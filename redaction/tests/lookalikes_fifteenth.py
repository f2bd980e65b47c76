"""Harmless texts that people debug with, and that the docs say stay (or that no rule of the promise covers)."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import Made, Maker
from secrets_fifteenth import CORPUS, filled, sections, unescaped

RETURNED = """
check_password True|verify_token False|has_password yes|get_author Ada Lovelace|token_count 418|max_tokens 4096
is_authenticated True|primary_key order_id|secret_name prod/db/main|next_page_token 3
"""
ARGV = """
app --max-tokens 4096 run|app --password-length 14|app --has-password|app --token-url https://idp.example.org/t|pytest -p no:cacheprovider -q tests/auth
git log -p -2 --author ada|docker run -p 8080:80 nginx:1.29|mkdir -p /srv/app/logs|app --sort-key created_at
"""


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for rule, _, claim, line in sections("lookalikes_fifteenth.txt"):
        yield Made(f"{rule} {claim}: {line}", filled(maker, unescaped(line))[0])
    for line in (
        (CORPUS / "lookalike_names_fifteenth.txt").read_text(encoding="utf-8").strip("\n").split("\n")
    ):
        name, text = line.split(" ", 1)
        yield Made(f"1 a name that only tells about a secret, or leaves it open: {line}", text, name=name)
    for line in RETURNED.strip().replace("\n", "|").split("|"):
        name, text = line.split(" ", 1)
        yield Made(f"1 returned by a function that only tells about a secret: {line}", text, returned=name)
    for line in ARGV.strip().replace("\n", "|").split("|"):
        yield Made(f"1 argv without a secret: {line}", line.replace(" ", "\n"), argv=tuple(line.split(" ")))
