"""Finds the secrets in a command's arguments, whether they are a list or a line of text."""

import os
from collections.abc import Callable, Iterator, Sequence

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import counts, is_shaped
from .made_up import password_in

Rules = Callable[[str], str | None]

_ASKING = "mysql mysqldump mysqladmin mysqlimport mariadb mariadb-dump"
"""They ask where nothing follows `-p` at once."""
_TABLE = (
    (_ASKING, "-p"),
    ("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat", "-p"),
    ("sshpass 7z 7za docker podman helm rdesktop twine az cqlsh beeline sqoop", "-p"),
    ("xfreerdp wlfreerdp xfreerdp3 sdl-freerdp", "/p: -p"),
    ("redis-cli keydb-cli valkey-cli", "-a AUTH auth"),
    ("plink pscp putty psftp", "-pw"),
    ("rabbitmqctl", "add_user+1 change_password+1 authenticate_user+1"),
    ("nmcli", "password wifi-sec.psk 802-11-wireless-security.psk"),
    ("zip unzip sqlcmd isql bcp ipmitool mosquitto_pub mosquitto_sub", "-P"),
    ("ldapsearch ldapmodify ldapadd ldapwhoami", "-w"),
    ("rar unrar", "-hp -p"),
    ("pdftotext pdftoppm pdftocairo pdfinfo pdfimages pdfseparate", "-upw -opw"),
    ("keytool jarsigner", "-storepass -keypass -srcstorepass -deststorepass"),
    ("openssl", "-k -K -pass"),
    ("ssh-keygen", "-N -P"),
    ("snmpget snmpwalk snmpset snmpbulkwalk", "-A -X -c"),
    ("wpa_passphrase", "wpa_passphrase+1"),
    ("schtasks", "/rp"),
    ("htpasswd", "-b+2 -bc+2 -cb+2 -nb+1 -bn+1"),
    ("gpg gpg2", "--passphrase"),
    ("vault", "-token"),
    ("etcdctl influx", "-password"),
)
OPTIONS = {program: options for programs, options in _TABLE for program in programs.split()}
"""Programs, and the options after which, at once or as the next argument, a password stands;
`-b+2`: two arguments further on.
"""

_ASKS = frozenset(_ASKING.split())
_USER = frozenset(
    ("-u", "--user", "--proxy-user", "-U", "-a", "--auth", "--creds", "--credential", "--admin", "--login")
)
_ACCOUNT_WORDS = frozenset(("user", "auth", "login", "creds", "credentials", "account"))
"""What an option ends in that takes `user:password`: `--web-login`."""
_USERS = frozenset(
    ("curl", "wget", "http", "https", "httpie", "xh", "smbclient", "rpcclient", "etcdctl", "podman", "skopeo")
)
_LOGINS = frozenset(("sqlplus", "sqlldr", "expdp", "impdp"))
"""Oracle's, to which an account is given as `user/password@database`."""
_GLUED = frozenset(("-hp",))
"""Options longer than a letter that the password follows at once."""
_OPEN_OPTIONS = frozenset(("-p", "-P", "-pw", "-pass"))
_MADE_UP = lazy(r"(?=.*[A-Za-z])(?=.*[0-9])(?=.*[!#$%^&*+?~])[^\s/:.,=]{8,64}")
"""What only a password looks like: after `-p` of whatever program."""
_SLASHED = lazy(r"/[A-Za-z]{2,30}")
"""An option as Windows writes them."""
_LOGIN = lazy(r"\w[\w.$\-]*/([^\s/@]+(?:@\S*)?)")
_PORTS = ("docker", "podman", "ssh", "scp")
_SOURCE = lazy(r"(?:pass|password|env-pass):(.+)")
_WORD = lazy(r"""(?:"[^"\n]*+"?|'[^'\n]*+'?|[^\s"']++)+""")
_LINE = lazy(r"[^\n;|&]{0,2000}+")
_ORDINARY = frozenset(("http", "https", "xh"))
"""Programs whose names stand in many a text."""
PROGRAMS = tuple(sorted({*OPTIONS, *_USERS, *_LOGINS} - _ORDINARY, key=len, reverse=True))
_PROGRAM = lazy(rf"(?<![\w.\-])(?:{'|'.join(PROGRAMS)})(?![\w.\-])")
_AN_OPTION = lazy(r" --?[A-Za-z]")
WITHOUT_OPTION = (
    "nmcli",
    "rabbitmqctl",
    "-cli AUTH ",
    "-cli auth ",
    "freerdp",
    "sqlplus",
    "sqlldr",
    "expdp",
    "impdp",
)
"""Parts of command lines in which a password follows no option."""
_LISTED_OPTION = lazy(r"""["']-{1,2}[A-Za-z][\w\-]{0,60}["'=]|["']-[pPahw]""")
_LIST = lazy(
    r"""(?:"[^"\\\n]{0,400}+"|'[^'\\\n]{0,400}+')(?:\s{0,80},\s{0,80}(?:"[^"\\\n]{0,400}+"|'[^'\\\n]{0,400}+'))++"""
)
_ITEM = lazy(r""""([^"]*)"|'([^']*)'""")
_ANY_USER = lazy(r"""(?<!\S)(?:-u|--user|--proxy-user)[ =]+["']?[^\s:"']+:([^\s"']+)""")


