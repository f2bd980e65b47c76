"""Pages of Markdown made HTML, with the usual extensions."""

from __future__ import annotations

from markdown import Markdown

PAGE = """# Title {number}

Some *emphasis* and **strong** text with `code` and a [link](http://example.com/{number} "t").

* item one
* item two
    * nested *item*
* item three

1. first
2. second

> quote with **bold** text
> goes on

    code block
    more

| left | right |
|------|-------|
| 1    | *two* |

Another paragraph with an ![image](a.png) and <b>html</b> & an entity &copy;.

"""


def main(size: int) -> None:
    """Convert `size` pages."""
    for number in range(size):
        Markdown(extensions=["extra", "toc"]).convert(PAGE.format(number=number) * 2)
