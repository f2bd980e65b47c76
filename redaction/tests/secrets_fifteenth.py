"""Kinds of secrets that the four rules of docs/redaction.md cover, made blind; the digit before each is the rule, then the claim."""
# ruff: noqa: E501 - tables of texts

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fillings_fifteenth import ANIMALS, SIGNS, b64, b64url, mixed, password, secret
from made_up import Made, Maker

CORPUS = Path(__file__).parent / "corpus"
HEADING = re.compile(r"^@([1-4]) (?:(name|returned|argv|mapping)\|)?(.+)$")
PARTS = re.compile(r"⟦|⟧|[^⟦⟧]+")


def _signs(how: str) -> Callable[[str], str]:
    return lambda text: "".join(how.format(ord(c)) if c in SIGNS else c for c in text)


def _each(how: str) -> Callable[[str], str]:
    return lambda text: "".join(how.format(ord(c)) for c in text)


def _lines(text: str) -> str:
    whole = b64(text.encode())
    return "\n".join(whole[at : at + 64] for at in range(0, len(whole), 64))


WRAPS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: b64(text.encode()),
    "b64u": lambda text: b64url(text.encode()),
    "b64lines": _lines,
    "b64u16": lambda text: b64(text.encode("utf-16-le")),
    "hex": lambda text: text.encode().hex(),
    "hexcolon": lambda text: text.encode().hex(":"),
    "hexblank": lambda text: text.encode().hex(" "),
    "gz": lambda text: b64(gzip.compress(text.encode(), mtime=0)),
    "zl": lambda text: b64(zlib.compress(text.encode())),
    "gzlit": lambda text: repr(gzip.compress(text.encode(), mtime=0)),
    "zllit": lambda text: repr(zlib.compress(text.encode())),
    "gzhex": lambda text: gzip.compress(text.encode(), mtime=0).hex(),
    "url": lambda text: quote(text, safe=""),
    "ent": _each("&#{};"),
    "entx": _each("&#x{:x};"),
    "entsign": _signs("&#{};"),
    "uesc": _each("\\u{:04x}"),
    "usign": _signs("\\u{:04x}"),
    "xesc": _each("\\x{:02x}"),
    "xsign": _signs("\\x{:02x}"),
    "oct": _each("\\{:03o}"),
    "json": lambda text: json.dumps(text)[1:-1],
    "ind": lambda text: "\n".join("  " + line for line in text.split("\n")),
}


def unescaped(line: str) -> str:
    """The line with its line ends and tabs."""
    signs = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\"}
    return re.sub(r"\\([ntr0\\])", lambda hit: signs[hit[1]], line)


def filled(maker: Maker, template: str) -> tuple[str, str]:
    """The text, and the secret in it that is to be hidden: the first one made."""
    made: list[str] = []
    stack: list[str] = [""]
    for part in PARTS.findall(template):
        if part == "⟦":
            stack.append("")
        elif part == "⟧":
            inner = stack.pop()
            name, colon, rest = inner.partition(":")
            if colon and name in WRAPS:
                text: str = WRAPS[name](rest)
            else:
                text = secret(maker, inner)
                made.append(getattr(text, "secret", text))
            stack[-1] += text
        else:
            stack[-1] += part
    assert len(stack) == 1, template
    return stack[0], made[0] if made else ""


def sections(file: str) -> Iterator[tuple[str, str, str, str]]:
    """Rule, way (text, name, returned, argv, mapping), claim and line."""
    rule = way = claim = ""
    for line in (CORPUS / file).read_text(encoding="utf-8").strip("\n").split("\n"):
        if head := HEADING.match(line):
            rule, way, claim = head[1], head[2] or "text", head[3]
        else:
            yield rule, way, claim, line


def one(maker: Maker, rule: str, way: str, claim: str, line: str) -> Made:
    """One value of a kind."""
    kind = f"{rule} {claim}: {line}"
    if way in ("name", "returned"):
        key, name = line.split(" ", 1)
        text = secret(maker, key)
        return Made(kind, text, text, name if way == "name" else None, name if way == "returned" else None)
    if way == "argv":
        found, argv = "", []
        for each in line.split(" "):
            text, hit = filled(maker, each)
            argv.append(text.replace("␣", " "))
            found = found or hit
        return Made(kind, "", found, argv=tuple(argv))
    text, found = filled(maker, unescaped(line))
    return Made(kind, text, found)


