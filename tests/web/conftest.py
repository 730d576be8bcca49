"""A browser, and the page in it over a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browser import QUIET, SMALL, THOUGHT_FOR, OutsideRequests, Shown, chromium, opened

__all__ = ["QUIET", "SMALL", "THOUGHT_FOR", "OutsideRequests", "Shown"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def shown(browser: Browser) -> Iterator[Shown]:
    with opened(browser) as shown:
        yield shown
