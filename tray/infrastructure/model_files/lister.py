"""The list of models, made by a child: thousands of them would stay in the resident's memory."""

import logging
import subprocess
import threading
from collections.abc import Iterator

from tray.infrastructure.own_child import Child, close_pipes, start_child
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.model_page import ListRequest

SUBCOMMAND = "model-lister"
READY_SECONDS = 10.0
"""A child that was made ready waits so long to be asked."""
_END_SECONDS = 2.0

log = logging.getLogger(__name__)


class ModelLister:
    """Starts the children that list; ``command`` is their argv. Any thread may call.

    A child takes longer to start than to list, so one can be made ready beforehand.
    It ends with this process, and when nobody asks it for ``ready_seconds``.
    """

    def __init__(self, command: tuple[str, ...], ready_seconds: float = READY_SECONDS) -> None:
        self._command = command
        self._ready_seconds = ready_seconds
        self._lock = threading.Lock()
        self._ready: Child | None = None

    def make_ready(self) -> None:
        """Somebody is about to ask for a list."""
        with self._lock:
            if self._ready is not None:
                return
            try:
                self._ready = start_child(self._command)
            except PaddockError as error:
                log.warning("no listing child can be started: %s", error)
                return
            late = threading.Timer(self._ready_seconds, self._dismiss, (self._ready,))
        late.daemon = True
        late.start()

    def lines(self, request: ListRequest) -> "ModelLines":
        """A list. Raises PaddockError when no child starts, or it says nothing."""
        with self._lock:
            child, self._ready = self._ready, None
        if child is not None and child.poll() is not None:
            _end(child)
            child = None
        return ModelLines(child or start_child(self._command), request)

    def close(self) -> None:
        """Nobody will ask any more."""
        with self._lock:
            child, self._ready = self._ready, None
        if child is not None:
            _end(child)

    def _dismiss(self, child: Child) -> None:
        with self._lock:
            if self._ready is not child:
                return
            self._ready = None
        _end(child)


class ModelLines:
    """What a child says, line by line and unread; it ends with ``close``.

    Raises PaddockError when it says nothing.
    """

    def __init__(self, child: Child, request: ListRequest) -> None:
        self._process = child
        self._ask(request)
        self._first = self._line()
        if not self._first:
            self.close()
            raise PaddockError(_silent())

    def __iter__(self) -> Iterator[bytes]:
        line = self._first
        self._first = b""
        while line:
            yield line
            line = self._line()

    def close(self) -> None:
        """The reader has enough. Any thread."""
        _end(self._process)

    def _ask(self, request: ListRequest) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request.model_dump_json().encode() + b"\n")
            self._process.stdin.close()
        except OSError as error:
            log.debug("the listing child ended at once: %s", error)

    def _line(self) -> bytes:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            return pipe.readline()
        except (OSError, ValueError):
            return b""


def _end(child: Child) -> None:
    child.kill()
    try:
        child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        log.warning("the listing child does not end")
    close_pipes(child)


def _silent() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="The models could not be listed",
        detail="The helper process ended without an answer. Try again.",
    )
