"""Getting models and engines on the page: find, progress, pause, resume, cancel, start, delete."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.unit.engine_fakes import failure
from tests.web.conftest import Shown
from tray.models.failure import FailureCause, ServerFailure

pytestmark = [pytest.mark.web, pytest.mark.slow]

GATED = ServerFailure(
    cause=FailureCause.MODEL_GATED, title="This model is gated", detail="Ask for access."
)


def tab(shown: Shown, name: str) -> Locator:
    shown.page.get_by_role("button", name="Models", exact=True).click()
    shown.page.get_by_role("tab", name=name).click()
    return shown.page.get_by_role("tabpanel", name=name)


def test_a_suggested_model_is_got_and_started_with_one_progress_bar(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    panel.get_by_role("button", name="Get Qwen3 0.6B").click()
    row = panel.locator(".downloads li")
    expect(row).to_have_count(1)
    fetch = shown.script.page.hub.fetch()
    fetch.arrived(0.25)
    bar = panel.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(row).to_contain_text("1.2 GiB of 5.0 GiB · 25 % · 42.0 MiB/s · 1 min left")
    path = fetch.finish()
    expect(bar).to_have_count(0)
    row.get_by_role("button", name="Start").click()
    expect(shown.page.locator("#models")).to_be_hidden()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert shown.script.engines.configs[-1].model_path == path


def test_a_suggested_model_that_is_here_is_not_got_again(shown: Shown) -> None:
    house = shown.script.page.models
    folder = house.folders.models / "Qwen" / "Qwen3-0.6B-GGUF"
    folder.mkdir(parents=True)
    house.add("Qwen3-0.6B-Q8_0", folder=folder)
    panel = tab(shown, "Get more")
    expect(panel.get_by_role("button", name="Qwen3 0.6B is here")).to_be_disabled()
    panel.get_by_role("button", name="Get Gemma 3 1B").click()
    expect(panel.locator(".downloads li")).to_have_count(1)
    shown.script.page.hub.fetch().finish()
    expect(panel.get_by_role("button", name="Gemma 3 1B is here")).to_be_disabled()


def test_a_download_is_paused_goes_on_and_is_cancelled_after_asking(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    panel.get_by_role("button", name="Get Qwen3 0.6B").click()
    hub = shown.script.page.hub
    expect(panel.locator(".downloads li")).to_have_count(1)
    hub.fetch().arrived(0.5)
    panel.get_by_role("button", name=re.compile("^Pause")).click()
    resume = panel.get_by_role("button", name=re.compile("^Resume"))
    expect(resume).to_be_focused()
    assert hub.fetches[0].ended
    shown.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name=re.compile("^Pause"))).to_be_visible()
    hub.fetch(1).fail("The connection was cut")
    expect(panel.locator(".failure")).to_contain_text("The connection was cut")
    panel.get_by_role("button", name=re.compile("^Cancel")).click()
    sure = panel.get_by_role("button", name="Throw away")
    expect(sure).to_be_focused()
    shown.page.keyboard.press("Escape")
    expect(panel.locator(".downloads li")).to_have_count(1)
    panel.get_by_role("button", name=re.compile("^Cancel")).click()
    sure.click()
    expect(panel.locator(".downloads li")).to_have_count(0)
    expect(panel.get_by_label("Name, link or page address")).to_be_focused()
    assert len(hub.thrown) == 1


def test_no_bar_moves_for_one_that_rests(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    panel.get_by_role("button", name="Get Qwen3 0.6B").click()
    bar = panel.locator(".downloads .progress")
    expect(bar).to_be_visible()
    panel.get_by_role("button", name=re.compile("^Pause")).click()
    expect(panel.locator(".downloads li")).to_contain_text("paused")
    expect(bar).to_be_hidden()


def test_a_repository_shows_what_fits_and_a_refusal_its_reason(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    hub = shown.script.page.hub
    box = panel.get_by_label("Name, link or page address")
    hub.refuse = GATED
    box.fill("https://huggingface.co/ann/Bison-GGUF")
    box.press("Enter")
    expect(panel.locator(".failure")).to_contain_text("This model is gated")
    token = panel.get_by_label("Access token", exact=True)
    expect(token).to_be_in_viewport()
    hub.refuse = None
    box.press("Enter")
    rows = panel.locator(".choices li")
    expect(rows).to_have_count(3)
    expect(panel.get_by_role("heading", name="ann/Bison-GGUF")).to_be_focused()
    expect(panel.locator(".failure")).to_have_count(0)
    expect(token).not_to_be_in_viewport()
    expect(rows.nth(2)).to_contain_text("no room on the disk")
    expect(rows.nth(2).get_by_role("button")).to_be_disabled()
    panel.get_by_role("button", name="Suggested").click()
    expect(panel.get_by_role("heading", name="Others")).to_be_visible()
    expect(rows.first).to_contain_text("Qwen3 0.6B")


def test_a_gated_download_brings_the_field_for_the_token(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    token = panel.get_by_label("Access token", exact=True)
    panel.get_by_role("button", name="Get Gemma 3 1B").click()
    row = panel.locator(".downloads li")
    expect(row).to_have_count(1)
    hub = shown.script.page.hub
    hub.fetch().fail("This model is gated", FailureCause.MODEL_GATED)
    expect(row).to_contain_text("This model is gated")
    expect(token).to_be_in_viewport()
    token.fill("hf_secret")
    token.press("Enter")
    expect(panel.get_by_role("button", name="Forget it")).to_be_visible()
    assert hub.kept_token == "hf_secret"
    # Whoever comes back to one that failed so needs the field, too.
    hub.kept_token = None
    shown.page.keyboard.press("Escape")
    panel = tab(shown, "Get more")
    expect(token).to_be_in_viewport()
    panel.get_by_role("button", name=re.compile("^Cancel")).click()
    panel.get_by_role("button", name="Throw away").click()
    expect(row).to_have_count(0)
    expect(token).not_to_be_in_viewport()


def test_a_token_is_kept_and_forgotten_and_never_shown(shown: Shown) -> None:
    panel = tab(shown, "Get more")
    panel.get_by_text("Access token for gated models").click()
    box = panel.get_by_label("Access token", exact=True)
    box.fill("hf_secret")
    box.press("Enter")
    forget = panel.get_by_role("button", name="Forget it")
    expect(forget).to_be_visible()
    assert shown.script.page.hub.kept_token == "hf_secret"
    assert "hf_secret" not in shown.page.content()
    forget.click()
    expect(box).to_be_visible()


def test_a_model_goes_to_the_trash_after_asking(shown: Shown) -> None:
    shown.script.page.models.add("Bison-4B-Q4_K_M")
    shown.page.get_by_role("button", name="Models", exact=True).click()
    shown.page.locator(".model-row .open").nth(1).click()
    view = shown.page.locator("#models")
    hub = shown.script.page.hub
    hub.has_trash = False
    view.get_by_role("button", name="Delete it").click()
    view.get_by_role("button", name="Move to trash").click()
    expect(view.locator(".failure")).to_contain_text("There is no trash")
    hub.has_trash = True
    shown.page.keyboard.press("Escape")
    shown.page.locator(".model-row .open").nth(1).click()
    view.get_by_role("button", name="Delete it").click()
    view.get_by_role("button", name="Move to trash").click()
    expect(view.locator(".notice")).to_have_text("Bison-4B-Q4_K_M is in the trash.")
    expect(view.locator(".model-row")).to_have_count(1)
    assert len(hub.trashed) == 1


def test_whoever_opened_another_model_meanwhile_goes_on_there(shown: Shown) -> None:
    house = shown.script.page.models
    house.add("Bison-4B-Q4_K_M")
    house.add("Crane-8B-Q4_K_M")
    shown.page.set_viewport_size({"width": 900, "height": 700})
    shown.page.get_by_role("button", name="Models", exact=True).click()
    rows = shown.page.locator(".model-row .open")
    rows.nth(1).click()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shown.page.route("**/models/delete", hold)
    view = shown.page.locator("#models")
    view.get_by_role("button", name="Delete it").click()
    with shown.page.expect_request("**/models/delete"):
        view.get_by_role("button", name="Move to trash").click()
    rows.nth(2).click()
    title = view.locator(".model-card h2")
    expect(title).to_have_text("Crane-8B-Q4_K_M")
    folder = view.get_by_role("button", name="Open its folder")
    folder.focus()
    held[0].continue_()
    expect(view.locator(".notice")).to_have_text("Bison-4B-Q4_K_M is in the trash.")
    expect(rows).to_have_count(2)
    expect(title).to_have_text("Crane-8B-Q4_K_M")
    expect(folder).to_be_focused()


def test_the_proposed_engine_is_got_with_its_reason_and_rolled_back(shown: Shown) -> None:
    rig = shown.script.page.engines
    panel = tab(shown, "Engine")
    expect(panel).to_contain_text("A Vulkan driver is installed: radeon.")
    panel.get_by_role("button", name="Get Vulkan").click()
    expect(panel.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    # The focus stays in sight, whatever goes that had it.
    expect(panel.get_by_role("button", name="Cancel")).to_be_focused()
    rig.getter.release.set()
    expect(panel.locator(".badge").first).to_have_text("In use")
    # Of two versions of a build each row says which one it is, as the line above does.
    expect(panel).to_contain_text("b100-vulkan is used.")
    expect(panel.locator(".choices li").first).to_contain_text("b100-vulkan")
    expect(panel.get_by_role("progressbar")).to_have_count(0)
    expect(panel.get_by_role("heading", name="In use")).to_be_focused()
    panel.get_by_role("button", name="Go back to automatic").click()
    expect(panel).to_contain_text("Paddock chooses")
    panel.get_by_role("button", name="Remove Vulkan").click()
    panel.get_by_role("button", name="Remove it").click()
    expect(panel.get_by_role("button", name="Get Vulkan")).to_be_visible()


def test_an_engine_is_looked_for_again_when_paddock_was_busy(shown: Shown) -> None:
    rig = shown.script.page.engines
    panel = tab(shown, "Engine")
    shown.expected.append("status of 503")
    panel.get_by_role("button", name="Get Vulkan").click()
    expect(panel.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    shown.page.route("**/api/page/engines", lambda route: route.fulfill(status=503))
    expect(panel.locator(".failure")).to_contain_text("Paddock is busy")
    shown.page.unroute("**/api/page/engines")
    rig.getter.release.set()
    expect(panel.locator(".badge").first).to_have_text("In use")
    expect(panel.locator(".failure")).to_have_count(0)


def test_an_engine_that_could_not_be_got_says_why(shown: Shown) -> None:
    rig = shown.script.page.engines
    rig.getter.fails = failure("The archive is damaged")
    rig.getter.release.set()
    panel = tab(shown, "Engine")
    panel.get_by_role("button", name="Get Vulkan").click()
    expect(panel.locator(".failure")).to_contain_text("The archive is damaged")


def test_tabs_are_changed_with_the_arrows(shown: Shown) -> None:
    tab(shown, "Get more")
    shown.page.get_by_role("tab", name="Get more").focus()
    shown.page.keyboard.press("ArrowRight")
    expect(shown.page.get_by_role("tab", name="Engine")).to_be_focused()
    expect(shown.page.get_by_role("tabpanel", name="Engine")).to_be_visible()
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#models")).to_be_hidden()
