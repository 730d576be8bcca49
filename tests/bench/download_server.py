"""A hub with one large file, as quick as the system sends it: ``python -m … FOLDER``.

A process of its own, so that nobody measured shares an interpreter with it. Plain HTTP
by sendfile, or encrypted. Prints its port.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import sys
import threading
from pathlib import Path

from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY

PIECE = 1 << 20
_RANGE = re.compile(rb"\r\nrange: bytes=(\d+)-", re.IGNORECASE)


def main() -> int:
    """Serve until standard input ends."""
    folder, encrypted = Path(sys.argv[1]), sys.argv[2:] == ["--encrypted"]
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listener, folder, context), daemon=True).start()
    sys.stdin.read()
    return 0


def _accept(listener: socket.socket, folder: Path, context: ssl.SSLContext | None) -> None:
    while True:
        plain, _ = listener.accept()
        # As every web server does; otherwise a short answer waits 40 ms for the client's word.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(plain, folder, context), daemon=True).start()


def _serve(plain: socket.socket, folder: Path, context: ssl.SSLContext | None) -> None:
    try:
        connection = plain if context is None else context.wrap_socket(plain, server_side=True)
        with connection:
            while _answer(connection, folder):
                continue
    except OSError:
        # A client that has what it wants hangs up.
        return


def _answer(connection: socket.socket, folder: Path) -> bool:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(1 << 16)
        if not piece:
            return False
        head += piece
    path = head.split(b" ", 2)[1].decode()
    if path.startswith("/api/"):
        body = (folder / "index.json").read_bytes()
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        return True
    found = _RANGE.search(head)
    with (folder / path.rpartition("/")[2]).open("rb") as file:
        _send(connection, file.fileno(), int(found[1]) if found else 0)
    return True


def _send(connection: socket.socket, handle: int, start: int) -> None:
    with open(handle, "rb", buffering=0, closefd=False) as file:
        size = file.seek(0, 2)
        file.seek(start)
        head = "200 OK" if not start else "206 Partial Content"
        lines = [f"HTTP/1.1 {head}", f"Content-Length: {size - start}"]
        if start:
            lines.append(f"Content-Range: bytes {start}-{size - 1}/{size}")
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        if isinstance(connection, ssl.SSLSocket):
            while data := file.read(PIECE):
                connection.sendall(data)
        else:
            connection.sendfile(file, start)


def write_index(folder: Path, name: str, size: int, sha256: str) -> None:
    """What the hub says of its one file."""
    large = {"sha256": sha256, "size": size}
    index = {"id": REPOSITORY, "sha": COMMIT, "siblings": [{"rfilename": name, "lfs": large}]}
    (folder / "index.json").write_text(json.dumps(index))


if __name__ == "__main__":
    sys.exit(main())
