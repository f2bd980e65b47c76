"""What reading raises for bytes that are not as we write them: damage, or somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.originals import json

if TYPE_CHECKING:
    from collections.abc import Callable


class DamageError(ValueError):
    """What was read is not as we write it. A fault of ours is any other exception."""


def parsed(text: Any, read: Callable[[Any], Any] = json.loads) -> Any:
    """What JSON text says, as `read` takes it. Raises DamageError."""
    try:
        return read(text)
    except (ValueError, RecursionError) as error:
        raise DamageError(f"no JSON: {error}") from error