def _of_sign(sign: str) -> Iterator[tuple[str, Callable[[Maker, str, str], str]]]:
    if sign not in "#$":
        yield f"{sign} first", lambda m, a, b: f"{sign}{a}{m.digits(4)}"
        yield f"{sign} between a word and a number", lambda m, a, b: f"{a}{sign}{m.digits(4)}"
        yield f"{sign} twice", lambda m, a, b: f"{a}{sign}{m.digits(2)}{sign}{b.lower()}"
    yield f"{sign} last", lambda m, a, b: f"{a}{m.digits(4)}{sign}"
    yield f"{sign} between a number and a word", lambda m, a, b: f"{m.digits(4)}{sign}{a}"
    if sign != "+":
        yield (
            f"{sign} in random characters",
            lambda m, a, b: (lambda d: f"{d[:5]}{sign}{d[5:]}")(mixed(m, 12)),
        )


# Rule 3, sign by sign and place by place; what looks like code by a shape that the docs name is left to the third list.
def _signed() -> Iterator[tuple[str, Callable[[Maker, str, str], str]]]:
    for sign in SIGNS:
        yield from _of_sign(sign)
    yield (
        "% before two hexadecimal digits",
        lambda m, a, b: f"{a}{b.lower()}%{m.random.choice('4567')}{m.random.choice('1234')}{m.digits(2)}",
    )
    yield "% before two hexadecimal letters", lambda m, a, b: f"{m.digits(3)}{a}%ad{b.lower()}"
    yield (
        "two signs side by side",
        lambda m, a, b: f"{a}{m.random.choice(('!~', '^!', '!!', '~^'))}{m.digits(4)}",
    )
    yield "eight characters", lambda m, a, b: f"{a[:3]}{m.digits(2)}!{m.of('abcdefgh', 2)}"
    yield "sixty-four characters", lambda m, a, b: (lambda d: f"{d[:40]}!{d[40:]}")(mixed(m, 63))
    yield "one lower letter", lambda m, a, b: f"{a.upper()}x!{m.digits(3)}"
    yield "one capital letter in the middle", lambda m, a, b: f"{a.lower()}{b}{m.digits(2)}!"
    yield "one digit at the beginning", lambda m, a, b: f"7{a}{b.lower()}!x"
    yield "a sign after each word", lambda m, a, b: f"{a}!{b.lower()}^{m.digits(3)}~"
    yield "all eight signs", lambda m, a, b: f"{a}!#$%^*+~{m.digits(3)}"


AROUND = ("login ada {}", "auth ada '{}'", 'conn("ada", "{}")', "the token was {} then", "{} is the login")
CARRIERS = {
    "pass": ("bypass", "compassion"), "pw": ("pwck", "ldappw"), "secret": ("secretary", "topsecretly"), "token": ("tokenizer", "untokened"),
    "auth": ("authority", "oauth2"), "cred": ("incredible", "accredited"), "login": ("autologin", "loginctl"), "logon": ("logonserver", "relogon"),
    "logged": ("unlogged", "loggedin"), "crypt": ("decryption", "cryptic"), "conn": ("connoisseur", "reconnect"), "psk": ("wpapsk", "psk32"),
}  # fmt: skip
FAR = " lines of ordinary talk about the weather and the garden stand between the two of them and nothing else is said here at all, really nothing but the rain over the hills"


def _worded() -> Iterator[tuple[str, str]]:
    for word, carriers in CARRIERS.items():
        yield f"{word} before it", f"{word} then {{}} here"
        yield f"{word} as part of {carriers[0]}", f"{carriers[0]}: x, {{}}"
        yield f"{word} as part of {carriers[1]}, after it", f'x = "{{}}" # {carriers[1]}'
        yield f"{word} in capitals, the line above", f"{word.upper()}\nada\n{{}}"
        yield f"{word} 150 and more before it", f"{word}{FAR}: {{}} ok"
        yield f"{word} 80 after it", f"so {{}}{FAR[:78].rstrip()} {word} x"


def secrets(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for file in (f"secrets_fifteenth_{part}.txt" for part in range(1, 5)):
        for rule, way, claim, line in sections(file):
            if way != "mapping":
                yield one(maker, rule, way, claim, line)
    for what, shape in _signed():
        a, b = maker.random.sample(ANIMALS, 2)
        made = shape(maker, a, b)
        yield Made(
            f"3 one or more of the signs, near a word of the list: {what}",
            maker.random.choice(AROUND).format(made),
            made,
        )
    for what, around in _worded():
        made = password(maker)
        yield Made(
            f"3 wherever one of the words stands up to 200 before or 100 after: {what}",
            around.format(made),
            made,
        )


def mappings(maker: Maker) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Mappings for `redactor.attributes`: kind, mapping, secret."""
    for rule, way, claim, line in sections("secrets_fifteenth_1.txt"):
        if way == "mapping":
            name, value = line.split(" ", 1)
            (name, in_name), (value, in_value) = filled(maker, name), filled(maker, value)
            mapping: dict[str, Any] = {
                "code.line": 12,
                name: ["a", value[2:]] if value.startswith("[]") else value,
            }
            yield f"{rule} {claim}: {line}", mapping, in_name or in_value
