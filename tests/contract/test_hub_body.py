"""The body of a large answer, piece by piece, from a connection of the test's own."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY, Handler, Hub, hub_of
from tray.infrastructure.hub.body import BUFFER, pieces
from tray.infrastructure.hub.connection import HubConnection, Interrupted
from tray.infrastructure.hub.follower import MOST_WAITING

NAME = "tiny-Q4_K_M.gguf"
PATH = f"/{REPOSITORY}/resolve/{COMMIT}/{NAME}"
CONTENT = os.urandom(20 * BUFFER + 1)


@dataclass
class Seen:
    """A piece that waits to be hashed, and what was in it when it came."""

    piece: bytes | memoryview
    content: bytes


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with hub_of({NAME: CONTENT}) as serving:
        yield serving


def test_pieces_that_wait_to_be_hashed_are_not_written_over(hub: Hub) -> None:
    waiting: deque[Seen] = deque(maxlen=MOST_WAITING)
    arrived = bytearray()
    connection = HubConnection(hub.address, plain_loopback=True)
    with closing(connection), connection.get(PATH) as response:
        for piece in pieces(response, 10.0):
            assert all(one.piece == one.content for one in waiting)
            waiting.append(Seen(piece, bytes(piece)))
            arrived += piece
    assert arrived == CONTENT


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_silence_is_told_while_it_lasts(
    hub: Hub, encrypted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    told = threading.Event()

    def pauses(handler: Handler) -> bool:
        assert handler.head(CONTENT) == 0
        handler.wfile.write(CONTENT[:200_000])
        assert told.wait(20)
        handler.wfile.write(CONTENT[200_000:])
        return True

    arrived = bytearray()
    with hub_of(hub.files, encrypted=encrypted) as serving:
        serving.troubles = [None, pauses]
        connection = HubConnection(serving.address, plain_loopback=True)
        with closing(connection), connection.get(PATH) as response:
            for piece in pieces(response, 20.0):
                if not piece:
                    assert len(arrived) == 200_000
                    told.set()
                arrived += piece
    assert told.is_set()
    assert arrived == CONTENT


@pytest.mark.parametrize("count", [1, BUFFER - 1, BUFFER, 3 * BUFFER + 7])
def test_what_came_before_a_silence_is_given_on_before_it_is_said(
    hub: Hub, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_at: list[float] = []

    def clock() -> float:
        """Stands until all is sent: only then it is silent."""
        return time.monotonic() - sent_at[0] if sent_at else 0.0

    def stop(handler: Handler) -> bool:
        assert handler.head(CONTENT) == 0
        handler.wfile.write(CONTENT[:count])
        handler.wfile.flush()
        sent_at.append(time.monotonic())
        # Returns when the client has had enough.
        handler.rfile.read(1)
        handler.close_connection = True
        return True

    hub.troubles = [None, stop]
    monkeypatch.setattr("tray.infrastructure.hub.body.time", SimpleNamespace(monotonic=clock))
    arrived = bytearray()
    connection = HubConnection(hub.address, plain_loopback=True, timeout=5.0)
    with closing(connection), connection.get(PATH) as response:
        coming = pieces(response, 0.2)
        while len(arrived) < count:
            arrived += next(coming)
        with pytest.raises(Interrupted):
            list(coming)
    assert arrived == CONTENT[:count]
