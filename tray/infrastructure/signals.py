"""The signals that ask this process to end."""

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ending_signals(end: Callable[[int], None], *, interrupt: bool) -> Iterator[None]:
    """SIGTERM, SIGHUP, and SIGINT with ``interrupt``, call ``end`` on the main thread.

    It gets the signal's number and may raise. A signal that was ignored from
    the start (nohup) stays ignored. Afterwards all of them are ignored: the
    end is under way, and a second signal must not cut it short.
    """
    numbers = [number for number in _numbers(interrupt) if signal.getsignal(number) is not None]
    taken = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]

    def handle(number: int, _: FrameType | None) -> None:
        end(number)

    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in (*taken, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


def ask_to_end() -> None:
    """Do from any thread what SIGTERM does: wake the main thread, even from a read."""
    if sys.platform == "win32":
        _thread.interrupt_main(signal.SIGTERM)
    else:
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGTERM)


def keep_interrupt() -> Callable[[], None]:
    """Remember who hears SIGINT; the call, on the main thread, gives it back to them.

    pystray's GTK loop hands it to the system, which would end us in no order.
    """
    kept = signal.getsignal(signal.SIGINT)

    def give_back() -> None:
        signal.signal(signal.SIGINT, kept)

    return give_back


def _numbers(interrupt: bool) -> tuple[signal.Signals, ...]:
    asked = (signal.SIGTERM, signal.SIGINT) if interrupt else (signal.SIGTERM,)
    if sys.platform == "win32":
        return (*asked, signal.SIGBREAK)
    return (*asked, signal.SIGHUP)
