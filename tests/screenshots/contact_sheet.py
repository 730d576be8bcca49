"""Draws docs/images/icon-contact-sheet.png: the icon in every size, theme and state."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import ServerPhase
from tray.ui.gauge import picture_of, render
from tray.ui.palette import PANELS, PanelTheme

SIZES = (16, 20, 22, 24, 32, 48, 64)
TARGET = Path(__file__).parents[2] / "docs" / "images" / "icon-contact-sheet.png"
_ROW = 76
_LEFT = 92
_TOP = 40
_THEMES = tuple(PanelTheme)


def gpu(load: float | None, vram: float | None) -> ServerMetrics:
    """A sample of one GPU; both values in percent."""
    used = None if vram is None else round(vram * 10)
    card = GpuMetrics(index=0, name="GPU", load_percent=load, vram_used=used, vram_total=1000)
    return ServerMetrics(gpus=(card,))


def cpu(load: float, ram: float) -> ServerMetrics:
    """A sample of a machine without a GPU; both values in percent."""
    return ServerMetrics(cpu_percent=load, ram_used=round(ram * 10), ram_total=1000)


@dataclass(frozen=True)
class State:
    """One row of the sheet."""

    name: str
    metrics: ServerMetrics | None
    phase: ServerPhase = ServerPhase.READY
    stalled: bool = False
    falls_back: bool = False


STATES = (
    State("idle", gpu(0, 6)),
    State("half", gpu(55, 48)),
    State("high", gpu(88, 84)),
    State("full", gpu(100, 99)),
    State("unknown", gpu(None, None)),
    State("no GPU", cpu(35, 60)),
    State("no GPU, full", cpu(97, 97)),
    State("CPU fallback", gpu(2, 9), falls_back=True),
    State("no reader", cpu(78, 44), falls_back=True),
    State("stopped", gpu(4, 12), ServerPhase.STOPPED),
    State("starting", gpu(30, 40), ServerPhase.STARTING),
    State("stopping", gpu(10, 50), ServerPhase.STOPPING),
    State("restarting", gpu(4, 12), ServerPhase.BACKOFF),
    State("failed", gpu(4, 12), ServerPhase.FAILED),
    State("stalled", gpu(4, 62), stalled=True),
    State("stalled, full", gpu(4, 98), stalled=True),
)


def icon_of(state: State, theme: PanelTheme, size: int) -> Image.Image:
    """One icon of the sheet."""
    return render(
        picture_of(state.metrics, state.phase, state.stalled, theme, size, state.falls_back)
    )


def contact_sheet() -> Image.Image:
    """All states as rows, sizes as columns: light panel, dark panel, macOS template."""
    block = sum(SIZES) + 14 * (len(SIZES) + 1)
    size = (_LEFT + len(_THEMES) * (block + 6), _TOP + _ROW * len(STATES) + 8)
    sheet = Image.new("RGB", size, (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for row, state in enumerate(STATES):
        draw.text((8, _TOP + row * _ROW + _ROW // 2 - 8), state.name, fill=(40, 48, 48), font=font)
    for column, theme in enumerate(_THEMES):
        _panel(sheet, theme, _LEFT + column * (block + 6), block)
    return sheet


def _panel(sheet: Image.Image, theme: PanelTheme, left: int, width: int) -> None:
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    draw.rectangle((left, _TOP - 4, left + width - 1, sheet.height - 8), fill=PANELS[theme])
    x = left + 14
    for size in SIZES:
        draw.text((x, 12), str(size), fill=(40, 48, 48), font=font)
        for row, state in enumerate(STATES):
            icon = icon_of(state, theme, size)
            sheet.paste(icon, (x, _TOP + row * _ROW + (_ROW - size) // 2), icon)
        x += size + 14


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    contact_sheet().save(TARGET, optimize=True)
