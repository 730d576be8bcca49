"""States of the Models view, as tests.web.states has those of the chat."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.web.browser import Shown
from tests.web.shelf_models import EIGHT_B, SHELF
from tray.models.failure import FailureCause, ServerFailure
from tray.models.metrics import GpuMetrics, ServerMetrics

MODEL_STATES: dict[str, Callable[[Shown], None]] = {}
GIB = 2**30
CARD = GpuMetrics(
    index=0,
    name="NVIDIA GeForce RTX 4070",
    load_percent=3.0,
    vram_used=GIB,
    vram_total=12 * GIB,
)
GATED = ServerFailure(
    cause=FailureCause.MODEL_GATED,
    title="This model is gated",
    detail="Ask for access on its page, then give a token below.",
)


def state(show: Callable[[Shown], None]) -> Callable[[Shown], None]:
    """Make ``show`` a state; its name is the state's."""
    MODEL_STATES[show.__name__.replace("_", "-")] = show
    return show


def opened_view(shown: Shown, name: str | None = None) -> Locator:
    """The view, on one of its tabs."""
    shown.page.get_by_role("button", name="Models", exact=True).click()
    expect(shown.page.get_by_label("Search models")).to_be_focused()
    if name is not None:
        shown.page.get_by_role("tab", name=name).click()
    return shown.page.locator("#models")


def some_models(shown: Shown) -> None:
    metrics = ServerMetrics(gpus=(CARD,), cpu_percent=9.0, ram_used=5 * GIB, ram_total=15 * GIB)
    shown.script.page.service.metrics_sampled(metrics)
    house = shown.script.page.models
    for model in SHELF:
        model.write(house.folders.models)
    house.spoil("mmproj-gemma-3-12b-it-f16", b"GGUF")
    house.spoil("half-a-download", b"GGUF\x03\0\0\0")


def with_card_and_no_model(shown: Shown) -> None:
    """A GPU, and nothing but the demo model."""
    metrics = ServerMetrics(gpus=(CARD,), cpu_percent=9.0, ram_used=5 * GIB, ram_total=15 * GIB)
    shown.script.page.service.metrics_sampled(metrics)
    shown.script.page.few.clear()
    shown.page.reload()
    expect(shown.page.locator("#first-model")).to_be_visible()


def read(shown: Shown) -> None:
    expect(shown.page.locator(".summary")).to_have_text("6 models")


@state
def models_none(shown: Shown) -> None:
    opened_view(shown)
    expect(shown.page.locator(".shelf-note")).to_be_visible()


@state
def models_list(shown: Shown) -> None:
    some_models(shown)
    opened_view(shown)
    read(shown)


@state
def models_running(shown: Shown) -> None:
    some_models(shown)
    opened_view(shown)
    shown.page.get_by_role("button", name="Start Qwen3-4B").click()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    opened_view(shown)
    expect(shown.page.locator(".model-row .badge")).to_have_count(1)
    read(shown)


@state
def model_sheet(shown: Shown) -> None:
    some_models(shown)
    opened_view(shown)
    read(shown)
    shown.page.locator(".model-row .open", has_text=EIGHT_B).click()
    expect(shown.page.locator(".facts")).to_be_visible()


@state
def model_preset(shown: Shown) -> None:
    model_sheet(shown)
    shown.page.locator("summary", has_text="Preset").click()
    shown.page.get_by_role("button", name="Duplicate this preset").click()
    expect(shown.page.get_by_label("Preset", exact=True)).to_have_value("Standard 2")
    shown.page.get_by_role("button", name="Show the command line").click()
    expect(shown.page.locator(".command")).to_be_visible()


@state
def model_too_large(shown: Shown) -> None:
    model_sheet(shown)
    slider = shown.page.get_by_role("slider", name="Context")
    slider.focus()
    shown.page.keyboard.press("End")
    expect(shown.page.locator(".fit-line")).to_contain_text("Does not fit")


@state
def model_broken(shown: Shown) -> None:
    some_models(shown)
    opened_view(shown)
    read(shown)
    shown.page.locator(".model-row .open").last.click()
    expect(shown.page.locator(".misfit")).to_be_visible()


@state
def model_delete(shown: Shown) -> None:
    model_sheet(shown)
    shown.page.get_by_role("button", name="Delete it").click()
    expect(shown.page.get_by_role("button", name="Move to trash")).to_be_visible()


@state
def model_folders(shown: Shown) -> None:
    opened_view(shown)
    shown.page.get_by_role("button", name="Folders").click()
    box = shown.page.get_by_label("Path of a folder")
    box.fill("/nowhere")
    box.press("Enter")
    expect(shown.page.locator(".failure")).to_be_visible()


@state
def getting(shown: Shown) -> None:
    some_models(shown)
    hub = shown.script.page.hub
    for what in ("ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", "Qwen/Qwen3-4B-GGUF:Q4_K_M"):
        hub.downloads.start(what)
    hub.fetch().arrived(0.41)
    panel = opened_view(shown, "Get more")
    expect(panel.locator(".choices li").first).to_be_visible()
    expect(panel.get_by_role("progressbar")).to_be_visible()


@state
def getting_ended(shown: Shown) -> None:
    hub = shown.script.page.hub
    for what in ("ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", "Qwen/Qwen3-4B-GGUF:Q4_K_M"):
        hub.downloads.start(what)
    hub.fetch().finish()
    hub.fetch(1).arrived(0.2)
    hub.fetch(1).fail("The connection was cut")
    panel = opened_view(shown, "Get more")
    expect(panel.locator(".failure")).to_be_visible()


@state
def offer(shown: Shown) -> None:
    some_models(shown)
    panel = opened_view(shown, "Get more")
    panel.get_by_label("Name, link or page address").fill("ann/Bison-GGUF")
    shown.page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="ann/Bison-GGUF")).to_be_visible()


@state
def gated(shown: Shown) -> None:
    shown.script.page.hub.refuse = GATED
    panel = opened_view(shown, "Get more")
    panel.get_by_label("Name, link or page address").fill("ann/Bison-GGUF")
    shown.page.keyboard.press("Enter")
    expect(panel.locator(".failure")).to_be_visible()
    expect(panel.get_by_label("Access token", exact=True)).to_be_visible()
    panel.locator(".failure").scroll_into_view_if_needed()


@state
def engines(shown: Shown) -> None:
    shown.script.page.engines.get_now("b100-cpu")
    panel = opened_view(shown, "Engine")
    expect(panel.locator(".badge").first).to_be_visible()


@state
def engine_under_way(shown: Shown) -> None:
    panel = opened_view(shown, "Engine")
    panel.get_by_role("button", name="Get Vulkan").click()
    expect(panel.get_by_role("progressbar")).to_be_visible()


@state
def first_model(shown: Shown) -> None:
    with_card_and_no_model(shown)


@state
def first_model_plan(shown: Shown) -> None:
    with_card_and_no_model(shown)
    shown.page.click("#first-model-get")
    expect(shown.page.locator(".setup")).to_be_visible()


@state
def first_model_under_way(shown: Shown) -> None:
    first_model_plan(shown)
    shown.page.get_by_role("button", name="Get it and start").click()
    expect(shown.page.get_by_role("progressbar")).to_be_visible()
    shown.script.page.hub.fetch().arrived(0.41)
    expect(shown.page.locator(".setup")).to_contain_text("41 %")


@state
def first_model_paused(shown: Shown) -> None:
    first_model_under_way(shown)
    shown.page.locator(".setup").get_by_role("button", name="Pause").click()
    expect(shown.page.locator(".setup")).to_contain_text("paused")
