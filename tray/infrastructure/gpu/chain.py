"""The readers of one vendor, best first: whichever answers is used."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tray.infrastructure.gpu.guarded import GuardedReader
from tray.infrastructure.gpu.reader import (
    NOBODY,
    GpuReader,
    Pids,
    ReaderBusy,
    ReaderError,
    ReaderUnavailable,
)
from tray.models.metrics import GpuMetrics

_log = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0


@dataclass(eq=False)
class _Place:
    reader: GuardedReader
    trouble: ReaderError | None = None
    next_try: float = 0.0
    pause: float = _FIRST_PAUSE_SECONDS


class ReaderChain:
    """Asks the next reader when one fails, and the failed one again after a growing pause."""

    def __init__(
        self,
        vendor: str,
        readers: Sequence[GpuReader],
        *,
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vendor = vendor
        self._places = [
            _Place(GuardedReader(reader, clock), pause=first_pause_seconds) for reader in readers
        ]
        self._first_pause = first_pause_seconds
        self._patience = patience_seconds
        self._clock = clock
        self._known: tuple[GpuMetrics, ...] = ()
        self._source: tuple[_Place, list[tuple[int, str]]] | None = None
        self._said = ""

    def read(self, deadline: float, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...] | None:
        """Measure, answering by ``deadline`` (of the clock).

        ``()`` means that this vendor has no GPU here, ``None`` that it has or
        had one and nobody answers.
        """
        for place in self._places:
            gpus = self._ask(place, deadline, engine)
            if gpus is not None:
                self._rest_after(place)
                self._remember(place, gpus)
                return gpus
            if isinstance(place.trouble, ReaderBusy):
                break
        return self._nobody()

    def unknown(self) -> tuple[GpuMetrics, ...]:
        """The GPUs seen last, by name, with nothing known about them."""
        return self._known

    def close(self) -> None:
        """Close every reader."""
        for place in self._places:
            place.reader.close()

    def _ask(self, place: _Place, deadline: float, engine: Pids) -> tuple[GpuMetrics, ...] | None:
        now = self._clock()
        if now < place.next_try:
            return None
        try:
            gpus = place.reader.read(max(0.0, deadline - now), engine)
        except ReaderBusy as busy:
            # A blocked call is looked after without a pause, which costs nothing,
            # but after a while the next reader may try.
            patient = busy.waiting_seconds < self._patience
            place.trouble = busy if patient else ReaderError("blocked")
        except ReaderError as error:
            place.trouble = error
            place.next_try = self._clock() + place.pause
            place.pause = min(place.pause * 2, _LONGEST_PAUSE_SECONDS)
            place.reader.rest()
        else:
            place.trouble = None
            place.pause = self._first_pause
            return gpus
        return None

    def _rest_after(self, used: _Place) -> None:
        for place in self._places[self._places.index(used) + 1 :]:
            if place.trouble is None or isinstance(place.trouble, ReaderBusy):
                place.reader.rest()
                place.trouble = ReaderUnavailable("not needed")

    def _nobody(self) -> tuple[GpuMetrics, ...] | None:
        self._source = None
        troubles = [place.trouble for place in self._places]
        if all(isinstance(trouble, ReaderUnavailable) for trouble in troubles):
            self._known = ()
            self._say("none here")
            return ()
        if not any(isinstance(trouble, ReaderBusy) for trouble in troubles):
            self._say(f"no answer ({self._reasons()})")
        return None

    def _remember(self, used: _Place, gpus: tuple[GpuMetrics, ...]) -> None:
        source = (used, [(gpu.index, gpu.name) for gpu in gpus])
        if source != self._source:
            self._source = source
            self._known = tuple(GpuMetrics(index=gpu.index, name=gpu.name) for gpu in gpus)
            self._say_read_by(used, gpus)

    def _say_read_by(self, used: _Place, gpus: tuple[GpuMetrics, ...]) -> None:
        names = ", ".join(gpu.name for gpu in gpus) or "none"
        instead = "" if used is self._places[0] else f" ({self._reasons()})"
        self._say(f"read by {used.reader.name}{instead}: {names}")

    def _reasons(self) -> str:
        return "; ".join(
            f"{place.reader.name}: {place.trouble}" for place in self._places if place.trouble
        )

    def _say(self, text: str) -> None:
        """Log a change of availability, once."""
        if text != self._said:
            self._said = text
            _log.info("%s GPUs: %s", self._vendor, text)
