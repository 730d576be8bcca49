"""Draws docs/images/icon-contact-sheet.png: the icon in every size, theme and state."""

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
_THEMES = (PanelTheme.LIGHT, PanelTheme.DARK)


def gpu(load: float | None, vram: float | None) -> ServerMetrics:
    """A sample of one GPU; both values in percent."""
    used = None if vram is None else round(vram * 10)
    card = GpuMetrics(index=0, name="GPU", load_percent=load, vram_used=used, vram_total=1000)
    return ServerMetrics(gpus=(card,))


def cpu(load: float, ram: float) -> ServerMetrics:
    """A sample of a machine without a GPU; both values in percent."""
    return ServerMetrics(cpu_percent=load, ram_used=round(ram * 10), ram_total=1000)


State = tuple[str, ServerMetrics | None, ServerPhase, bool]
STATES: tuple[State, ...] = (
    ("idle", gpu(0, 6), ServerPhase.READY, False),
    ("half", gpu(55, 48), ServerPhase.READY, False),
    ("high", gpu(88, 84), ServerPhase.READY, False),
    ("full", gpu(100, 99), ServerPhase.READY, False),
    ("unknown", gpu(None, None), ServerPhase.READY, False),
    ("no GPU", cpu(35, 60), ServerPhase.READY, False),
    ("no GPU, full", cpu(97, 97), ServerPhase.READY, False),
    ("stopped", gpu(4, 12), ServerPhase.STOPPED, False),
    ("starting", gpu(30, 40), ServerPhase.STARTING, False),
    ("stopping", gpu(10, 50), ServerPhase.STOPPING, False),
    ("restarting", gpu(4, 12), ServerPhase.BACKOFF, False),
    ("failed", gpu(4, 12), ServerPhase.FAILED, False),
    ("stalled", gpu(4, 62), ServerPhase.READY, True),
)


def contact_sheet() -> Image.Image:
    """All states as rows, sizes as columns, on a light and on a dark panel."""
    block = sum(SIZES) + 14 * (len(SIZES) + 1)
    size = (_LEFT + 2 * block + 12, _TOP + _ROW * len(STATES) + 8)
    sheet = Image.new("RGB", size, (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for row, state in enumerate(STATES):
        draw.text((8, _TOP + row * _ROW + _ROW // 2 - 8), state[0], fill=(40, 48, 48), font=font)
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
        for row, (_, metrics, phase, stalled) in enumerate(STATES):
            icon = render(picture_of(metrics, phase, stalled, theme, size))
            sheet.paste(icon, (x, _TOP + row * _ROW + (_ROW - size) // 2), icon)
        x += size + 14


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    contact_sheet().save(TARGET, optimize=True)
