"""A server on this machine that answers as Hugging Face does, and misbehaves as networks do."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

CERTIFICATE = Path(__file__).parent / "data" / "loopback_test_server.pem"
"""Certificate and key of a server that exists in tests alone."""
COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "ann/tiny-GGUF"


class Handler(BaseHTTPRequestHandler):
    """One request; what it does is decided by the hub's fields."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        hub = self.server.hub
        begin = self.headers.get("Range")
        token = self.headers.get("Authorization")
        with hub.lock:
            hub.asked.append(Asked(self.path, begin, token))
            trouble = hub.troubles.pop(0) if hub.troubles else None
        if trouble is not None and trouble(self):
            return
        if hub.token is not None and token != f"Bearer {hub.token}":
            self.answer(401 if token is None else 403, b"{}")
        elif self.path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            self.answer(200, json.dumps(hub.index()).encode())
        elif self.path.startswith(f"/{REPOSITORY}/resolve/{COMMIT}/"):
            name = self.path.removeprefix(f"/{REPOSITORY}/resolve/{COMMIT}/")
            self.redirect(f"{hub.files_at or hub.address}/cdn/{name}")
        elif self.path.startswith("/cdn/"):
            self.send_part(self.asked_file())
        else:
            self.answer(404, b"{}")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, address: str) -> None:
        self.answer(302, b"", Location=address)

    def asked_file(self) -> bytes:
        return self.server.hub.files[unquote(self.path.removeprefix("/cdn/"))]

    def send_part(self, content: bytes) -> None:
        if (start := self.head(content)) is not None:
            hub = self.server.hub
            for at in range(start, len(content), hub.piece):
                self.wfile.write(content[at : at + hub.piece])
                time.sleep(hub.pause)

    def break_after(self, count: int) -> bool:
        """Promise the rest of the file, send ``count`` bytes of it and end the connection."""
        content = self.asked_file()
        if (start := self.head(content)) is not None:
            self.wfile.write(content[start : start + count])
        self.close_connection = True
        return True

    def stop_after(self, count: int) -> bool:
        """Promise the rest of the file, send ``count`` bytes of it, then nothing to the end."""
        content = self.asked_file()
        if (start := self.head(content)) is not None:
            self.wfile.write(content[start : start + count])
            # The client says no more: this returns when it has hung up.
            self.rfile.read(1)
        self.close_connection = True
        return True

    def head(self, content: bytes) -> int | None:
        """Answer up to the body; where the body starts, ``None`` if there is none."""
        wanted = self.headers.get("Range")
        start = 0 if wanted is None or not self.server.hub.ranges else int(wanted[6:].rstrip("-"))
        if start >= len(content):
            self.answer(416, b"", Content_Range=f"bytes */{len(content)}")
            return None
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        return start

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


Trouble = Callable[[Handler], bool]
"""Answers in the hub's place, or returns False and lets it answer."""


@dataclass(frozen=True)
class Asked:
    path: str
    range: str | None
    authorization: str | None


@dataclass
class Hub:
    """``troubles`` are for the next requests, one each; ``None`` lets one pass."""

    address: str
    files: dict[str, bytes]
    token: str | None = None
    files_at: str | None = None
    ranges: bool = True
    piece: int = 1 << 16
    pause: float = 0.0
    wrong_hash: bool = False
    claimed_size: int | None = None
    troubles: list[Trouble | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def index(self) -> dict[str, object]:
        siblings: list[dict[str, object]] = [{"rfilename": "README.md", "size": 3}]
        for name, content in self.files.items():
            digest = "0" * 64 if self.wrong_hash else hashlib.sha256(content).hexdigest()
            large = {
                "sha256": digest,
                "size": self.claimed_size or len(content),
                "pointerSize": 134,
            }
            siblings.append({"rfilename": name, "size": len(content), "lfs": large})
        tags = ["gguf", "license:apache-2.0"]
        return {
            "id": REPOSITORY,
            "sha": COMMIT,
            "gated": False,
            "tags": tags,
            "siblings": siblings,
        }


class _Server(ThreadingHTTPServer):
    hub: Hub
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def hub_of(files: dict[str, bytes], *, encrypted: bool = False) -> Iterator[Hub]:
    """Serve the files of one repository until the end of the block."""
    server = _Server(("127.0.0.1", 0), Handler)
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if encrypted else "http"
    server.hub = Hub(f"{scheme}://127.0.0.1:{server.server_port}", files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
