"""`--why`: the question itself, the calls that made the values, and what is worth asking next.

Imports the facts and other questions.
"""

from __future__ import annotations

from breadcrumb.questions.why.question import why

__all__ = ["why"]
