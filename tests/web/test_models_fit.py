"""Fit and presets on the page: the slider moves the figures, presets keep what a start takes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.web.conftest import Shown
from tests.web.model_states import opened_view
from tray.composition.presets import kept_presets
from tray.models.failure import FailureCause, ServerFailure
from tray.models.preset import CommandLine, Preset

pytestmark = [pytest.mark.web, pytest.mark.slow]


def sheet(shown: Shown) -> Locator:
    shown.script.page.models.add("Bison-8B-Q4_K_M")
    view = opened_view(shown)
    shown.page.locator(".model-row .open").nth(1).click()
    expect(view.locator(".fit-line")).to_contain_text("Fits")
    return view


def preset(shown: Shown) -> Locator:
    view = sheet(shown)
    view.locator("summary", has_text="Preset").click()
    return view


def pressed(shown: Shown, key: str) -> None:
    """Move the slider; what it says is kept then."""
    with shown.page.expect_response("**/presets/save"):
        shown.page.keyboard.press(key)


def held_save(shown: Shown) -> list[Route]:
    """The first save, once there is one; it waits to go on, those behind it do not."""
    held: list[Route] = []

    def first_waits(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    shown.page.route("**/presets/save", first_waits)
    return held


def refuse(route: Route) -> None:
    full = ServerFailure(cause=FailureCause.DISK_FULL, title="It was not saved", detail="Full.")
    route.fulfill(status=409, body=json.dumps({"error": full.model_dump(mode="json")}))


def kept(shown: Shown) -> Preset:
    """What a start of the model on the sheet would take."""
    path = shown.script.page.models.folders.models / "Bison-8B-Q4_K_M.gguf"
    return kept_presets(shown.script.page.models.folders).of(str(path)).used


def test_the_slider_moves_the_figures_and_a_start_takes_its_context(shown: Shown) -> None:
    view = sheet(shown)
    slider = view.get_by_role("slider", name="Context")
    verdict, device = view.locator(".fit-line"), view.locator(".devices li").first
    expect(device).to_contain_text("NVIDIA GeForce RTX 4070")
    slider.focus()
    pressed(shown, "Home")
    expect(view.locator(".tokens")).to_have_text("1,024 tokens")
    expect(verdict).to_contain_text("Fits on the GPU")
    expect(verdict).to_contain_text("with a context of 1,024 tokens")
    few = device.inner_text()
    pressed(shown, "End")
    expect(view.locator(".tokens")).to_have_text("131,072 tokens")
    expect(verdict).to_contain_text("Does not fit")
    expect(verdict).to_contain_text("All of it fits on the GPU with a context of")
    assert device.inner_text() != few
    for _ in range(5):
        pressed(shown, "ArrowLeft")
    chosen = int(view.locator(".tokens").inner_text().split()[0].replace(",", ""))
    view.get_by_role("button", name="Start", exact=True).click()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert shown.script.engines.configs[-1].context_size == chosen


def test_the_margin_is_shown_and_can_be_overridden(shown: Shown) -> None:
    view = sheet(shown)
    margin = view.locator(".margin")
    expect(margin).to_contain_text("1.0 GiB stays free on the GPU")
    box = view.get_by_label("Memory that must stay free")
    expect(box).to_have_value("1024")
    with shown.page.expect_response("**/presets/save"):
        box.select_option("4096")
    expect(margin).to_contain_text("4.0 GiB stays free on the GPU")
    expect(box).to_have_value("4096")
    view.get_by_role("button", name="Start", exact=True).click()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert shown.script.engines.configs[-1].margin == 4096


def test_a_preset_is_changed_duplicated_renamed_reset_and_deleted(shown: Shown) -> None:
    view = preset(shown)
    layers, box = view.get_by_label("GPU layers"), view.get_by_label("Preset", exact=True)
    with shown.page.expect_response("**/presets/save"):
        layers.fill("7")
        layers.blur()
    with shown.page.expect_response("**/presets/save"):
        view.get_by_label("Temperature").fill("0.3")
        view.get_by_label("Temperature").blur()
    view.get_by_role("button", name="Duplicate this preset").click()
    expect(box).to_have_value("Standard 2")
    expect(layers).to_have_value("7")
    view.get_by_role("button", name="Rename this preset").click()
    view.get_by_label("Name of this preset").fill("Careful <b>")
    shown.page.keyboard.press("Enter")
    expect(box).to_have_value("Careful <b>")
    view.get_by_role("button", name="Reset this preset").click()
    expect(layers).to_have_value("")
    view.get_by_role("button", name="Delete this preset").click()
    view.get_by_role("button", name="Delete", exact=True).click()
    expect(box).to_have_value("Standard")
    expect(layers).to_have_value("7")
    view.get_by_role("button", name="Undo").click()
    expect(box.locator("option")).to_have_count(2)


@pytest.mark.parametrize("label", ["GPU layers", "Top-k", "Max tokens", "Seed"])
def test_a_number_nobody_can_take_is_refused_at_its_field(shown: Shown, label: str) -> None:
    view = preset(shown)
    asked: list[str] = []
    shown.page.on("request", lambda request: asked.append(request.url))
    box = view.get_by_label(label)
    box.fill("99999999999")
    box.blur()
    assert box.evaluate("box => box.validity.rangeOverflow")
    # What is asked comes in turn: a save of the first would be here by now.
    with shown.page.expect_response("**/presets/save"):
        box.fill("7")
        box.blur()
    assert sum(url.endswith("/presets/save") for url in asked) == 1
    expect(box).to_have_value("7")


def test_a_reset_can_be_undone_and_the_focus_stays_with_the_presets(shown: Shown) -> None:
    view = preset(shown)
    prompt, box = view.get_by_label("System prompt"), view.get_by_label("Preset", exact=True)
    reset = view.get_by_role("button", name="Reset this preset")
    with shown.page.expect_response("**/presets/save"):
        prompt.fill("Be brief.")
        prompt.blur()
    reset.focus()
    for _ in range(2):
        with shown.page.expect_response("**/presets/reset"):
            shown.page.keyboard.press("Enter")
        expect(prompt).to_have_value("")
        expect(reset).to_be_focused()
    expect(view.get_by_text("Reset “Standard”.")).to_be_visible()
    view.get_by_role("button", name="Undo").press("Enter")
    expect(prompt).to_have_value("Be brief.")
    expect(box).to_be_focused()
    expect(view.get_by_role("button", name="Undo")).to_have_count(0)
    assert kept(shown).chat.system_prompt == "Be brief."


def test_a_change_made_while_another_is_being_kept_keeps_both(shown: Shown) -> None:
    view = preset(shown)
    held = held_save(shown)
    layers, heat = view.get_by_label("GPU layers"), view.get_by_label("Temperature")
    with shown.page.expect_request("**/presets/save"):
        layers.fill("7")
        layers.blur()
    heat.fill("0.3")
    heat.blur()
    with shown.page.expect_response(
        lambda answer: "/presets/save" in answer.url and "0.3" in str(answer.request.post_data)
    ):
        held[0].continue_()
    expect(heat).to_have_value("0.3")
    expect(layers).to_have_value("7")
    assert (kept(shown).gpu_layers, kept(shown).chat.temperature) == (7, 0.3)


def test_a_start_right_after_a_change_takes_it(shown: Shown) -> None:
    view = preset(shown)
    held = held_save(shown)
    with shown.page.expect_request("**/presets/save"):
        view.get_by_label("GPU layers").fill("7")
        view.get_by_label("GPU layers").blur()
    view.get_by_role("button", name="Start", exact=True).click()
    held[0].continue_()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert shown.script.engines.configs[-1].gpu_layers == 7


def test_the_command_line_is_shown_and_what_is_not_allowed_refused(shown: Shown) -> None:
    view = preset(shown)
    extra = view.get_by_label("Extra arguments, one a line")
    with shown.page.expect_response("**/presets/save"):
        extra.fill("--rpc=evil:1")
        extra.blur()
    expect(view.locator(".failure")).to_be_visible()
    with shown.page.expect_response("**/presets/save"):
        view.get_by_label("KV cache, K").select_option("q8_0")
    view.get_by_role("button", name="Show the command line").click()
    expect(view.locator(".command")).to_contain_text("q8_0")
    assert "rpc" not in view.locator(".command").inner_text()


def test_refused_text_stays_marked_until_it_is_mended_and_its_failure_until_a_save(
    shown: Shown,
) -> None:
    view = preset(shown)
    extra, heat = view.get_by_label("Extra arguments, one a line"), view.get_by_label("Temperature")
    extra.fill("--rpc=evil:1")
    extra.blur()
    expect(view.locator(".failure")).to_be_visible()
    expect(extra).to_have_attribute("aria-invalid", "true")
    heat.fill("0.3")
    heat.blur()
    expect(view.locator(".failure")).to_have_count(0)
    expect(extra).to_have_value("--rpc=evil:1")
    expect(extra).to_have_attribute("aria-invalid", "true")
    extra.fill("--no-kv-offload")
    extra.blur()
    expect(extra).not_to_have_attribute("aria-invalid", "true")
    assert kept(shown).extra_arguments == ("--no-kv-offload",)
    assert kept(shown).chat.temperature == 0.3


def test_what_could_not_be_kept_is_not_shown_as_if_it_were(shown: Shown) -> None:
    view = preset(shown)
    slider, tokens = view.get_by_role("slider", name="Context"), view.locator(".tokens")
    line, layers = view.locator(".fit-line"), view.get_by_label("GPU layers")
    before, said = tokens.inner_text(), line.inner_text()
    shown.page.route("**/presets/save", refuse)
    slider.focus()
    pressed(shown, "End")
    expect(view.locator(".failure")).to_contain_text("It was not saved")
    expect(tokens).to_have_text(before)
    expect(line).to_have_text(said, use_inner_text=True)
    expect(slider).to_be_focused()
    layers.fill("7")
    layers.press("Tab")
    expect(layers).to_have_value("")
    expect(view.get_by_label("KV cache, K")).to_be_focused()
    shown.page.unroute("**/presets/save")
    slider.focus()
    pressed(shown, "Home")
    expect(view.locator(".failure")).to_have_count(0)
    expect(tokens).to_have_text("1,024 tokens")


def test_what_fails_for_a_model_is_not_told_over_another(shown: Shown) -> None:
    shown.script.page.models.add("Bison-8B-Q4_K_M")
    shown.script.page.models.add("Zebra-8B-Q4_K_M")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "Bison" in str(route.request.post_data):
            held.append(route)
        else:
            route.continue_()

    shown.page.route("**/models/fit", hold)
    view = opened_view(shown)
    with shown.page.expect_request("**/models/fit"):
        shown.page.locator(".model-row .open").nth(1).click()
    view.get_by_role("button", name="All models").click()
    shown.page.locator(".model-row .open").nth(2).click()
    expect(view.locator(".fit-line")).to_contain_text("Fits")
    with shown.page.expect_response(lambda answer: answer.status == 409) as answered:
        refuse(held[0])
    answered.value.finished()
    view.locator("summary", has_text="Preset").click()
    view.get_by_role("button", name="Show the command line").click()
    expect(view.locator(".command")).to_contain_text("Zebra")
    expect(view.locator(".failure")).to_have_count(0)


def test_the_shell_a_command_line_is_for_is_said(shown: Shown) -> None:
    view = preset(shown)
    show = view.get_by_role("button", name="Show the command line")
    show.click()
    expect(view.locator(".command")).to_be_visible()
    expect(view.get_by_text("For PowerShell.")).to_have_count(0)
    answer = CommandLine(text="llama-server --no-ui", for_shell="PowerShell").model_dump_json()
    shown.page.route("**/presets/export", lambda route: route.fulfill(body=answer))
    show.click()
    expect(view.get_by_text("For PowerShell.")).to_be_visible()


def test_a_value_that_makes_no_sense_is_not_kept(shown: Shown) -> None:
    view = preset(shown)
    box = view.get_by_label("Top-p")
    box.fill("7")
    box.blur()
    assert box.evaluate("(it) => it.matches(':invalid')")
    view.get_by_role("button", name="Duplicate this preset").click()
    expect(view.get_by_label("Preset", exact=True)).to_have_value("Standard 2")
    expect(view.locator(".failure")).to_have_count(0)


BROKEN = """(command) => {
  const walker = document.createTreeWalker(command, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const { 0: word, index } of node.data.matchAll(/--\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [380, 400, 420, 440, 460])
def test_no_option_of_a_command_line_is_broken_in_two(shown: Shown, width: int) -> None:
    shown.page.set_viewport_size({"width": width, "height": 480})
    view = preset(shown)
    view.get_by_role("button", name="Show the command line").click()
    command = view.locator(".command")
    expect(command).to_contain_text("--offline")
    assert command.evaluate(BROKEN) == []
    assert command.evaluate("(it) => it.textContent").startswith("llama-server")
