"""The guard at awkward moments: half started, stopped, signalled, flooded with processes."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import WAIT, Guarded, gone, guard_of, until
from tray.infrastructure.llama.supervision.guarded_process import GUARD
from tray.models.launch import ExitStatus

assert sys.platform == "linux"

FAMILY = "sleep 1001 & (setsid sleep 1002 >/dev/null 2>&1 &) ; sleep 1003; true"

# A tray that forked: the child keeps the guard's pipe open.
FORKED = """
import os, sys, time
from pathlib import Path
from tests.contract.guard_setup import Guarded
guarded = Guarded("sleep 1001; true", Path("/"))
family = guarded.family(2)
fork = os.fork()
if fork == 0:
    time.sleep(1000)
print(fork, *(process.pid for process in family), flush=True)
time.sleep(1000)
"""

# A process that forks a new session and ends, again and again: never in one place for long.
HOPPER = """
import os, sys, time
until = time.monotonic() + 20
sys.stdout.write("hopping"); sys.stdout.flush()
while time.monotonic() < until:
    if os.fork():
        os._exit(0)
    os.setsid()
"""


@contextmanager
def bare_guard(*argv: str, control: int = subprocess.PIPE) -> Iterator["subprocess.Popen[bytes]"]:
    """The guard itself, the test on its control pipe."""
    command = (sys.executable, "-I", "-S", str(GUARD), *argv)
    with subprocess.Popen(
        command, stdin=control, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as guard:
        try:
            yield guard
        finally:
            guard.kill()


def test_a_tray_that_died_first_gets_no_engine(tmp_path: Path) -> None:
    made = tmp_path / "made"
    control, tray = os.pipe()
    os.close(tray)
    with bare_guard("/bin/sh", "-c", f"touch {made}; sleep 9", control=control) as guard:
        os.close(control)
        assert guard.stdout is not None
        assert guard.stdout.read() == b"signal 9\n"
    assert not made.exists()


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.02, 0.03, 0.05])
def test_a_tray_that_dies_while_the_guard_starts(tmp_path: Path, delay: float) -> None:
    with bare_guard("/bin/sh", "-c", FAMILY) as guard:
        time.sleep(delay)
        assert guard.stdin is not None
        assert guard.stdout is not None
        guard.stdin.close()
        *_, last = guard.stdout.read().splitlines()
        assert last == b"signal 9"
        assert psutil.Process(guard.pid).children(recursive=True) == []


def test_a_stray_fork_of_the_tray_does_not_keep_the_engine(tmp_path: Path) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", FORKED), stdout=subprocess.PIPE, text=True
    ) as tray:
        assert tray.stdout is not None
        fork, *family = (psutil.Process(int(p)) for p in tray.stdout.readline().split())
        try:
            tray.kill()
            until(lambda: gone(family), 2.0)
            assert fork.is_running()
        finally:
            fork.kill()


def test_the_end_of_the_thread_that_spawned_ends_nothing(tmp_path: Path) -> None:
    """The kernel tells the guard of that thread's end, too; a living tray keeps its engine."""
    made: list[Guarded] = []
    thread = threading.Thread(target=lambda: made.append(Guarded(FAMILY, tmp_path)))
    thread.start()
    thread.join()
    (guarded,) = made
    family = guarded.family(4)
    guard = guard_of(guarded.process)
    before = guard.num_ctx_switches().voluntary
    for _ in range(5):
        guard.send_signal(signal.SIGUSR1)
    # It looks at the tray a few times, and then waits again.
    until(lambda: guard.num_ctx_switches().voluntary > before + 5)
    until(lambda: guard.status() == psutil.STATUS_SLEEPING)
    assert not gone(family[:1])
    assert len(guard.children(recursive=True)) == 4
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
    assert gone(family)


def test_a_stopped_guard_still_obeys_a_kill(tmp_path: Path) -> None:
    guarded = Guarded(FAMILY, tmp_path)
    family = guarded.family(4)
    guard_of(guarded.process).suspend()
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
    assert gone(family)


def test_a_storm_of_signals_does_not_confuse_the_guard(tmp_path: Path) -> None:
    guarded = Guarded(FAMILY, tmp_path)
    family = guarded.family(4)
    guard = guard_of(guarded.process)
    storm = (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE)
    for _ in range(200):
        for number in storm:
            guard.send_signal(number)
    assert not gone(family)
    with contextlib.suppress(psutil.NoSuchProcess):
        for _ in range(20):
            guard.send_signal(signal.SIGTERM)
    assert guarded.ended.wait(WAIT)
    assert gone(family)
    assert guarded.exits == [ExitStatus(signal=signal.SIGKILL)]


def test_a_logout_ends_guard_and_engine(tmp_path: Path) -> None:
    """A session that ends sends SIGHUP, then SIGTERM to every process at once."""
    guarded = Guarded(f"trap '' HUP TERM; {FAMILY}", tmp_path)
    family = guarded.family(4)
    everybody = (guard_of(guarded.process), *family)
    for number in (signal.SIGHUP, signal.SIGTERM):
        for process in everybody:
            # The guard is quick: some may be gone already.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
    assert guarded.ended.wait(WAIT)
    assert gone(list(everybody))


@pytest.mark.slow
def test_an_engine_that_keeps_forking_away_is_caught(tmp_path: Path) -> None:
    script = f"{sys.executable} -I -S -c '{HOPPER}' & sleep 1003; true"
    guarded = Guarded(script, tmp_path)
    until(lambda: guarded.output.size > 0)
    guard = guard_of(guarded.process)
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
    assert not guard.is_running()


@pytest.mark.slow
def test_hundreds_of_children_go_in_a_few_looks(tmp_path: Path) -> None:
    script = "for i in $(seq 300); do setsid sleep 1001 & done; wait"
    guarded = Guarded(script, tmp_path)
    family = guarded.family(301)
    guarded.process.kill()
    # A look for each of them, LOOK_AGAIN after the last, would take longer.
    assert guarded.ended.wait(WAIT)
    assert gone(family)


def test_a_stopped_engine_is_told_and_so_is_its_going_on(tmp_path: Path) -> None:
    guarded = Guarded("sleep 1001", tmp_path)
    (engine,) = guarded.family(1)
    for _ in range(3):
        engine.suspend()
        until(lambda: guarded.pauses[-1:] == [True], 2.0)
        engine.resume()
        until(lambda: guarded.pauses[-1:] == [False], 2.0)
    assert guarded.pauses == [True, False] * 3
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)


def test_a_child_that_stops_is_not_the_engine(tmp_path: Path) -> None:
    guarded = Guarded("(setsid sleep 1002 &); sleep 1001; true", tmp_path)
    family = guarded.family(3)
    guard = guard_of(guarded.process)
    (adopted,) = (p for p in family if p.ppid() == guard.pid and p.pid != guarded.process.pid)
    os.kill(adopted.pid, signal.SIGSTOP)
    until(lambda: adopted.status() == psutil.STATUS_STOPPED)
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
    assert guarded.pauses == []
    assert gone(family)


def test_the_guard_stays_small(tmp_path: Path) -> None:
    guarded = Guarded("sleep 1001; true", tmp_path)
    guarded.family(2)
    assert guard_of(guarded.process).memory_info().rss < 16 << 20
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
