"""The popover: how long a click waits when it is cold, and when it is warm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.page_setup import ServedPage, served_page
from tests.bench.panel import panel
from tests.desktop.rig import Desktop
from tests.engine.engine_setup import WAIT
from tests.unit.service_fakes import FakeEngines
from tray.infrastructure.own_program import own_command
from tray.infrastructure.popover_process import SUBCOMMAND, PopoverProcess

COLD, WARM = 6, 15
POLL = 0.001
REST = 0.4

TARGETS = (
    Target(name="popover, warm show", unit="ms", comparison=Comparison.VALUE_AT_MOST, limit=50),
    Target(name="popover, cold open", unit="s", comparison=Comparison.VALUE_AT_MOST, limit=1.2),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """Cold: from no process to the window shown and the page's script running."""
    cold, warm = [], []
    with panel(folder / "desktop") as (desktop, _), served_page(FakeEngines()) as page:
        for _ in range(COLD + 1):
            popover = _popover(desktop, page)
            cold.append(_cold(popover, page))
            popover.close()
        popover = _popover(desktop, page)
        _cold(popover, page)
        warm = [_warm(popover) for _ in range(WARM)]
        popover.close()
    # Without the first cold one, which brought it into the system's cache.
    return measured(TARGETS[0], warm), measured(TARGETS[1], cold[1:])


def _popover(desktop: Desktop, page: ServedPage) -> PopoverProcess:
    values = [f"{name}={value}" for name, value in desktop.environment.items()]
    command = ("/usr/bin/env", "-i", *values, *own_command(SUBCOMMAND))
    return PopoverProcess(page.url, _no_browser, lambda: 600.0, lambda: False, command)


def _cold(popover: PopoverProcess, page: ServedPage) -> float:
    page.desk.seen.clear()
    begun = time.perf_counter()
    popover.show()
    return _until(lambda: popover.visible and page.desk.seen.is_set(), begun)


def _warm(popover: PopoverProcess) -> float:
    popover.hide()
    _until(lambda: not popover.visible, time.perf_counter())
    time.sleep(REST)
    begun = time.perf_counter()
    popover.show()
    return _until(lambda: popover.visible, begun) * 1000


def _until(condition: Callable[[], bool], begun: float) -> float:
    """Seconds from ``begun`` to the condition."""
    while not condition():
        assert time.perf_counter() - begun < WAIT, "it never came"
        time.sleep(POLL)
    return time.perf_counter() - begun


def _no_browser(url: str) -> None:
    print("the popover fell back to a browser", file=sys.stderr)
