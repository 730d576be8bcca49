"""The chat stream as it can come over a wire; never an empty success."""

import json
import socket
import threading
from collections.abc import Iterable

import pytest

from tests.contract.stream_server import HEAD, HTML, read_request, serving, spec_at
from tray.infrastructure.llama.client.byte_filter import MAX_LINE
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.models.chat import (
    ChatChunk,
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
    Role,
)
from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec

REQUEST = ChatRequest(
    messages=(ChatMessage(role=Role.USER, content="Hello"),), temperature=0.5, max_tokens=9
)
DONE = b"data: [DONE]\n\n"


def event(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields, ensure_ascii=False).encode() + b"\n\n"


def delta(**fields: object) -> bytes:
    return event(choices=[{"index": 0, "delta": fields, "finish_reason": None}])


def finish(reason: str = "stop") -> bytes:
    timings = {"prompt_n": 11, "cache_n": 2, "predicted_n": 3, "predicted_per_second": 54.3}
    return event(choices=[{"delta": {}, "finish_reason": reason}], timings=timings)


# As b11434 sends it: progress, a role, reasoning, content, a ping, the end.
RECORDED = (
    event(choices=[], prompt_progress={"total": 11, "cache": 2, "processed": 9, "time_ms": 4})
    + delta(role="assistant", content=None)
    + delta(reasoning_content="Let me see. ")
    + b": ping\n\n"
    + delta(content="Two ")
    + delta(content="words")
    + finish()
    + DONE
)


def run(pieces: Iterable[bytes], *, reset: bool = False) -> list[ChatChunk]:
    with serving(pieces, reset=reset) as spec:
        return list(HttpChatClient().stream(spec, REQUEST))


def end_of(chunks: list[ChatChunk]) -> FinishChunk:
    last = chunks[-1]
    assert isinstance(last, FinishChunk)
    assert sum(isinstance(c, FinishChunk) for c in chunks) == 1
    return last


def content(chunks: list[ChatChunk]) -> str:
    return "".join(c.text for c in chunks if isinstance(c, ContentChunk))


def test_a_whole_answer_arrives_typed() -> None:
    chunks = run([HEAD, RECORDED])
    assert chunks[0] == PromptProgressChunk(total=11, cached=2, processed=9, elapsed_ms=4)
    assert chunks[1] == ReasoningChunk(text="Let me see. ")
    assert content(chunks) == "Two words"
    last = end_of(chunks)
    assert (last.reason, last.failure) == (FinishReason.STOP, None)
    assert last.timings.predicted_tokens == 3
    assert last.timings.tokens_per_second == 54.3
    assert last.timings.time_to_first_token_ms is not None


@pytest.mark.parametrize(
    "wire",
    [
        [bytes([b]) for b in RECORDED],
        [RECORDED.replace(b"\n", b"\r\n")],
        [RECORDED.replace(b"\n", b"\r")],
        [bytes([b]) for b in RECORDED.replace(b"\n", b"\r\n")],
        [b"\xef\xbb\xbf" + RECORDED],
        [b"\xef", b"\xbb", b"\xbf", RECORDED],
    ],
    ids=["1-byte chunks", "CRLF", "CR", "1-byte CRLF", "BOM", "cut BOM"],
)
def test_framing_does_not_matter(wire: list[bytes]) -> None:
    chunks = run([HEAD, *wire])
    assert content(chunks) == "Two words"
    assert end_of(chunks).reason is FinishReason.STOP


@pytest.mark.parametrize("text", ["a\u2028b\u2029c", "\u0085", "line\nbreak", "🦙", "\x00"])
def test_strange_text_arrives_unchanged(text: str) -> None:
    assert content(run([HEAD, delta(content=text) + finish() + DONE])) == text


def test_invalid_utf8_is_replaced_and_the_answer_goes_on() -> None:
    broken = delta(content="X").replace(b"X", b"a\xffb")
    chunks = run([HEAD, broken + finish() + DONE])
    assert content(chunks) == "a\ufffdb"
    assert end_of(chunks).reason is FinishReason.STOP


@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls"])
def test_the_engines_reason_is_told(reason: str) -> None:
    assert end_of(run([HEAD, delta(content="x") + finish(reason) + DONE])).reason.value == reason


@pytest.mark.parametrize("reset", [False, True])
def test_a_recording_cut_at_every_byte_is_never_a_wrong_success(reset: bool) -> None:
    finished = RECORDED.index(finish()) + len(finish())
    step = 7 if reset else 3
    for size in range(0, len(RECORDED), step):
        chunks = run([HEAD, RECORDED[:size]], reset=reset)
        last = end_of(chunks)
        if size < finished:
            assert last.reason is FinishReason.CUT, size
            assert last.failure is not None
            assert last.failure.cause is FailureCause.STREAM_CUT
        elif not reset:
            assert last.reason is FinishReason.STOP, size
        assert "Two words".startswith(content(chunks))


