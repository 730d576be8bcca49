"""What a conversation is and may do, over a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from tray.models.chat import (
    ChatChunk,
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    Role,
)
from tray.models.conversation import Conversation, ConversationLine
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.answer_record import EVERY, RecordedAnswer
from tray.services.conversations import UNDO_SECONDS, Conversations, search_words, title_of

ONE = "00000000-0000-4000-8000-000000000001"
FULL = ServerFailure(
    cause=FailureCause.CONVERSATIONS_UNUSABLE, title="Cannot be kept", detail="The disk is full."
)


def asked(*texts: str) -> tuple[ChatMessage, ...]:
    """Questions and answers in turn."""
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(ChatMessage(role=roles[i % 2], content=text) for i, text in enumerate(texts))


@dataclass
class MemoryStore:
    """Satisfies the Store port; ``full`` makes every write fail."""

    kept: dict[str, Conversation] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    desk: str | None = None
    draft: str = ""
    full: bool = False

    def take_note(self) -> str | None:
        return None

    def find(self, words: Sequence[str], most: int) -> tuple[ConversationLine, ...]:
        return ()

    def read(self, conversation: str) -> Conversation | None:
        return None if conversation in self.hidden else self.kept.get(conversation)

    def write(self, conversation: str, title: str, messages: Sequence[ChatMessage]) -> None:
        if self.full:
            raise PaddockError(FULL)
        self.kept[conversation] = Conversation(
            id=conversation, title=title, pinned=False, updated=0.0, messages=tuple(messages)
        )

    def write_answer(self, conversation: str, position: int, text: str) -> None:
        if self.full:
            raise PaddockError(FULL)
        old = self.kept[conversation]
        said = (*old.messages[:position], ChatMessage(role=Role.ASSISTANT, content=text))
        self.kept[conversation] = old.model_copy(update={"messages": said})

    def rename(self, conversation: str, title: str) -> None:
        self.kept[conversation] = self.kept[conversation].model_copy(update={"title": title})

    def pin(self, conversation: str, pinned: bool) -> None:
        raise NotImplementedError

    def hide(self, conversation: str, hidden: bool) -> None:
        (self.hidden.add if hidden else self.hidden.discard)(conversation)

    def remove_hidden(self) -> None:
        for one in self.hidden:
            self.kept.pop(one, None)
        self.hidden.clear()

    def show(self, conversation: str | None) -> None:
        self.desk = conversation

    def shown(self) -> str | None:
        return self.desk

    def write_draft(self, conversation: str | None, text: str) -> None:
        self.draft = text

    def new_draft(self) -> str:
        return self.draft


class Later:
    """Holds what is to run later."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, seconds: float, action: Callable[[], None]) -> None:
        self.waiting.append((seconds, action))

    def pass_time(self) -> None:
        due, self.waiting = self.waiting, []
        for _, action in due:
            action()


class Said:
    """An answer of these chunks."""

    def __init__(self, *chunks: ChatChunk) -> None:
        self.chunks = chunks
        self.cancelled = False

    def __iter__(self) -> Iterator[ChatChunk]:
        yield from self.chunks

    def cancel(self) -> None:
        self.cancelled = True


END = FinishChunk(reason=FinishReason.STOP)


def words(*texts: str) -> tuple[ContentChunk, ...]:
    return tuple(ContentChunk(text=text) for text in texts)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def kept(store: MemoryStore, later: Later) -> Conversations:
    return Conversations(store, later)


def test_question_and_answer_are_kept_and_shown_again(
    kept: Conversations, store: MemoryStore
) -> None:
    request = ChatRequest(messages=asked("How?"))
    chunks = list(kept.record(ONE, request, lambda _: Said(*words("So", "."), END)))
    assert chunks == [*words("So", "."), END]
    shown = kept.shown()
    assert shown is not None
    assert shown.messages == asked("How?", "So.")


def test_an_answer_is_written_once_in_a_while_and_when_it_ends(later: Later) -> None:
    written: list[str] = []
    answer = iter(RecordedAnswer(Said(*words("a", "b", "c", "d"), END), written.append, later))
    next(answer), next(answer)
    assert written == []
    assert [seconds for seconds, _ in later.waiting] == [EVERY]
    later.pass_time()
    assert written == ["ab"]
    next(answer), next(answer)
    assert len(later.waiting) == 1
    assert list(answer) == [END]
    assert written == ["ab", "abcd"]
    later.pass_time()
    assert written == ["ab", "abcd"]


def test_an_answer_nobody_reads_on_is_written_as_far_as_it_came(later: Later) -> None:
    written: list[str] = []
    answer = iter(RecordedAnswer(Said(*words("a", "b"), END), written.append, later))
    next(answer)
    del answer
    assert written == ["a"]


def test_a_full_disk_costs_no_answer(kept: Conversations, store: MemoryStore) -> None:
    store.full = True
    request = ChatRequest(messages=asked("How?"))
    assert list(kept.record(ONE, request, lambda _: Said(*words("So."), END)))[-1] == END


def test_a_deleted_one_comes_back_until_it_is_too_late(kept: Conversations, later: Later) -> None:
    kept.keep(ONE, asked("How?"))
    kept.delete(ONE)
    with pytest.raises(PaddockError):
        kept.read(ONE)
    kept.restore(ONE)
    assert kept.read(ONE).messages == asked("How?")
    kept.delete(ONE)
    assert later.waiting[-1][0] == UNDO_SECONDS
    later.pass_time()
    with pytest.raises(PaddockError, match="not there any more"):
        kept.restore(ONE)


def test_an_empty_name_gives_the_first_question_back(kept: Conversations) -> None:
    kept.keep(ONE, asked("How does it work?"))
    kept.rename(ONE, "  My\n own ")
    assert kept.read(ONE).title == "My own"
    kept.rename(ONE, " ")
    assert kept.read(ONE).title == "How does it work?"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Short", "Short"),
        (" two\n\n lines ", "two lines"),
        ("word " * 30, "word " * 11 + "word…"),
        ("x" * 100, "x" * 60 + "…"),
        ("", "Chat"),
    ],
)
def test_the_title_is_the_beginning_of_the_first_question(question: str, title: str) -> None:
    assert title_of(asked(question)) == title


def test_words_without_a_letter_are_not_searched() -> None:
    assert search_words('  a-b "… * ß 7 ') == ("a-b", "ß", "7")
