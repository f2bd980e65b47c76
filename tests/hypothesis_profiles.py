"""How many examples hypothesis tries of each property: HYPOTHESIS_PROFILE=thorough tries many."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=80, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