def test_a_finish_without_done_is_complete() -> None:
    assert end_of(run([HEAD, delta(content="x") + finish()])).reason is FinishReason.STOP


def test_done_without_a_finish_is_complete_only_with_text() -> None:
    assert end_of(run([HEAD, delta(content="x") + DONE])).reason is FinishReason.STOP
    assert end_of(run([HEAD, DONE])).reason is FinishReason.CUT


def test_an_error_event_is_typed() -> None:
    error = event(error={"code": 500, "message": "KV cache is full", "type": "server_error"})
    last = end_of(run([HEAD, delta(content="x") + error]))
    assert last.reason is FinishReason.ERROR
    assert last.failure is not None
    assert "KV cache is full" in last.failure.detail


def test_an_html_page_with_status_200_is_an_error() -> None:
    last = end_of(run([HTML, b"<html><body>Sign in</body></html>"]))
    assert last.reason is FinishReason.ERROR
    assert last.failure is not None
    assert "text/html" in last.failure.detail


@pytest.mark.parametrize(
    "data", [b"data: {broken\n\n", b"data: 7\n\n", b'data: {"choices": 7}\n\n']
)
def test_an_event_that_is_no_chat_event_is_an_error(data: bytes) -> None:
    assert end_of(run([HEAD, data])).reason is FinishReason.ERROR


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b'{"error": {"message": "the request exceeds the context"}}', "exceeds the context"),
        (
            400,
            b'{"error": {"message": "try increasing it", "n_prompt_tokens": 6035, "n_ctx": 1024}}',
            "it has 6,035 tokens; the model was started with a context of 1,024. Begin a new chat,",
        ),
        (401, b'{"error": {"message": "Invalid API Key"}}', "Invalid API Key"),
        (500, b"<html>no</html>", "HTTP status 500"),
        (503, b"", "HTTP status 503"),
    ],
)
def test_an_http_error_is_typed(status: int, body: bytes, expected: str) -> None:
    head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    last = end_of(run([head, body]))
    assert last.reason is FinishReason.ERROR
    assert last.failure is not None
    assert expected in last.failure.detail


def test_no_server_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    last = end_of(list(HttpChatClient().stream(spec_at(port), REQUEST)))
    assert last.failure is not None
    assert last.failure.cause is FailureCause.ENGINE_UNREACHABLE


@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_a_64_mib_line_is_refused_without_being_held(newline: bytes) -> None:
    pieces = (b"data: " if n == 0 else b"x" * MAX_LINE for n in range(65))
    last = end_of(run([HEAD, delta(content="x"), *pieces, newline]))
    assert last.reason is FinishReason.ERROR


def test_a_line_just_under_the_bound_is_read() -> None:
    text = "x" * (MAX_LINE - 200)
    chunks = run([HEAD, delta(content=text) + finish() + DONE])
    assert content(chunks) == text


def test_the_request_is_what_llama_server_expects() -> None:
    received: list[dict[str, object]] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received.append(json.loads(read_request(connection)))
            connection.sendall(HEAD + RECORDED)

    thread = threading.Thread(target=serve)
    thread.start()
    list(HttpChatClient().stream(spec_at(listener.getsockname()[1]), REQUEST))
    thread.join(10)
    listener.close()
    assert received == [
        {
            "messages": [{"role": "user", "content": "Hello"}],
            "max_tokens": 9,
            "temperature": 0.5,
            "model": "demo",
            "stream": True,
            "return_progress": True,
        }
    ]


def cancelled_at(spec: LaunchSpec, accepted: threading.Event) -> FinishChunk:
    answer = HttpChatClient().stream(spec, REQUEST)

    def cancel() -> None:
        accepted.wait(10)
        answer.close()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    chunks = list(answer)
    canceller.join(10)
    return end_of(chunks)


@pytest.mark.parametrize(
    "said", [b"", HEAD, HEAD + delta(content="x")], ids=["no head", "head", "text"]
)
def test_a_cancel_ends_a_blocked_read(said: bytes) -> None:
    accepted, over = threading.Event(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            read_request(connection)
            connection.sendall(said)
            accepted.set()
            over.wait(30)

    thread = threading.Thread(target=serve)
    thread.start()
    last = cancelled_at(spec_at(listener.getsockname()[1]), accepted)
    over.set()
    thread.join(10)
    listener.close()
    assert (last.reason, last.failure) == (FinishReason.CANCELLED, None)


def test_a_cancel_before_the_first_read_sends_nothing() -> None:
    answer = HttpChatClient().stream(spec_at(9), REQUEST)
    answer.close()
    answer.close()
    assert end_of(list(answer)).reason is FinishReason.CANCELLED
