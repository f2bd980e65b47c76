"""A text pipeline with plug-ins that register themselves; the order is by what they say they need."""

import random
import re
import html


class Plugin:
    name = "plugin"
    after: tuple = ()

    def apply(self, text):
        return text


class Escape(Plugin):
    name = "escape"

    def apply(self, text):
        return html.escape(text, quote=False)


class Links(Plugin):
    name = "links"
    after = ("trim",)

    def apply(self, text):
        return re.sub(r"https?://[^\s<]+", lambda found: f"<a href='{found[0]}'>{found[0]}</a>", text)


class Mentions(Plugin):
    name = "mentions"
    after = ("escape",)

    def __init__(self, people):
        self.people = people

    def apply(self, text):
        return re.sub(r"@(\w+)", self.replace, text)

    def replace(self, found):
        name = found[1]
        return f"<b>{self.people.get(name, name)}</b>"


class Trim(Plugin):
    name = "trim"

    def apply(self, text):
        return " ".join(text.split())


class Emoji(Plugin):
    name = "emoji"
    after = ("escape",)
    KNOWN = {":)": "🙂", ":(": "🙁"}

    def apply(self, text):
        for key, sign in self.KNOWN.items():
            text = text.replace(key, sign)
        return text


class Registry:
    def __init__(self):
        self.plugins = {}

    def register(self, plugin):
        self.plugins[plugin.name] = plugin

    def ordered(self):
        done, names = [], set()
        waiting = list(self.plugins.values())
        while waiting:
            for plugin in waiting:
                if all(need in names for need in plugin.after):
                    done.append(plugin)
                    names.add(plugin.name)
                    waiting.remove(plugin)
                    break
            else:
                raise ValueError("a circle of plug-ins")
        return done


class Pipeline:
    def __init__(self, registry):
        self.steps = registry.ordered()

    def run(self, text):
        for step in self.steps:
            text = step.apply(text)
        return text


class Message:
    def __init__(self, number, author, text):
        self.number = number
        self.author = author
        self.text = text
        self.html = ""


class Room:
    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.messages = []

    def post(self, message):
        message.html = self.pipeline.run(message.text)
        self.messages.append(message)
        return message.html

    def page(self):
        return "".join(f"<p>{message.html}</p>" for message in self.messages)


class Checker:
    ALLOWED = {"p", "b", "a", "i"}

    def tags(self, page):
        return re.findall(r"</?(\w+)", page)

    def check(self, page):
        wrong = set(self.tags(page)) - self.ALLOWED
        if wrong:
            raise AssertionError(f"tags {sorted(wrong)} on the page")
        broken = re.findall(r"&lt;a href.{0,30}", page)
        if broken:
            raise AssertionError(f"broken link {broken[0]!r}")


WORDS = "ship the teapot today <urgent> & call @ada or @bob see https://shop.example/t?a=1&b=2 :) 5 < 6 please".split()


def make_text(rng):
    return "  ".join(rng.choice(WORDS) for _ in range(rng.randrange(3, 12)))


def main():
    rng = random.Random(1)
    registry = Registry()
    for plugin in (Trim(), Links(), Escape(), Mentions({"ada": "Ada L.", "bob": "Bob B."}), Emoji()):
        registry.register(plugin)
    room = Room(Pipeline(registry))
    for number in range(12):
        room.post(Message(number, rng.choice(("ada", "bob")), make_text(rng)))
    Checker().check(room.page())
    print(len(room.messages))


if __name__ == "__main__":
    main()
