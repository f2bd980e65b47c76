"""Redacts a command line, argument by argument."""

import os
from collections.abc import Callable, Sequence

_USER = frozenset({"-u", "--user", "--proxy-user", "-U"})
_SHORT = {
    "sshpass": "-p", "mysql": "-p", "mysqldump": "-p", "mysqladmin": "-p", "mariadb": "-p", "redis-cli": "-a",
    "ldapsearch": "-w", "smbclient": "-U",
}  # fmt: skip
"""Programs whose short option is followed by a password, at once or as the next argument."""


def redacted_arguments(
    argv: Sequence[str], name_rule: Callable[[str], str | None], text: Callable[[str], str]
) -> list[str]:
    """The arguments with each secret replaced by `[redacted:rule]`."""
    result: list[str] = []
    short = None
    before = ""
    for argument in argv:
        short = _SHORT.get(os.path.basename(argument), short)
        result.append(_argument(before, argument, short, name_rule, text))
        before = argument
    return result


def _argument(
    before: str,
    argument: str,
    short: str | None,
    name_rule: Callable[[str], str | None],
    text: Callable[[str], str],
) -> str:
    if before.startswith("-") and "=" not in before and not argument.startswith("--"):
        rule = name_rule(before)
        if rule is not None:
            return f"[redacted:{rule}]"
        user, colon, password = argument.partition(":")
        if before in _USER and colon and not password.isdecimal() and "//" not in argument:
            return f"{user}:[redacted:basic-auth]"
    if short and (before == short or (argument.startswith(short) and len(argument) > 2)):
        return "[redacted:password]" if before == short else f"{short}[redacted:password]"
    name, equals, value = argument.partition("=")
    rule = name_rule(name) if equals and value and not any(c.isspace() for c in name) else None
    return f"{name}=[redacted:{rule}]" if rule is not None else text(argument)
