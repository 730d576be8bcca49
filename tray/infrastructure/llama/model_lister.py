"""The list of models, made by a child: thousands of them would stay in the resident's memory."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.model_page import ListRequest

SUBCOMMAND = "model-lister"
_END_SECONDS = 2.0

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0

log = logging.getLogger(__name__)


class ModelLines:
    """What the child says, line by line and unread; it ends with ``close``.

    ``command`` is the child's argv. Raises PaddockError when it says nothing.
    """

    def __init__(self, request: ListRequest, command: tuple[str, ...]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path.home(),
            creationflags=_FLAGS,
        )
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
        self._process.kill()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("the listing child does not end")
        if self._process.stdout is not None:
            self._process.stdout.close()

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


def _silent() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="The models could not be listed",
        detail="The helper process ended without an answer. Try again.",
    )
