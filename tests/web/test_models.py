"""The Models view: list, search, one model, folders, by mouse and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.web.conftest import Shown

pytestmark = [pytest.mark.web, pytest.mark.slow]

WIDE = ViewportSize(width=900, height=700)


def view(shown: Shown) -> Locator:
    shown.page.get_by_role("button", name="Models", exact=True).click()
    expect(shown.page.get_by_label("Search models")).to_be_focused()
    return shown.page.locator("#models")


def names(shown: Shown) -> list[str]:
    return shown.page.locator(".model-row .name").all_inner_texts()


def test_the_view_is_not_fetched_before_it_is_opened(shown: Shown) -> None:
    fetched = "performance.getEntriesByType('resource').map((e) => e.name).join()"
    assert "models_view.js" not in shown.page.evaluate(fetched)
    view(shown)
    assert "models_view.js" in shown.page.evaluate(fetched)


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_the_view_is_made_ready_when_one_comes_near(shown: Shown, way: str) -> None:
    button = shown.page.locator("#models-open")
    shown.page.focus("#chats-open")
    asked: list[str] = []
    shown.page.on("request", lambda request: asked.append(request.url.rpartition("/api")[2]))
    with shown.page.expect_response("**/models/ready"), shown.page.expect_response("**_view.js"):
        button.hover() if way == "mouse" else shown.page.keyboard.press("Tab")
    expect(shown.page.locator("#models")).to_have_count(0)
    shown.page.keyboard.press("Enter") if way == "keyboard" else button.click()
    expect(shown.page.locator(".model-row")).to_have_count(1)
    shown.page.mouse.move(0, 0)
    shown.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    shown.page.get_by_role("button", name="Chats").click()
    expect(shown.page.locator("#chats-note")).not_to_be_empty()
    assert asked.count("/page/models/ready") == 1


def test_models_show_their_facts_and_broken_files_their_reason(shown: Shown) -> None:
    house = shown.script.page.models
    house.add("Bison-4B-Q4_K_M", title="Bison 4B")
    house.spoil("Empty", b"")
    house.spoil("Picture", b"\x89PNG and so on")
    view(shown)
    rows = shown.page.locator(".model-row .open")
    expect(rows).to_have_count(4)
    # Names are cut where there is no room, and many differ at their end alone.
    expect(rows.nth(1)).to_have_attribute("title", re.compile(r"^Bison-4B-Q4_K_M\b"))
    expect(rows.nth(1)).to_contain_text("Q4_K_M · 0 MiB · 32k context")
    assert rows.nth(2).inner_text() == "Empty.gguf\nIt is empty."
    assert rows.nth(3).inner_text() == "Picture.gguf\nIt is not a GGUF file."
    expect(shown.page.locator(".summary")).to_have_text("1 model")
    rows.nth(2).click()
    expect(shown.page.locator(".model-card")).to_contain_text(
        "This file cannot be used. It is empty."
    )
    start = shown.page.locator("#models").get_by_role("button", name="Start", exact=True)
    expect(start).to_have_count(0)


def test_one_model_is_shown_and_started_by_keyboard(shown: Shown) -> None:
    path = shown.script.page.models.add("Bison-4B-Q4_K_M", licence="apache-2.0")
    view(shown)
    shown.page.keyboard.type("bis")
    expect(shown.page.locator(".model-row")).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    facts = shown.page.locator(".facts")
    expect(facts).to_contain_text("apache-2.0")
    expect(facts).to_contain_text("32,768 tokens")
    expect(facts).to_contain_text("~/.local/share/paddock/models/Bison-4B-Q4_K_M.gguf")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator(".model-row .open")).to_be_focused()
    shown.page.keyboard.press("Tab")
    expect(shown.page.get_by_role("button", name="Start Bison-4B-Q4_K_M")).to_be_focused()
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator("#models")).to_be_hidden()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(shown.page.locator("#model-name")).to_have_text("Bison-4B-Q4_K_M")
    assert shown.script.engines.configs[-1].model_path == path
    view(shown)
    expect(shown.page.locator(".model-row .badge")).to_have_count(1)
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#models")).to_be_hidden()
    assert "hide" not in shown.script.page.window.asked


def test_two_thousand_models_scroll_and_keep_the_keyboard(shown: Shown) -> None:
    house = shown.script.page.models
    template = house.add("m0000").read_bytes()
    for number in range(1, 2000):
        (house.folders.models / f"m{number:04}.gguf").write_bytes(template)
    view(shown)
    rows = shown.page.locator(".model-row")
    expect(rows.first).to_be_visible()
    assert rows.count() < 40
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("End")
    expect(shown.page.locator(".model-row .open:focus")).to_contain_text("m1999")
    assert rows.count() < 40
    shown.page.locator(".long-view").evaluate("(it) => { it.scrollTop = 0; }")
    expect(rows.first).to_contain_text("demo model")
    expect(shown.page.locator(".model-row .open:focus")).to_contain_text("m1999")
    shown.page.keyboard.press("ArrowUp")
    expect(shown.page.locator(".model-row .open:focus")).to_contain_text("m1998")
    shown.page.get_by_label("Search models").fill("m1234")
    expect(rows).to_have_count(1)


def test_folders_are_added_opened_and_taken_away(shown: Shown) -> None:
    house = shown.script.page.models
    more = house.folders.data / "more"
    house.add("Elsewhere", folder=more)
    view(shown)
    shown.page.get_by_role("button", name="Folders").click()
    box = shown.page.get_by_label("Path of a folder")
    box.fill(str(more / "missing"))
    box.press("Enter")
    expect(shown.page.locator(".failure")).to_contain_text("It is not there")
    expect(box).to_have_value(str(more / "missing"))
    box.fill(str(more))
    box.press("Enter")
    expect(shown.page.locator(".folders li")).to_have_count(2)
    expect(shown.page.locator(".failure")).to_have_count(0)
    shown.page.get_by_role("button", name="Open ~/.local/share/paddock/more", exact=True).click()
    shown.page.get_by_role("button", name="All models").click()
    expect(shown.page.locator(".model-row", has_text="Elsewhere")).to_be_visible()
    assert house.shown == [more]
    shown.page.get_by_role("button", name="Folders").click()
    shown.page.get_by_role("button", name="No longer search ~/.local/share/paddock/more").click()
    expect(shown.page.locator(".folders li")).to_have_count(1)
    assert house.settings.load().settings.models.folders == ()


def test_the_icons_menu_opens_the_view(shown: Shown) -> None:
    shown.script.page.models.desk.want()
    shown.ready()
    expect(shown.page.get_by_label("Search models")).to_be_focused()
    # The list is what ends the wish, and it comes after the caret.
    expect(shown.page.locator(".model-row").first).to_be_visible()
    assert not shown.script.page.models.desk.wanted


def test_where_there_is_room_the_card_stands_beside_the_list(shown: Shown) -> None:
    shown.script.page.models.add("Bison-4B-Q4_K_M")
    shown.page.set_viewport_size(WIDE)
    view(shown)
    expect(shown.page.locator(".model-card h2")).to_have_text("demo model")
    shown.page.locator(".model-row .open").nth(1).click()
    expect(shown.page.locator(".model-card h2")).to_have_text("Bison-4B-Q4_K_M")
    expect(shown.page.get_by_label("Search models")).to_be_visible()
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#models")).to_be_hidden()


def test_a_window_that_is_made_wider_shows_a_card_beside_the_list(shown: Shown) -> None:
    view(shown)
    expect(shown.page.locator(".model-row")).to_have_count(1)
    expect(shown.page.locator(".model-card")).to_have_count(0)
    shown.page.set_viewport_size(WIDE)
    expect(shown.page.locator(".model-card h2")).to_have_text("demo model")
    expect(shown.page.get_by_label("Search models")).to_be_focused()
