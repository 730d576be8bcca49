"""Streams, keep-alives, cancelling, limits and the end of the local API."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.local_api_setup import Served, read_reply, request_bytes, served, wait_for
from tests.contract.served_fake import FakeFeed, FakePaddock, FakePage
from tray.infrastructure.api_client import ApiClient
from tray.infrastructure.local_api import LocalApi
from tray.infrastructure.local_api.server import MOST_CONNECTIONS
from tray.infrastructure.local_api.streams import PageStateLines
from tray.models.chat import (
    ChatChunk,
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    Role,
)
from tray.models.download import DownloadPhase
from tray.models.failure import FailureCause, PaddockError
from tray.models.local_api import Endpoint, StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.page import PageState
from tray.models.page_downloads import ShownDownload
from tray.models.state import ModelState, ServerPhase

__all__ = ["served"]

HELLO = ChatRequest(messages=(ChatMessage(role=Role.USER, content="Grüß dich ✓"),))


@pytest.fixture
def client(served: Served) -> ApiClient:
    return ApiClient(served.api.endpoint)


def test_the_client_has_every_call(served: Served, client: ApiClient) -> None:
    assert client.state().port == 4000
    assert client.models() == served.paddock.models()
    assert client.connection() == served.paddock.connection()
    assert client.start(StartRequest(model="demo", wait=True)).phase is ServerPhase.READY
    assert client.stop(StopRequest()).phase is ServerPhase.STOPPED
    assert client.free() == FreedMemory(ram=2**20)
    client.show()
    client.quit()
    expected = [StartRequest(model="demo", wait=True), StopRequest(), "free", "show", "quit"]
    wait_for(lambda: served.paddock.asked == expected, "every call arrived")


def test_failures_arrive_typed(served: Served, client: ApiClient) -> None:
    served.paddock.running = False
    with pytest.raises(PaddockError) as caught:
        client.chat(HELLO)
    assert caught.value.failure.cause is FailureCause.NOT_RUNNING


def test_nobody_there_is_a_typed_failure(served: Served, client: ApiClient) -> None:
    served.api.close()
    with pytest.raises(PaddockError) as caught:
        client.state()
    assert caught.value.failure.cause is FailureCause.PADDOCK_UNREACHABLE


@pytest.mark.parametrize(
    "call",
    [
        ApiClient.state,
        ApiClient.free,
        ApiClient.subscribe,
        lambda client: client.chat(HELLO),
        lambda client: client.start(StartRequest(wait=True)),
        lambda client: client.stop(StopRequest(wait=True)),
    ],
)
def test_a_paddock_that_was_stopped_is_not_waited_for(call: Callable[[ApiClient], object]) -> None:
    # The system takes connections for a process that does not run.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = Endpoint(port=silent.getsockname()[1], token="t" * 43, pid=1, version="0")
        with pytest.raises(PaddockError) as caught:
            call(ApiClient(endpoint, patience=0.2))
    assert caught.value.failure.title == "Paddock does not answer"


def test_chunks_arrive_one_by_one_and_whole(served: Served, client: ApiClient) -> None:
    answer = client.chat(HELLO)
    assert served.paddock.asked == [HELLO]
    chunks = iter(answer)
    for number in range(3):
        served.paddock.answer.chunks.put(ContentChunk(text=f"Wörter {number}\n"))
        assert next(chunks) == ContentChunk(text=f"Wörter {number}\n")
    finish = FinishChunk(reason=FinishReason.STOP)
    served.paddock.answer.chunks.put(finish)
    assert list(chunks) == [finish]


def test_a_flood_arrives_complete_and_in_order(served: Served, client: ApiClient) -> None:
    sent: list[ChatChunk] = [ContentChunk(text=str(number)) for number in range(20_000)]
    for chunk in (*sent, FinishChunk(reason=FinishReason.STOP)):
        served.paddock.answer.chunks.put(chunk)
    received = list(client.chat(HELLO))
    assert received[:-1] == sent
    assert isinstance(received[-1], FinishChunk)


def test_a_client_that_closes_cancels_while_the_engine_is_silent(served: Served) -> None:
    connection = served.connect()
    body = HELLO.model_dump_json().encode()
    connection.sendall(request_bytes("POST", "/api/chat", served.headers(), body))
    wait_for(lambda: served.paddock.asked, "the chat began")
    connection.close()
    wait_for(served.paddock.answer.cancelled.is_set, "the answer was cancelled")


def test_a_client_that_resets_cancels_a_stream(served: Served) -> None:
    connection = served.connect()
    body = HELLO.model_dump_json().encode()
    connection.sendall(request_bytes("POST", "/api/chat", served.headers(), body))
    served.paddock.answer.chunks.put(ContentChunk(text="a"))
    assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()
    wait_for(served.paddock.answer.cancelled.is_set, "the answer was cancelled")


def test_cancel_on_the_client_ends_the_stream_on_both_sides(
    served: Served, client: ApiClient
) -> None:
    answer = client.chat(HELLO)
    threading.Timer(0.05, answer.cancel).start()
    assert list(answer) == [FinishChunk(reason=FinishReason.CANCELLED)]
    wait_for(served.paddock.answer.cancelled.is_set, "the answer was cancelled")


def test_a_paddock_that_dies_cuts_the_answer_and_says_so(served: Served, client: ApiClient) -> None:
    answer = client.chat(HELLO)
    served.paddock.answer.chunks.put(ContentChunk(text="half"))
    chunks = iter(answer)
    assert next(chunks) == ContentChunk(text="half")
    served.api.close()
    (finish,) = chunks
    assert isinstance(finish, FinishChunk)
    assert finish.reason is FinishReason.CUT
    assert finish.failure is not None


def test_silence_is_filled_with_empty_lines(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request_bytes("GET", "/api/events", served.headers()))
        data = b""
        while b"\r\n\r\n1\r\n\n\r\n" not in data:
            piece = connection.recv(1 << 16)
            assert piece, "the stream ended"
            data += piece


def test_a_download_gets_further_on_the_page_without_a_new_snapshot() -> None:
    class Downloading(FakePage):
        shares = iter((0.1, 0.2, 0.2))

        def state(self, state: ModelState) -> PageState:
            line = ShownDownload(
                id="1", name="a", phase=DownloadPhase.RUNNING, line="", share=next(self.shares)
            )
            return super().state(state).model_copy(update={"downloads": (line,)})

    feed = FakeFeed()
    feed.states.put(ModelState())
    lines = iter(PageStateLines(feed, Downloading([])))
    shown = [PageState.model_validate_json(next(lines)).downloads[0].share for _ in range(2)]
    assert shown == [0.1, 0.2]
    assert next(lines) == b""


def test_events_deliver_each_snapshot(served: Served, client: ApiClient) -> None:
    served.paddock.feed.states.put(ModelState(revision=1))
    events = iter(client.subscribe())
    assert next(events) == ModelState(revision=1)
    served.paddock.feed.states.put(ModelState(revision=2, phase=ServerPhase.STARTING))
    assert next(events).revision == 2
    served.paddock.feed.close()
    assert list(events) == []


def test_a_feed_is_closed_while_it_is_waited_for(served: Served, client: ApiClient) -> None:
    served.paddock.feed.states.put(ModelState(revision=1))
    feed = client.subscribe()
    seen: list[ModelState] = []
    first = threading.Event()

    def follow() -> None:
        for state in feed:
            seen.append(state)
            first.set()

    reader = threading.Thread(target=follow)
    reader.start()
    assert first.wait(10)
    feed.close()
    reader.join(10)
    assert not reader.is_alive()
    assert seen == [ModelState(revision=1)]


@pytest.mark.parametrize("data", [b"", b"GET /api/state HTTP/1.1\r\n"])
def test_a_client_that_falls_silent_is_dropped(tmp_path: Path, data: bytes) -> None:
    paddock = FakePaddock()
    impatient = Served(paddock, LocalApi(paddock, tmp_path, request_seconds=0.2))
    impatient.api.start()
    with impatient.connect() as connection:
        connection.sendall(data)
        assert connection.recv(100) == b""
    impatient.api.close()


def test_too_many_connections_are_turned_away_and_room_comes_back(served: Served) -> None:
    held = [served.connect() for _ in range(MOST_CONNECTIONS)]
    wait_for(lambda: len(served.api._live) == MOST_CONNECTIONS, "all are held")
    with served.connect() as one_more:
        assert read_reply(one_more).status == 503
    for connection in held:
        connection.close()
    wait_for(lambda: not served.api._live, "all are gone")
    assert served.call("GET", "/api/state", served.headers()).status == 200


def test_close_ends_streams_threads_and_the_listener(served: Served, client: ApiClient) -> None:
    with client.chat(HELLO):
        served.api.close()
        wait_for(served.paddock.answer.cancelled.is_set, "the answer was cancelled")
        wait_for(lambda: not served.api._live, "no connection is left")
    wait_for(
        lambda: not [t for t in threading.enumerate() if t.name.startswith("local-api")],
        "no thread is left",
    )
    with pytest.raises(OSError, match="refused"):
        served.connect()
