"""The body of a large answer, as fast as its socket gives it.

httpx asks, follows, checks and judges; its body costs more than the network, since
every 64 KiB pass through a parser. Where the answer tells its length, the first piece
empties that parser, and the rest is read from the socket, which httpx hands out as its
``network_stream`` extension.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING

from tray.infrastructure.hub.connection import Interrupted, words_of
from tray.infrastructure.hub.follower import MOST_WAITING

if TYPE_CHECKING:
    import httpx

BUFFER = 1 << 19
"""Bytes of a piece: few wakes of the thread that hashes, and still in the processor's cache."""
BUFFERS = MOST_WAITING + 1
"""One is being filled while the others wait to be hashed."""
LONGEST_HELD = 0.05
"""Seconds a piece is collected before it is given on."""
QUIET = 2.0
"""Seconds of silence that are told."""
NOTHING = "nothing arrives"


def pieces(response: "httpx.Response", timeout: float) -> "Iterator[bytes | memoryview]":
    """What arrives; a piece stays as it is until the sixth after it is asked for.

    An empty one says that nothing has arrived for a while. Fewer bytes than promised
    mean that the connection ended. Raises Interrupted, and httpx's errors, when it broke.
    """
    stream = response.iter_raw()
    source = _socket(response)
    length = response.headers.get("content-length", "")
    if source is None or not length.isdecimal() or "transfer-encoding" in response.headers:
        yield from stream
        return
    first = next(stream, b"")
    if first:
        yield first
        yield from _received(source, int(length) - len(first), timeout)


def _socket(response: "httpx.Response") -> "socket.socket | None":
    """Where the body can be read; ``None`` behind an encrypted proxy."""
    stream = response.extensions.get("network_stream")
    if stream is None:
        return None
    found = stream.get_extra_info("socket")
    if response.url.scheme == "https" and not isinstance(found, ssl.SSLSocket):
        return None
    if isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject):
        # Encrypted within an encrypted proxy: the socket's bytes are not the body's.
        return None
    return found if isinstance(found, socket.socket) else None


def _received(source: socket.socket, left: int, timeout: float) -> Iterator[memoryview]:
    source.settimeout(min(QUIET, timeout))
    buffers = cycle([memoryview(bytearray(BUFFER)) for _ in range(BUFFERS)])
    buffer, broken, ended = next(buffers), "", False
    heard = time.monotonic()
    while left and not ended:
        room = buffer[:left]
        until = time.monotonic() + LONGEST_HELD
        while room and not ended and time.monotonic() < until:
            try:
                count = source.recv_into(room, len(room))
            except OSError as error:
                if isinstance(error, TimeoutError) and time.monotonic() - heard < timeout:
                    continue
                count, broken = 0, words_of(error)
            room = room[count:]
            ended = not count
        filled = min(left, BUFFER) - len(room)
        left -= filled
        if filled:
            yield buffer[:filled]
            # Only now: those before it may wait to be hashed still.
            buffer, heard = next(buffers), time.monotonic()
        elif not ended:
            yield buffer[:0]
        if broken:
            raise Interrupted(broken)
