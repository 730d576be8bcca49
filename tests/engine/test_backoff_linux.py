"""A crashing engine from the terminal: the countdown, "Retry now" and "Stop trying"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import until
from tests.engine.cli_setup import CommandLine, command_line
from tray.infrastructure.api_client import ApiClient
from tray.models.state import ModelState, ServerPhase
from tray.ui.terminal.reports import status_text

pytestmark = [pytest.mark.engine, pytest.mark.slow]
WAIT = 30.0


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        yield line


def crash_until_it_waits(client: ApiClient, seconds: float) -> ModelState:
    """Kill the engine whenever it runs, until the next start is that far away."""
    state = client.state()

    def waits() -> bool:
        nonlocal state
        state = client.state()
        if state.phase in (ServerPhase.READY, ServerPhase.STARTING) and state.pid is not None:
            try:
                psutil.Process(state.pid).kill()
            except psutil.NoSuchProcess:
                return False
        return state.phase is ServerPhase.BACKOFF and (state.retry_delay or 0) >= seconds

    until(waits, WAIT)
    return state


def test_a_crash_loop_is_counted_down_retried_at_once_and_given_up(paddock: CommandLine) -> None:
    assert paddock("start").returncode == 0
    client = paddock.client()
    assert client is not None
    waiting = crash_until_it_waits(client, 4)
    shown = status_text(waiting)
    assert re.match(r"Restarting in [1-4] s · The engine was killed", shown), shown
    done = paddock("start")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Ready")
    assert client.state().run == waiting.run + 1
    crash_until_it_waits(client, 4)
    done = paddock("stop")
    assert (done.returncode, done.stdout) == (0, "Stopped\n")
    assert client.state().phase is ServerPhase.STOPPED


def test_every_second_of_the_countdown_is_published(paddock: CommandLine) -> None:
    assert paddock("start").returncode == 0
    client = paddock.client()
    assert client is not None
    crash_until_it_waits(client, 4)
    left: list[float | None] = []

    def over() -> bool:
        state = client.state()
        if state.retry_delay not in left:
            left.append(state.retry_delay)
        return state.phase is ServerPhase.READY

    until(over, WAIT)
    assert [seconds for seconds in left if seconds is not None] in (
        [4.0, 3.0, 2.0, 1.0],
        [3.0, 2.0, 1.0],
    )
