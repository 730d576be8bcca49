"""Pure: where on the screen the popover goes. All in pixels from the top left."""

from dataclasses import dataclass

MARGIN = 8


@dataclass(frozen=True, slots=True)
class Area:
    x: int
    y: int
    width: int
    height: int


def beside(near: tuple[int, int], width: int, height: int, work: Area) -> tuple[int, int]:
    """Next to a click on the panel: below it in the upper half, else above it.

    ``work`` is the screen without its panels; the window stays inside it.
    """
    x, y = near
    below = y < work.y + work.height // 2
    top = y + MARGIN if below else y - MARGIN - height
    return _inside(x - width // 2, top, width, height, work)


def corner(width: int, height: int, screen: Area, work: Area) -> tuple[int, int]:
    """The right corner where the panel is: at the top if it takes room there, else below."""
    at_top = work.y > screen.y
    top = work.y if at_top else work.y + work.height - height
    return _inside(work.x + work.width - width, top, width, height, work)


def _inside(x: int, y: int, width: int, height: int, work: Area) -> tuple[int, int]:
    right = work.x + work.width - width - MARGIN
    bottom = work.y + work.height - height - MARGIN
    return max(min(x, right), work.x + MARGIN), max(min(y, bottom), work.y + MARGIN)
