"""Secrets in a text that a name beside them gives away: `key=value`, JSON, headers, flags, XML, SQL.

The same names count as for parameters; what only stands for a value (`None`, `?`, `${TOKEN}`) is left alone.
"""

import re
from collections.abc import Callable, Iterator

from ..identifiers import MARKS
from ..lazy import lazy
from ..match import MASK, NAMED, Found
from ..names import may_end_phrase
from ..weights import Weighed, is_file, is_shaped

_PATH_START = frozenset("/~$\\\"'")
"""PWD is a directory in an environment and a password in an ODBC connection string."""

_NAME = lazy(
    rf"(?<![\w.\-{MARKS}])([\w.\-{MARKS}]++)[\"'`\])*]*+(?:\s{{0,8}}|\s(?:is|ist|lautet|est|es|é|è|är)\s?)"
    r"(?::\s*(?:str|bytes|string|String|&(?:'static )?str|Text|Secret(?:Str|Bytes)?)"
    r"(?:\s*\|\s*None)?\s*=(?!=)|[=\-]>|:=|==?|:(?!:)|[\uff1a\uff1d]"
    r"|::(?=[ \t]))"
    r"[ \t]*+(?:\*\*[ \t]*+|\r?\n[ \t]+|(?:</?(?:b|strong|code|em|i|span|pre|kbd|tt)>[ \t]*+){1,3}+)?"
)
_WRAPPER = lazy(
    r"(?:\[\]byte|SecretStr|SecretBytes|Secret|Password|ApiKey|Token|String(?:::from)?|string|str|bytes|Some"
    r"|Text)\(\s*(?=[bBrRuU]?[\"'])"
)
"""What a literal may stand in: `password = SecretStr("x")`."""
_QUOTED = lazy(r"""[bBrRuUfF]{0,2}(?:"((?:[^"\\]|\\.)*+)|'((?:[^'\\]|\\.)*+)|`([^`]*+))""", re.DOTALL)
_BARE = lazy(
    r"""(?:[^\s"'`,;&<>\\\[({]|[,;&\[({](?![\s"'`]|[\w.\-]{1,40}["']?\s?[=:]|\Z)(?<!^[\[({])|['"](?=[^\s"',;:)\]}]))*+"""
)
_HEAD_MOST = 300
"""Characters at the head of a bare value by which it is weighed: the next name in it looks at it again."""
_AFTER_BARE = ")]}.,:\"'"
_LINE = lazy(r"""[^\n\r"'`\\]{0,16384}+""")
_WHOLE_LINE = lazy(r"[^\n\r]{0,16384}+")
_METHOD = lazy(
    r"(?i)(?:basic|digest|bearer|ldaps?|kerberos|ntlm|oauth|oidc|saml|pam|radius|jwt|mtls|tls|local|sha|md|scram)\d?"
)
"""How one signs in is no secret."""
_LISTED = lazy(r"(?i)digest\s|aws4-hmac")
_GROUP = lazy(r"""[\[(]\s*[bB]?["'][^\])]{0,2000}+""")
_ITEMS_OF = lazy(r"""["']([^"']*)["']""")
_ARROW = lazy(r"""["'`]?[ \t]{1,4}(?:->|=>|\u2192)[ \t]{1,4}""")
_LINE_START = lazy(r"(?:\A|[\n\r])[ \t]*(?:export |set |[-*+>#] )?[ \t]*\Z", re.IGNORECASE)
_COUNTED = lazy(r"\d{1,6}[ \t]")
"""`cookies: 17 accepted`."""
_NEXT_NAME = lazy(r"\s[\w.\-]{1,40}\s?[=:]")
_SCHEME = lazy(r"(?i)(?:bearer|basic|token|digest|apikey|negotiate|ntlm|splunk|key|aws4-hmac-sha256)\s+")
_STANDS_FOR = lazy(
    r"(?i)none|null|nil|true|false|yes|no|on|off|ok|same-origin|omit|include|undefined|default|optional|required|missing|empty|unset|n/?a|invalid|valid|present|rotated|revoked|matched|incorrect|wrong|expired|"
    r"str|string|int|bytes|bool|number|object|any|text|varchar.*|secretstr|char\*?"
    r"|&(?:'\w+ )?(?:mut )?(?:str|string)|character varying.*"
    r"|bytea|type|redacted|hidden|masked|"
    r"[*•.x\-_#\0]*|[)\]};,\s]*|<[^<>]*>?|![\w.]+\s*[|>][+-]?|your[_\- ][\w\- ]*"
    r"|\$\(.*|\$\{\{.*|\$\{?[a-z_]\w*\}?.*|\{[^{}]*\}|\{\{.*\}\}|%\(\w+\)s|%[sdr]|%\w+%|\?|\$\d+|:\w+|@\w+|\[filtered\]|\(.*\)|[|>][+-]?"
)
_CODE = lazy(
    r"[A-Za-z_][\w.]*[(\[].*|(?:os|self|cls|settings|config|process|request|args|env|var|local|module|each|data|this|window|props|state|params|random_password|form|opts|options)\.[\w.]+|lambda\b.*|await\b.*"
)
_TALK = lazy(
    r"(?i)(?:must|should|is|was|are|the|a|an|not|too|cannot|can|please|enter|your|this|that|at|for|to|from|has|have|will|needs?|"
    r"changed|reset|updated|got|expected|unexpected|no|field|ok|failed|denied|accepted|rejected|set|sent|all|and|or|with|in|on|of)\b[^\d]*"
)
_COMPOUND = lazy(r"[a-z]_[a-z]|[A-Z]_[A-Z]|\A[xX]-")
"""A name that no sentence has."""
_LETTERS = lazy(r"[A-Za-z_]+(?![\w\-.])")
_STATEMENT = lazy(r"(?:raise|return|yield|pass|continue|break|assert|del|await|throw)\b")
"""What follows the condition of which the name is the end: `if not check(user, password): raise X`."""
_PLAIN_COOKIE = lazy(
    r"(?i)(?:(?:lang|language|locale|theme|tz|currency|path|domain|expires|max-age|samesite)"
    r"=[\w.,/: +\-]{0,40}"
    r"|httponly|secure)(?:;\s?(?:(?:lang|language|locale|theme|tz|currency|path|domain|expires|max-age|samesite)"
    r"=[\w.,/: +\-]{0,40}|httponly|secure))*;?"
)
"""What a browser is told of looks and languages, and how long."""
_FAILURE = lazy(r"[a-z]{2,20} [a-z]{2,20}(?![\w\-/+=.])")
"""`auth: no such user`: two words are no scheme and credential."""
_NEXT_KEY = lazy(r"[\"']?[\w.\-]{1,60}[\"']?:(?=[ \t]|\r?\n|\Z)")
_NESTED = lazy(r"(?:[^\n]{0,200}\n)(?:[ \t]+[^\n]{0,200}(?:\n|\Z)){0,8}")
_SENTENCES = lazy(
    r"""[\[(]\s*["'](?:This|The|A|Your|You|Please|Enter|Ensure|Must|Should|Passwords?|Tokens?|Not|No|Too|It|Is"""
    r"""|Field|Value|Invalid|Required|Missing)[ ](?:[^"' ]+[ ]){2}"""
    r"""|[\[(]\s*["'](?:[A-Z](?:[^"'\d ]+[ ]){3,40}[^"'\d ]*\.|[a-z_]{2,20}(?:\.[a-z_]{2,20}){1,5})["']"""
)
"""What forms say of a field: `["This field is required."]`."""
_WORDS_BEFORE = lazy(r"(?<![^\W_])[^\W_]+(?:[ \t][^\W_]+)?[ \t]+\Z")
_PHRASE = 32
_BLANKS = frozenset(" \t")
_ARN = lazy(r"\barn:aws[\w\-]*:[\w\-:/]*\Z")
_ARN_MOST = 120
_BLOCK = lazy(r"[|>][+\-]?[1-9]?[ \t]*\r?\n((?:[ \t]+[^\r\n]*(?:\r?\n|\Z)|[ \t]*\r?\n)++)")
_DASHES = lazy(r"(?:[ \t]*\r?\n)?(?:[ \t]*- [^\r\n]*(?:\r?\n|\Z))++")
_DASHED = lazy(r"- [\"']?([^\r\n\"']+)[^\r\n]*")
_TRIPLE = lazy(r"""(\"{3}|'{3})\s*(.*?)\s*(?:\1|\Z)""", re.DOTALL)
_HELD = lazy(
    r"""["']?(?i:value|val|default|plain|plaintext|text|content|raw|current|secret|data|string|s|stringvalue|_value)["']?"""
    r"""\s*[:=]\s*[bB]?["']((?:[^"'\\]|\\.)++)"""
)
_HELD_BELOW = lazy(
    r"""(?m)(?<![^\s"'])(?i:value|val|default|plain|plaintext|stringvalue)["']?:[ \t]*"""
    r"""["']?([^\s"'{\[|>][^"'\r\n]*)"""
)
_HELD_ID = lazy(r"""["']id["']\s*:\s*["']([^"']{8,4000})""")
_BRACES = lazy(r"\{[^{}]{0,1000}+(?:\{[^{}]{0,500}+\}?[^{}]{0,200}+){0,4}+")
_FINGERPRINT = lazy(r"(?:SHA256|MD5):[A-Za-z0-9+/:=]{16,}\Z|\w{1,20}=[\"'][^\"'=]*[\"']?\Z")
"""Of a public key; or another name with its value."""
_NUMBER_LEAST, _NO_NUMBERS = (
    4,
    frozenset(("api-key", "token", "private-key", "one-time-code", "cookie", "secret")),
)
"""So short a number counts keys, and is none."""
_SENTENCE = 200
"""Nothing longer stands for a value or is an ordinary sentence."""
_FLAG = lazy(
    r"(?<![\w\-.])--?([A-Za-z][\w\-]*)"
    r"(?:[ \t]++(?:\\\r?\n[ \t]*+)?|[ \t]*+\r?\n[ \t]*+- [ \t]*+(?=[^\s\-]))"
)
"""An option; its value may stand on the next line, after a backslash or as the next item of a YAML list."""
Rules = Callable[[str], str | None]


