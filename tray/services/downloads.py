"""The list of downloads: one runs at a time, the others wait, are paused, failed or done.

Each transfer runs behind a port, in a process of its own; ending that is a pause, since
what has arrived stays. A transfer that ends without a word is begun again a few times.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from tray.models.download import Download, DownloadPhase, HubPlan
from tray.models.errand import FailedSaid, FetchedSaid, GoneSaid, PlanSaid, ProgressSaid, Said
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.download_ports import DownloadRecords, Transfer, Transfers

MOST = 50
"""Downloads in the list; the oldest done ones make room."""
KEPT_TIMES = 20
"""How often at most the progress of one download is kept for a restart."""
AGAIN = (1.0, 5.0, 25.0)
"""Seconds before a transfer that ended without a word is begun again."""
_IDLE = (DownloadPhase.PAUSED, DownloadPhase.FAILED)
_WAITS = (DownloadPhase.QUEUED, DownloadPhase.RUNNING)

log = logging.getLogger(__name__)


class Downloads:
    """Any thread may call. ``later`` runs an action once, in so many seconds.

    ``ended`` is told of each download that is done or has failed, on any thread.
    """

    def __init__(
        self,
        transfers: Transfers,
        records: DownloadRecords,
        later: Callable[[float, Callable[[], None]], None],
        ended: Callable[[Download], None],
    ) -> None:
        self._transfers = transfers
        self._records = records
        self._later = later
        self._ended = ended
        self._lock = threading.RLock()
        self._list = {kept.id: _after_restart(kept) for kept in records.load()}
        self._transfer: Transfer | None = None
        self._run = 0
        self._gone = 0
        self._kept = 0
        self._closed = False

    def all(self) -> tuple[Download, ...]:
        """In the order they were asked for."""
        return tuple(self._list.values())

    def start(self, what: str) -> None:
        """Begin it, or wait for the one before; one that is in the list goes on."""
        with self._lock:
            known = next((one.id for one in self._list.values() if one.what == what), None)
            if known is None:
                self._make_room()
                known = uuid.uuid4().hex
                self._list[known] = Download(id=known, what=what, phase=DownloadPhase.QUEUED)
            if self._list[known].phase not in _WAITS:
                self._change(known, phase=DownloadPhase.QUEUED, failure=None, model=None)
            self._keep()
            self._next()

    def pause(self, download: str) -> None:
        """Stop it; nothing to do for one that does not run or wait."""
        with self._lock:
            if self._known(download).phase in _WAITS:
                self._stop(download)
                self._change(download, phase=DownloadPhase.PAUSED)
                self._keep()
                self._next()

    def resume(self, download: str) -> None:
        """Go on where it ended."""
        with self._lock:
            if self._known(download).phase in _IDLE:
                self._change(download, phase=DownloadPhase.QUEUED, failure=None)
                self._keep()
                self._next()

    def remove(self, download: str) -> None:
        """Take it off the list; what has arrived of one that is not done is thrown away."""
        with self._lock:
            found = self._known(download)
            self._stop(download)
            if found.phase is not DownloadPhase.DONE and found.plan is not None:
                self._change(download, phase=DownloadPhase.PAUSED)
                self._transfers.throw_away(found.plan, self._others(download))
            del self._list[download]
            self._keep()
            self._next()

    def close(self) -> None:
        """Stop what runs; the list is kept, and shows it as paused next time."""
        with self._lock:
            self._closed = True
            self._keep()
            if self._transfer is not None:
                self._transfer.end()
                self._transfer = None

    def _others(self, download: str) -> tuple[HubPlan, ...]:
        """The plans of all that are not done, this one left out: they may share a projector."""
        rest = (one for one in self._list.values() if one.id != download)
        return tuple(one.plan for one in rest if one.plan and one.phase is not DownloadPhase.DONE)

    def _known(self, download: str) -> Download:
        found = self._list.get(download)
        if found is None:
            raise PaddockError(_NOT_LISTED)
        return found

    def _change(self, download: str, **changes: Any) -> Download:
        changed = self._list[download].model_copy(update=changes)
        self._list[download] = changed
        return changed

    def _keep(self) -> None:
        self._records.save(self.all())

    def _make_room(self) -> None:
        if len(self._list) >= MOST:
            done = [one.id for one in self._list.values() if one.phase is DownloadPhase.DONE]
            if not done:
                raise PaddockError(_FULL)
            del self._list[done[0]]

    def _running(self) -> Download | None:
        return next((d for d in self._list.values() if d.phase is DownloadPhase.RUNNING), None)

    def _stop(self, download: str) -> None:
        if self._list[download].phase is DownloadPhase.RUNNING:
            # Whatever this run still says is of the past.
            self._run += 1
            transfer, self._transfer = self._transfer, None
            if transfer is not None:
                transfer.end()

    def _next(self) -> None:
        """Begin the first one that waits, if none runs."""
        if self._closed or self._running() is not None:
            return
        waiting = [d.id for d in self._list.values() if d.phase is DownloadPhase.QUEUED]
        if waiting:
            self._gone = 0
            self._change(waiting[0], phase=DownloadPhase.RUNNING)
            self._keep()
            self._begin(waiting[0])

    def _begin(self, download: str) -> None:
        self._run += 1
        self._kept = 0
        run, one = self._run, self._list[download]
        try:
            self._transfer = self._transfers.begin(
                one.what, one.plan, lambda said: self._hear(download, run, said)
            )
        except PaddockError as error:
            self._over(download, phase=DownloadPhase.FAILED, failure=error.failure)

    def _hear(self, download: str, run: int, said: Said) -> None:
        with self._lock:
            if self._closed or run != self._run or download not in self._list:
                return
            over = self._apply(download, said)
        if over is not None:
            self._ended(over)

    def _apply(self, download: str, said: Said) -> Download | None:
        """Take in what a transfer says; the download if that was its end."""
        match said:
            case PlanSaid(plan=plan):
                self._change(download, plan=plan)
                self._keep()
            case ProgressSaid(progress=progress):
                if progress.fetched:
                    self._gone = 0
                self._change(download, progress=progress)
                if progress.total and progress.done >= self._kept + progress.total // KEPT_TIMES:
                    self._kept = progress.done
                    self._keep()
            case FetchedSaid(done=done):
                return self._over(download, phase=DownloadPhase.DONE, model=done.model)
            case FailedSaid(failure=failure):
                return self._over(download, phase=DownloadPhase.FAILED, failure=failure)
            case GoneSaid():
                return self._again(download)
        return None

    def _over(self, download: str, **changes: Any) -> Download:
        self._transfer = None
        over = self._change(download, **changes)
        self._keep()
        self._next()
        return over

    def _again(self, download: str) -> Download | None:
        if self._gone >= len(AGAIN):
            return self._over(download, phase=DownloadPhase.FAILED, failure=_ENDED)
        log.warning("a download's process ended without a word; it is started again")
        run, self._transfer = self._run, None
        self._later(AGAIN[self._gone], lambda: self._begin_again(download, run))
        self._gone += 1
        return None

    def _begin_again(self, download: str, run: int) -> None:
        with self._lock:
            if not self._closed and run == self._run:
                self._begin(download)


def _after_restart(kept: Download) -> Download:
    if kept.phase not in _WAITS:
        return kept
    return kept.model_copy(update={"phase": DownloadPhase.PAUSED})


_ENDED = ServerFailure(
    cause=FailureCause.DOWNLOAD_FAILED,
    title="The download ended unexpectedly",
    detail="Its process was killed, or it crashed. What has arrived is kept: Resume goes on there.",
)
_NOT_LISTED = ServerFailure(
    cause=FailureCause.REQUEST_REFUSED,
    title="This download is not in the list any more",
    detail="It was removed.",
)
_FULL = ServerFailure(
    cause=FailureCause.REQUEST_REFUSED,
    title="There are too many downloads",
    detail="Remove some from the list first.",
)
