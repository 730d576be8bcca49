"""A model whose template reasons: its cut answers go on where they end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.engine_setup import DEMO, QUESTION, config_of, running_service, started
from tests.thinking_model import write_thinking
from tray.models.chat import (
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    ReasoningChunk,
    Role,
)
from tray.models.config import EngineKind
from tray.services.llama.service import LlamaCppService

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ASKED = ChatMessage(role=Role.USER, content=QUESTION)
THOUGHT = "The user asks about the GPU."
BOTH = pytest.mark.parametrize("kind", [EngineKind.BUNDLED, EngineKind.EXECUTABLE])


@dataclass(frozen=True)
class Said:
    reasoning: str
    content: str
    end: FinishReason

    @property
    def message(self) -> ChatMessage:
        return ChatMessage(role=Role.ASSISTANT, content=self.content, reasoning=self.reasoning)


def answer(
    service: LlamaCppService, begun: ChatMessage | None = None, max_tokens: int | None = 40
) -> Said:
    """What is said from there on."""
    messages = (ASKED,) if begun is None else (ASKED, begun)
    request = ChatRequest(messages=messages, max_tokens=max_tokens, temperature=0.0, seed=1)
    chunks = list(service.send_chat_message(request))
    end = chunks[-1]
    assert isinstance(end, FinishChunk)
    assert end.failure is None, end.failure
    return Said(
        "".join(chunk.text for chunk in chunks if isinstance(chunk, ReasoningChunk)),
        "".join(chunk.text for chunk in chunks if isinstance(chunk, ContentChunk)),
        end.reason,
    )


@BOTH
def test_a_reasoning_model_goes_on_where_its_answer_was_cut(
    tmp_path: Path, kind: EngineKind
) -> None:
    model = write_thinking(DEMO, tmp_path / "thinks.gguf", opened=True)
    with running_service(tmp_path) as service:
        started(service, config_of(kind, model))
        whole = answer(service)
        assert (bool(whole.reasoning), whole.content) == (True, "")
        assert whole.end is FinishReason.LENGTH
        # Cut in its reasoning: the rest is reasoning, and nothing comes twice.
        cut = answer(service, max_tokens=7)
        assert cut.reasoning.strip()
        assert whole.reasoning.startswith(cut.reasoning)
        rest = answer(service, cut.message, max_tokens=33)
        assert (cut.reasoning + rest.reasoning, rest.content) == (whole.reasoning, "")
        # Cut right after it, and in its content: the rest is content.
        thought = ChatMessage(role=Role.ASSISTANT, content="Install", reasoning=THOUGHT)
        whole = answer(service, thought)
        assert (whole.reasoning, bool(whole.content)) == ("", True)
        for tokens in (1, 7):
            cut = answer(service, thought, max_tokens=tokens)
            begun = thought.model_copy(update={"content": "Install" + cut.content})
            rest = answer(service, begun, max_tokens=40 - tokens)
            assert (rest.reasoning, cut.content + rest.content) == ("", whole.content)


@BOTH
def test_an_answer_without_reasoning_goes_on_without(tmp_path: Path, kind: EngineKind) -> None:
    model = write_thinking(DEMO, tmp_path / "thinks.gguf")
    with running_service(tmp_path) as service:
        started(service, config_of(kind, model))
        cut = answer(service, max_tokens=9)
        assert cut.reasoning == ""
        rest = answer(service, cut.message)
        assert rest.reasoning == ""
        assert rest.content
        assert not rest.content.startswith(cut.content)
