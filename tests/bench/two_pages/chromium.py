"""Debian's Chromium, the CPU and memory of its processes, and the probe in its page."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.bench.figures import NotMeasured
from tests.bench.footprint import cpu_seconds, pss
from tests.desktop.x_server import x_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

SIZE = (1000, 800)
SCREEN = (1280, 1024)
"""Larger than the window."""
PATIENCE = 120.0
_PROBE = Path(__file__).with_name("probe.js")
_RECEIVED = """() => [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource")].reduce((sum, one) => sum + one.transferSize, 0)"""
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Chromium:
    """A running browser."""

    def __init__(self, browser: Browser, program: str) -> None:
        self._browser = browser
        self._program = Path(program).name

    def processes(self) -> list[psutil.Process]:
        """The browser and all it started; found below this process."""
        children = psutil.Process().children(recursive=True)
        return [child for child in children if _is_named(child, self._program)]

    def memory(self) -> float:
        """Megabytes (10^6) of PSS."""
        return pss(self.processes())

    @contextmanager
    def tab(self, *, service_workers: bool = False) -> Iterator[Tab]:
        """An empty page of a profile of its own; nothing is cached."""
        # llama-server's page loads itself again when its service worker has come, which a
        # measurement that goes on must not be met by.
        context = self._browser.new_context(
            viewport={"width": SIZE[0], "height": SIZE[1]},
            service_workers="allow" if service_workers else "block",
        )
        context.add_init_script(path=_PROBE)
        try:
            yield Tab(context, context.new_page())
        finally:
            context.close()


class Tab:
    """A page with the probe in it."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.page = page
        self._session: CDPSession = context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def received(self) -> int:
        """Bytes by way of the network; asking the browser for each request costs it time."""
        return int(self.page.evaluate(_RECEIVED))

    def probe(self, name: str) -> Any:
        return self.page.evaluate(f"() => probe.{name}")

    def settle(self, seconds: float = 1.0) -> None:
        """Until nothing in it has changed for so long; it is asked seldom, which costs."""
        deadline = time.monotonic() + PATIENCE
        while (left := 1000 * seconds - self.probe("quietFor()")) > 0:
            assert time.monotonic() < deadline, "the page never comes to rest"
            self.page.wait_for_timeout(left)

    def busy_seconds(self) -> float:
        """What the page's main thread has worked so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


@dataclass
class Meter:
    """CPU seconds of groups of processes from its making on."""

    processes: Sequence[psutil.Process]

    def __post_init__(self) -> None:
        self._begun = {process.pid: cpu_seconds([process]) for process in self.processes}

    def read(self, now: Sequence[psutil.Process]) -> float:
        """``now`` is who runs by now; those that ended meanwhile are not counted."""
        spent = ((one.pid, cpu_seconds([one])) for one in now if one.is_running())
        return sum(seconds - self._begun.get(pid, 0.0) for pid, seconds in spent)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """A browser of its own in a window; raises NotMeasured where there is none.

    Without a window it shows some key presses only with the page's next change, so
    that their way to the screen would be measured too long.
    """
    program, server = shutil.which("chromium"), shutil.which("Xvfb")
    if program is None or server is None:
        raise NotMeasured("no chromium or no Xvfb here; `python3 dev.py test` installs both")
    from playwright.sync_api import sync_playwright

    with x_server(Path(server), SCREEN) as display, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=_ARGUMENTS,
            headless=False,
            env={**os.environ, "DISPLAY": display},
        )
        yield Chromium(browser, program)
        browser.close()


def _is_named(process: psutil.Process, name: str) -> bool:
    try:
        return process.name().startswith(name)
    except psutil.NoSuchProcess:
        return False
