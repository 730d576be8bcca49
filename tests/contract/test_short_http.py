"""Short questions to an engine, and to what else may sit on its port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tray.infrastructure.llama.client.short_http import LONGEST, ask

Serve = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def served(serve: Serve) -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server for one connection, and the request it got."""
    asked: list[bytes] = []

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            asked.append(request)
            try:
                serve(connection)
            except OSError:
                # The one who asked has had enough.
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join(10)
        assert not thread.is_alive()


def says(*pieces: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return serve


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", (200, b"hi")),
        (OK + b"\r\nto the end", (200, b"to the end")),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", (200, b"hi")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n", (200, b"")),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", (401, b"")),
        (b"HTTP/1.1 503 Loading\r\nContent-Length: 4\r\n\r\nwait", (503, b"wait")),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_status_and_body(answer: bytes, expected: tuple[int, bytes], apart: bool) -> None:
    pieces = [bytes([byte]) for byte in answer] if apart else [answer]
    with served(says(*pieces)) as (port, _):
        assert ask(port, "/health") == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        OK,
        OK + b"Content-Length: 10\r\n\r\nshort",
        OK + b"Content-Length: nonsense\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"X: " + b"y" * (1 << 20),
        OK + b"\r\n" + b"z" * (LONGEST + 1),
    ],
)
def test_what_is_no_whole_answer_is_none(answer: bytes) -> None:
    with served(says(answer)) as (port, _):
        assert ask(port, "/props") == (None, b"")


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask(port, "/health") == (None, b"")


@pytest.mark.parametrize("trickles", [False, True])
def test_the_time_is_for_the_whole_answer(trickles: bool) -> None:
    over = threading.Event()

    def slow(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        while not over.wait(0.05):
            if trickles:
                connection.sendall(b"x")

    with served(slow) as (port, _):
        begun = time.monotonic()
        assert ask(port, "/slots", seconds=0.3) == (None, b"")
        assert time.monotonic() - begun < 2
        over.set()


@pytest.mark.parametrize("key", [None, "s3cret-key-of-16"])
def test_the_key_goes_along_only_when_given_and_the_connection_ends(key: str | None) -> None:
    with served(says(OK + b"Content-Length: 0\r\n\r\n")) as (port, asked):
        assert ask(port, "/props", key)[0] == 200
    (request,) = asked
    assert request.startswith(b"GET /props HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{port}\r\n".encode() in request
    assert b"Connection: close\r\n" in request
    assert (b"Authorization: Bearer s3cret-key-of-16\r\n" in request) is (key is not None)
    assert (b"Authorization" in request) is (key is not None)
