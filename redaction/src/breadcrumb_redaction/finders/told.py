"""Secrets beside a name in a line: `password x`, `token -> x`, `x is your login code`.

No format is known here. A name, what may join it to a value, and a value whose shape says that it is one.
"""

import re
from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..name_tables import ABOUT_LAST, TOLD, TOLD_WIDE
from ..names import may_end_phrase
from ..weights import Weighed, made_up, opaque
from .pairs import Rules, judged

_TRIGGERS = tuple(TOLD.split())
_ALL_TRIGGERS = (*_TRIGGERS, *TOLD_WIDE.split())
_UNSPACED = (
    "密码",
    "密碼",
    "验证码",
    "口令",
    "パスワード",
    "認証コード",
    "비밀번호",
    "암호",
    "인증번호",
    "確認コード",
)
"""Names in scripts without blanks between words: what follows at once is no part of the name."""
_MORE = lazy(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{1,6}(?=[:\uff1a])")
_NAME_MOST, _AFTER_MOST, _BEFORE_MOST = 60, 100, 70
_NAME = lazy(r"[\w.\-]{0,60}+")
_OF_NAME = frozenset("_-.")
_WORDS_BEFORE = lazy(r"(?<![^\W_])[^\W_]+(?:[ \t][^\W_]+)?[ \t]+\Z")
_PHRASE = 32
_ABOUT = frozenset(ABOUT_LAST.split()) - frozenset(
    ["set", "changed", "updated", "created", "reset", "present", "history"]
)
_OF = lazy(r"[ \t](?:de|di|da|du|do|del)[ \t][^\W\d_]{1,24}(?![^\W_])")
_NEXT_WORD = lazy(r"[ \t]([A-Za-z]+)\b")
_OPEN = r"[ \t\"'`\[\](){}<>:=|,*~\u2013\u2014\u2192\u21d2\u00ab\u00bb\u201c\uff1a-]"
_JOINS = (
    r"is|are|was|now|to|as|with|ist|lautet|lautete|est|es|era|son|sono|é|è|ê|är|er|on|jest|je|este|sunt|voici|adalah|là"
    r"|hier|ahora|это|теперь|це|是|为|は|です|는|은"
)
_GAP = lazy(
    rf"(?:[ \t][057](?=[ \t]))?(?P<of>[ \t](?:for|of)[ \t]"
    rf"(?:[^\s:=]{{1,16}}[ \t][\"'/][^\s:=]{{1,42}}|[^\s:=]{{1,60}}))?"
    rf"(?:{_OPEN}{{1,6}}(?P<joined>(?:{_JOINS})\b:?{_OPEN}{{1,4}}){{0,2}}"
    rf"|(?P<glued>(?:为|是|は|는|은)[ \t]{{0,3}}))"
)
_TALK = lazy(
    rf"(?:{_OPEN}{{1,3}}(?:[^\W\d_]|'|(?<=\w)[@.](?=\w)){{1,14}}(?=[\s:\uff1a,()\]}}\"'=>])){{1,5}}{_OPEN}{{1,4}}"
)
"""Words, or `root@localhost`."""
_VALUE = lazy(
    r"(?![0-9]{4}-[0-9]{2}-[0-9]{2})(?=[^\s\"'`<>()\[\]{},;|\0]{0,200}[0-9])[^\s\"'`<>()\[\]{},;|\0]{6,200}+"
)
_NUMBER = lazy(r"(?:[A-Z]-)?([0-9]{4,10}|[0-9]{3}[ \-][0-9]{3})(?![0-9A-Za-z_\-/]|[.:]\w)")
_VALUE_BEFORE = lazy(
    r"(?<!\S)[\"'`]?([^\s\"'`<>()\[\]{},;|\0]{4,200}+)[\"'`]?"
    r"[ \t](?:is|as|ist|est|es|è|é)[ \t](?:(?!not?[ \t])[^\W\d_]{1,14}[ \t]){0,4}\Z"
)
_WEAK = lazy(
    r"(?=[^A-Za-z]*[A-Za-z])(?:[^\W\d_]|[!#$^&*+~%@])*[0-9](?:[^\W_]|[!#$^&*+~%@])*[0-9](?:[^\W_]|[!#$^&*+~%@])*"
)
_PATH = lazy(r"(?:~|\.{1,2})?(?:/[\w.@\-]{1,24}){2,}")
_DIGIT = lazy(r"[0-9]")
_BEFORE_DIGIT, _AFTER_DIGIT = _NAME_MOST + _BEFORE_MOST, _NAME_MOST + _AFTER_MOST + 40
"""Where the digit of a value is at most, around a trigger."""
_HEX = lazy(r"[0-9a-fA-F\-]+")
_STRONG_LEAST, _FAR_LEAST, _WEAK_LEAST = 12, 16, 8
_NUMBERS = frozenset(("one-time-code", "card"))
"""Rules of names that hold digits alone."""
_GOES_ON = frozenset(":=(")


def find_told(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """What stands beside a name and has the shape of what such a name holds."""
    if _DIGIT.search(text) is None:
        return
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text
    for trigger in _TRIGGERS if text.isascii() else _ALL_TRIGGERS:
        end = 0
        at = lower.find(trigger)
        while at >= 0:
            if at >= end and _DIGIT.search(text, max(0, at - _BEFORE_DIGIT), at + _AFTER_DIGIT):
                name = _name_around(text, at)
                rule, end = _rule(text, name, name_rule, phrase_rule)
                if rule is not None:
                    yield from _after(text, end, rule)
                    yield from _before(text, name.start(), rule)
            at = lower.find(trigger, at + 1)
    for trigger in () if text.isascii() else _UNSPACED:
        rule, at = name_rule(trigger), text.find(trigger)
        while at >= 0 and rule is not None:
            more = _MORE.match(text, at + len(trigger))
            yield from _after(text, more.end() if more else at + len(trigger), rule)
            at = text.find(trigger, at + 1)


def _name_around(text: str, at: int) -> re.Match[str]:
    least = max(0, at - _NAME_MOST)
    while at > least and (text[at - 1].isalnum() or text[at - 1] in _OF_NAME):
        at -= 1
    found = _NAME.match(text, at)
    assert found is not None
    return found


def _rule(text: str, name: re.Match[str], name_rule: Rules, phrase_rule: Rules) -> tuple[str | None, int]:
    """The rule of a name, alone or with a word or two beside it, and where it ends.

    None where the next word is about it.
    """
    following = _NEXT_WORD.match(text, name.end())
    bare = name[0].rstrip(".-")
    if not bare or (following and following[1].lower() in _ABOUT):
        return None, name.end()
    rule = name_rule(bare)
    if rule is not None or not may_end_phrase(bare):
        return rule, name.end()
    of = _OF.match(text, name.end())
    if of is not None and (rule := phrase_rule(text[name.start() : of.end()])) is not None:
        return rule, of.end()
    before = _WORDS_BEFORE.search(text, max(0, name.start() - _PHRASE), name.start())
    found = before[0].split() if before else []
    rules = (phrase_rule(" ".join([*found[-count:], bare])) for count in (1, 2) if len(found) >= count)
    return next((rule for rule in rules if rule is not None), None), name.end()


def _after(text: str, end: int, rule: str) -> Iterator[Found]:
    gap = _GAP.match(text, end)
    if gap is not None:
        is_joined = gap["joined"] is not None or gap["glued"] is not None or ":" in gap[0]
        if (
            rule in _NUMBERS
            and (is_joined or not isinstance(rule, Weighed))
            and (number := _NUMBER.match(text, gap.end()))
        ):
            yield Found(*number.span(1), rule, NAMED)
        elif (value := _VALUE.match(text, gap.end())) and (is_joined or gap["of"] is None):
            yield from _if_shaped(text, value, rule, _STRONG_LEAST, is_near=True)
            return
    talk = _TALK.match(text, end)
    if talk is not None and (value := _VALUE.match(text, talk.end())):
        is_near = text[value.start() - 2 : value.start()].rstrip()[-1:] in {":", "="}
        yield from _if_shaped(text, value, rule, _FAR_LEAST, is_near=is_near)


def _before(text: str, begin: int, rule: str) -> Iterator[Found]:
    """`x is your name`."""
    least = max(0, begin - _BEFORE_MOST)
    if not any(map(str.isdigit, text[least:begin])):
        return
    value = _VALUE_BEFORE.search(text, least, begin)
    if value is None:
        return
    if rule in _NUMBERS:
        number = _NUMBER.match(text, value.start(1))
        if number is not None and number.end() == value.end(1):
            yield Found(*number.span(1), rule, NAMED)
    elif _fits(value[1], rule, _STRONG_LEAST, is_near=True):
        yield from judged(text, *value.span(1), rule)


def _if_shaped(text: str, value: re.Match[str], rule: str, least: int, *, is_near: bool) -> Iterator[Found]:
    shown = value[0].rstrip(".,:*")
    end = value.start() + len(shown)
    if text[end : end + 1] not in _GOES_ON and _fits(shown, rule, least, is_near=is_near):
        yield from judged(text, value.start(), end, rule)


def _fits(value: str, rule: str, least: int, *, is_near: bool) -> bool:
    """Whether it looks made up; beside a password's name also a word and some digits, as people take."""
    if _PATH.fullmatch(value) or "://" in value or value[:5].lower() == "your-":
        return False
    if made_up(value):
        return True
    if opaque(value, least):
        return is_near or not _HEX.fullmatch(value)
    is_plain = not isinstance(rule, Weighed) and rule in {"password", "secret"}
    return is_near and is_plain and len(value) >= _WEAK_LEAST and _WEAK.fullmatch(value) is not None
