"""Every finder that counts for everybody, over a text as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .codes import find_codes
from .commands import find_commands, find_lists, find_users
from .credentials import find_credentials
from .held import find_held
from .made_up import find_made_up
from .marked import find_marked, find_pgpass
from .numbers import find_numbers
from .pairs import find_pairs
from .places import find_placed
from .shapes import find_pem, find_prefixed
from .tables import find_tables
from .told import find_told
from .urls import find_url_passwords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..match import Found

    Rules = Callable[[str], str | None]


def find_flat(
    text: str, complete: bool, may_name: bool, name_rule: Rules, phrase_rule: Rules
) -> Iterator[Found]:
    """The secrets in a text; `may_name` is whether it may hold the name of one."""
    if "://" in text or "jdbc:" in text:
        yield from find_url_passwords(text, complete)
    if "PRIVATE KEY" in text or "Private-Lines" in text:
        yield from find_pem(text)
    yield from find_prefixed(text, complete)
    yield from find_numbers(text, complete)
    yield from find_made_up(text)
    if may_name:
        yield from find_pairs(text, name_rule, phrase_rule)
        yield from find_marked(text, name_rule, phrase_rule)
        yield from find_credentials(text)
        yield from find_commands(text, name_rule)
        yield from find_lists(text, name_rule)
        yield from find_users(text)
        yield from find_told(text, name_rule, phrase_rule)
        yield from find_tables(text, name_rule, phrase_rule)
        yield from find_held(text, name_rule)
        yield from find_codes(text)
        yield from find_placed(text)
    if text.count(":") >= 4:
        yield from find_pgpass(text)
