"""Streams chat answers of a llama.cpp server: SSE in, typed chunks out."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tray.infrastructure.llama.client import chat_failures as failures
from tray.infrastructure.llama.client.http import local_client
from tray.infrastructure.llama.client.request_body import request_body
from tray.infrastructure.llama.client.wire import Event, Timings
from tray.models.chat import (
    ChatChunk,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    ReasoningChunk,
)
from tray.models.failure import ServerFailure
from tray.models.launch import LaunchSpec

if TYPE_CHECKING:
    import httpx

FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
}
CONNECT_TIMEOUT = 5.0
MAX_ERROR_BODY = 1 << 16


class HttpChatClient:
    """Implements the ChatClient port over HTTP."""

    def stream(self, spec: LaunchSpec, request: ChatRequest) -> "HttpChatAnswer":
        return HttpChatAnswer(spec, request)


class HttpChatAnswer:
    """One answer over one connection; see the ChatAnswer port."""

    def __init__(self, spec: LaunchSpec, request: ChatRequest) -> None:
        self._spec = spec
        self._request = request
        self._lock = threading.Lock()
        self._cancelled = False
        self._socket: socket.socket | None = None
        self._reason: FinishReason | None = None
        self._done = False
        self._timings: Timings | None = None
        self._sent_at = 0.0
        self._first_token_ms: float | None = None

    def close(self) -> None:
        """Cancel: shut the connection down, which wakes a blocked reader."""
        with self._lock:
            self._cancelled = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def __iter__(self) -> Iterator[ChatChunk]:
        import httpx

        failure: ServerFailure | None = None
        try:
            if not self._cancelled:
                yield from self._exchange()
        except StreamFailed as error:
            failure = error.failure
        except httpx.ConnectError:
            failure = failures.unreachable()
        except httpx.HTTPError as error:
            failure = failures.cut(str(error))
        yield self._finish(failure)

    def _finish(self, failure: ServerFailure | None) -> FinishChunk:
        timings = (self._timings or Timings()).typed(self._first_token_ms)
        if self._complete and (failure is None or failure.cause is failures.STREAM_CUT):
            return FinishChunk(reason=self._reason or FinishReason.STOP, timings=timings)
        if self._cancelled:
            return FinishChunk(reason=FinishReason.CANCELLED, timings=timings)
        failure = failure or failures.cut("")
        cut = failure.cause is failures.STREAM_CUT
        reason = FinishReason.CUT if cut else FinishReason.ERROR
        return FinishChunk(reason=reason, timings=timings, failure=failure)

    @property
    def _complete(self) -> bool:
        """The engine gave a reason, or said that it was done after some text."""
        return self._reason is not None or (self._done and self._first_token_ms is not None)

    def _exchange(self) -> Iterator[ChatChunk]:
        import httpx

        headers = {
            "Authorization": f"Bearer {self._spec.api_key}",
            "Accept": "text/event-stream",
        }
        self._sent_at = time.monotonic()
        with local_client().stream(
            "POST",
            f"{self._spec.base_url}/v1/chat/completions",
            json=request_body(self._request, self._spec.alias),
            headers=headers,
            # An engine may think for minutes before the first token.
            timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT),
            extensions={"trace": self._keep_socket},
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise StreamFailed(failures.refused(response.status_code, _read_error(response)))
            yield from self._read(response)

    def _keep_socket(self, event: str, info: dict[str, Any]) -> None:
        """Learn the socket when it is made: only a shutdown wakes a blocked read."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._cancelled and self._socket is not None:
                    with contextlib.suppress(OSError):
                        self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self, response: "httpx.Response") -> Iterator[ChatChunk]:
        from httpx import SyncByteStream
        from httpx_sse import EventSource, SSEError

        from tray.infrastructure.llama.client.byte_filter import FilteredStream, LineTooLong

        assert isinstance(response.stream, SyncByteStream)
        response.stream = FilteredStream(response.stream)
        try:
            for event in EventSource(response).iter_sse():
                if event.data == "[DONE]":
                    self._done = True
                    return
                yield from self._chunks(event.data)
        except (SSEError, LineTooLong) as error:
            raise StreamFailed(failures.not_a_stream(str(error))) from error

    def _chunks(self, data: str) -> Iterator[ChatChunk]:
        try:
            event = Event.model_validate_json(data)
        except ValidationError as error:
            raise StreamFailed(failures.not_a_stream("an event is not valid JSON")) from error
        if event.error is not None:
            raise StreamFailed(failures.error_event(event.error.message))
        if event.timings is not None:
            self._timings = event.timings
        if event.prompt_progress is not None:
            yield event.prompt_progress.typed()
        for choice in event.choices:
            if choice.delta.reasoning_content:
                yield ReasoningChunk(text=self._token(choice.delta.reasoning_content))
            if choice.delta.content:
                yield ContentChunk(text=self._token(choice.delta.content))
            if choice.finish_reason is not None:
                self._reason = FINISH_REASONS.get(choice.finish_reason, FinishReason.STOP)

    def _token(self, text: str) -> str:
        if self._first_token_ms is None:
            self._first_token_ms = (time.monotonic() - self._sent_at) * 1000
        return text


class StreamFailed(Exception):
    """The answer ended with a reason the user must see."""

    def __init__(self, failure: ServerFailure) -> None:
        super().__init__(failure.title)
        self.failure = failure


def _read_error(response: "httpx.Response") -> bytes:
    body = b""
    for data in response.iter_bytes():
        body += data
        if len(body) > MAX_ERROR_BODY:
            break
    return body
