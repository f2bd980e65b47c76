"""How many examples hypothesis tries of each property, the same each time: what fails then is the change's.

HYPOTHESIS_PROFILE=new tries new ones, HYPOTHESIS_PROFILE=thorough more of them, HYPOTHESIS_PROFILE=quick few.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("usual", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True)
settings.register_profile("new", max_examples=500, deadline=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
