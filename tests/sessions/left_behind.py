"""Notes in a small markup become HTML: words in backquotes go through a role, and a note may name its own."""

import html
import random
import re

ROLES = {}
COLOURS = ("amber", "basil", "cedar", "delta")


def role(name):
    def registered(function):
        ROLES[name] = function
        return function

    return registered


@role("")
def cite(text):
    return f"<cite>{html.escape(text)}</cite>"


@role("code")
def code(text):
    return f"<code>{html.escape(text)}</code>"


@role("math")
def math(text):
    return f"<math><mi>{html.escape(text)}</mi></math>"


def find_role(name):
    return ROLES[name]


def set_default(name):
    ROLES[""] = find_role(name)


def directive(line):
    """Carries out a line such as `.. default-role:: code`; others are none."""
    found = re.fullmatch(r"\.\. ([a-z-]+):: (\w+)", line)
    if found is None:
        return False
    name, argument = found.groups()
    if name == "default-role":
        set_default(argument)
    return True


def inline(text):
    def written(found):
        name = found[1] or ""
        return find_role(name.strip(":"))(found[2])

    return re.sub(r"(:\w+:)?`([^`]+)`", written, text)


class Page:
    def __init__(self, title):
        self.title = title
        self.parts = []

    def add(self, line):
        self.parts.append(f"<p>{inline(line)}</p>")

    def body(self):
        return f"<h1>{self.title}</h1>" + "".join(self.parts)


def publish(note):
    title, *lines = note.splitlines()
    page = Page(title)
    for line in lines:
        if line and not directive(line):
            page.add(line)
    return page.body()


def written_by(chosen, number):
    word = chosen.choice(COLOURS)
    kind = chosen.choices(["plain", "code", "formula"], [8, 4, 1])[0]
    if kind == "plain":
        return f"Note {number}\n\nSee `{word}` for what changed."
    if kind == "code":
        return f"Note {number}\n\nCall :code:`{word}` twice. See `{word}`."
    return f"Note {number}\n\n.. default-role:: math\n\nThe root is `{word}`."


def check(number, note, body):
    if "math" not in note and "<math>" in body:
        raise AssertionError(f"note {number} has a formula that its author did not write")


def main(seed):
    chosen = random.Random(seed)
    for number in range(14):
        note = written_by(chosen, number)
        check(number, note, publish(note))
    print("published")


main(2)
