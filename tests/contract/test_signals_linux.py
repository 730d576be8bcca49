"""Signals that ask to end, whichever thread takes them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0

TAKEN_BY_ANOTHER = """
import signal, sys, threading
from tray.infrastructure.signals import ending_signals

begun, ended = threading.Event(), threading.Event()
main = threading.get_ident()

def take():
    begun.wait()
    # As a lock is waited for: nothing but a signal to that very thread ends it.
    while sys._current_frames()[main].f_code is not threading.Condition.wait.__code__:
        pass
    signal.pthread_kill(threading.get_ident(), signal.{name})

with ending_signals(lambda number: ended.set(), interrupt=True):
    threading.Thread(target=take, daemon=True).start()
    begun.set()
    ended.wait()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_that_another_thread_took_ends_the_wait(name: str) -> None:
    program = TAKEN_BY_ANOTHER.format(name=name)
    subprocess.run((sys.executable, "-c", program), cwd=ROOT, check=True, timeout=PATIENCE)
