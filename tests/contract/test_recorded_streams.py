"""Answers as both real engines sent them, head and chunks and all, cut at every byte.

PADDOCK_TORTURE, set by ``python3 dev.py torture``, cuts at every byte; without it
at every 31st.
"""

import os
from pathlib import Path

import pytest

from tests.contract.stream_server import serving
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.models.chat import (
    ChatChunk,
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    Role,
)

RECORDED = sorted((Path(__file__).parent / "data" / "streams").glob("*.http"))
REQUEST = ChatRequest(messages=(ChatMessage(role=Role.USER, content="How do I use my GPU?"),))
FINISH = b'"finish_reason":"length"'
STEP = 1 if "PADDOCK_TORTURE" in os.environ else 31


def answer_to(data: bytes, *, reset: bool) -> tuple[str, FinishChunk]:
    with serving([data], reset=reset) as spec:
        chunks: list[ChatChunk] = list(HttpChatClient().stream(spec, REQUEST))
    last = chunks[-1]
    assert isinstance(last, FinishChunk)
    return "".join(c.text for c in chunks if isinstance(c, ContentChunk)), last


def test_there_is_a_recording_of_each_engine() -> None:
    assert [path.stem for path in RECORDED] == ["llama_server_b11434", "xllamacpp"]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_whole_recording_is_a_whole_answer(path: Path) -> None:
    text, last = answer_to(path.read_bytes(), reset=False)
    assert len(text) > 10
    assert (last.reason, last.failure) == (FinishReason.LENGTH, None)
    assert last.timings.predicted_tokens == 9
    assert last.timings.tokens_per_second is not None


@pytest.mark.slow
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recording_cut_anywhere_is_never_a_wrong_success(path: Path, reset: bool) -> None:
    data = path.read_bytes()
    whole, _ = answer_to(data, reset=False)
    finished = data.index(b"\n\n", data.index(FINISH)) + 2
    for size in range(0, len(data), STEP):
        text, last = answer_to(data[:size], reset=reset)
        assert whole.startswith(text), size
        if size < finished:
            assert last.reason in (FinishReason.CUT, FinishReason.ERROR), size
            assert last.failure is not None, size
        else:
            assert text == whole or reset, size
            assert last.reason in (FinishReason.LENGTH, FinishReason.CUT), size
