"""What shows Paddock to its user, as the composition root sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tray.models.catalog import FoundModel
from tray.models.hotkey import HotkeyState
from tray.models.settings import Settings
from tray.ui.page_desk import Popover


@dataclass(frozen=True)
class Door:
    """What a front end gets of the page.

    ``url`` makes its address for a view, "popover" or "browser"; ``want_models`` makes
    it show the models once it is brought to the front, ``few_models`` are for menus,
    ``answering`` says whether an answer is under way.
    """

    url: Callable[[str], str]
    want_models: Callable[[], None]
    few_models: Callable[[], tuple[FoundModel, ...]]
    answering: Callable[[], bool]


class FrontEnd(Protocol):
    """What shows Paddock to its user: an icon, a terminal, or nothing."""

    @property
    def popover(self) -> Popover | None:
        """The window it shows the page in; without one the page is for browsers alone."""

    def served_at(self, door: Door) -> None:
        """Learn how the page is reached."""

    def show(self) -> None:
        """Bring the chat to the front. Any thread; PaddockError where there is no front."""

    def end(self) -> None:
        """End Paddock soon. Any thread."""

    def use(self, settings: Settings) -> None:
        """Go by these settings, which have changed; returns at once."""

    def hotkey(self) -> HotkeyState:
        """The keys that open the chat from anywhere."""
