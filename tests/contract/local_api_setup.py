"""A local API over a fake Paddock, and raw HTTP to call it with."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.served_fake import FakePaddock, FakePage
from tray.infrastructure.local_api import LocalApi

DEADLINE = 10.0


@dataclass
class Served:
    paddock: FakePaddock
    api: LocalApi

    @property
    def port(self) -> int:
        return self.api.endpoint.port

    @property
    def token(self) -> str:
        return self.api.endpoint.token

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def headers(self, **changes: str | None) -> dict[str, str]:
        """What a rightful client sends, with some headers replaced or left out."""
        right: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        given = {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in (right | given).items() if value is not None}

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        with self.connect() as connection:
            connection.sendall(request_bytes(method, path, headers, body))
            return read_reply(connection)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as its bytes; nothing is checked, so nothing is corrected."""
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body and "Content-Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def read_reply(connection: socket.socket) -> Reply:
    """Read to the end of the connection."""
    data = b""
    while piece := connection.recv(1 << 16):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Reply(int(first.split(" ")[1]), headers, body)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Until the condition holds; fails after a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.005)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    page = tmp_path / "web"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>Paddock</title>")
    (page / "main.js").write_text("export {};")
    (page / "secret.key").write_text("not for the page")
    (tmp_path / "outside.html").write_text("outside")
    paddock = FakePaddock()
    api = LocalApi(paddock, page)
    api.start()
    yield Served(paddock, api)
    api.close()


@pytest.fixture
def served_page(tmp_path: Path) -> Iterator[Served]:
    """With the calls that only the page makes."""
    paddock = FakePaddock()
    api = LocalApi(paddock, tmp_path, FakePage(paddock.asked))
    api.start()
    yield Served(paddock, api)
    api.close()
