"""A cut answer goes on where it ends: the engines continue what stands last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.engine_setup import QUESTION, config_of, running_service, started, text_of
from tray.models.chat import ChatMessage, ChatRequest, FinishChunk, FinishReason, Role
from tray.models.config import EngineKind

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ASKED = ChatMessage(role=Role.USER, content=QUESTION)


def request(*messages: ChatMessage, max_tokens: int | None = None) -> ChatRequest:
    return ChatRequest(messages=messages, max_tokens=max_tokens, temperature=0.0, seed=1)


@pytest.mark.parametrize("kind", [EngineKind.BUNDLED, EngineKind.EXECUTABLE])
def test_an_answer_cut_anywhere_becomes_the_whole_answer(tmp_path: Path, kind: EngineKind) -> None:
    with running_service(tmp_path) as service:
        state = started(service, config_of(kind))
        own = state.sampling
        assert own is not None
        # The demo model's file asks for these.
        assert (own.temperature, own.top_k, own.min_p, own.seed) == (0.0, 1, 0.05, None)
        assert not state.sees_images
        whole = text_of(list(service.send_chat_message(request(ASKED))))
        for tokens in (1, 7, 20):
            chunks = list(service.send_chat_message(request(ASKED, max_tokens=tokens)))
            begun, end = text_of(chunks), chunks[-1]
            assert isinstance(end, FinishChunk)
            assert end.reason is FinishReason.LENGTH
            assert whole.startswith(begun)
            answer = ChatMessage(role=Role.ASSISTANT, content=begun)
            rest = text_of(list(service.send_chat_message(request(ASKED, answer))))
            assert begun + rest == whole
