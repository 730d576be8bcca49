"""Kept conversations, and a question asked in one."""

from typing import Annotated

from pydantic import Field

from tray.models.attachment import Attachment, ImageFile
from tray.models.base import Frozen
from tray.models.chat import ChatMessage, ChatRequest, ChatTimings, FinishReason, Role
from tray.models.sampling import Sampling

ConversationId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
"""A UUID; the page makes it, so that it knows it before the first answer."""


class ChatSettings(Sampling):
    """How one conversation is answered: a system prompt (empty for none), and sampling."""

    system_prompt: Annotated[str, Field(max_length=100_000)] = ""


class KeptMessage(ChatMessage):
    """A message, and of an answer how it came.

    ``thought_seconds`` is how long the model reasoned. A ``reason`` of ``None`` in
    an answer means that nobody saw its end; one of ``ERROR`` in a question, that the
    engine refused it.
    """

    thought_seconds: float | None = None
    reason: FinishReason | None = None
    timings: ChatTimings = ChatTimings()

    @property
    def refused(self) -> bool:
        """Whether this is a question the engine would not read."""
        return self.role is Role.USER and self.reason is FinishReason.ERROR


class ConversationLine(Frozen):
    """One conversation in a list. ``updated`` is in seconds since 1970.

    ``found`` is the text around what was searched for, if that is in a message or in
    a file that was sent, whose name is ``found_in``.
    """

    id: str
    title: str
    pinned: bool
    updated: float
    found: str | None = None
    found_in: str | None = None


class Edit(Frozen):
    """A question being changed: its position among the messages, and its words so far.

    ``files`` are all that go with it; ``None`` where nobody has changed them. Of
    an edit that is kept already, ``None`` leaves them as they are.
    """

    position: Annotated[int, Field(ge=0)]
    text: str
    files: tuple[Attachment, ...] | None = None


class Conversation(Frozen):
    """A whole conversation; draft and edit are what was written and not sent."""

    id: str
    title: str
    pinned: bool
    updated: float
    messages: tuple[KeptMessage, ...]
    settings: ChatSettings = ChatSettings()
    draft: str = ""
    draft_files: tuple[Attachment, ...] = ()
    edit: Edit | None = None


class Desk(Frozen):
    """A chat not begun yet: what was written, attached and set for it."""

    draft: str = ""
    draft_files: tuple[Attachment, ...] = ()
    settings: ChatSettings = ChatSettings()


class LastAnswered(Frozen):
    """The kept conversation an answer ended in last, the page that asked, and how many did."""

    conversation: ConversationId
    page: str
    number: int


class PageChatRequest(Frozen):
    """A question of the page; without a ``conversation`` nothing of it is kept.

    An answer that stands last is continued. ``page`` tells pages of the same chat apart.
    """

    messages: Annotated[tuple[KeptMessage, ...], Field(min_length=1)]
    settings: ChatSettings = ChatSettings()
    conversation: ConversationId | None = None
    page: Annotated[str, Field(max_length=36)] = ""

    @property
    def begun(self) -> KeptMessage | None:
        """The answer that is to go on."""
        last = self.messages[-1]
        return last if last.role is Role.ASSISTANT else None

    def asked(self, *, sees_images: bool) -> ChatRequest:
        """What the engine is asked; an image it cannot see is named instead.

        A question it refused is left out: it would have every later one refused as well.
        """
        last = self.messages[-1]
        messages: list[ChatMessage] = []
        for message in self.messages:
            told = (message.content or message.attachments) and not message.refused
            if told or message is last:
                said = _asked(message, sees_images=sees_images, last=message is last)
                # A question without an answer: many templates refuse two of a role in a row.
                if messages and messages[-1].role is said.role is Role.USER:
                    said = _joined(messages.pop(), said)
                messages.append(said)
        prompt = self.settings.system_prompt.strip()
        system = (ChatMessage(role=Role.SYSTEM, content=prompt),) if prompt else ()
        sampling = self.settings.model_dump(exclude={"system_prompt"})
        return ChatRequest(messages=(*system, *messages), **sampling)


def _asked(message: KeptMessage, *, sees_images: bool, last: bool) -> ChatMessage:
    files = message.attachments
    seen = tuple(file for file in files if sees_images or not isinstance(file, ImageFile))
    names = [f"[Image not shown: {file.name}]" for file in files if file not in seen]
    return ChatMessage(
        role=message.role,
        content="\n\n".join([*names, message.content]) if names else message.content,
        attachments=seen,
        reasoning=message.reasoning if last else "",
    )


def _joined(first: ChatMessage, second: ChatMessage) -> ChatMessage:
    words = (first.content, second.content)
    return ChatMessage(
        role=first.role,
        content="\n\n".join(filter(None, words)),
        attachments=(*first.attachments, *second.attachments),
    )
