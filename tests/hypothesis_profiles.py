"""How many examples hypothesis tries of each property: HYPOTHESIS_PROFILE=thorough tries more.

Where CI is set they are the same each time, so that what fails there is the change's; elsewhere they are new.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("usual", max_examples=500, deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
