"""What a llama-server sent, byte for byte, at the pace a measurement needs.

Run as ``python -m tests.bench.recorded`` it is a server in a process of its own,
so that its work is not counted with the reader's. It prints its port.
"""

from __future__ import annotations

import re
import socket
import sys
import time

# Recorded from b11434; each event travelled in an HTTP chunk of its own.
HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nX-Accel-Buffering: no\r\n"
    b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)
_AROUND = (
    '"created":1795392327,"id":"chatcmpl-oiYxZ7xr5e7ac6hqiR3zwWVAllIa7zl5",'
    '"model":"demo","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"'
)
_TIMINGS = (
    '"timings":{"cache_n":0,"prompt_n":11,"prompt_ms":1.933,"prompt_per_token_ms":0.1757,'
    '"prompt_per_second":5690.63,"predicted_n":3,"predicted_ms":2.606,'
    '"predicted_per_token_ms":1.303,"predicted_per_second":767.45}'
)
_PIECE = 1 << 16
_PARAGRAPH = 25


def event(choice: str, more: str = "") -> bytes:
    """One ``data:`` line in its HTTP chunk."""
    data = f'data: {{"choices":[{{{choice}}}],{_AROUND}{more}}}\n\n'.encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def token(text: str) -> bytes:
    """A piece of the answer; ``text`` needs no escaping in JSON."""
    return event(f'"finish_reason":null,"index":0,"delta":{{"content":"{text}"}}')


def end() -> bytes:
    """The last event with its timings, the end mark, the end of the body."""
    last = event('"finish_reason":"stop","index":0,"delta":{}', f",{_TIMINGS}")
    return last + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


def flood(count: int) -> bytes:
    """A whole answer of so many pieces."""
    return HEAD + b"".join(token(f" w{number % 1000}") for number in range(count)) + end()


def send(connection: socket.socket, count: int, per_second: float) -> None:
    """Answer one request: everything at once, or paced with the time in each piece.

    A paced piece reads " t<microseconds>t", since 1970; now and then it ends a paragraph.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _take_request(connection)
    if not per_second:
        connection.sendall(flood(count))
        return
    connection.sendall(HEAD)
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        end_of_line = "" if (number + 1) % _PARAGRAPH else "\\n\\n"
        connection.sendall(token(f" t{time.time_ns() // 1000}t{end_of_line}"))
    connection.sendall(end())


def _take_request(connection: socket.socket) -> None:
    """All of it: closing with a part unread would cut our answer short."""
    head, _, body = connection.recv(_PIECE).partition(b"\r\n\r\n")
    length = int(re.findall(rb"(?i)content-length: *(\d+)", head)[0])
    while len(body) < length:
        body += connection.recv(_PIECE)


def main(count: int, per_second: float) -> None:
    """Answer one connection after another, until standard input ends us by signal."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    send(connection, count, per_second)
                except OSError:
                    continue


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
