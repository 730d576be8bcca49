"""An answer that streams from the resident process."""

import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from pydantic import ValidationError

from tray.models.chat import CHAT_CHUNK, ChatChunk, FinishChunk, FinishReason
from tray.models.failure import FailureCause, ServerFailure

if TYPE_CHECKING:
    import httpx


class RemoteAnswer:
    """Iterate once; the last chunk is a FinishChunk, always.

    A connection that ends before the resident process said how the answer
    ended is CUT, or CANCELLED if it was closed here.
    """

    def __init__(self, response: "httpx.Response") -> None:
        self._response = response
        self._cancelled = False

    def __iter__(self) -> Iterator[ChatChunk]:
        try:
            for chunk in self._chunks():
                yield chunk
                if isinstance(chunk, FinishChunk):
                    return
        finally:
            self._response.close()
        yield self._unfinished()

    def cancel(self) -> None:
        """End the answer from any thread."""
        self._cancelled = True
        shut_down(self._response)

    def __enter__(self) -> "RemoteAnswer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()
        self._response.close()

    def _chunks(self) -> Iterator[ChatChunk]:
        """What arrives until the connection ends, whole lines only."""
        import httpx

        rest = b""
        with contextlib.suppress(httpx.HTTPError, ValidationError):
            for data in self._response.iter_raw():
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line:
                        yield CHAT_CHUNK.validate_json(line)

    def _unfinished(self) -> FinishChunk:
        if self._cancelled:
            return FinishChunk(reason=FinishReason.CANCELLED)
        failure = ServerFailure(
            cause=FailureCause.STREAM_CUT,
            title="The answer was cut off",
            detail="The connection to Paddock ended before the answer did. Ask again.",
        )
        return FinishChunk(reason=FinishReason.CUT, failure=failure)


def shut_down(response: "httpx.Response") -> None:
    """End the connection from any thread: only a shutdown wakes a blocked read."""
    stream = response.extensions["network_stream"]
    connection: socket.socket | None = stream.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
