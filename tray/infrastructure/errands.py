"""Has children do errands: one process each, which ends with the errand or when asked to."""

import logging
import threading
from collections.abc import Callable

from pydantic import ValidationError

from tray.infrastructure.own_child import close_pipes, end_child, start_child
from tray.infrastructure.own_program import own_command
from tray.models.errand import (
    ERRAND,
    SAID,
    Errand,
    FailedSaid,
    FetchedSaid,
    GoneSaid,
    OfferSaid,
    Said,
    TokenSaid,
    TrashedSaid,
)
from tray.models.failure import FailureCause, PaddockError, ServerFailure

SUBCOMMAND = "errand"
LONGEST_LINE = 1 << 20
_ENDINGS = (FetchedSaid, OfferSaid, TokenSaid, TrashedSaid, FailedSaid)

log = logging.getLogger(__name__)


class RunningErrand:
    """One child and the thread that hears it.

    ``hear`` gets everything the child says, on that thread; an ending comes last, always,
    and is GoneSaid when the child ended without one.
    """

    def __init__(
        self, errand: Errand, hear: Callable[[Said], None], command: tuple[str, ...] | None = None
    ) -> None:
        self._hear = hear
        self._process = start_child(command or own_command(SUBCOMMAND))
        self._begin(errand)
        threading.Thread(target=self._listen, name="errand", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        """Kill the child and wait until it is gone; an ending is heard all the same."""
        end_child(self._process)

    def _begin(self, errand: Errand) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(ERRAND.dump_json(errand) + b"\n")
                pipe.flush()
        except OSError as error:
            log.debug("errand: the child ended at once: %s", error)

    def _listen(self) -> None:
        self._hear(self._last())
        close_pipes(self._process)
        self._process.wait()

    def _last(self) -> Said:
        """Pass on what is said up to the ending, and return that."""
        pipe = self._process.stdout
        while pipe is not None and (line := pipe.readline(LONGEST_LINE)):
            try:
                said = SAID.validate_json(line)
            except ValidationError:
                break
            if isinstance(said, _ENDINGS):
                return said
            self._hear(said)
        self._process.kill()
        return GoneSaid()


def errand_done(errand: Errand, command: tuple[str, ...] | None = None) -> Said:
    """Have a short errand done and wait for its ending. Raises PaddockError."""
    endings: list[Said] = []
    over = threading.Event()

    def hear(said: Said) -> None:
        endings.append(said)
        if isinstance(said, (*_ENDINGS, GoneSaid)):
            over.set()

    running = RunningErrand(errand, hear, command)
    try:
        over.wait()
    finally:
        if not over.is_set():
            running.end()
    match endings[-1]:
        case FailedSaid(failure=failure):
            raise PaddockError(failure)
        case GoneSaid():
            raise PaddockError(crashed())
    return endings[-1]


def crashed() -> ServerFailure:
    """The child is gone and nobody asked for that."""
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="The helper process ended unexpectedly",
        detail="It was killed, or it crashed. Try again.",
    )
