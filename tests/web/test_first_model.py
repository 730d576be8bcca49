"""Whoever has a graphics card and no model: a few clicks, one progress bar, an answering model."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.unit.engine_fakes import failure
from tests.web.conftest import Shown
from tests.web.model_states import CARD, with_card_and_no_model
from tray.models.metrics import ServerMetrics

pytestmark = [pytest.mark.web, pytest.mark.slow]


def test_two_clicks_lead_from_the_empty_chat_to_an_answering_model(shown: Shown) -> None:
    with_card_and_no_model(shown)
    shown.page.get_by_role("button", name="Get a good model").click()
    card = shown.page.locator(".setup")
    expect(card).to_contain_text("With the engine for your GPU (b100-vulkan, 30 MiB).")
    expect(shown.page.get_by_role("heading", name="Others")).to_be_visible()
    expect(shown.page.locator(".choices .proposed")).to_have_count(0)
    card.get_by_role("button", name="Get it and start").click()
    page = shown.script.page
    bars = shown.page.locator("#models").get_by_role("progressbar")
    expect(bars).to_have_count(1)
    page.hub.fetch().arrived(0.5)
    expect(bars).to_have_attribute("aria-valuenow", "50")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#first-model")).to_contain_text("50 %")
    path = page.hub.fetch().finish()
    page.engines.getter.release.set()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert shown.script.engines.configs[-1].model_path == path
    expect(shown.page.locator("#first-model")).to_be_hidden()
    # The button that had the focus is gone: what is typed now is a question.
    expect(shown.page.get_by_label("Message", exact=True)).to_be_focused()


def test_another_model_that_is_got_meanwhile_waits_in_sight(shown: Shown) -> None:
    with_card_and_no_model(shown)
    shown.page.get_by_role("button", name="Get a good model").click()
    shown.page.get_by_role("button", name="Get it and start").click()
    page = shown.script.page
    page.hub.fetch().arrived(0.5)
    view = shown.page.locator("#models")
    expect(view.locator(".setup")).to_contain_text("50 %")
    view.get_by_role("button", name="Get Qwen3 0.6B").click()
    row = view.locator(".downloads li")
    expect(row).to_contain_text("waits its turn")
    page.hub.fetch().arrived(0.75)
    expect(view.locator(".setup")).to_contain_text("75 %")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Qwen3-0.6B-GGUF")
    page.hub.fetch().finish()
    page.engines.getter.release.set()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(row).to_have_count(2)


def test_it_is_paused_and_goes_on(shown: Shown) -> None:
    with_card_and_no_model(shown)
    shown.page.get_by_role("button", name="Get a good model").click()
    card = shown.page.locator(".setup")
    card.get_by_role("button", name="Get it and start").click()
    hub = shown.script.page.hub
    hub.fetch().arrived(0.5)
    shown.script.page.engines.getter.release.set()
    card.get_by_role("button", name="Pause").click()
    go_on = card.get_by_role("button", name="Resume")
    expect(go_on).to_be_focused()
    expect(card).to_contain_text("paused")
    assert hub.fetches[0].ended
    shown.page.keyboard.press("Enter")
    expect(card.get_by_role("button", name="Pause")).to_be_focused()
    hub.fetch(1).finish()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    # Model and engine are here: nothing is left to propose.
    expect(card).to_be_hidden()
    expect(shown.page.get_by_label("Name, link or page address")).to_be_focused()
    expect(shown.page.get_by_role("button", name="Qwen3 14B is here")).to_be_disabled()


def test_what_went_wrong_is_said_and_can_be_tried_again(shown: Shown) -> None:
    with_card_and_no_model(shown)
    getter = shown.script.page.engines.getter
    getter.fails = failure("The archive is damaged")
    getter.release.set()
    shown.page.get_by_role("button", name="Get a good model").click()
    card = shown.page.locator(".setup")
    card.get_by_role("button", name="Get it and start").click()
    failed = card.locator(".failure")
    expect(failed).to_contain_text("The archive is damaged")
    failed.evaluate("(it) => { it.dataset.mark = 'same'; }")
    busy = CARD.model_copy(update={"load_percent": 44.0})
    shown.script.page.service.metrics_sampled(ServerMetrics(gpus=(busy,)))
    expect(shown.page.locator("#meters")).to_contain_text("44 %")
    expect(failed).to_have_attribute("data-mark", "same")
    shown.page.keyboard.press("Escape")
    door = shown.page.locator("#first-model")
    expect(door).to_contain_text("Qwen3 14B could not be got: The archive is damaged.")
    door.get_by_role("button", name="Get a good model").click()
    getter.fails = None
    card.get_by_role("button", name="Get it and start").click()
    # Followed again: until then it would be taken for one to be fetched anew.
    expect(shown.page.locator(".downloads li")).to_have_count(0)
    shown.script.page.hub.fetch().finish()
    expect(shown.page.locator("#words")).to_have_text("Ready")


def test_it_is_cancelled_after_asking(shown: Shown) -> None:
    with_card_and_no_model(shown)
    shown.page.get_by_role("button", name="Get a good model").click()
    card = shown.page.locator(".setup")
    card.get_by_role("button", name="Get it and start").click()
    expect(card.get_by_role("button", name="Cancel")).to_be_focused()
    shown.page.keyboard.press("Enter")
    card.get_by_role("button", name="Throw away").click()
    expect(card.get_by_role("button", name="Get it and start")).to_be_focused()
    expect(shown.page.locator(".downloads li")).to_have_count(0)
