"""``paddock run``: the resident process with the front end that fits."""

import sys
import time
from typing import TYPE_CHECKING, Protocol

from tray.commands.only_one import AlreadyRunning, only_one
from tray.commands.output import DONE, note
from tray.infrastructure.desktop.presence import has_desktop
from tray.infrastructure.signals import ending_signals
from tray.infrastructure.single_instance import SingleInstance
from tray.infrastructure.thrift import thrifty
from tray.models.error import PaddockError

if TYPE_CHECKING:
    from tray.composition.front_end import FrontEnd
    from tray.models.failure import ServerFailure
    from tray.models.local_api import Endpoint
    from tray.services.paddock import Paddock

    class PlainFront(FrontEnd, Protocol):
        """A front end that is there once the resident is, on the main thread."""

        takes_interrupts: bool
        """Whether Ctrl-C ends Paddock, or is left to the front end."""

        def run(self, paddock: Paddock) -> int:
            """Stay until the user or ``end`` ends it; the exit code."""

        def signalled(self, number: int) -> None:
            """A signal asks Paddock to end. May raise SystemExit."""


_ANSWER_SECONDS = 15.0
_PAUSE = 0.05


def run(headless: bool) -> int:
    """Be the resident process until asked to end; a second start shows the first."""
    thrifty()
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            with only_one() as instance:
                return _be_resident(headless, instance)
        except AlreadyRunning as other:
            # None while it starts, and while it ends: then its place is ours.
            if (endpoint := other.instance.read_endpoint()) is not None:
                return _show(endpoint, looked_for=not headless and has_desktop())
        if time.monotonic() > deadline:
            raise PaddockError(_silent())
        time.sleep(_PAUSE)


def _be_resident(headless: bool, instance: SingleInstance) -> int:
    if headless or not has_desktop():
        return _run_plain(_plain_front(headless), instance)
    from tray.commands.in_tray import InTray

    return InTray(instance).run()


def _run_plain(front: "PlainFront", instance: SingleInstance) -> int:
    from tray.app import resident

    with (
        resident(front, instance) as paddock,
        ending_signals(front.signalled, interrupt=front.takes_interrupts),
    ):
        return front.run(paddock)


def _plain_front(headless: bool) -> "PlainFront":
    if headless:
        from tray.commands.headless import Headless

        return Headless()
    from tray.commands.in_terminal import InTerminal

    return InTerminal(sys.stdin)


def _show(endpoint: "Endpoint", *, looked_for: bool) -> int:
    """Ask the running Paddock to show itself.

    With ``looked_for`` somebody sits at a desktop, who is told why nothing appears.
    """
    from tray.infrastructure.api_client import ApiClient

    note(f"Paddock is already running (process {endpoint.pid}).")
    try:
        ApiClient(endpoint).show()
    except PaddockError as error:
        from tray.models.failure import FailureCause

        if error.failure.cause is not FailureCause.NOTHING_OPENS_IT:
            raise
        if looked_for:
            note(f"{error.failure.title}. {error.failure.detail}")
    return DONE


def _silent() -> "ServerFailure":
    from tray.models.failure import FailureCause, ServerFailure

    return ServerFailure(
        cause=FailureCause.PADDOCK_UNREACHABLE,
        title="Another Paddock is starting or ending and does not answer",
        detail="Try again in a moment. Its log may say more: paddock logs.",
    )
