"""What the icon needs: somebody who acts, and a host that shows it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tray.ui.menu_entry import Entry
from tray.ui.palette import PanelTheme

if TYPE_CHECKING:
    from PIL.Image import Image

    from tray.models.catalog import FoundModel
    from tray.models.metrics import FreedMemory
    from tray.models.state import Connection, ModelId, ModelState

Position = tuple[int, int]
"""Pixels from the left and the top of the screen."""
OnClick = Callable[[Entry, Position | None], None]
"""Gets the entry and where the pointer was. Called on the host's thread: return soon."""


class StateFeed(Protocol):
    """One reader's view of the snapshots; the current one comes first."""

    def get(self, timeout: float | None) -> "ModelState | None":
        """The newest snapshot not seen yet; ``None`` after ``timeout`` seconds."""

    @property
    def current(self) -> "ModelState":
        """The newest snapshot, seen or not."""

    @property
    def closed(self) -> bool: ...

    def close(self) -> None: ...


class TrayActions(Protocol):
    """What a click may ask for. Any thread, may take seconds; failures are PaddockError."""

    def open_chat(self, near: Position | None) -> None: ...

    def open_models(self) -> None:
        """Show the page with all models."""

    def start(self, model: str) -> None:
        """Run this model ("demo" or a path); another one that runs is replaced."""

    def stop(self) -> None: ...

    def free(self) -> "FreedMemory":
        """Unload the model; the next message loads it again."""

    def models(self) -> "tuple[FoundModel, ...]":
        """The few models for the menu; reads folders."""

    def configured_model(self) -> "ModelId":
        """The model of the settings."""

    def connection(self) -> "Connection": ...

    def copy(self, text: str) -> None:
        """Put the text on the clipboard."""

    def open_model_folder(self) -> None: ...

    def show_log(self) -> None: ...

    def open_settings(self) -> None: ...

    def quit(self) -> None: ...

    def panel_is_dark(self) -> bool:
        """What the panel looks like now; may ask the desktop."""

    def tray_is_missing(self) -> bool:
        """Whether nothing on this desktop shows icons; may take seconds."""


class IconHost(Protocol):
    """The desktop's tray. ``run`` belongs to the main thread, the rest to any."""

    size: int
    """Pixels a side of the picture it wants."""

    def theme(self, dark: bool) -> PanelTheme:
        """The colours for a panel that is dark or light."""

    def run(self, on_click: OnClick, on_ready: Callable[[], None]) -> None:
        """Show the icon until ``stop``.

        ``on_ready`` is called on any thread once the desktop was asked for it: return soon.
        """

    def stop(self) -> None: ...

    def show_picture(self, image: "Image") -> None: ...

    def show_tooltip(self, text: str) -> None: ...

    def show_menu(self, entries: tuple[Entry, ...]) -> None:
        """Show this menu from now on; as costly as the desktop makes it."""

    def notify(self, title: str, text: str) -> None: ...
