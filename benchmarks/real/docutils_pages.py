"""Pages of reStructuredText published as HTML."""

from __future__ import annotations

from docutils.core import publish_string

PAGE = """
Title {number}
==============

Some *emphasis* and **strong** text with ``code`` and a `link <http://example.com/{number}>`_.

* item one
* item two

  * nested *item*

1. first
2. second

    quote with **bold** text

::

    code block

.. note:: A note with *text*.

=====  =====
a      b
=====  =====
1      2
=====  =====

"""


def main(size: int) -> None:
    """Publish `size` pages."""
    for number in range(size):
        settings = {"report_level": 5}
        publish_string(PAGE.format(number=number), writer="html5", settings_overrides=settings)
