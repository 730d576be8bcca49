"""Debian's Chromium, and the page open in it over a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.requirements import need_program
from tests.web.page_setup import METRICS, Scripted, scripted_page
from tests.web.scripted import ScriptedAnswer
from tray.models.config import LlamaCppConfig

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SMALL = (380, 480)
THOUGHT_FOR = re.compile(r"^Thought for \d+ s$")
"""However long: a script thinks in real time."""
Theme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    program = need_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@dataclass
class OutsideRequests:
    """Notes every request to anywhere but the page's own server."""

    origin: str
    complaints: list[str]

    def __call__(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.complaints.append(request.url)


@dataclass
class Shown:
    """The page in a browser, and the script behind it."""

    page: Page
    script: Scripted
    # A refusal of ours is no mistake of the page; the browser tells of it all the same.
    expected: list[str] = field(default_factory=lambda: ["status of 409"])
    """Parts of console messages that belong to what is tried."""

    def ready(self) -> None:
        self.script.page.service.start(LlamaCppConfig()).result(10)
        expect(self.page.locator("#words")).to_have_text("Ready")

    def ask(self, text: str) -> ScriptedAnswer:
        self.page.fill("#draft", text)
        self.page.press("#draft", "Enter")
        return self.script.chats.next()

    def answered(self, markdown: str) -> None:
        """A whole answer to a question, on the page."""
        answer = self.ask("And?")
        answer.say(markdown)
        answer.finish()
        expect(self.page.locator(".message:last-child .meta")).to_be_visible()

    def state_comes(self) -> None:
        """A snapshot that looks different has come, and what it changed has been done."""
        service = self.script.page.service
        now = service.get_metrics()
        cpu = ((now and now.cpu_percent) or 0) % 90 + 1
        service.metrics_sampled(METRICS.model_copy(update={"cpu_percent": cpu}))
        meter = self.page.locator(".meter", has=self.page.get_by_text("CPU", exact=True))
        expect(meter.locator(".value")).to_have_text(f"{cpu:.0f} %")


@contextmanager
def opened(
    browser: Browser,
    *,
    size: tuple[int, int] = SMALL,
    scale: float = 1,
    theme: Theme = "light",
    kept: Path | None = None,
) -> Iterator[Shown]:
    """The page as the popover shows it; it must neither err nor reach out.

    ``scale`` is that of the screen: device pixels a CSS pixel. ``kept`` is as in
    ``page_over``.
    """
    complaints: list[str] = []
    with scripted_page(kept) as script:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            color_scheme=theme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", OutsideRequests(script.page.origin, complaints))
        page.goto(script.page.url("popover"))
        expect(page.locator("#words")).to_have_text("Stopped")
        shown = Shown(page, script)
        yield shown
        context.close()
    left = [c for c in complaints if not any(part in c for part in shown.expected)]
    assert not left, "\n".join(left)
