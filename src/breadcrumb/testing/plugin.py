"""The pytest plugin: `pytest --breadcrumb` traces the tests and says why one failed.

Under `breadcrumb run pytest` it only tells which test ran when. Where neither is asked for it does nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from breadcrumb.traced.embedding import Session

NAME = "breadcrumb-units"
KEEP = ALL, FAILURES = ("all", "failures")
RUN = "breadcrumb_run"
"""What tells a worker of pytest-xdist the run that it belongs to."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting."""
    words = "trace the tests with Breadcrumb, and say why those that failed did"
    parser.getgroup("breadcrumb").addoption("--breadcrumb", action="store_true", default=False, help=words)
    parser.addini("breadcrumb", words, type="bool", default=False)
    kept = "calls of which tests Breadcrumb keeps: all (default), or failures"
    group = parser.getgroup("breadcrumb")
    group.addoption("--breadcrumb-keep", choices=KEEP, default=None, help=kept)
    parser.addini("breadcrumb_keep", kept, default=ALL)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin to trace where that is asked for, and to tell of tests where this process is traced."""
    session = _session(config)
    if session is None or session.run_id is None:
        return
    from breadcrumb.testing.units import Units

    config.pluginmanager.register(Units(session, only_failures=_kept(config) == FAILURES), NAME)
    is_worker = hasattr(config, "workerinput")
    if _is_asked(config) and not is_worker:  # else the report of `breadcrumb run` follows
        from breadcrumb.testing.reasons import Reasons

        config.pluginmanager.register(Reasons(session), f"{NAME}-reasons")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End what began with the tests."""
    units = config.pluginmanager.get_plugin(NAME)
    if units is not None:
        units.session.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Have a worker of pytest-xdist join the run."""
    units = node.config.pluginmanager.get_plugin(NAME)
    if units is not None:
        node.workerinput[RUN] = units.session.run_id


def _kept(config: pytest.Config) -> str:
    kept = str(config.getoption("--breadcrumb-keep") or config.getini("breadcrumb_keep"))
    if kept not in KEEP:
        raise pytest.UsageError(f"breadcrumb_keep = {kept}: expected {' or '.join(KEEP)}")
    return kept


def _is_asked(config: pytest.Config) -> bool:
    return bool(config.getoption("--breadcrumb") or config.getini("breadcrumb"))


def _session(config: pytest.Config) -> Session | None:
    """Begin, join or find the tracing of this process; where there is none, nothing of ours is imported."""
    given = getattr(config, "workerinput", {}).get(RUN)
    is_traced = "breadcrumb.traced.tracing" in sys.modules
    if given is None and not is_traced and not _is_asked(config):
        return None
    from breadcrumb_exporter_duckdb.base.location import StoreError

    from breadcrumb.common.settings import SettingsError
    from breadcrumb.traced import embedding

    try:
        return embedding.init(run_id=given)
    except (SettingsError, StoreError) as error:
        raise pytest.UsageError(f"--breadcrumb: {error}") from error
