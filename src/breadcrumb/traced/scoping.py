"""`breadcrumb.set_scope(...)`: trace other functions from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common import settings
from breadcrumb.traced.embedding import running

if TYPE_CHECKING:
    from collections.abc import Sequence


def set_scope(
    *,
    include: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
) -> None:
    """Trace, from the next call of each function on, the project's own code and what `include` means.

    `only` takes the place of the project's own code, `exclude` takes away.
    Patterns as of `breadcrumb run -i`, `--only` and `-x`; they take the place of those in force, and what is
    not given stays. Holds for this process and those that it forks. Calls that have begun are recorded to
    their end. Does nothing where the process is not traced. Raises SettingsError.
    """
    given = {"include": include, "only": only, "exclude": exclude}
    patterns = settings.checked(
        "set_scope", {name: value for name, value in given.items() if value is not None}
    )
    found = running()
    if found is not None and found.tracer is not None:
        found.tracer.set_scope(**patterns)
