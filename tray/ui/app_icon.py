"""The application's own icon for packages, from the same drawing as the tray's."""

from PIL import Image, ImageDraw

from tray.ui.gauge import render
from tray.ui.gauge_badges import Badge
from tray.ui.gauge_picture import Bar, GaugePicture, layout_of
from tray.ui.palette import PanelTheme

ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
"""The sizes Windows picks from, at 100 % to 400 % scale."""

_OVER = 4
_TOP = (0x2B, 0x33, 0x33)
_BOTTOM = (0x15, 0x19, 0x1A)


def app_icon(size: int) -> Image.Image:
    """A dark rounded tile of ``size`` pixels with the gauge of a ready server on it.

    Below 32 pixels the tile would cost the gauge its legibility and is left out.
    """
    if size < 32:
        return render(_ready(size, PanelTheme.LIGHT))
    tile = _tile(size)
    inner = size * 5 // 8 // 2 * 2
    gauge = render(_ready(inner, PanelTheme.DARK))
    place = (size - inner) // 2
    tile.alpha_composite(gauge, (place, place))
    return tile


def _ready(size: int, theme: PanelTheme) -> GaugePicture:
    height = layout_of(size).height
    return GaugePicture(
        size, theme, Bar(round(height * 0.45)), Bar(round(height * 0.75)), Badge.DISC
    )


def _tile(size: int) -> Image.Image:
    mask = Image.new("L", (size * _OVER, size * _OVER))
    edge = size * _OVER - 1
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, edge, edge), size * _OVER * 0.22, fill=255)
    shade = Image.linear_gradient("L").resize((size, size))
    bottom, top = (Image.new("RGB", (size, size), colour) for colour in (_BOTTOM, _TOP))
    tile = Image.composite(bottom, top, shade).convert("RGBA")
    tile.putalpha(mask.reduce(_OVER))
    return tile
