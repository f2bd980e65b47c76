"""Secrets that markup, a table, a call or a statement gives a name to: XML, HTML, forms, Markdown, SQL."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from .pairs import Rules, is_word, judged

_XML = lazy(r"<([^\W\d][\w:.\-]*)(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[)?([^<>\s][^<>]*?)(?:\]\]>)?(?:</|\Z)")
_XML_NAMED = lazy(
    r"""<[A-Za-z][\w:.\-]*\s[^<>]{0,200}?\b(?:name|key|id)=["']([\w.\-]+)["'][^<>]{0,200}>\s*(?:<[\w:.\-]{1,40}>\s*|<!\[CDATA\[)?([^<>\s][^<>]*?)\s*(?:\]\]>)?\s*</"""
)
_TUPLE = lazy(
    r"""[(\[](?:(?<=\bsetattr\()[\w.]{1,60}+,)?\s*b?["']([\w.\-]+)["'],\s*(?:default\s?=\s?)?b?("[^"]*+|'[^']*+)"""
)
_ITEM_NAME = r"(?:[nN]ame|NAME|[kK]ey|KEY|id|[vV]ariable|[fF]ield|[hH]eader|[pP]arameter|[pP]roperty)"
_ITEM_VALUE = r"(?:[vV]alue|VALUE|[cC]ontent|val|[dD]efault)"
_BETWEEN = r"""(?:,?\s*["']?\w{1,20}["']?\s*[:=]\s*(?:"[^"\n]{0,80}"|'[^'\n]{0,80}'|[\w.\-]{1,40})){0,2}?"""
_ITEM = lazy(
    rf"""{_ITEM_NAME}["']?\s*[:=]\s*["']?([\w.\-/]+)["']?\s*{_BETWEEN},?\s*["']?\w{{0,20}}?{_ITEM_VALUE}["']?\s*[:=]\s*["']?([^\s"',<>}}]+)"""
)
_ITEM_BACK = lazy(
    rf"""{_ITEM_VALUE}["']?\s*[:=]\s*["']([^"'\n]+)["']\s*{_BETWEEN},?\s*["']?\w{{0,20}}?{_ITEM_NAME}["']?\s*[:=]\s*["']?([\w.\-]+)"""
)
_VALUE_SET = lazy(rf"""{_ITEM_VALUE}["']?\s*[:=]""")
_ITEM_MOST = 400
_TAG = lazy(
    r"<(?:input|meta|param|property|setting|add|env|entry|data|option|button|textarea)\b([^<>]{0,1000}+)"
)
_TAG_NAME = lazy(r"""(?i)\b(?:name|key|id|property|type|http-equiv)\s*=\s*["']?([\w.\-\[\]]+)""")
_TAG_VALUE = lazy(r"""(?i)\b(?:value|content)\s*=\s*(?:"([^"]+)|'([^']+)|([^\s"'>]+))""")
_CELLS = lazy(
    r"(?i)<(td|th|dt|label|b|strong|li|span|key|name)\b[^<>]*>\s*(?:<(?:b|i|strong|em|code|span)>\s*)?([^<>:]{2,40}?)\s{0,8}:?\s{0,8}(?:</(?:b|i|strong|em|code|span)>\s*)?</\1>\s*:?\s*"
    r"(?:<(?:td|dd|span|code|p|pre|b|i|string|value)\b[^<>]*>\s*)*+([^<>\s][^<>]*?)\s*(?:<|\Z)"
)
_COLUMNS = lazy(
    r"(?m)(?:^|[|\t])[ \t]*[*`\"]{0,2}([\w][\w .\-]{1,40}?)[*`\":]{0,2}[ ]*(?=(?:\||\t+)[ ]*"
    r"[`\"]?([^\s|`\"][^|\t\r\n`\"]*))"
)
_PART = lazy(r"""(?i)name="?([\w.\-\[\]]+)"?(?:;[^\r\n]*)?\r?\n(?:[\w\-]+:[^\r\n]*\r?\n)*\r?\n([^\r\n]+)""")
_CALL = lazy(
    r"""\(\s*(?:(?:value|secret|key)\s?=\s?)?[bBrRfF]?(?:"((?:[^"\\\n]|\\.)++)|'((?:[^'\\\n]|\\.)++))"""
)
_WORD = lazy(r"[^\W_]+")
_NAME_BEFORE = lazy(r"(?<![\w.\-])([\w.\-]+)[\"`\]]?\s*\Z")
_BEFORE = 80
_TAKES = lazy(r"(?i)(?:.*[._])?(?:set|put|add|store|enter|fill|update)(?=[A-Z_])")
_SETTING = lazy(
    r"""(?im)(?:^|[;&|])[ \t]*(?:setenv|env|#define)[ \t]++([\w.\-]++)[ \t]++["']?([^\s"'=][^\s"']*)"""
)
_SET = lazy(
    r"""(?<![\w.\-])[sS][eE][tT][xX]?[ \t]++([\w.\-]++)[ \t]++(?:TO[ \t]++)?"""
    r"""["']?(?=[^\s"']{0,40}[0-9])([^\s"'=][^\s"']*)"""
)
_VARIABLE = lazy(r"""\bvariable\s+"([\w\-]+)"\s*\{[^{}]{0,500}?\bdefault\s*=\s*"([^"\n]+)""")
_OPERATORS = ("<>", "!=", "IN", "LIKE", " in", " like", "\nin", "\nlike", "ilike", "In ", "Like ")
_COMPARED = lazy(
    r"""[<!\s](?=[>=nNiIlL\u0130\u0131])(?:>|=|(?i:(?:not\s+)?(?:i?like|in)\b))\s*\(?\s*[nN]?'((?:[^']|'')*+)((?:'\s*,\s*'(?:[^']|'')*+)*+)"""
)
_REFUSED = lazy(
    r"(?m)(?:^|[ \t])([\w.\-]{1,80})\r?\n[ \t]+[^\n]{0,400}?\binput_value=(?:b?'([^'\n]+)|b?\"([^\"\n]+))"
)
"""How pydantic shows what it does not take: the field's name in the line before."""
_PGPASS = lazy(r"(?m)^[A-Za-z*/][\w.*\-/]*:(?:[0-9]{4,5}|\*):[\w.*\-]+:[\w.*\-]+:([^\s:][^\s]*)$")