_AFTER_P = lazy(r"""(?<!\S)-(?:p|P|pw|pass)[ =]["']?([^\s"']{8,64})""")


def redacted_arguments(argv: Sequence[str], name_rule: Rules, text: Callable[[str], str]) -> list[str]:
    """The arguments with each secret replaced by `[redacted:rule]`."""
    found = {index: (start, rule) for index, start, rule in secret_arguments(argv, name_rule)}
    return [
        f"{argument[: found[index][0]]}[redacted:{found[index][1]}]" if index in found else text(argument)
        for index, argument in enumerate(argv)
    ]


def secret_arguments(argv: Sequence[str], name_rule: Rules) -> Iterator[tuple[int, int, str]]:
    """(index, where in the argument the secret begins, rule) of each one; it goes to the argument's end."""
    options: tuple[str, ...] = ()
    program = before = earlier = ""
    awaited = -1
    for index, argument in enumerate(argv):
        name = os.path.basename(argument) if len(argument) < 200 else ""
        if name in OPTIONS or name in _USERS or name in _LOGINS:
            program, options = name, tuple(OPTIONS.get(name, "").split())
        hit = (0, "password") if index == awaited else None
        hit = (
            hit
            or _secret(before, argument, program, options, name_rule)
            or _set(earlier, before, argument, name_rule)
        )
        if hit is None and before and argument and (span := password_in(argument, 0, len(argument))):
            hit = (span[0], "password")
        if hit is not None:
            yield index, *hit
        if further := next((more for option, more in map(_further, options) if option == argument), 0):
            awaited = index + 1 + further
        earlier, before = before, argument


def _set(command: str, name: str, argument: str, name_rule: Rules) -> tuple[int, str] | None:
    """`configure set NAME VALUE`."""
    if command != "set" or name.startswith("-") or argument.startswith("-") or len(name) > 100:
        return None
    rule = name_rule(name)
    return (0, rule) if rule is not None and counts(rule, argument) else None


def _further(option: str) -> tuple[str, int]:
    """An option, and how many arguments further on than the next one the password stands."""
    name, _, count = option.partition("+")
    return name, int(count or 0)


def _secret(
    before: str, argument: str, program: str, options: tuple[str, ...], name_rule: Rules
) -> tuple[int, str] | None:
    return (
        _after_option(before, argument, name_rule)
        or _of_program(before, argument, program, options)
        or _assigned(argument, name_rule)
    )


def _after_option(before: str, argument: str, name_rule: Rules) -> tuple[int, str] | None:
    if _SLASHED.fullmatch(before) and (rule := name_rule(before)) is not None and is_shaped(argument):
        return 0, rule
    if not before.startswith("-") or "=" in before or argument.startswith("--"):
        return None
    if before in {"-passin", "-passout", "-pass", "--passin", "--passout"}:
        source = _SOURCE.fullmatch(argument)
        return (source.start(1), "password") if source else None
    rule = name_rule(before)
    if rule is not None and counts(rule, argument) and not argument.startswith("-") and argument:
        return 0, rule
    if before in _OPEN_OPTIONS and _MADE_UP.fullmatch(argument):
        return 0, "password"
    user, colon, password = argument.partition("%" if before == "-U" and ":" not in argument else ":")
    if colon and password and "//" not in argument and _takes_account(before, password):
        return len(user) + 1, "basic-auth"
    return None


