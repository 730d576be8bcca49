"""The icon tells amounts and phases apart, by colour and without it."""

import time
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from PIL import Image

from assets.icons.draw import draw
from tests.screenshots.contact_sheet import SIZES, STATES, contact_sheet, cpu, gpu
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import ServerPhase
from tray.ui.app_icon import ICO_SIZES
from tray.ui.gauge import picture_of, render
from tray.ui.gauge_picture import Level, layout_of
from tray.ui.palette import PALETTES, PANELS, SHARED_WITH_PAGE, PanelTheme, Rgb, css_hex

THEMES = (PanelTheme.LIGHT, PanelTheme.DARK)
STYLE = Path(__file__).parents[2] / "web" / "palette.css"


def icon(
    metrics: ServerMetrics | None,
    phase: ServerPhase = ServerPhase.READY,
    stalled: bool = False,
    theme: PanelTheme = PanelTheme.DARK,
    size: int = 22,
) -> Image.Image:
    return render(picture_of(metrics, phase, stalled, theme, size))


def on_panel(image: Image.Image, theme: PanelTheme) -> Image.Image:
    panel = Image.new("RGBA", image.size, (*PANELS[theme], 255))
    panel.alpha_composite(image)
    return panel.convert("RGB")


def accent_rows(image: Image.Image, column: int, theme: PanelTheme) -> int:
    fills = {(*getattr(PALETTES[theme], name), 255) for name in ("accent", "busy", "bad")}
    return sum(image.getpixel((column, y)) in fills for y in range(image.height))


def luminance(colour: Rgb) -> float:
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def difference(one: Image.Image, other: Image.Image) -> int:
    """Pixels that differ by more than a fifth of the range."""
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) > 51 for a, b in pairs)


@pytest.mark.parametrize("size", SIZES)
def test_parts_fill_the_icon_exactly(size: int) -> None:
    layout = layout_of(size)
    assert 2 * (layout.bar + layout.gap) + layout.badge == size
    assert layout.badge >= 6
    assert layout.bar >= 4


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_bars_grow_with_what_they_show(size: int, theme: PanelTheme) -> None:
    layout = layout_of(size)
    left, right = layout.bar // 2, layout.bar + layout.gap + layout.bar // 2
    below_threshold = range(80)
    images = [icon(gpu(p, p), theme=theme, size=size) for p in below_threshold]
    for column in (left, right):
        heights = [accent_rows(image, column, theme) for image in images]
        assert heights[0] == 0
        assert heights[1] == 1
        assert all(b >= a for a, b in pairwise(heights))
        assert heights[-1] >= 0.75 * layout.height


def test_filled_pixels_are_monotone_to_the_end() -> None:
    filled = [
        picture_of(gpu(p, p), ServerPhase.READY, False, PanelTheme.DARK, 16).right.filled or 0
        for p in range(101)
    ]
    assert filled == sorted(filled)
    assert filled[100] == layout_of(16).height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", PanelTheme)
def test_unknown_is_neither_zero_nor_full(size: int, theme: PanelTheme) -> None:
    unknown = icon(gpu(None, None), theme=theme, size=size)
    for percent in (0, 50, 100):
        known = icon(gpu(percent, percent), theme=theme, size=size)
        shown = [on_panel(image, theme).convert("L") for image in (unknown, known)]
        assert difference(*shown) > size


def test_nothing_measured_yet_is_unknown() -> None:
    pictures = {
        picture_of(metrics, ServerPhase.READY, False, PanelTheme.DARK, 16)
        for metrics in (None, ServerMetrics(gpus=None), gpu(None, None))
    }
    assert len(pictures) == 1
    assert pictures.pop().left.filled is None


@pytest.mark.parametrize("theme", THEMES)
def test_every_fill_and_badge_stands_out_from_its_panel(theme: PanelTheme) -> None:
    palette = PALETTES[theme]
    for colour in (palette.ink, palette.accent, palette.ready, palette.busy, palette.bad):
        assert contrast(colour, PANELS[theme]) >= 3
    assert contrast(palette.idle, PANELS[theme]) >= 3
    assert contrast(palette.accent, palette.track) >= 2


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", PanelTheme)
def test_phases_differ_without_colour(size: int, theme: PanelTheme) -> None:
    phases = [phase for phase in ServerPhase if phase is not ServerPhase.CLOSED]
    states = [(phase, False) for phase in phases] + [(ServerPhase.READY, True)]
    grey = [
        icon(gpu(30, 40), phase, stalled, theme, size).getchannel("A") for phase, stalled in states
    ]
    for one, other in combinations(grey, 2):
        assert difference(one, other) >= size * size // 100 + 2


