"""A plug-in that escapes runs before the one that adds markup, which is escaped therefore."""


def escape(text):
    return text.replace("<", "&lt;")


def embolden(text):
    return text.replace("*total*", "<b>total</b>")


def shorten(text):
    return text[:40]


def order_of(plugins):
    return sorted(plugins, key=lambda plugin: plugin.__name__)


def render(text):
    for plugin in order_of([escape, embolden, shorten]):
        text = plugin(text)
    return text


def check(page):
    if "<b>" not in page:
        raise ValueError(f"no markup in {page}")


def main():
    check(render("the *total* is 12"))


main()
