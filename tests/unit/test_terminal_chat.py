"""Asking and conversing in the terminal, over fakes of its ports."""

from __future__ import annotations

import pytest

from tests.unit.terminal_fakes import (
    STOP,
    FakeAsked,
    FakeScreen,
    Recorder,
    failure,
    words,
)
from tray.models.chat import ContentChunk, FinishChunk, FinishReason, Role
from tray.models.failure import FailureCause, PaddockError
from tray.models.local_api import StartRequest
from tray.models.state import ModelState, ServerPhase
from tray.ui.terminal.ask import ask, question
from tray.ui.terminal.conversation import HELP, Conversation
from tray.ui.terminal.stall_mark import marked


def never() -> None:
    raise AssertionError("started")


def test_an_answer_is_written_as_it_comes() -> None:
    recorder = Recorder()
    shown = ask(FakeAsked(words("Hel", "lo")), question("hi"), recorder, never)
    assert (shown.text, shown.finish, shown.interrupted) == ("Hello", STOP, False)
    assert recorder.chunks == words("Hel", "lo")


def test_ctrl_c_cancels_the_answer_and_keeps_what_came() -> None:
    paddock = FakeAsked([ContentChunk(text="Hel"), KeyboardInterrupt()])
    recorder = Recorder()
    shown = ask(paddock, question("hi"), recorder, never)
    assert paddock.given[0].cancelled
    assert shown.interrupted
    assert shown.text == "Hel"
    assert recorder.chunks[-1] == FinishChunk(reason=FinishReason.CANCELLED)


def test_ctrl_c_while_the_engine_starts_is_a_cancelled_answer_too() -> None:
    def press() -> None:
        raise KeyboardInterrupt

    paddock = FakeAsked()
    paddock.phase = ServerPhase.STOPPED
    recorder = Recorder()
    assert ask(paddock, question("hi"), recorder, press).interrupted
    assert recorder.chunks == [FinishChunk(reason=FinishReason.CANCELLED)]


def test_an_engine_that_does_not_run_is_started_first() -> None:
    paddock = FakeAsked(words("hi"))
    paddock.phase = ServerPhase.STOPPED
    said: list[str] = []
    ask(paddock, question("hello"), Recorder(), lambda: said.append("starting"))
    assert said == ["starting"]
    assert paddock.starts == [StartRequest(wait=True)]
    assert paddock.requests == [question("hello")]


def test_an_engine_that_does_not_start_says_why() -> None:
    paddock = FakeAsked()
    paddock.phase = ServerPhase.STOPPED
    paddock.start_fails = True
    with pytest.raises(PaddockError) as caught:
        ask(paddock, question("hello"), Recorder(), lambda: None)
    assert caught.value.failure.cause is FailureCause.MODEL_CORRUPT


STANDSTILL = ModelState(phase=ServerPhase.READY, stalled=True, failure=failure(FailureCause.HUNG))


def test_a_standstill_is_marked_until_it_goes_on_and_no_longer_than_the_answer() -> None:
    paddock, recorder = FakeAsked(), Recorder()
    with marked(paddock, recorder):
        feed = paddock.feeds[0]
        feed.offer(ModelState(phase=ServerPhase.READY))
        feed.offer(STANDSTILL)
        assert recorder.marks.get(timeout=10) == "Not answering · hung · Ctrl-C cancels the answer"
        # A new sample of the same standstill is no news.
        feed.offer(STANDSTILL.model_copy(update={"revision": 2}))
        feed.offer(ModelState(phase=ServerPhase.READY))
        assert recorder.marks.get(timeout=10) is None
    assert feed.closed
    assert recorder.marks.empty()


def test_every_answer_is_watched_while_it_is_asked_for() -> None:
    paddock = FakeAsked(words("hi"), [KeyboardInterrupt()])
    ask(paddock, question("one"), Recorder(), never)
    ask(paddock, question("two"), Recorder(), never)
    assert [feed.closed for feed in paddock.feeds] == [True, True]


def test_a_conversation_sends_what_was_said_before() -> None:
    paddock = FakeAsked(words("one"), words("two"), words("three"))
    screen = FakeScreen("first", "", "second", "/new", "third")
    Conversation(paddock, screen).hold()
    sent = [[(m.role, m.content) for m in request.messages] for request in paddock.requests]
    first = [(Role.USER, "first")]
    assert sent == [
        first,
        [*first, (Role.ASSISTANT, "one"), (Role.USER, "second")],
        [(Role.USER, "third")],
    ]


def test_commands() -> None:
    paddock = FakeAsked()
    screen = FakeScreen("/stop", "/start tiny", "/metrics", "/help", "/nonsense", "/quit", "never")
    Conversation(paddock, screen).hold()
    assert paddock.starts == [StartRequest(model="tiny", wait=True)]
    assert screen.said[:2] == ["Stopped", "Ready"]
    assert screen.said[3] == HELP
    assert "/nonsense" in screen.said[4]
    assert paddock.requests == []


def test_a_path_is_a_question_not_a_command() -> None:
    paddock = FakeAsked(words("a folder"))
    Conversation(paddock, FakeScreen("/etc/hosts is what?")).hold()
    assert len(paddock.requests) == 1


def test_ctrl_c_at_the_prompt_does_not_end_the_conversation() -> None:
    paddock = FakeAsked(words("hi"))
    Conversation(paddock, FakeScreen(KeyboardInterrupt, "hello")).hold()
    assert len(paddock.requests) == 1


def test_ctrl_c_while_a_start_is_waited_for_does_not_end_the_conversation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def press(_: StartRequest) -> ModelState:
        raise KeyboardInterrupt

    paddock = FakeAsked(words("hi"))
    monkeypatch.setattr(paddock, "start", press)
    screen = FakeScreen("/start tiny", "hello")
    Conversation(paddock, screen).hold()
    assert screen.said == ["It goes on, but is not waited for any more."]
    assert len(paddock.requests) == 1


def test_a_failed_answer_is_said_and_the_conversation_goes_on() -> None:
    paddock = FakeAsked(words("fine"))
    paddock.phase = ServerPhase.STOPPED
    paddock.start_fails = True
    screen = FakeScreen("hello")
    Conversation(paddock, screen).hold()
    assert any("model_corrupt" in text for text in screen.said)
