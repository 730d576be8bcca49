"""One HTTP exchange on one connection: a request, an answer, the end.

h11 keeps the rules of HTTP; this file moves bytes and keeps time.
"""

import socket
import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

import h11

from tray.infrastructure.local_api.answers import (
    NDJSON,
    SECURITY_HEADERS,
    Answer,
    LineStream,
    Refused,
)

LARGEST_HEAD = 16 * 1024
LARGEST_BODY = 16 * 1024 * 1024
REQUEST_SECONDS = 10.0
SEND_SECONDS = 30.0
LINGER_SECONDS = 2.0
_RECEIVE = 256 * 1024


@dataclass(frozen=True)
class RequestHead:
    """``target`` is the raw path with its query; header names are lower case."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def path(self) -> str:
        """The raw path, still percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def decoded_path(self) -> str:
        return unquote(self.path)

    def header(self, name: bytes) -> str | None:
        """The value; repeated headers are joined, so that they match nothing exact."""
        found = [value.decode("latin-1") for key, value in self.headers if key == name]
        return ", ".join(found) if found else None


class Exchange:
    """A connection from its first byte to its close. One thread uses it.

    The whole request has ``request_seconds`` to arrive.
    """

    def __init__(self, connection: socket.socket, request_seconds: float) -> None:
        self._socket = connection
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._deadline = time.monotonic() + request_seconds
        self._asked_for_head = False
        self.answered = False

    def read_head(self) -> RequestHead | None:
        """The request line and headers; ``None`` when the peer closed instead.

        Raises Refused for what is not HTTP, OSError when the connection fails
        or is silent too long.
        """
        event = self._next_event()
        if not isinstance(event, h11.Request):
            return None
        self._asked_for_head = event.method == b"HEAD"
        return RequestHead(
            method=event.method.decode("ascii"),
            target=event.target.decode("ascii"),
            headers=tuple(event.headers),
        )

    def read_body(self) -> bytes:
        """The whole body, at most 16 MiB. Raises Refused and OSError."""
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            self._send(self._http.send(go_on))
        body = bytearray()
        while isinstance(event := self._next_event(), h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                raise too_large()
        return bytes(body)

    def send_answer(self, answer: Answer) -> None:
        """Send a whole answer in one write; without its body to a HEAD, as HTTP wants it."""
        more = [("Content-Length", str(len(answer.body)))]
        if answer.packed:
            more.append(("Content-Encoding", "gzip"))
        data = self._head(answer.status, answer.content_type, *more)
        if answer.body and not self._asked_for_head:
            data += self._http.send(h11.Data(data=answer.body)) or b""
        self._send(data + (self._http.send(h11.EndOfMessage()) or b""))

    def send_stream(self, lines: LineStream) -> None:
        """Send lines as they come, until they end or the peer is gone."""
        self._send(self._head(200, NDJSON))
        for data in lines:
            if not data and self._peer_is_gone():
                return
            self._send(self._http.send(h11.Data(data=data or b"\n")))
        self._send(self._http.send(h11.EndOfMessage()))

    def close(self) -> None:
        """Close; first hear the peer out, or it may lose our answer to a reset."""
        try:
            if self.answered and self._http.their_state is not h11.DONE:
                self._linger()
        except OSError:
            return
        finally:
            self._socket.close()

    def _head(self, status: int, content_type: str, *more: tuple[str, str]) -> bytes:
        headers = [("Content-Type", content_type), ("Connection", "close")]
        response = h11.Response(
            status_code=status,
            headers=[*headers, *more, *SECURITY_HEADERS],
            reason=HTTPStatus(status).phrase.encode(),
        )
        self.answered = True
        return self._http.send(response) or b""

    def _next_event(self) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._socket.settimeout(max(self._deadline - time.monotonic(), 0.001))
                self._http.receive_data(self._socket.recv(_RECEIVE))
            return event
        except h11.RemoteProtocolError as error:
            raise Refused(error.error_status_hint, "Not a request", str(error)) from error

    def _send(self, data: bytes | None) -> None:
        if data:
            self._socket.settimeout(SEND_SECONDS)
            self._socket.sendall(data)

    def _peer_is_gone(self) -> bool:
        self._socket.settimeout(0.0)
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def _linger(self) -> None:
        deadline = time.monotonic() + LINGER_SECONDS
        self._socket.shutdown(socket.SHUT_WR)
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            if not self._socket.recv(_RECEIVE):
                return


def too_large() -> Refused:
    """The refusal of a body over the limit."""
    return Refused(413, "The body is too large", f"At most {LARGEST_BODY >> 20} MiB are taken.")
