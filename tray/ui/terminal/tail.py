"""The end of what grows on a terminal, where it is longer than the screen."""

import re
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.segment import Segment

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Tail:
    """The last lines that fit; of what is too long rich itself shows the first ones."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        lines = console.render_lines(self._shown, options.update(height=None), pad=False)
        for line in lines[-(console.height - 1) :]:
            yield from line
            yield Segment.line()


def recent(text: str, most: int) -> str:
    """A growing code block without what is above the screen: all of it is coloured each time."""
    from tray.ui.markdown.boundaries import closes_fence

    opening, *lines = text.split("\n")
    fence = _FENCE.match(opening)
    above = lines[:-most]
    if fence is None or any(closes_fence(line, fence[1]) for line in above):
        return text
    return "\n".join((opening, *lines[-most:]))
