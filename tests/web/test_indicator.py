"""Measurements on the page: two minutes of history, and memory that is given back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Shown
from tests.web.states import STATES
from tray.models.metrics import FreedMemory, GpuMetrics, ServerMetrics
from tray.models.notice import Notice, NoticeKind
from tray.models.state import ModelId
from tray.ui.palette import PALETTES, PanelTheme

pytestmark = pytest.mark.web
GIB = 2**30


def sampled(shown: Shown, *loads: float | None) -> None:
    """One sample of a machine with a GPU for each load."""
    cards = tuple(
        GpuMetrics(
            index=i, name=f"Card {i}", load_percent=load, vram_used=3 * GIB, vram_total=12 * GIB
        )
        for i, load in enumerate(loads)
    )
    metrics = ServerMetrics(gpus=cards, cpu_percent=5.0, engine_rss=GIB, engine_ram=GIB)
    shown.script.page.history.add(metrics)
    shown.script.page.service.metrics_sampled(metrics)


def opened(page: Page) -> None:
    page.click("#status")
    expect(page.locator("#details")).to_be_visible()


def test_a_row_a_gpu_with_its_values(shown: Shown) -> None:
    sampled(shown, 34.0, 7.0)
    expect(shown.page.locator(".meter")).to_have_count(4)
    opened(shown.page)
    heads = shown.page.locator(".chart .head")
    expect(heads).to_have_count(2)
    expect(heads.nth(0)).to_have_text("Card 0GPU 0 34 % · VRAM 0 25 %")
    expect(heads.nth(1)).to_contain_text("GPU 1 7 %")


def test_the_past_is_read_by_keyboard_and_by_pointer(shown: Shown) -> None:
    sampled(shown, 80.0)
    expect(shown.page.locator(".meter .short").first).to_have_text("80 %")
    shown.page.wait_for_timeout(1000)
    sampled(shown, 20.0)
    expect(shown.page.locator(".meter .short").first).to_have_text("20 %")
    opened(shown.page)
    chart, value = shown.page.locator(".chart svg"), shown.page.locator(".chart .value")
    expect(value).to_have_text("GPU 20 % · VRAM 25 %")
    chart.focus()
    chart.press("Home")
    expect(value).to_contain_text("s ago · GPU 80 % · VRAM 25 %")
    text = chart.get_attribute("aria-valuetext")
    assert text is not None
    assert text.endswith("GPU 80 % · VRAM 25 %")
    chart.press("End")
    expect(value).to_contain_text("GPU 20 %")
    shown.page.locator("#status").focus()
    expect(value).to_have_text("GPU 20 % · VRAM 25 %")
    chart.hover(position={"x": 5, "y": 10})
    expect(value).to_contain_text("GPU 80 %")


def test_an_unknown_load_is_a_gap(shown: Shown) -> None:
    sampled(shown, None)
    expect(shown.page.locator(".meter")).to_have_count(2)
    opened(shown.page)
    expect(shown.page.locator(".chart .value")).to_have_text("GPU – · VRAM 25 %")
    expect(shown.page.locator(".chart .line")).to_have_attribute("d", "")


def test_memory_is_freed_with_a_click_and_a_message_loads_the_model_again(shown: Shown) -> None:
    shown.ready()
    sampled(shown, 1.0)
    expect(shown.page.locator(".meter")).to_have_count(2)
    opened(shown.page)
    shown.page.click("#free")
    expect(shown.page.locator("#came-back")).to_have_text(
        "1.0 GiB of RAM is free again", timeout=10_000
    )
    expect(shown.page.locator("#words")).to_have_text("Stopped")
    expect(shown.page.locator("#free")).to_be_hidden()
    shown.answered("Here again.")
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(shown.page.locator("#came-back")).to_have_text("")


def test_the_cpu_instead_of_the_gpu_is_told_first_and_leaves_the_header_two_rows(
    shown: Shown,
) -> None:
    STATES["cpu-only"](shown)
    expect(shown.page.locator("#words")).to_have_text("Ready, CPU only")
    red, green, blue = PALETTES[PanelTheme.LIGHT].busy
    expect(shown.page.locator("#status .dot")).to_have_css(
        "background-color", f"rgb({red}, {green}, {blue})"
    )
    expect(shown.page.locator("#status .icon")).to_be_visible()
    said = shown.page.locator("#figures p").all_inner_texts()
    assert said[1].startswith("The engine says: no CUDA-capable device")
    rows = [shown.page.locator(at).bounding_box() for at in ("#status", "#chats-open", "#power")]
    assert len({box and box["y"] + box["height"] / 2 for box in rows}) == 1


def test_what_the_guard_did_is_told_with_the_way_back(shown: Shown) -> None:
    freed = FreedMemory(ram=2 * GIB)
    demo = ModelId(name="demo")
    shown.script.page.desk.tell(
        Notice(kind=NoticeKind.UNLOADED_FOR_OTHERS, model=demo, freed=freed)
    )
    sampled(shown, 1.0)
    notice = shown.page.locator("#notice")
    expect(notice).to_contain_text(
        "Made room for another program. The demo model was unloaded. 2.0 GiB of RAM is free again."
    )
    shown.script.page.desk.tell(Notice(kind=NoticeKind.ROOM_AGAIN, model=demo))
    sampled(shown, 2.0)
    expect(notice).to_contain_text("fits on the GPU again")
    notice.get_by_role("button", name="Load it").click()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(notice).to_be_hidden()


@pytest.mark.parametrize("cards", [1, 2, 4])
def test_meters_of_any_number_of_gpus_leave_room_for_the_models_name(
    shown: Shown, cards: int
) -> None:
    sampled(shown, *[100.0] * cards)
    expect(shown.page.locator(".meter")).to_have_count(2 * cards)
    for width in (380, 505, 560, 812, 813, 1149, 1457, 1600):
        shown.page.set_viewport_size({"width": width, "height": 720})
        fits = "e => e.scrollWidth <= e.clientWidth"
        assert shown.page.locator("header").evaluate(fits), width
        assert shown.page.locator("#model-name").evaluate(fits), width


def test_a_second_digit_moves_no_meter(shown: Shown) -> None:
    places = []
    for load in (3.0, 42.0):
        sampled(shown, load)
        expect(shown.page.locator(".meter .short").first).to_have_text(f"{load:.0f} %")
        places.append(shown.page.locator(".meter .name").first.bounding_box())
    assert places[0] == places[1]
