"""The signals that ask this process to end."""

import _thread
import signal
import socket
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
        with _noticed():
            yield
    finally:
        for number in (*taken, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def _noticed() -> Iterator[None]:
    """Have the main thread notice signals that another thread took.

    A process that is stopped is woken with all its threads, and any of them may take what
    came meanwhile; Python's handlers run on the main one, which sleeps on. Toolkits' loops
    see to it themselves.
    """
    if sys.platform == "win32":
        yield
        return
    ear, bell = socket.socketpair()
    bell.setblocking(False)
    # One that is ignored unless somebody listens, and ends what the main thread waits in.
    signal.signal(signal.SIGURG, lambda *_: None)
    before = signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_wake_main_thread, args=(ear,), name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        bell.close()
        listener.join()
        ear.close()


def _wake_main_thread(ear: socket.socket) -> None:
    """For every signal, until nobody tells them any more."""
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        return
    while numbers := ear.recv(64):
        if set(numbers) != {signal.SIGURG}:
            signal.pthread_kill(main, signal.SIGURG)


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
