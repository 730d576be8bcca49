"""What differs between the window systems, behind one small interface."""

from collections.abc import Callable
from typing import Any, Protocol

Window = Any
"""pywebview's Window, which has no types."""


class NativeWindow(Protocol):
    """One window system's part of the popover. Any thread may call."""

    def adopt(self, window: Window) -> None:
        """Take over a window that exists but was never shown; on the window system's thread."""

    def show(self, near: tuple[int, int] | None) -> None:
        """Place, show and focus."""

    def hide(self) -> None: ...

    def toggle(self) -> None:
        """Hide it if it is shown and has the focus, else show it."""


class Events(Protocol):
    """What the window system tells the shell."""

    def shown(self) -> None: ...

    def hidden(self) -> None: ...

    def left(self) -> None:
        """The focus went to another program."""


Make = Callable[[Events, str], NativeWindow]
