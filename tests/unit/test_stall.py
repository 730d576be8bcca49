"""When an engine counts as hung: the rule as tables, then through the service."""

from collections.abc import Iterator

import pytest

from tests.unit.test_service import HELLO, WAIT, Rig
from tray.models.failure import FailureCause
from tray.models.launch import Vitals
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.stall import STALL_AFTER, ChatProgress, Slots, StallJudge

IDLE_SLOTS: Slots = ((0, 7, 12, 40),)


def waiting(answering: bool, since: float = 0.0) -> ChatProgress:
    return ChatProgress(moved_at=since, waiting=True, answering=answering)


def looked(
    chats: ChatProgress,
    *,
    cpu_share: float = 0.0,
    read: int = 0,
    slots: tuple[Slots | None, Slots | None] = (None, None),
    gpu: float | None = None,
    now: float = STALL_AFTER + 1,
) -> str | None:
    """The title after two looks, the second one at ``now``, a second after the first."""
    judge = StallJudge()
    first, second = slots
    judge.look(chats, Vitals(cpu_seconds=5.0, read_bytes=7, slots=first), gpu, now - 1)
    vitals = Vitals(cpu_seconds=5.0 + cpu_share, read_bytes=7 + read, slots=second)
    failure = judge.look(chats, vitals, gpu, now)
    return None if failure is None else failure.title


HUNG = "The engine makes no progress"


@pytest.mark.parametrize("answering", [True, False])
def test_thirty_seconds_without_a_token_is_a_hang(answering: bool) -> None:
    assert looked(waiting(answering)) == HUNG
    assert looked(waiting(answering), now=STALL_AFTER - 0.1) is None
    assert looked(waiting(answering, since=10.0), now=STALL_AFTER + 9) is None


def test_a_busy_engine_may_read_a_prompt_for_long_but_not_fall_silent() -> None:
    assert looked(waiting(answering=False), cpu_share=0.9) is None
    assert looked(waiting(answering=False), gpu=80.0) is None
    assert looked(waiting(answering=True), cpu_share=0.9) == HUNG
    assert looked(waiting(answering=True), gpu=80.0) == HUNG


def test_a_model_that_comes_back_from_a_slow_disk_takes_its_time() -> None:
    assert looked(waiting(answering=False), read=20 << 20) is None
    assert looked(waiting(answering=False), read=4096) == HUNG
    assert looked(waiting(answering=True), read=20 << 20) == HUNG


def test_a_slot_that_moves_is_progress_and_one_that_stands_is_not() -> None:
    moved = (IDLE_SLOTS, ((0, 7, 12, 41),))
    assert looked(waiting(answering=True), slots=moved) is None
    assert looked(waiting(answering=True), slots=(IDLE_SLOTS, IDLE_SLOTS)) == HUNG
    # One answer alone tells nothing yet.
    assert looked(waiting(answering=True), slots=(None, IDLE_SLOTS)) == HUNG


def test_a_reader_who_does_not_read_is_no_hang_of_the_engine() -> None:
    slow = ChatProgress(moved_at=0.0, waiting=False, answering=True)
    assert looked(slow, now=3600.0) is None


def test_the_slots_are_asked_only_when_something_is_suspicious() -> None:
    judge = StallJudge()
    chats = waiting(answering=True)
    assert [judge.suspects(chats, now) for now in (1.0, 20.0, 26.0)] == [False, False, True]
    assert not judge.suspects(ChatProgress(0.0, waiting=False, answering=True), 100.0)


def test_a_suspended_process_is_seen_at_the_first_look() -> None:
    vitals = Vitals(suspended=True, log_lines=("last words",))
    failure = StallJudge().look(waiting(answering=True), vitals, None, 1.0)
    assert failure is not None
    assert (failure.cause, failure.title) == (FailureCause.HUNG, "The engine is suspended")
    assert failure.log_lines == ("last words",)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    rig.start()
    yield rig
    rig.service.close()


def wait_for(rig: Rig, *, stalled: bool) -> ModelState:
    states = rig.service.subscribe()
    while (state := states.get(WAIT)) is not None:
        if state.stalled is stalled and state.phase is ServerPhase.READY:
            return state
    raise AssertionError(f"never stalled={stalled}")


def test_a_silent_answer_is_marked_after_thirty_seconds_and_the_next_token_clears_it(
    rig: Rig,
) -> None:
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    reader = rig.read_on(chunks)
    rig.clock.time = STALL_AFTER + 1
    state = wait_for(rig, stalled=True)
    assert state.failure is not None
    assert state.failure.cause is FailureCause.HUNG
    assert rig.engines.processes[0].slots_asked > 0
    rig.chats.answers[0].release.set()
    reader.join(WAIT)
    assert wait_for(rig, stalled=False).failure is None


def test_a_reader_that_pauses_marks_nothing_and_asks_no_slots(rig: Rig) -> None:
    chunks = iter(rig.service.send_chat_message(HELLO))
    next(chunks)
    rig.clock.time = STALL_AFTER + 1
    rig.engines.processes[0].looked.clear()
    assert rig.engines.processes[0].looked.wait(WAIT)
    assert not rig.service.state.stalled
    assert rig.engines.processes[0].slots_asked == 0


def test_a_busy_gpu_lets_a_prompt_be_read(rig: Rig) -> None:
    gpus = (GpuMetrics(index=0, name="Card", load_percent=97.0),)
    rig.service.metrics_sampled(ServerMetrics(gpus=gpus))
    rig.chats.silent = True
    reader = rig.read_on(iter(rig.service.send_chat_message(HELLO)))
    rig.clock.time = STALL_AFTER + 1
    rig.engines.processes[0].looked.clear()
    assert rig.engines.processes[0].looked.wait(WAIT)
    assert not rig.service.state.stalled
    rig.service.metrics_sampled(ServerMetrics())
    assert wait_for(rig, stalled=True).active_chats == 1
    rig.chats.answers[0].release.set()
    reader.join(WAIT)


def test_without_chats_nothing_is_watched(rig: Rig) -> None:
    list(rig.released_answer())
    rig.engines.processes[0].looked.clear()
    assert not rig.engines.processes[0].looked.wait(1.5)


def test_a_hung_engine_is_restarted_by_a_start(rig: Rig) -> None:
    rig.engines.processes[0].seen = Vitals(suspended=True)
    reader = rig.read_on(iter(rig.service.send_chat_message(HELLO)))
    assert wait_for(rig, stalled=True).run == 1
    assert rig.start().run == 2
    reader.join(WAIT)
    assert [process.ended for process in rig.engines.processes] == [True, False]
