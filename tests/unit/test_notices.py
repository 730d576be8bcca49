"""What the user is told, and what never: whatever the user just did."""

from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from tests.unit.lifecycle_world import FAILURE
from tests.unit.test_service import OTHER, WAIT, Rig
from tray.models.failure import PaddockError
from tray.models.metrics import FreedGpu, FreedMemory, GpuMetrics, ServerMetrics
from tray.models.notice import Notice, NoticeKind
from tray.models.settings import (
    NotificationSettings,
    PowerSettings,
    Settings,
    VramGuardSettings,
)
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.services.llama.broadcast import Broadcast
from tray.services.notices import is_wanted, notice_of
from tray.services.settings_look import SECONDS, SettingsLook
from tray.services.vram_guard import LOW_SAMPLES, ROOMY_SAMPLES
from tray.services.watchkeeper import Watchkeeper
from tray.ui.memory_words import freed_line, notice_words

GIB = 2**30
FAILED = ModelState(phase=ServerPhase.FAILED, run=1, failure=FAILURE)
GUARDED = Settings(vram_guard=VramGuardSettings(enabled=True))
A_LOOK = round(SECONDS)
"""Samples, one a second, until the settings are looked at."""


def test_a_failure_is_told_once_a_run() -> None:
    ready = ModelState(phase=ServerPhase.READY, run=1)
    assert notice_of(ready, FAILED) == Notice(kind=NoticeKind.ENGINE_FAILED, failure=FAILURE)
    assert notice_of(FAILED, FAILED.model_copy(update={"revision": 9})) is None
    again = FAILED.model_copy(update={"run": 2})
    assert notice_of(FAILED, again) is not None


@pytest.mark.parametrize("phase", [phase for phase in ServerPhase if phase != ServerPhase.FAILED])
def test_no_other_phase_is_news(phase: ServerPhase) -> None:
    for before in ServerPhase:
        assert notice_of(ModelState(phase=before), ModelState(phase=phase, failure=FAILURE)) is None


def test_each_kind_is_switched_by_its_own_key() -> None:
    silent = NotificationSettings(engine_failed=False, vram_guard=False, downloads=False)
    for kind in NoticeKind:
        assert is_wanted(Notice(kind=kind), NotificationSettings())
        assert not is_wanted(Notice(kind=kind), silent)
    only = NotificationSettings(engine_failed=True, vram_guard=False, downloads=False)
    assert [kind for kind in NoticeKind if is_wanted(Notice(kind=kind), only)] == [
        NoticeKind.ENGINE_FAILED
    ]


@pytest.mark.parametrize(
    ("freed", "line"),
    [
        (FreedMemory(), "The model is unloaded"),
        (FreedMemory(ram=612 * 2**20), "612 MiB of RAM is free again"),
        (
            FreedMemory(
                gpus=(
                    FreedGpu(index=0, name="A", vram=4 * GIB),
                    FreedGpu(index=1, name="B", vram=GIB),
                    FreedGpu(index=2, name="C"),
                ),
                ram=GIB,
            ),
            "5.0 GiB of GPU memory and 1.0 GiB of RAM are free again",
        ),
        (FreedMemory(gpus=(FreedGpu(index=0, name="A"),)), "The model is unloaded"),
    ],
)
def test_freed_line(freed: FreedMemory, line: str) -> None:
    assert freed_line(freed) == line


def test_notices_in_words() -> None:
    model = ModelId(name="qwen", path=Path("/m/qwen.gguf"))
    failed = Notice(kind=NoticeKind.ENGINE_FAILED, failure=FAILURE)
    assert notice_words(failed) == (FAILURE.title, FAILURE.detail)
    made_room = Notice(
        kind=NoticeKind.UNLOADED_FOR_OTHERS, model=model, freed=FreedMemory(ram=2 * GIB)
    )
    assert notice_words(made_room)[1] == (
        "qwen was unloaded. 2.0 GiB of RAM is free again. The next message loads it again."
    )
    room = notice_words(Notice(kind=NoticeKind.ROOM_AGAIN, model=ModelId(name="demo")))
    assert room[1].startswith("The demo model fits")
    done = notice_words(Notice(kind=NoticeKind.DOWNLOAD_DONE, model=model))
    assert done[1] == "qwen is here and verified. You can start it now."
    broken = Notice(kind=NoticeKind.DOWNLOAD_FAILED, failure=FAILURE)
    assert notice_words(broken) == (FAILURE.title, FAILURE.detail)


class Kept:
    """A watchkeeper fed by hand: a model of 5 GiB on a card of 8."""

    def __init__(self, settings: Settings = GUARDED) -> None:
        self.settings = settings
        self.told: list[Notice] = []
        self.freed = 0
        self.answering = False
        self.number = 0
        self.seconds = 0.0
        self.feed = Broadcast(ModelState()).subscribe()
        self.changes: list[Settings] = []
        self.awake: list[bool] = []
        self.look = SettingsLook(lambda: self.settings, self.changes.append, lambda: self.seconds)
        self.keeper = Watchkeeper(
            self.feed,
            self.look,
            self._free,
            self.told.append,
            self.awake.append,
        )

    def _free(self) -> FreedMemory | None:
        if self.answering:
            return None
        self.freed += 1
        return FreedMemory(gpus=(FreedGpu(index=0, name="A", vram=5 * GIB),))

    def samples(self, count: int, others: int) -> None:
        for _ in range(count):
            self.number += 1
            self.seconds += 1
            self.look.look()
            ours = 0 if self.freed else 5 * GIB
            card = GpuMetrics(
                index=0, name="A", vram_used=others + ours, vram_total=8 * GIB, engine_vram=ours
            )
            phase = ServerPhase.STOPPED if self.freed else ServerPhase.READY
            metrics = ServerMetrics(cpu_percent=self.number, gpus=(card,), engine_cpu_percent=1.0)
            self.keeper.follow(ModelState(run=1, phase=phase, metrics=metrics))

    @property
    def kinds(self) -> list[NoticeKind]:
        return [notice.kind for notice in self.told]


