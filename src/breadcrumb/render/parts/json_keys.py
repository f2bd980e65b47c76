"""The text by which captured values are compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb.common.json_types import Json


def json_key(value: Json) -> str:
    """Write a value so that equal ones are written alike."""
    return json.dumps(value, sort_keys=True)
