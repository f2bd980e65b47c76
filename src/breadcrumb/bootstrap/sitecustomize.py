"""Runs first in every Python process of a run: starts recording, then runs the sitecustomize that it shadows.

The launcher puts this directory at the head of PYTHONPATH. Any interpreter may come here, of any environment
and of old versions, so the syntax is plain; a failure is a note for the launcher, no error of the program.
"""

import gc
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_STOCK = os.path.join("opentelemetry", "instrumentation", "auto_instrumentation")


def _initialize() -> str:
    """Start recording; returns why not, or nothing."""
    collects = gc.isenabled()
    gc.disable()  # what is imported in here stays: to look through it for garbage takes its time
    try:
        from breadcrumb.traced.borrowed import Imports

        with Imports():
            from breadcrumb.traced.initialize import initialize

            return initialize() or ""
    except Exception as error:  # noqa: BLE001 - the program runs, whatever fails in here
        return f"{type(error).__name__}: {error}"
    finally:
        if collects:
            gc.enable()


def _note(reason: str) -> None:
    """Tell the launcher, or whoever looks at stderr where there is none."""
    import json

    path = os.environ.get("BREADCRUMB_NOTES")
    line = json.dumps([os.getpid(), sys.executable, reason]) + "\n"
    try:
        if path:
            file = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.write(file, line.encode())
            os.close(file)
        elif reason:
            sys.stderr.write(f"breadcrumb: {sys.executable} is not traced: {reason}\n")
    except OSError:
        pass


def _run_shadowed() -> None:
    """Run the next sitecustomize on the path in our place; its errors are its own."""
    import _frozen_importlib as bootstrap  # importlib.util would be imported for the program
    import _frozen_importlib_external as external

    spec = external.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None or _STOCK in (spec.origin or ""):
        return
    module = bootstrap.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    _begin()
    spec.loader.exec_module(module)


def _begin() -> None:
    """Record from here on."""
    initialized = sys.modules.get("breadcrumb.traced.initialize")
    if initialized is not None:
        initialized.begin()


def _without_us(path: str) -> str:
    return os.pathsep.join(part for part in path.split(os.pathsep) if part != _HERE)


def _main() -> None:
    sys.path[:] = [part for part in sys.path if part != _HERE]
    sys.path_importer_cache.pop(_HERE, None)
    python_path = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = _without_us(python_path)  # whatever starts meanwhile does not come here again
    try:
        reason = _initialize()
    finally:
        os.environ["PYTHONPATH"] = python_path
    if reason != "helper":
        _note(reason)
    try:
        _run_shadowed()
    finally:
        _begin()


_main()
