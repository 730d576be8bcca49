"""Work that Ctrl-C may leave at any moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# On Windows a wait without a limit does not let an interrupt through.
_LONGEST_WAIT = 0.5


def interruptible(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises; KeyboardInterrupt leaves it behind as it stands.

    An interrupt is raised wherever the main thread happens to be, also between taking a
    lock and having it; nobody would give that lock back. So ``work`` gets a thread of its
    own, the main thread only waits, and the process must end after an interrupt.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as failure:  # noqa: BLE001 - raised where it is waited for
            failed.append(failure)

    thread = threading.Thread(target=run, name="work", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LONGEST_WAIT)
    if failed:
        raise failed[0]
    return done[0]
