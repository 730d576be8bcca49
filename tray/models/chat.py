"""A chat request and the typed pieces of its streamed answer."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tray.models.attachment import Attachment
from tray.models.base import Frozen
from tray.models.failure import ServerFailure
from tray.models.sampling import Sampling


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class ChatMessage(Frozen):
    """``reasoning`` counts in an answer that stands last and is to go on from there."""

    role: Role
    content: str
    attachments: tuple[Attachment, ...] = ()
    reasoning: str = ""


class ChatRequest(Sampling):
    """Messages in order, and how they are to be answered.

    An answer that stands last is continued where it ends.
    """

    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1)]


class FinishReason(StrEnum):
    """Why an answer ended. ``CUT`` means the engine never said it was done."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CANCELLED = "cancelled"
    CUT = "cut"
    ERROR = "error"


class ChatTimings(Frozen):
    """What the engine measured. Times in milliseconds, counts in tokens.

    ``context_size`` is what a conversation may take in the engine that answered.
    """

    cached_tokens: int | None = None
    prompt_tokens: int | None = None
    prompt_ms: float | None = None
    predicted_tokens: int | None = None
    predicted_ms: float | None = None
    tokens_per_second: float | None = None
    time_to_first_token_ms: float | None = None
    context_size: int | None = None

    @property
    def context_used(self) -> int | None:
        """Tokens the conversation takes now: what was read, cached or not, and the answer."""
        if self.prompt_tokens is None or self.predicted_tokens is None:
            return None
        return (self.cached_tokens or 0) + self.prompt_tokens + self.predicted_tokens


class ReasoningChunk(Frozen):
    kind: Literal["reasoning"] = "reasoning"
    text: str


class ContentChunk(Frozen):
    kind: Literal["content"] = "content"
    text: str


class PromptProgressChunk(Frozen):
    """How much of the prompt has been read, in tokens.

    ``context_size`` is what prompt and answer may take together.
    """

    kind: Literal["prompt_progress"] = "prompt_progress"
    total: int
    cached: int
    processed: int
    elapsed_ms: float
    context_size: int | None = None


class FinishChunk(Frozen):
    """Always the last chunk of a stream, exactly once.

    ``failure`` is set when ``reason`` is ``CUT`` or ``ERROR``, ``unkept`` when the answer
    could not be kept.
    """

    kind: Literal["finish"] = "finish"
    reason: FinishReason
    timings: ChatTimings = ChatTimings()
    failure: ServerFailure | None = None
    unkept: ServerFailure | None = None


ChatChunk = Annotated[
    ReasoningChunk | ContentChunk | PromptProgressChunk | FinishChunk,
    Field(discriminator="kind"),
]
CHAT_CHUNK: TypeAdapter[ChatChunk] = TypeAdapter(ChatChunk, config={"defer_build": True})
