"""A crashing engine from the terminal: the countdown, "Retry now" and "Stop trying"."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.engine.cli_setup import CommandLine, command_line
from tray.infrastructure.api_client import ApiClient
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.crash_policy import LIMIT
from tray.ui.terminal.reports import status_text

pytestmark = [pytest.mark.engine, pytest.mark.slow]
WAIT = 30.0


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        yield line


@contextmanager
def snapshots(client: ApiClient) -> Iterator[Iterator[ModelState]]:
    """All of them, in their order, however late they are read; for WAIT at most."""
    feed = client.subscribe()
    limit = threading.Timer(WAIT, feed.close)
    limit.start()
    try:
        yield iter(feed)
    finally:
        limit.cancel()
        feed.close()


def crash_until_it_waits(states: Iterator[ModelState]) -> ModelState:
    """Kill the engine as often as it is started again; the first snapshot of the last wait."""
    killed: set[int] = set()
    for state in states:
        if state.phase is ServerPhase.BACKOFF and len(killed) == LIMIT - 1:
            return state
        if state.pid is not None and state.run not in killed:
            killed.add(state.run)
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(state.pid).kill()
    raise AssertionError(f"it never waited after the runs {killed}")


def test_a_crash_loop_is_counted_down_retried_at_once_and_given_up(paddock: CommandLine) -> None:
    assert paddock("start").returncode == 0
    client = paddock.client()
    assert client is not None
    with snapshots(client) as states:
        waiting = crash_until_it_waits(states)
    shown = status_text(waiting)
    assert re.match(r"Restarting in [1-4] s · The engine was killed", shown), shown
    done = paddock("start")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Ready")
    assert client.state().run == waiting.run + 1
    with snapshots(client) as states:
        crash_until_it_waits(states)
    done = paddock("stop")
    assert (done.returncode, done.stdout) == (0, "Stopped\n")
    assert client.state().phase is ServerPhase.STOPPED


def test_the_countdown_is_published(paddock: CommandLine) -> None:
    assert paddock("start").returncode == 0
    client = paddock.client()
    assert client is not None
    with snapshots(client) as states:
        left = [crash_until_it_waits(states).retry_delay]
        for state in states:
            if state.phase is not ServerPhase.BACKOFF:
                break
            if state.retry_delay != left[-1]:
                left.append(state.retry_delay)
    assert left[0] == 4.0
    assert len(left) > 1
    # A timer that is late by half a second skips a figure; test_lifecycle counts them all.
    assert left == [seconds for seconds in (4.0, 3.0, 2.0, 1.0) if seconds in left]