@pytest.mark.parametrize("size", SIZES)
def test_thresholds_differ_without_colour(size: int) -> None:
    notches = []
    for percent in (79, 90, 99):
        image = icon(gpu(10, percent), theme=PanelTheme.TEMPLATE, size=size)
        layout = layout_of(size)
        column = image.getchannel("A").crop(
            (layout.bar + layout.gap + 1, 0, layout.bar + layout.gap + 2, size)
        )
        notches.append(sum(value == 0 for value in column.tobytes()[layout.pad : size // 2]))
    assert notches[0] < notches[1] < notches[2]


def test_load_is_high_at_most_and_memory_can_be_full() -> None:
    picture = picture_of(gpu(100, 96), ServerPhase.READY, False, PanelTheme.DARK, 16)
    assert (picture.left.level, picture.right.level) == (Level.HIGH, Level.FULL)


@pytest.mark.parametrize("theme", PanelTheme)
def test_a_cpu_gauge_is_marked(theme: PanelTheme) -> None:
    for size in SIZES:
        solid = icon(gpu(35, 60), theme=theme, size=size)
        outlined = icon(cpu(35, 60), theme=theme, size=size)
        assert difference(solid.getchannel("A"), outlined.getchannel("A")) > size


@pytest.mark.parametrize(
    ("held", "shown"),
    [((None, None, None), 1), ((None, 0, 5), 2), ((9, 0, 5), 0), ((0, 0, 0), 1), ((), None)],
)
def test_the_engines_gpu_is_shown_else_the_fullest(
    held: tuple[int | None, ...], shown: int | None
) -> None:
    cards = tuple(
        GpuMetrics(index=i, name="x", vram_used=used, vram_total=100, engine_vram=ours)
        for i, (used, ours) in enumerate(zip((None, 70, 20), held, strict=False))
    )
    gpu = ServerMetrics(gpus=cards).engine_gpu
    assert (gpu.index if gpu else None) == shown


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", PanelTheme)
def test_a_fallback_and_nearly_full_memory_are_marked(size: int, theme: PanelTheme) -> None:
    quiet = icon(gpu(2, 9), theme=theme, size=size).getchannel("A")
    picture = picture_of(gpu(2, 9), ServerPhase.READY, False, theme, size, falls_back=True)
    marked = render(picture).getchannel("A")
    assert difference(quiet, marked) >= size * size // 32
    above = (size - layout_of(size).badge, 0, size, size // 2 - 1)
    full, high = (
        icon(gpu(2, share), theme=theme, size=size).getchannel("A").crop(above)
        for share in (97, 90)
    )
    assert full.tobytes() == marked.crop(above).tobytes()
    assert max(high.tobytes()) == 0


def test_a_change_below_a_pixel_is_no_change() -> None:
    def picture(load: float) -> object:
        return picture_of(gpu(load, 40), ServerPhase.READY, False, PanelTheme.DARK, 16)

    assert picture(50.0) == picture(50.4)
    assert hash(picture(50.0)) == hash(picture(50.4))
    assert picture(50.0) != picture(60.0)


def test_equal_pictures_give_equal_pixels_and_unequal_ones_do_not() -> None:
    for size in (16, 22):
        pixels: dict[bytes, object] = {}
        for percent in range(0, 101, 3):
            picture = picture_of(gpu(percent, 50), ServerPhase.READY, False, PanelTheme.DARK, size)
            assert pixels.setdefault(render(picture).tobytes(), picture) == picture


def test_the_template_is_black_with_alpha() -> None:
    image = icon(gpu(90, 99), ServerPhase.FAILED, theme=PanelTheme.TEMPLATE, size=44)
    visible = {image.getpixel((x, y)) for x in range(44) for y in range(44)}
    assert all(isinstance(p, tuple) and (p[:3] == (0, 0, 0) or p[3] == 0) for p in visible)


def test_one_render_takes_less_than_a_millisecond() -> None:
    pictures = [
        picture_of(gpu(p, p), ServerPhase.READY, False, PanelTheme.DARK, 22) for p in range(50)
    ]
    render(pictures[0])
    costs = []
    for picture in pictures:
        started = time.thread_time()
        render(picture)
        costs.append(time.thread_time() - started)
    assert sorted(costs)[len(costs) // 2] < 0.001


def test_the_contact_sheet_shows_every_state() -> None:
    assert {state.phase for state in STATES} == set(ServerPhase) - {ServerPhase.CLOSED}
    assert contact_sheet().width > 700


def test_package_icons_hold_every_size(tmp_path: Path) -> None:
    draw(tmp_path)
    with Image.open(tmp_path / "paddock.ico") as ico:
        assert ico.info["sizes"] == {(size, size) for size in ICO_SIZES}


def test_the_page_uses_the_same_colours() -> None:
    light, _, dark = STYLE.read_text("utf-8").partition("prefers-color-scheme: dark")
    for name in SHARED_WITH_PAGE:
        assert f"--{name}: {css_hex(getattr(PALETTES[PanelTheme.LIGHT], name))};" in light
        assert f"--{name}: {css_hex(getattr(PALETTES[PanelTheme.DARK], name))};" in dark


@pytest.mark.parametrize("size", SIZES)
def test_the_least_load_of_a_cpu_is_seen_above_the_frame(size: int) -> None:
    layout = layout_of(size)
    column, inner = layout.bar // 2, layout.height - 2 * layout.unit
    nothing, little, all_of_it = (
        accent_rows(icon(cpu(load, 0), size=size), column, PanelTheme.DARK) for load in (0, 4, 100)
    )
    assert nothing == 0
    assert little >= 1
    assert inner - 2 * layout.unit <= all_of_it <= inner
