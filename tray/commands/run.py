"""``paddock run``: the resident process with the front end that fits."""

import sys
import time
from typing import Protocol

from tray.app import AlreadyRunning, FrontEnd, resident
from tray.commands.output import DONE, note
from tray.infrastructure.desktop import has_desktop
from tray.infrastructure.signals import ending_signals
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import FailureCause, PaddockError, ServerFailure

_ANSWER_SECONDS = 10.0
_PAUSE = 0.05


class SignalledFront(FrontEnd, Protocol):
    """A front end that hears signals."""

    takes_interrupts: bool
    """Whether Ctrl-C ends Paddock, or is left to the front end."""

    def signalled(self, number: int) -> None:
        """A signal asks Paddock to end. On the main thread; may raise SystemExit."""


def run(headless: bool) -> int:
    """Be the resident process until asked to end; a second start shows the first."""
    front = _front(headless)
    try:
        with (
            resident(front) as paddock,
            ending_signals(front.signalled, interrupt=front.takes_interrupts),
        ):
            return front.run(paddock)
    except AlreadyRunning as other:
        return _show(other.instance)


def _front(headless: bool) -> SignalledFront:
    if headless:
        from tray.commands.headless import Headless

        return Headless()
    if has_desktop():
        from tray.commands.in_tray import InTray

        return InTray()
    from tray.commands.in_terminal import InTerminal

    return InTerminal(sys.stdin)


def _show(instance: SingleInstance) -> int:
    """Ask the running Paddock to show itself; it may just be starting."""
    from tray.infrastructure.api_client import ApiClient

    deadline = time.monotonic() + _ANSWER_SECONDS
    while (endpoint := instance.read_endpoint()) is None:
        if time.monotonic() > deadline:
            raise PaddockError(_silent())
        time.sleep(_PAUSE)
    ApiClient(endpoint).show()
    note(f"Paddock is already running (process {endpoint.pid}).")
    return DONE


def _silent() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.PADDOCK_UNREACHABLE,
        title="Another Paddock is starting or ending and does not answer",
        detail="Try again in a moment. Its log may say more: paddock logs.",
    )
