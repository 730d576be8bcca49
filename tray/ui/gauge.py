"""The tray icon: two bars and the server's phase, drawn on the pixel grid.

The left bar is load, the right one memory. Bars are solid for a GPU; for CPU
and RAM they are outlined and a C stands above the badge. Amounts from 80 % and
95 % on change colour and are notched; unknown ones are hatched. A triangle above
the badge says that something wants to be looked at.
"""

from functools import lru_cache

from PIL import Image, ImageDraw

from tray.ui.gauge_badges import Badge, badge_mask, bar_mask, letter_mask, warning_mask
from tray.ui.gauge_picture import Bar, GaugeLayout, GaugePicture, Level, layout_of, picture_of
from tray.ui.palette import PALETTES, Palette, PanelTheme, Rgb

__all__ = ["GaugePicture", "picture_of", "render"]

_CLEAR = (0, 0, 0, 0)
_FAINT = 0.28
_NOTCHES = (0.8, 0.9)


def render(picture: GaugePicture) -> Image.Image:
    """``picture`` as an RGBA image of ``picture.size`` pixels a side."""
    layout = layout_of(picture.size)
    palette = PALETTES[picture.theme]
    image = Image.new("RGBA", (picture.size, picture.size), _CLEAR)
    template = picture.theme is PanelTheme.TEMPLATE
    for place, bar in enumerate((picture.left, picture.right)):
        strip = _bar(bar, layout, palette, picture.outlined, template)
        image.paste(strip, (place * (layout.bar + layout.gap), layout.pad))
    _stamp_badge(image, picture.badge, layout, palette)
    if picture.warned:
        _stamp_above(image, warning_mask(layout.badge), palette.busy, layout)
    elif picture.outlined:
        _stamp_above(image, letter_mask(layout.badge * 2 // 3), palette.ink, layout)
    return image


def _bar(
    bar: Bar, layout: GaugeLayout, palette: Palette, outlined: bool, template: bool
) -> Image.Image:
    track = (*palette.track, round(255 * _FAINT)) if template else (*palette.track, 255)
    strip = Image.new("RGBA", (layout.bar, layout.height), _CLEAR if outlined else track)
    draw = ImageDraw.Draw(strip)
    if bar.filled is None:
        strip.paste(_hatch(layout, palette.idle), (0, 0))
    elif bar.filled:
        _fill(draw, bar, layout, palette, layout.unit if outlined else 0)
    if outlined:
        end = (layout.bar - 1, layout.height - 1)
        draw.rectangle((0, 0, *end), outline=(*palette.ink, 255), width=layout.unit)
    return _rounded(strip, max(1, layout.size // 16))


def _fill(
    draw: ImageDraw.ImageDraw, bar: Bar, layout: GaugeLayout, palette: Palette, frame: int
) -> None:
    """From the bottom up, inside a frame of so many pixels, so that the least is seen, too."""
    colours = {Level.NORMAL: palette.accent, Level.HIGH: palette.busy, Level.FULL: palette.bad}
    room, bottom = layout.height - 2 * frame, layout.height - frame
    top = bottom - max(1, round((bar.filled or 0) * room / layout.height))
    draw.rectangle((0, top, layout.bar - 1, bottom - 1), fill=(*colours[bar.level], 255))
    for share in _NOTCHES[: bar.level]:
        y = bottom - round(room * share) + layout.unit
        draw.rectangle((0, y, layout.bar - 1, y + layout.unit - 1), fill=_CLEAR)


@lru_cache(maxsize=16)
def _hatch(layout: GaugeLayout, colour: Rgb) -> Image.Image:
    """Diagonal stripes on nothing, for a bar without a value."""
    strip = Image.new("RGBA", (layout.bar, layout.height), _CLEAR)
    strip.putdata(
        [
            (*colour, 255) if (x + y) // layout.unit % 3 == 0 else _CLEAR
            for y in range(layout.height)
            for x in range(layout.bar)
        ]
    )
    return strip


def _rounded(strip: Image.Image, radius: int) -> Image.Image:
    result = Image.new("RGBA", strip.size, _CLEAR)
    result.paste(strip, (0, 0), bar_mask(*strip.size, radius))
    return result


def _stamp_badge(image: Image.Image, badge: Badge, layout: GaugeLayout, palette: Palette) -> None:
    colours = {
        Badge.DISC: palette.ready,
        Badge.CROSS: palette.bad,
        Badge.SQUARE: palette.idle,
        Badge.HOLLOW_SQUARE: palette.idle,
    }
    mask = badge_mask(badge, layout.badge)
    place = (layout.size - layout.badge, layout.size - layout.pad - mask.height)
    image.paste((*colours.get(badge, palette.busy), 255), place, mask)


def _stamp_above(image: Image.Image, mask: Image.Image, colour: Rgb, layout: GaugeLayout) -> None:
    """Above the badge, in the middle of its column."""
    left = layout.size - layout.badge + (layout.badge - mask.width) // 2
    image.paste((*colour, 255), (left, layout.pad), mask)
