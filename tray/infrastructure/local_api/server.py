"""LocalApi: the listener on 127.0.0.1 and one thread for each connection."""

import logging
import os
import secrets
import socket
import sys
import threading
import time
from pathlib import Path

from tray import __version__
from tray.infrastructure.local_api.answers import (
    Answer,
    LineStream,
    Refused,
    Reply,
    error_answer,
)
from tray.infrastructure.local_api.exchange import REQUEST_SECONDS, Exchange, RequestHead
from tray.infrastructure.local_api.guard import ENTER, admit, check_form
from tray.infrastructure.local_api.invitations import Invitations
from tray.infrastructure.local_api.page_files import page_answer, page_path
from tray.infrastructure.local_api.page_ports import ServedPage
from tray.infrastructure.local_api.ports import ServedPaddock
from tray.infrastructure.local_api.routes import api_routes, enter_route, page_routes
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.local_api import Endpoint

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 32
HOST = "127.0.0.1"
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CLOSE_SECONDS = 1.0


class LocalApi:
    """Serves one Paddock. Listens from construction, answers from ``start``.

    ``page`` is the folder of the page's files; without ``served_page`` the
    calls only the page makes do not exist.
    """

    def __init__(
        self,
        served: ServedPaddock,
        page: Path,
        served_page: ServedPage | None = None,
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._routes = dict(api_routes(served))
        if served_page is not None:
            self._routes.update(page_routes(served, served_page))
        self._page = page
        self._request_seconds = request_seconds
        self._listener = _listen()
        self.endpoint = Endpoint(
            port=self._listener.getsockname()[1],
            token=secrets.token_urlsafe(32),
            pid=os.getpid(),
            version=__version__,
        )
        self._invitations = Invitations()
        self._routes[ENTER] = enter_route(self._invitations, self.endpoint.token)
        self._lock = threading.Lock()
        self._live: dict[socket.socket, threading.Thread] = {}
        self._streams: set[LineStream] = set()
        self._closing = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, name="local-api", daemon=True)

    def start(self) -> None:
        self._acceptor.start()

    def page_url(self, view: str) -> str:
        """The page's address for "popover" or "browser".

        A browser's is good once, for a minute: it becomes somebody's argument.
        """
        if view == "browser":
            return self.endpoint.invitation_url(self._invitations.new())
        return self.endpoint.page_url(view)

    def close(self) -> None:
        """End every connection and the listener; not from a call of its own.

        Answers under way are cut.
        """
        self._closing.set()
        _wake(self.endpoint.port)
        self._acceptor.join(_CLOSE_SECONDS)
        self._listener.close()
        with self._lock:
            live, streams = dict(self._live), tuple(self._streams)
        for connection in live:
            _cut(connection)
        for stream in streams:
            stream.close()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in live.values():
            thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                # Out of descriptors, or a peer that left already: go on later.
                self._closing.wait(0.1)
                continue
            self._admit(connection)

    def _admit(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closing.is_set() and len(self._live) < MOST_CONNECTIONS:
                thread = threading.Thread(
                    target=self._serve, args=(connection,), name="local-api-call", daemon=True
                )
                self._live[connection] = thread
                thread.start()
                return
        _turn_away(connection)

    def _serve(self, connection: socket.socket) -> None:
        exchange = Exchange(connection, self._request_seconds)
        try:
            self._answer(exchange)
        except OSError as error:
            log.debug("local API: connection ended: %s", error)
        finally:
            exchange.close()
            with self._lock:
                del self._live[connection]

    def _answer(self, exchange: Exchange) -> None:
        reply = self._reply(exchange)
        if isinstance(reply, Answer):
            exchange.send_answer(reply)
            if reply.then is not None:
                reply.then()
        elif reply is not None:
            self._stream(exchange, reply)

    def _stream(self, exchange: Exchange, lines: LineStream) -> None:
        with self._lock:
            self._streams.add(lines)
        try:
            if not self._closing.is_set():
                exchange.send_stream(lines)
        finally:
            lines.close()
            with self._lock:
                self._streams.discard(lines)

    def _reply(self, exchange: Exchange) -> Reply | None:
        try:
            request = exchange.read_head()
            return None if request is None else self._route(exchange, request)
        except Refused as refusal:
            return error_answer(refusal.status, refusal.failure)
        except PaddockError as error:
            return error_answer(409, error.failure)
        except OSError:
            raise
        except Exception:
            log.exception("local API: a call failed")
            return error_answer(500, _internal())

    def _route(self, exchange: Exchange, request: RequestHead) -> Reply:
        admit(request, self.endpoint.port, self.endpoint.token)
        route = self._routes.get(request.path)
        page = None if route else page_path(request.decoded_path)
        check_form(request, route.method if route else "GET" if page else None)
        body = exchange.read_body()
        reply = route.reply(body) if route else self._file(page or "", request)
        if reply is None:
            raise Refused(404, "No such file", request.path)
        return reply

    def _file(self, relative: str, request: RequestHead) -> Reply | None:
        accepted = (request.header(b"accept-encoding") or "").replace(" ", "").split(",")
        return page_answer(self._page, relative, packed="gzip" in accepted)


def _internal() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="Paddock made a mistake",
        detail="The log has the details: paddock logs.",
    )


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.bind((HOST, 0))
    listener.listen(MOST_CONNECTIONS)
    return listener


def _wake(port: int) -> None:
    """Closing a listener does not end an accept() on every system; a visit does."""
    try:
        socket.create_connection((HOST, port), 1.0).close()
    except OSError as error:
        log.debug("local API: the listener was gone already: %s", error)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        log.debug("local API: connection was closed already: %s", error)


def _turn_away(connection: socket.socket) -> None:
    with connection:
        try:
            connection.settimeout(0.1)
            connection.sendall(_BUSY)
        except OSError as error:
            log.debug("local API: nobody to turn away: %s", error)
