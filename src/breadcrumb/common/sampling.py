"""Decides once for a whole run whether it is traced; whoever begins the run asks. Standard library only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from breadcrumb.common import names
from breadcrumb.common.messages import say

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from breadcrumb.common.settings import Settings

_BITS = 64


def leaves_out(settings: Settings, *, quiet: bool = False) -> bool:
    """Whether the run that begins now is one of those that `sampling.runs` leaves out, and say so."""
    chance = int.from_bytes(os.urandom(_BITS // 8), "big") / 2**_BITS
    if chance < settings.sampling_runs:
        return False
    if not quiet:
        say(
            f"the program runs untraced: this run is not sampled (sampling.runs = {settings.sampling_runs:g})"
        )
    return True


def tell_children(environ: MutableMapping[str, str]) -> None:
    """Let every process of a run that is left out run untraced, also one that calls `breadcrumb.init`."""
    environ[f"{names.ENV_PREFIX}ENABLED"] = "false"