def _takes_account(option: str, password: str) -> bool:
    """Whether `user:password` follows an option."""
    if option in _USER:
        return not password.isdecimal()
    return option.rpartition("-")[2] in _ACCOUNT_WORDS and is_shaped(password)


def _of_program(before: str, argument: str, program: str, options: tuple[str, ...]) -> tuple[int, str] | None:
    if program in _USERS and argument.startswith("-u") and argument[2:3] not in {"", "="}:
        user, colon, password = argument.partition(":")
        return (len(user) + 1, "basic-auth") if colon and password and "//" not in argument else None
    if program in _LOGINS and (login := _LOGIN.fullmatch(argument)):
        return login.start(1), "password"
    for option in options:
        follows = before == option and program not in _ASKS and not argument.startswith("-")
        if follows and not _is_mapping(program, argument):
            return 0, "password"
        if argument.startswith(option) and len(argument) > len(option) and not argument.startswith("--"):
            is_glued = len(option) == 2 or option in _GLUED or option.endswith(":")
            glued = program not in _PORTS and is_glued
            if glued and argument[len(option)] not in "=:":
                return len(option), "password"
    return None


def _is_mapping(program: str, argument: str) -> bool:
    """Whether `-p 8080:80` maps a port."""
    return program in _PORTS and ":" in argument and argument.replace(":", "").replace(".", "").isdecimal()


def _assigned(argument: str, name_rule: Rules) -> tuple[int, str] | None:
    name, equals, value = argument.partition("=")
    if not equals or not value or len(name) > 100 or any(c.isspace() for c in name):
        return None
    if name == "userid" and (login := _LOGIN.fullmatch(value)):
        return len(name) + 1 + login.start(1), "password"
    rule = name_rule(name)
    return (len(name) + 1, rule) if rule is not None and counts(rule, value) else None


def is_command(argv: Sequence[object]) -> bool:
    """Whether a list may be a command's arguments: one of its texts begins as an option does."""
    return any(type(each) is str and each[:1] == "-" and each[1:2] not in {"", " "} for each in argv)


def find_commands(text: str, name_rule: Rules) -> Iterator[Found]:
    """Passwords among the arguments of a known program in a line of text."""
    may = _AN_OPTION.search(text) or any(part in text for part in WITHOUT_OPTION)
    known = may and any(name in text for name in PROGRAMS)
    for program in _PROGRAM.finditer(text) if known else ():
        line = _LINE.match(text, program.start())
        words = list(_WORD.finditer(text, program.start(), line.end() if line else len(text)))
        bare = [word[0].strip("\"'") for word in words]
        for index, start, rule in secret_arguments(bare, name_rule):
            at = words[index].start() + words[index][0].index(bare[index]) + start
            if bare[index][start:] and bare[index][start] not in "$\0[<*":
                yield Found(at, at + len(bare[index]) - start, rule, NAMED)


def find_lists(text: str, name_rule: Rules) -> Iterator[Found]:
    """Secrets in a list of arguments that stands in a text: `["--password", "x"]`."""
    for listed in _LIST.finditer(text) if _LISTED_OPTION.search(text) else ():
        items = list(_ITEM.finditer(text, listed.start(), listed.end()))
        words = [item[item.lastindex or 0] for item in items]
        for index, start, rule in secret_arguments(words, name_rule) if is_command(words) else ():
            begin, end = items[index].span(items[index].lastindex or 0)
            if words[index][start:] and words[index][start] not in "$\0[<*":
                yield Found(begin + start, end, rule, NAMED)


def find_users(text: str) -> Iterator[Found]:
    """`-u user:password` of whatever program."""
    for hit in _ANY_USER.finditer(text) if "-u" in text else ():
        if not hit[1].isdecimal() and hit[1][0] != "$":
            yield Found(hit.start(1), hit.end(1), "basic-auth", NAMED)
    for hit in _AFTER_P.finditer(text) if " -p" in text or " -P" in text else ():
        if _MADE_UP.fullmatch(hit[1]):
            yield Found(*hit.span(1), "password", NAMED)
