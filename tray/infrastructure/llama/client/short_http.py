"""Short questions to an engine on this machine, without httpx.

An engine is asked from its first moment on, long before the first chat: httpx
would cost the resident 4 MB for that, h11 is there for the local API anyway.
"""

import socket
import time

import h11

LONGEST = 1 << 20
SECONDS = 5.0
_RECEIVE = 1 << 16


def ask(
    port: int, path: str, key: str | None = None, seconds: float = SECONDS
) -> tuple[int | None, bytes]:
    """GET a path: status and body, at most 1 MiB. A status of ``None``: nobody answered HTTP.

    ``key`` is sent as the bearer token; ``seconds`` are for the whole answer.
    """
    deadline = time.monotonic() + seconds
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            return _answer(connection, _request(port, path, key), deadline)
    except (OSError, h11.RemoteProtocolError):
        return None, b""


def _request(port: int, path: str, key: str | None) -> h11.Request:
    headers = [("Host", f"127.0.0.1:{port}"), ("Accept", "*/*"), ("Connection", "close")]
    if key is not None:
        headers.append(("Authorization", f"Bearer {key}"))
    return h11.Request(method="GET", target=path, headers=headers)


def _answer(
    connection: socket.socket, request: h11.Request, deadline: float
) -> tuple[int | None, bytes]:
    http = h11.Connection(h11.CLIENT)
    connection.sendall((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
    status: int | None = None
    body = bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            http.receive_data(connection.recv(_RECEIVE))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LONGEST:
                return None, b""
        elif isinstance(event, h11.EndOfMessage):
            return status, bytes(body)
        elif not isinstance(event, h11.InformationalResponse):
            return None, b""