def test_the_guard_acts_and_says_so_once() -> None:
    kept = Kept()
    kept.samples(1, others=0)
    kept.samples(LOW_SAMPLES, others=3 * GIB)
    kept.samples(20, others=3 * GIB)
    assert kept.freed == 1
    kept.samples(ROOMY_SAMPLES + 5, others=GIB)
    assert kept.kinds == [NoticeKind.UNLOADED_FOR_OTHERS, NoticeKind.ROOM_AGAIN]
    assert kept.told[0].freed == FreedMemory(gpus=(FreedGpu(index=0, name="A", vram=5 * GIB),))


def test_an_unload_that_found_an_answer_is_no_news() -> None:
    kept = Kept()
    kept.answering = True
    kept.samples(1, others=0)
    kept.samples(LOW_SAMPLES + 5, others=3 * GIB)
    assert kept.told == []


def test_snapshots_without_a_new_sample_do_not_count() -> None:
    kept = Kept()
    kept.samples(1, others=0)
    kept.samples(1, others=3 * GIB)
    kept.number -= 1
    kept.samples(1, others=3 * GIB)
    for _ in range(20):
        kept.number -= 1
        kept.samples(1, others=3 * GIB)
    assert kept.freed == 0


def test_settings_are_read_now_and_then() -> None:
    kept = Kept(Settings())
    kept.samples(1, others=0)
    kept.settings = GUARDED
    kept.samples(A_LOOK + LOW_SAMPLES, others=0)
    assert kept.freed == 0
    kept.samples(LOW_SAMPLES, others=3 * GIB)
    assert kept.freed == 1


def test_a_crash_is_told_and_the_users_own_deeds_are_not() -> None:
    rig, told = Rig(), SimpleQueue[Notice]()
    settings = SettingsLook(Settings)
    keeper = Watchkeeper(rig.service.subscribe(), settings, lambda: None, told.put)
    keeper.start()
    rig.start()
    rig.start(OTHER)
    rig.service.stop().result(WAIT)
    rig.engines.refuse_prepare = PaddockError(FAILURE)
    assert rig.start().phase is ServerPhase.FAILED
    assert told.get(timeout=WAIT).kind is NoticeKind.ENGINE_FAILED
    rig.service.close()
    keeper.stop()
    with pytest.raises(Empty):
        told.get_nowait()


def answering(chats: int, phase: ServerPhase = ServerPhase.READY) -> ModelState:
    return ModelState(run=1, phase=phase, active_chats=chats)


def test_it_stays_awake_from_the_first_answer_to_the_last() -> None:
    kept = Kept()
    for chats in (0, 1, 2, 1, 0, 0, 1):
        kept.keeper.follow(answering(chats))
    assert kept.awake == [True, False, True]
    # A crash, a stop and the end of Paddock end the answers, too.
    kept.keeper.follow(answering(0, ServerPhase.BACKOFF))
    assert kept.awake[-1] is False
    kept.keeper.follow(answering(1))
    assert kept.awake[-1] is True
    kept.keeper.start()
    kept.keeper.stop()
    assert kept.awake[-1] is False


def test_an_answer_that_hangs_lets_it_sleep() -> None:
    kept = Kept()
    kept.keeper.follow(answering(1))
    kept.keeper.follow(answering(1).model_copy(update={"stalled": True}))
    kept.keeper.follow(answering(1))
    assert kept.awake == [True, False, True]


def test_a_notice_that_cannot_be_told_ends_nothing() -> None:
    crashed = ModelState(run=1, phase=ServerPhase.FAILED, failure=FAILURE)
    broadcast, told = Broadcast(ModelState()), SimpleQueue[bool]()

    def refuse(_: Notice) -> None:
        raise OSError(28, "No space left on device")

    settings = SettingsLook(Settings)
    keeper = Watchkeeper(broadcast.subscribe(), settings, lambda: None, refuse, told.put)
    keeper.start()
    for state in (answering(1), crashed, answering(1)):
        broadcast.publish(state)
        assert told.get(timeout=WAIT) is (state.active_chats > 0)
    keeper.stop()


def test_it_may_sleep_when_the_settings_say_so() -> None:
    kept = Kept(Settings(power=PowerSettings(stay_awake=False)))
    kept.keeper.follow(answering(1))
    assert kept.awake == []


def test_changed_settings_are_passed_on_once() -> None:
    kept = Kept()
    kept.samples(A_LOOK, 0)
    assert kept.changes == []
    kept.settings = Settings(power=PowerSettings(stay_awake=False))
    kept.samples(2 * A_LOOK, 0)
    assert kept.changes == [kept.settings]


def test_changed_settings_do_not_wait_for_a_sample() -> None:
    settings, changes = [Settings()], SimpleQueue[Settings]()
    quick = count(step=2 * A_LOOK)
    look = SettingsLook(lambda: settings[-1], changes.put, lambda: float(next(quick)))
    keeper = Watchkeeper(Broadcast(ModelState()).subscribe(), look, lambda: None, lambda _: None)
    settings.append(GUARDED)
    keeper.start()
    assert changes.get(timeout=WAIT) == GUARDED
    keeper.stop()