def find_pairs(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """Values whose name says that they are secret."""
    yield from _find_named(text, name_rule, phrase_rule)
    if "-" in text:
        for hit in _FLAG.finditer(text):
            rule = name_rule(hit[1])
            stands = text[hit.end() : hit.end() + 1] in {"-", ""} or _is_metavar(text, hit)
            if rule is not None and not stands:
                yield from _span(text, hit.end(), rule)


def _is_metavar(text: str, flag: re.Match[str]) -> bool:
    """Whether the option's own name stands for its value, as in a help text: `--password PASSWORD`."""
    return text.startswith(flag[1].upper().replace("-", "_"), flag.end())


def _find_named(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """`name=value`, `name: value`, JSON members, headers."""
    covered = 0
    for hit in _NAME.finditer(text):
        if hit.start() < covered:
            continue
        if "\n" in hit[0] and ")" in hit[0]:
            continue  # the head of a function
        rule = name_rule(hit[1])
        if rule is None and hit[1] == "PWD" and text[hit.end() : hit.end() + 1] not in _PATH_START:
            rule = "password"
        if rule is None:
            rule = _phrase(text, hit, phrase_rule)
        if rule is not None and not _is_part_of_arn(text, hit.start()) and not _is_shown(text, hit, rule):
            is_above = "\n" in hit[0] and _NEXT_KEY.match(text, hit.end())
            for found in _below(text, hit.end(), rule) if is_above else _value(text, hit, rule):
                covered = found.end
                yield found


def _is_shown(text: str, hit: re.Match[str], rule: str) -> bool:
    """Whether it is an object as it shows itself: `<Token: 'x'>`."""
    return rule == "token" and hit[1] == "Token" and text[hit.start() - 1 : hit.start()] == "<"


def _is_part_of_arn(text: str, start: int) -> bool:
    """Whether a word belongs to an address at AWS: `arn:aws:secretsmanager:...:secret:prod/db`."""
    return text[start - 1 : start] == ":" and _ARN.search(text, max(0, start - _ARN_MOST), start) is not None


def _phrase(text: str, hit: re.Match[str], phrase_rule: Rules) -> str | None:
    """The rule of a name of several words with blanks between them, of which the hit has the last."""
    start = hit.start()
    if text[start - 1 : start] not in _BLANKS or not may_end_phrase(hit[1]):
        return None
    before = _WORDS_BEFORE.search(text, max(0, start - _PHRASE), start)
    found = before[0].split() if before else []
    for count in (2, 1):
        rule = phrase_rule(" ".join([*found[-count:], hit[1]])) if len(found) >= count else None
        if rule is not None:
            return rule
    return None


def _value(text: str, hit: re.Match[str], rule: str) -> Iterator[Found]:
    start = hit.end()
    spread = list(_spread(text, start, rule))
    if spread:
        yield from spread
        return
    if (wrapper := _WRAPPER.match(text, start)) is not None:
        start = wrapper.end()
    scheme = _SCHEME.match(text, start)
    if scheme and rule == "authorization":
        start = scheme.end()
    if text[start : start + 1] not in {'"', "'", "`"} and not _QUOTED.match(text, start):
        line = rule in {"authorization", "cookie"} or _LINE_START.search(
            text[max(0, hit.start() - 24) : hit.start()]
        )
        if line and text[start : start + 1] not in {"[", "(", "{", "<"}:
            yield from _rest_of_line(text, start, hit, rule)
            return
    weak = (
        (":" in hit[0][len(hit[1]) :] or "->" in hit[0])
        and hit[0][-1] in " \t"
        and rule not in {"cookie", "card", "ssn", "one-time-code"}
    )
    name = hit[1]
    if _is_code(text, hit, rule):
        return
    yield from _changed(text, start, rule)
    for found in _span(text, start, rule):
        value = text[found.start : found.end]
        quoted = found.start > start
        if not quoted and _ends_at_quote(text, found.end):
            continue
        if not quoted and (_is_name(value, name) or (weak and _word(value, rule, name))):
            continue
        yield found


def _is_code(text: str, hit: re.Match[str], rule: str) -> bool:
    """Whether code compares what the name holds, or goes on with a statement or a type; or a grammar does."""
    joint, start = hit[0][len(hit[1]) :], hit.end()
    if joint.startswith("):"):
        return _STATEMENT.match(text, start) is not None
    if "->" in joint:
        return ")" in joint or (rule == "token" and _LETTERS.match(text, start) is not None)
    return "==" in joint and not _QUOTED.match(text, start)


def _spread(text: str, start: int, rule: str) -> Iterator[Found]:
    """A value over several lines, or in an object: YAML blocks and lists, triple quotes, `{"value": x}`."""
    first = text[start : start + 1]
    if first in "|>" and (block := _BLOCK.match(text, start)):
        yield from judged(text, *_stripped(text, block.start(1), block.end(1)), rule, quoted=True)
    elif first in "\"'" and (long := _TRIPLE.match(text, start)):
        yield from judged(text, long.start(2), long.end(2), rule, quoted=True)
    elif first == "{" and (braces := _BRACES.match(text, start)):
        for pattern in (_HELD, _HELD_ID) if rule == "cookie" else (_HELD,):
            for held in pattern.finditer(text, start, braces.end()):
                yield from judged(text, held.start(1), held.end(1), rule, quoted=True)
    elif first in "-\r\n" and (dashes := _DASHES.match(text, start)):
        for each in _DASHED.finditer(text, start, dashes.end()):
            if rule != "secret" or is_shaped(each[1]):  # `secrets:` lists names as well
                yield from judged(text, each.start(1), each.end(1), rule)


def _below(text: str, start: int, rule: str) -> Iterator[Found]:
    """`default: x` in the lines below a name."""
    block = _NESTED.match(text, start)
    for held in _HELD_BELOW.finditer(text, start, block.end() if block else len(text)):
        yield from judged(text, *held.span(1), rule, quoted=True)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    value = text[start:end]
    return start + len(value) - len(value.lstrip()), start + len(value.rstrip())


def _rest_of_line(text: str, start: int, hit: re.Match[str], rule: str) -> Iterator[Found]:
    header = rule in {"authorization", "cookie"}
    if rule == "cookie" and _COUNTED.match(text, start):
        return
    whole = header and (hit.start() == 0 or _LISTED.match(text, hit.end()))
    line = (_WHOLE_LINE if whole else _LINE).match(text, start)
    end = line.end() if line else start
    following = None if header else _NEXT_NAME.search(text, start, end)
    end = following.start() if following else end
    value = text[start:end].rstrip().rstrip(",;)}]")
    if _ends_at_quote(text, start + len(value)):
        return
    first = value.split(None, 1)[0].rstrip(",;)}]") if value.strip() else ""
    if (
        _is_name(value, hit[1])
        or (rule == "authorization" and _FAILURE.match(value))
        or (
            ":" in hit[0][len(hit[1]) :]
            and rule != "cookie"
            and len(value) < _SENTENCE
            and _TALK.fullmatch(value)
        )
        or _STANDS_FOR.fullmatch(first)
    ):
        return
    if rule in {"password", "cookie"}:
        yield from judged(text, start, start + len(value), rule)
    elif rule == "authorization" or not _word(first, rule, hit[1]) or "=" in hit[0]:
        yield from judged(text, start, start + len(first if rule != "authorization" else value), rule)


def _is_name(value: str, name: str) -> bool:
    """Whether the value is only the name once more: `self.token = token`."""
    return value == name or value.endswith("." + name) or name.endswith("." + value)


def _changed(text: str, start: int, rule: str) -> Iterator[Found]:
    """The second value of a change: `password = "old" -> "new"`."""
    old = _QUOTED.match(text, start)
    arrow = _ARROW.match(text, old.end()) if old else None
    if arrow is not None:
        yield from _span(text, arrow.end(), rule)


def _ends_at_quote(text: str, end: int) -> bool:
    """Whether a value is only the next name, as in `SimpleCookie: sid='x'`."""
    return text[end - 1 : end + 1] in {"='", '="'}


def is_word(cell: str, rule: str) -> bool:
    """Whether a cell of a table is a short word, as below `token` in a count of words."""
    return rule == "token" and cell.isalpha() and len(cell) < 8


def _word(value: str, rule: str, name: str) -> bool:
    """Whether an unquoted value after a colon is rather a word of a sentence."""
    if rule == "password" or _COMPOUND.search(name):
        return bool(_TALK.fullmatch(value))
    return (
        len(value) < 16
        and (value.islower() or value.istitle() or not value.strip(".-"))
        and value.isascii()
        and not _digits(value)
    )


def _digits(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _span(text: str, start: int, rule: str) -> Iterator[Found]:
    quoted = _QUOTED.match(text, start)
    if quoted:
        index = quoted.lastindex or 1
        yield from judged(text, quoted.start(index), quoted.end(index), rule, quoted=True)
        return
    group = _GROUP.match(text, start)
    if group:
        if (
            MASK not in group[0]
            and not _SENTENCES.match(group[0])
            and (not isinstance(rule, Weighed) or rule.fits(_ITEMS_OF.findall(group[0])))
        ):
            yield Found(start + 1, group.end(), rule, NAMED)
        return
    if isinstance(rule, Weighed):
        head = _BARE.match(text, start, start + _HEAD_MOST)
        if head is None or not rule.fits(head[0].rstrip(_AFTER_BARE)):
            return
    bare = _BARE.match(text, start)
    if bare and not bare[0].startswith(("[", "(", "{")):
        yield from judged(text, start, start + len(bare[0].rstrip(_AFTER_BARE)), rule)


def judged(text: str, start: int, end: int, rule: str, *, quoted: bool = False) -> Iterator[Found]:
    """The span as a secret, unless it only stands for a value, or its shape is not that of the rule."""
    value = text[start:end]
    if isinstance(rule, Weighed) and not rule.fits(value):
        return
    if len(value) > _SENTENCE:
        yield Found(start, end, rule, NAMED)
        return
    if _FINGERPRINT.match(value) or (rule == "credentials" and is_file(value)):
        return
    if rule == "cookie" and _PLAIN_COOKIE.fullmatch(value):
        return
    scheme = _SCHEME.match(value)
    rest = value[scheme.end() :] if scheme else value
    if _STANDS_FOR.fullmatch(rest.strip()) or (not quoted and _CODE.fullmatch(value)):
        return
    if len(value) < _NUMBER_LEAST and value.isdecimal() and rule in _NO_NUMBERS:
        return
    if rule == "authorization" and _METHOD.fullmatch(value):
        return
    yield Found(start, end, rule, NAMED)
