"""LlamaCppService over fake ports: what callers get, from any thread."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.lifecycle_world import FAILURE
from tests.unit.service_fakes import FakeChats, FakeClock, FakeEngines, FakeWatch
from tray.models.chat import ChatChunk, ChatMessage, ChatRequest, FinishChunk, FinishReason, Role
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.metrics import ServerMetrics
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService

WAIT = 10.0
DEMO = LlamaCppConfig()
OTHER = LlamaCppConfig(alias="other")
HELLO = ChatRequest(messages=(ChatMessage(role=Role.USER, content="Hello"),))


@dataclass
class Rig:
    engines: FakeEngines = field(default_factory=FakeEngines)
    chats: FakeChats = field(default_factory=FakeChats)
    clock: FakeClock = field(default_factory=FakeClock)
    watch: FakeWatch = field(default_factory=FakeWatch)

    def __post_init__(self) -> None:
        self.service = LlamaCppService(self.engines, self.chats, self.clock, self.watch)

    def start(self, config: LlamaCppConfig = DEMO) -> ModelState:
        return self.service.start(config).result(WAIT)

    def read_on(self, chunks: Iterator[ChatChunk]) -> threading.Thread:
        """Wait for the next chunks on a thread of its own, which waits when this returns."""
        reader = threading.Thread(target=list, args=(chunks,), daemon=True)
        reader.start()
        assert self.chats.answers[-1].waiting.wait(WAIT)
        return reader

    def released_answer(self) -> Iterator[ChatChunk]:
        """A whole answer, which nothing holds back."""
        chunks = iter(self.service.send_chat_message(HELLO))
        yield next(chunks)
        self.chats.answers[-1].release.set()
        yield from chunks

    def wait_for(self, phase: ServerPhase) -> ModelState:
        for state in self.service.subscribe():
            if state.phase is phase:
                return state
        raise AssertionError(f"never {phase}")


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.service.close()


def test_start_gives_a_ready_snapshot(rig: Rig) -> None:
    state = rig.start()
    assert (state.phase, state.pid, state.port) == (ServerPhase.READY, 4711, 41234)
    assert rig.service.is_running()
    assert rig.watch.watched == [4711]


def test_start_and_stop_return_at_once_while_the_engine_loads(rig: Rig) -> None:
    rig.engines.may_be_ready.clear()
    started = rig.service.start(DEMO)
    rig.wait_for(ServerPhase.STARTING)
    assert not started.done()
    assert rig.service.stop().result(WAIT).phase is ServerPhase.STOPPED
    assert started.result(WAIT).phase is ServerPhase.STOPPED


@pytest.mark.parametrize("error", [PaddockError(FAILURE), RuntimeError("a bug")])
def test_a_failed_preparation_reaches_the_caller(rig: Rig, error: Exception) -> None:
    rig.engines.refuse_prepare = error
    state = rig.start()
    assert state.phase is ServerPhase.FAILED
    assert state.failure is not None
    internal = isinstance(error, RuntimeError)
    assert state.failure.cause is (FailureCause.INTERNAL if internal else FAILURE.cause)


def test_a_model_that_could_not_be_prepared_is_the_one_that_failed(rig: Rig) -> None:
    rig.engines.refuse_prepare = PaddockError(FAILURE)
    gone = Path("/drive/gone.gguf")
    state = rig.start(LlamaCppConfig(model_path=gone))
    assert state.model == ModelId(name="gone", path=gone)
    assert rig.start(DEMO).model == ModelId(name="demo")


def test_a_refused_spawn_reaches_the_caller_and_a_new_start_works(rig: Rig) -> None:
    rig.engines.refuse_spawn = PaddockError(FAILURE)
    assert rig.start().failure == FAILURE
    rig.engines.refuse_spawn = None
    assert rig.start().phase is ServerPhase.READY


def test_another_model_replaces_the_running_one(rig: Rig) -> None:
    rig.start()
    state = rig.start(OTHER)
    assert state.model is not None
    assert (state.phase, state.model.name) == (ServerPhase.READY, "other")
    assert [p.ended for p in rig.engines.processes] == [True, False]


def test_a_stubborn_engine_is_killed_when_the_grace_is_over(rig: Rig) -> None:
    rig.start()
    rig.engines.processes[0].stubborn = True
    stopped = rig.service.stop()
    assert rig.clock.armed.wait(WAIT)
    assert not stopped.done()
    rig.clock.fire()
    assert stopped.result(WAIT).phase is ServerPhase.STOPPED


def test_a_crash_is_restarted_after_its_delay(rig: Rig) -> None:
    rig.start()
    rig.engines.processes[0].end(retryable=True)
    assert rig.wait_for(ServerPhase.BACKOFF).retry_delay == 1.0
    assert rig.clock.armed.wait(WAIT)
    rig.clock.fire()
    assert rig.wait_for(ServerPhase.READY).run == 2


def test_a_chat_streams_and_is_counted(rig: Rig) -> None:
    rig.start()
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    states = rig.service.subscribe()
    while (state := states.get(WAIT)) is not None and state.active_chats == 0:
        continue
    assert state is not None
    rig.chats.answers[0].release.set()
    assert [type(c) for c in chunks] == [FinishChunk]
    while (state := states.get(WAIT)) is not None and state.active_chats == 1:
        continue
    assert state is not None
    assert state.active_chats == 0


def test_an_answer_says_how_large_the_context_is(rig: Rig) -> None:
    rig.start()
    *_, finish = rig.released_answer()
    assert isinstance(finish, FinishChunk)
    assert finish.timings.context_size == 1024


def test_stopping_the_server_cancels_its_chats_first(rig: Rig) -> None:
    rig.start()
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    rig.service.stop().result(WAIT)
    finish = list(chunks)[-1]
    assert isinstance(finish, FinishChunk)
    assert finish.reason is FinishReason.CANCELLED


def test_an_engine_that_ends_by_itself_cuts_its_chats_by_the_reason(rig: Rig) -> None:
    rig.start()
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    rig.engines.processes[0].end(retryable=True)
    failure = rig.wait_for(ServerPhase.BACKOFF).failure
    finish = list(chunks)[-1]
    assert isinstance(finish, FinishChunk)
    assert finish.reason is FinishReason.CUT
    assert finish.failure is not None
    assert finish.failure == failure


def test_leaving_the_with_block_cancels_the_answer(rig: Rig) -> None:
    rig.start()
    with rig.service.send_chat_message(HELLO) as stream:
        next(iter(stream))
    assert rig.chats.answers[0].closed


def test_a_chat_without_a_server_is_refused_with_the_reason(rig: Rig) -> None:
    with pytest.raises(PaddockError) as caught:
        rig.service.send_chat_message(HELLO)
    assert caught.value.failure.cause is FailureCause.NOT_RUNNING
    with pytest.raises(PaddockError):
        rig.service.connection()


def test_the_connection_carries_the_key_and_the_snapshot_does_not(rig: Rig) -> None:
    state = rig.start()
    key = rig.service.connection().api_key
    assert len(key) == 32
    assert key not in state.model_dump_json()


def test_metrics_ride_on_the_snapshot(rig: Rig) -> None:
    assert rig.service.get_metrics() is None
    rig.service.metrics_sampled(ServerMetrics(cpu_percent=12.5))
    states = rig.service.subscribe()
    while rig.service.get_metrics() is None:
        assert states.get(WAIT) is not None
    metrics = rig.service.get_metrics()
    assert metrics is not None
    assert metrics.cpu_percent == 12.5


def test_a_sample_tells_the_speed_of_the_answer_that_comes(rig: Rig) -> None:
    rig.start()
    rig.service.metrics_sampled(ServerMetrics())
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    rig.clock.time += 0.5
    rig.service.metrics_sampled(ServerMetrics())
    states = rig.service.subscribe()
    while (state := states.get(WAIT)) is not None:
        if state.metrics is not None and state.metrics.tokens_per_second is not None:
            break
    assert state is not None
    assert state.metrics is not None
    assert state.metrics.tokens_per_second == 2.0
    rig.chats.answers[0].release.set()
    list(chunks)


def test_what_is_measured_of_the_engine_ends_with_it(rig: Rig) -> None:
    rig.start()
    rig.service.metrics_sampled(ServerMetrics(cpu_percent=12.5, engine_rss=1024, engine_ram=512))
    rig.service.stop().result(WAIT)
    metrics = rig.service.get_metrics()
    assert metrics is not None
    assert metrics == ServerMetrics(cpu_percent=12.5)


def test_a_subscription_starts_with_the_current_snapshot_and_revisions_grow(rig: Rig) -> None:
    states = rig.service.subscribe()
    first = states.get(WAIT)
    rig.start()
    second = states.get(WAIT)
    assert first is not None
    assert second is not None
    assert first.phase is ServerPhase.STOPPED
    assert second.revision > first.revision


def test_a_slow_reader_gets_the_latest_only(rig: Rig) -> None:
    states = rig.service.subscribe()
    rig.start()
    rig.service.stop().result(WAIT)
    latest = states.get(WAIT)
    assert latest is not None
    assert latest.phase is ServerPhase.STOPPED
    assert latest.run == 1
    assert states.get(0.0) is None


def test_many_threads_may_start_and_stop_and_everyone_gets_an_answer(rig: Rig) -> None:
    outcomes: list[ServerPhase] = []

    def hammer(number: int) -> None:
        config = LlamaCppConfig(alias=f"m{number}")
        for _ in range(20):
            outcomes.append(rig.service.start(config).result(WAIT).phase)
            outcomes.append(rig.service.stop().result(WAIT).phase)

    threads = [threading.Thread(target=hammer, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 160
    assert sum(not p.ended for p in rig.engines.processes) <= 1


def test_after_close_every_call_still_answers(rig: Rig) -> None:
    started = rig.service.start(DEMO)
    rig.service.close()
    assert started.result(WAIT).phase in {ServerPhase.READY, ServerPhase.CLOSED}
    assert rig.service.start(DEMO).result(WAIT).phase is ServerPhase.CLOSED
    assert rig.service.stop().result(WAIT).phase is ServerPhase.CLOSED
    assert rig.service.subscribe().get(WAIT) == rig.service.state
    assert all(p.ended for p in rig.engines.processes)
