"""What a conversation is and may do, over a store in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from tray.models.attachment import Attachment
from tray.models.chat import (
    ChatChunk,
    ChatTimings,
    ContentChunk,
    FinishChunk,
    FinishReason,
    ReasoningChunk,
    Role,
)
from tray.models.conversation import (
    ChatSettings,
    Conversation,
    ConversationLine,
    Desk,
    Edit,
    KeptMessage,
    LastAnswered,
    PageChatRequest,
)
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.answer_record import EVERY, RecordedAnswer
from tray.services.conversation_text import search_words, title_of
from tray.services.conversations import UNDO_SECONDS, Conversations

ONE = "00000000-0000-4000-8000-000000000001"
TWO = "00000000-0000-4000-8000-000000000002"
PATIENCE = 10.0
FULL = ServerFailure(
    cause=FailureCause.CONVERSATIONS_UNUSABLE, title="Cannot be kept", detail="The disk is full."
)


def asked(*texts: str) -> tuple[KeptMessage, ...]:
    """Questions and answers in turn."""
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(KeptMessage(role=roles[i % 2], content=text) for i, text in enumerate(texts))


@dataclass
class MemoryStore:
    """Satisfies the Store port; ``full`` makes every write fail."""

    kept: dict[str, Conversation] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    at: str | None = None
    draft: str = ""
    full: bool = False
    traces: int = 0

    def take_note(self) -> str | None:
        return None

    def find(self, words: Sequence[str], most: int) -> tuple[ConversationLine, ...]:
        return ()

    def read(self, conversation: str) -> Conversation | None:
        return None if conversation in self.hidden else self.kept.get(conversation)

    def write(
        self,
        conversation: str,
        title: str,
        messages: Sequence[KeptMessage],
        settings: ChatSettings,
    ) -> None:
        if self.full:
            raise PaddockError(FULL)
        self.kept[conversation] = Conversation(
            id=conversation,
            title=title,
            pinned=False,
            updated=0.0,
            messages=tuple(messages),
            settings=settings,
        )

    def write_answer(self, conversation: str, position: int, answer: KeptMessage) -> None:
        if self.full:
            raise PaddockError(FULL)
        old = self.kept[conversation]
        said = (*old.messages[:position], answer)
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

    def clear_traces(self) -> bool:
        self.traces -= 1
        return self.traces > 0

    def show(self, conversation: str | None) -> None:
        self.at = conversation

    def shown(self) -> str | None:
        return self.at

    def write_draft(self, conversation: str | None, text: str) -> None:
        self.draft = text

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None:
        raise NotImplementedError

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None:
        raise NotImplementedError

    def write_edit(self, conversation: str, edit: Edit | None) -> None:
        raise NotImplementedError

    def desk(self) -> Desk:
        return Desk(draft=self.draft)


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
    request = PageChatRequest(messages=asked("How?"))
    chunks = list(kept.record(ONE, request, lambda: Said(*words("So", "."), END)))
    assert chunks == [*words("So", "."), END]
    shown = kept.shown()
    assert shown is not None
    assert [said.content for said in shown.messages] == ["How?", "So."]


def test_pages_are_told_where_an_answer_ended_and_who_asked(kept: Conversations) -> None:
    request = PageChatRequest(messages=asked("How?"), page="a page")
    answer = iter(kept.record(ONE, request, lambda: Said(*words("So", "."), END)))
    next(answer)
    assert kept.answered is None
    assert list(answer)
    assert kept.answered == LastAnswered(conversation=ONE, page="a page", number=1)
    assert list(kept.record(TWO, request, lambda: Said(*words("So", "."), END)))
    assert kept.answered == LastAnswered(conversation=TWO, page="a page", number=2)


def test_what_was_deleted_is_gone_when_paddock_ends(
    kept: Conversations, store: MemoryStore
) -> None:
    kept.keep(ONE, asked("How?"))
    kept.end()
    assert store.traces == 0
    kept.delete(ONE)
    store.traces = 3
    kept.end()
    assert not store.kept
    assert store.traces == 0


def test_an_end_waits_for_no_long_clearing(store: MemoryStore, later: Later) -> None:
    moments = iter(range(100))
    kept = Conversations(store, later, lambda: next(moments))
    kept.keep(ONE, asked("How?"))
    kept.delete(ONE)
    store.traces = 50
    kept.end()
    assert store.traces == 49


def test_an_answer_is_written_once_in_a_while_and_when_it_ends(later: Later) -> None:
    written: list[str] = []
    said = Said(*words("a", "b", "c", "d"), END)
    answer = iter(RecordedAnswer(said, lambda kept: written.append(kept.content), later))
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


def test_words_come_while_a_slow_disk_writes(later: Later) -> None:
    went_on, writes = threading.Event(), threading.Event()
    seen: list[bool] = []

    def write(_: KeptMessage) -> None:
        writes.set()
        seen.append(went_on.wait(PATIENCE))

    answer = iter(RecordedAnswer(Said(*words("a", "b"), END), write, later))
    next(answer)
    disk = threading.Thread(target=later.pass_time)
    disk.start()
    assert writes.wait(PATIENCE)
    next(answer)
    went_on.set()
    disk.join()
    assert list(answer) == [END]
    assert seen == [True, True]


def test_an_answer_nobody_reads_on_is_written_as_far_as_it_came(later: Later) -> None:
    written: list[KeptMessage] = []
    answer = iter(RecordedAnswer(Said(*words("a", "b"), END), written.append, later))
    next(answer)
    del answer
    assert [(kept.content, kept.reason) for kept in written] == [("a", None)]


def test_reasoning_its_duration_the_end_and_the_figures_are_kept(later: Later) -> None:
    moments = iter([10.0, 13.5])
    timings = ChatTimings(predicted_tokens=7, tokens_per_second=50.0)
    said = Said(
        ReasoningChunk(text="Hm"),
        ReasoningChunk(text="m."),
        *words("So", "."),
        FinishChunk(reason=FinishReason.LENGTH, timings=timings),
    )
    written: list[KeptMessage] = []
    for _ in RecordedAnswer(said, written.append, later, now=lambda: next(moments)):
        pass
    assert written == [
        KeptMessage(
            role=Role.ASSISTANT,
            content="So.",
            reasoning="Hmm.",
            thought_seconds=3.5,
            reason=FinishReason.LENGTH,
            timings=timings,
        )
    ]


def test_an_answer_that_goes_on_stays_one_message(kept: Conversations, store: MemoryStore) -> None:
    begun = KeptMessage(
        role=Role.ASSISTANT,
        content="So far",
        reasoning="Hm.",
        thought_seconds=2.0,
        reason=FinishReason.CUT,
    )
    request = PageChatRequest(messages=(*asked("How?"), begun))
    assert list(kept.record(ONE, request, lambda: Said(*words(", so", " good."), END)))
    question, answer = kept.read(ONE).messages
    assert question.content == "How?"
    assert answer.content == "So far, so good."
    assert (answer.reasoning, answer.thought_seconds) == ("Hm.", 2.0)
    assert answer.reason is FinishReason.STOP


def test_an_answer_to_a_question_that_was_replaced_is_kept_no_further(
    kept: Conversations, later: Later
) -> None:
    old = PageChatRequest(messages=asked("How?", "So.", "Why?"))
    answer = iter(kept.record(ONE, old, lambda: Said(*words("a", "b"), END)))
    next(answer)
    kept.keep(ONE, asked("Who?"))
    later.pass_time()
    list(answer)
    assert kept.read(ONE).messages == asked("Who?")


def test_a_full_disk_costs_no_answer(kept: Conversations, store: MemoryStore) -> None:
    store.full = True
    request = PageChatRequest(messages=asked("How?"))
    end = list(kept.record(ONE, request, lambda: Said(*words("So."), END)))[-1]
    assert end == END.model_copy(update={"unkept": FULL})


@pytest.mark.parametrize("before", [(), ("One?", "1."), ("Zero?", "0.", "One?", "1.")])
def test_a_question_that_could_not_be_kept_is_kept_with_its_answer(
    kept: Conversations, store: MemoryStore, later: Later, before: tuple[str, ...]
) -> None:
    if before:
        kept.keep(ONE, asked(*before))
    store.full = True
    request = PageChatRequest(messages=asked(*before[:-2], "How?"))
    answer = iter(kept.record(ONE, request, lambda: Said(*words("So", "."), END)))
    next(answer)
    later.pass_time()
    store.full = False
    assert list(answer)[-1] == END
    assert [said.content for said in kept.read(ONE).messages] == [*before[:-2], "How?", "So."]


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


def test_an_earlier_delete_takes_no_later_one_with_it(kept: Conversations, later: Later) -> None:
    for one in (ONE, TWO):
        kept.keep(one, asked("How?"))
        kept.delete(one)
    first, second = (action for _, action in later.waiting)
    first()
    kept.restore(TWO)
    assert kept.read(TWO).messages == asked("How?")
    kept.delete(TWO)
    second()
    kept.restore(TWO)


def test_the_traces_of_what_was_removed_are_cleared_step_by_step(
    kept: Conversations, store: MemoryStore, later: Later
) -> None:
    kept.keep(ONE, asked("How?"))
    kept.delete(ONE)
    store.traces = 3
    steps = 0
    while later.waiting:
        later.pass_time()
        steps += 1
    assert (steps, store.traces) == (3, 0)


def test_the_traces_of_what_was_deleted_before_a_restart_are_cleared(
    kept: Conversations, store: MemoryStore, later: Later
) -> None:
    kept.keep(ONE, asked("How?"))
    store.hide(ONE, True)
    store.traces = 3
    kept.shown()
    while later.waiting:
        later.pass_time()
    assert (store.kept, store.traces) == ({}, 0)


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
        ("用 Python " + "写" * 100, "用 Python " + "写" * 51 + "…"),
        ("", "Chat"),
    ],
)
def test_the_title_is_the_beginning_of_the_first_question(question: str, title: str) -> None:
    assert title_of(asked(question)) == title


def test_marks_alone_are_not_searched() -> None:
    assert search_words('  a-b "… * ß 7 🐄 世界。') == ("a-b", "ß", "7", "🐄", "世界。")
    assert search_words("cows\0 \0 bulls\0horns") == ("cows", "bulls", "horns")
