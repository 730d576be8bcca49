"""A server of one answer, byte by byte as the test wants it."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tray.models.config import EngineKind
from tray.models.launch import LaunchSpec
from tray.models.state import EngineInfo, ModelId

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
KEY = "k" * 32


def spec_at(port: int) -> LaunchSpec:
    return LaunchSpec(
        argv=("engine",),
        environment={},
        working_directory=Path("/"),
        port=port,
        api_key=KEY,
        alias="demo",
        engine=EngineInfo(kind=EngineKind.BUNDLED),
        model=ModelId(name="demo"),
        display="engine",
    )


@contextmanager
def serving(pieces: Iterable[bytes], *, reset: bool = False) -> Iterator[LaunchSpec]:
    """Answer one request with these pieces, each sent on its own, then close.

    ``reset`` ends the connection with RST instead of FIN.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, pieces, reset))
    thread.start()
    try:
        yield spec_at(listener.getsockname()[1])
    finally:
        thread.join(30)
        listener.close()


def _serve(listener: socket.socket, pieces: Iterable[bytes], reset: bool) -> None:
    connection, _ = listener.accept()
    # A reader that has seen enough hangs up; that is its right.
    with connection, contextlib.suppress(ConnectionError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)
        if reset:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def read_request(connection: socket.socket) -> bytes:
    """The whole request, body included."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return body
