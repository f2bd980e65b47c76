"""Regular expressions that are compiled when a text first needs them: most programs meet few shapes."""

import re
from typing import Any, AnyStr, cast


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, as far as it has methods; compiled at the first use of one."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, method: str) -> Any:
        """Once for each method: from then on the instance has it."""
        found = getattr(re.compile(self._pattern, self._flags), method)
        setattr(self, method, found)
        return found
