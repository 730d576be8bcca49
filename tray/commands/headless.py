"""A front end without a face: waits until it is asked to end."""

import sys
from threading import Event
from typing import TYPE_CHECKING

from tray.commands.output import DONE

if TYPE_CHECKING:
    from tray.composition.front_end import Door
    from tray.models.failure import PaddockError
    from tray.models.hotkey import HotkeyState
    from tray.models.settings import Settings
    from tray.services.paddock import Paddock

# On Windows a wait without a limit does not let a signal through.
LONGEST_WAIT = 0.5 if sys.platform == "win32" else None


class Headless:
    """The local API is the only way in."""

    popover = None
    takes_interrupts = True

    def __init__(self) -> None:
        self._ending = Event()

    def run(self, paddock: "Paddock") -> int:
        while not self._ending.wait(LONGEST_WAIT):
            pass
        return DONE

    def served_at(self, door: "Door") -> None:
        """Nobody opens the page from here."""

    def show(self) -> None:
        raise faceless()

    def use(self, settings: "Settings") -> None:
        """Nothing here goes by them."""

    def hotkey(self) -> "HotkeyState":
        from tray.models.hotkey import HotkeyState

        return HotkeyState()

    def end(self) -> None:
        self._ending.set()

    def signalled(self, number: int) -> None:
        self._ending.set()


def faceless() -> "PaddockError":
    """There is nothing to bring to the front."""
    from tray.models.failure import FailureCause, PaddockError, ServerFailure

    return PaddockError(
        ServerFailure(
            cause=FailureCause.NOTHING_OPENS_IT,
            title="This Paddock has no icon and no window",
            detail="It was started in the background or in a terminal. For the icon: paddock quit, "
            "then paddock run.",
        )
    )
