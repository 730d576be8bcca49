"""The page over the real service and the bundled engine with the demo model."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.engine.engine_setup import config_of, running_service
from tests.web.page_setup import page_over
from tray.models.config import EngineKind

pytestmark = [pytest.mark.web, pytest.mark.engine, pytest.mark.slow]


@pytest.mark.parametrize("number", range(3))
def test_a_suggestion_starts_the_engine_and_is_answered(
    browser: Browser, tmp_path: Path, number: int
) -> None:
    config = config_of(EngineKind.BUNDLED)
    with running_service(tmp_path) as service, page_over(service, config) as served:
        page = browser.new_page()
        page.goto(served.url())
        page.locator("#suggestions button").nth(number).click()
        expect(page.locator(".meta")).to_contain_text("s to first token", timeout=60_000)
        expect(page.locator("#words")).to_have_text("Ready")
        assert len(page.locator(".blocks").inner_text()) > 40
        page.close()
