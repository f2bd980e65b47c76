"""What is done around a fork, and before threads are waited for, as long as it is held here.

All that `breadcrumb` itself does around a fork is here too, after what the `fork` modules of the exporter and
the tracer do, in this order. What is registered with `os.register_at_fork` stays for good, and keeps all that
it can reach to the very end of the process. So the interpreter is given functions of this module, which
imports nothing of ours.

Before a fork, what was registered last is done first. So `before` is registered again after what takes a lock
that a thread of ours may need, as `logging` does: the thread has ended its work when the lock is taken.
"""

from __future__ import annotations

from _thread import get_ident
from posix import register_at_fork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], object]

held: list[tuple[Step | None, Step | None, Step | None]] = []
"""Steps before a fork (those held first are done last), after it in the parent, and after it in the child."""

ours_in_child: list[Step | None] = []
"""Steps of our own packages in the child: they rely on what the others make anew there."""
_turns: list[object] = []
_forking: set[int] = set()
"""Identities of the threads that fork, and have done the steps before it."""

_installed: list[Step] = []
"""What the interpreter was given."""

pools: list[Step] = []
"""What ends thread pools, before the program's threads are waited for."""


def end_pools() -> None:
    """The program ends."""
    for step in pools[:]:
        step()


def install() -> None:
    """Have the interpreter do what is held here."""
    if not _installed:
        _installed.append(before)
        register_at_fork(before=before, after_in_parent=after_in_parent, after_in_child=after_in_child)
        register_at_fork(after_in_child=last())


def add(*, before: Step | None = None, after_in_child: Step | None = None) -> None:
    """Do this as well, in the child after what was added before."""
    install()
    held.append((before, None, None))
    ours_in_child.append(after_in_child)


def before(thread: Callable[[], int] = get_ident) -> None:  # bound here: the program may put another there
    """A fork comes; it may be told several times."""
    if thread() in _forking:
        return
    _forking.add(thread())
    for step, _, _ in reversed(held[:]):
        if step is not None:
            step()


def after_in_parent(thread: Callable[[], int] = get_ident) -> None:
    """It is over."""
    _forking.discard(thread())
    for _, step, _ in held[:]:
        if step is not None:
            step()


def after_in_child() -> None:
    """This is the child."""
    _forking.clear()
    for _, _, step in held[:]:
        if step is not None:
            step()


def last() -> Step:
    """What does our own steps in the child, as long as it is the last one that was asked for."""
    turn = object()
    _turns[:] = [turn]

    def after_all_in_child() -> None:
        if turn in _turns:
            for step in ours_in_child[:]:
                if step is not None:
                    step()

    return after_all_in_child