def find_marked(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """Values whose name stands in markup, a table's cell, a form's part, a call or a comparison."""
    for part, pattern in (
        ("</", _XML),
        ("</", _XML_NAMED),
        ("',", _TUPLE),
        ('",', _TUPLE),
        ("\n\n", _PART),
        ("\r\n\r\n", _PART),
    ):
        for hit in pattern.finditer(text) if part in text else ():
            if (rule := name_rule(hit[1])) is not None and not _are_names(pattern, hit[2], name_rule):
                start = hit.start(2) + (hit[2][0] in "\"'")
                yield from judged(text, start, hit.start(2) + len(hit[2].rstrip()), rule)
    yield from _items(text, name_rule)
    if "<" in text and ">" in text:
        yield from _tags(text, name_rule)
        yield from _cells(text, name_rule, phrase_rule)
    if "|" in text or "\t" in text:
        yield from _columns(text, name_rule, phrase_rule)
    yield from _settings(text, name_rule)
    for hit in _REFUSED.finditer(text) if "input_value=" in text else ():
        if (rule := name_rule(hit[1])) is not None:
            yield from judged(text, *hit.span(hit.lastindex or 2), rule, quoted=True)
    if "(" in text:
        yield from _calls(text, name_rule)
    if "'" in text and any(word in text for word in _OPERATORS):
        yield from _compared(text, name_rule)


def _are_names(pattern: object, value: str, name_rule: Rules) -> bool:
    """Whether the second of a list is a name as the first: `["password", "refresh_token"]`."""
    second = value.strip("\"'")
    return pattern is _TUPLE and second.islower() and second.isidentifier() and name_rule(second) is not None


def _settings(text: str, name_rule: Rules) -> Iterator[Found]:
    """`setenv NAME x`, `ENV NAME x`, `#define NAME "x"`."""
    lower = text.lower()
    for hit in _SETTING.finditer(text) if "env" in lower or "#define" in lower else ():
        if (rule := name_rule(hit[1])) is not None:
            yield from judged(text, hit.start(2), hit.end(2), rule)
    for word in ("set ", "SET ", "setx "):
        at = text.find(word)
        while at >= 0:
            hit_set = _SET.match(text, at)
            if hit_set and (rule := name_rule(hit_set[1])) is not None:
                yield from judged(text, *hit_set.span(2), rule)
            at = text.find(word, at + 4)
    for hit in _VARIABLE.finditer(text) if 'variable "' in text else ():
        if (rule := name_rule(hit[1])) is not None:
            yield from judged(text, hit.start(2), hit.end(2), rule, quoted=True)


def _columns(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    for hit in _COLUMNS.finditer(text):
        rule = _cell_rule(hit[1], name_rule, phrase_rule)
        if rule is not None and not is_word(hit[2].rstrip(), rule):
            yield from judged(text, hit.start(2), hit.start(2) + len(hit[2].rstrip()), rule)


def _items(text: str, name_rule: Rules) -> Iterator[Found]:
    """`name: x, value: y`, around the places where a value is given."""
    begin = end = 0
    for value in _VALUE_SET.finditer(text):
        if value.start() >= end:
            yield from _items_between(text, begin, end, name_rule)
            begin = max(end, value.start() - _ITEM_MOST)
        end = min(len(text), value.end() + _ITEM_MOST)
    yield from _items_between(text, begin, end, name_rule)


def _items_between(text: str, begin: int, end: int, name_rule: Rules) -> Iterator[Found]:
    for pattern, name, value in ((_ITEM, 1, 2), (_ITEM_BACK, 2, 1)):
        for hit in pattern.finditer(text, begin, end):
            if (rule := name_rule(hit[name])) is not None:
                hit = pattern.match(text, hit.start()) or hit
                yield from judged(text, hit.start(value), hit.end(value), rule)


def _tags(text: str, name_rule: Rules) -> Iterator[Found]:
    for tag in _TAG.finditer(text):
        value = _TAG_VALUE.search(text, tag.start(1), tag.end(1))
        rules = (name_rule(name[1]) for name in _TAG_NAME.finditer(text, tag.start(1), tag.end(1)))
        rule = next((rule for rule in rules if rule is not None), None)
        if value and rule is not None:
            index = value.lastindex or 1
            yield from judged(text, value.start(index), value.end(index), rule, quoted=True)


def _cells(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    for hit in _CELLS.finditer(text):
        if (rule := _cell_rule(hit[2], name_rule, phrase_rule)) is not None:
            yield from judged(text, hit.start(3), hit.end(3), rule, quoted=True)


def _cell_rule(cell: str, name_rule: Rules, phrase_rule: Rules) -> str | None:
    cell = cell.strip()
    return phrase_rule(cell) if " " in cell else name_rule(cell)


def _calls(text: str, name_rule: Rules) -> Iterator[Found]:
    """`setPassword('x')`, `PASSWORD("x")`."""
    for hit in _CALL.finditer(text):
        name = _name_before(text, hit.start())
        rule = name_rule(name)
        if rule is not None and (rule in {"password", "secret", "private-key"} or _TAKES.match(name)):
            index = hit.lastindex or 1
            if hit[index].rstrip().endswith((":", "?")) and any(map(name_rule, _WORD.findall(hit[index]))):
                continue  # what a program asks with
            yield from judged(text, hit.start(index), hit.end(index), rule, quoted=True)


def _compared(text: str, name_rule: Rules) -> Iterator[Found]:
    """`password LIKE 'x'`, `token IN ('x', 'y')`."""
    for hit in _COMPARED.finditer(text):
        if (rule := name_rule(_name_before(text, hit.start()))) is not None:
            if hit[2]:
                yield Found(hit.start(1), hit.end(2), rule, NAMED)
            else:
                yield from judged(text, hit.start(1), hit.end(1), rule, quoted=True)


def _name_before(text: str, end: int) -> str:
    name = _NAME_BEFORE.search(text[max(0, end - _BEFORE) : end])
    return name[1] if name else ""


def find_pgpass(text: str) -> Iterator[Found]:
    """`host:port:database:user:password`, a line of `.pgpass`."""
    for hit in _PGPASS.finditer(text):
        yield Found(hit.start(1), hit.end(1), "password", NAMED)
