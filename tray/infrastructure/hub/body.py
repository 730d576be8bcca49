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
from typing import TYPE_CHECKING

from tray.infrastructure.hub.connection import Interrupted, words_of

if TYPE_CHECKING:
    import httpx

BUFFER = 1 << 20
LONGEST_HELD = 0.05
"""Seconds a piece is collected before it is given on."""


def pieces(response: "httpx.Response", timeout: float) -> "Iterator[bytes | memoryview]":
    """What arrives; a piece is valid until the next is asked for.

    Fewer bytes than promised mean that the connection ended. Raises Interrupted, and
    httpx's errors, when it broke.
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
    encrypted = response.url.scheme == "https"
    found = stream.get_extra_info("ssl_object" if encrypted else "socket")
    return found if isinstance(found, ssl.SSLSocket if encrypted else socket.socket) else None


def _received(source: socket.socket, left: int, timeout: float) -> Iterator[memoryview]:
    source.settimeout(timeout)
    buffer = memoryview(bytearray(BUFFER))
    filled, broken = 0, ""
    since = time.monotonic()
    while left and not broken:
        try:
            count = source.recv_into(buffer[filled:], min(left, BUFFER - filled))
        except OSError as error:
            count, broken = 0, words_of(error)
        filled += count
        left -= count
        now = time.monotonic()
        if filled == BUFFER or not count or not left or now - since > LONGEST_HELD:
            yield buffer[:filled]
            filled, since = 0, now
        if not count:
            break
    if broken:
        raise Interrupted(broken)
