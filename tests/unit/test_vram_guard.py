"""When the guard unloads, when it offers, and above all when it does neither."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.models.metrics import FreedGpu, FreedMemory, GpuMetrics, ServerMetrics
from tray.models.settings import VramGuardSettings
from tray.models.state import ModelState, ServerPhase
from tray.services.vram_guard import (
    LOW_SAMPLES,
    MIB,
    ROOMY_SAMPLES,
    GuardAct,
    VramGuard,
    after_unload,
    look,
    mark_bytes,
)

ON = VramGuardSettings(enabled=True, free_mark="500 MiB")
TOTAL = 8000
MODEL = 5000


@dataclass
class Card:
    """One card of 8000 MiB, a model of 5000 on it, and what others hold (all in MiB)."""

    settings: VramGuardSettings = ON
    knows_share: bool = True
    guard: VramGuard = field(default_factory=VramGuard)
    phase: ServerPhase = ServerPhase.READY
    run: int = 1
    acts: list[GuardAct] = field(default_factory=list)

    def sample(
        self, others: int, chats: int = 0, cpu: float | None = 1.0, gpus: bool = True
    ) -> GuardAct | None:
        ours = MODEL if self.phase is ServerPhase.READY else 0
        card = GpuMetrics(
            index=0,
            name="card",
            vram_used=min(TOTAL, others + ours) * MIB,
            vram_total=TOTAL * MIB,
            engine_vram=ours * MIB if self.knows_share else None,
        )
        metrics = ServerMetrics(gpus=(card,) if gpus else None, engine_cpu_percent=cpu)
        state = ModelState(phase=self.phase, run=self.run, active_chats=chats, metrics=metrics)
        self.guard, act = look(self.guard, state, self.settings)
        if act is GuardAct.UNLOAD:
            self.phase = ServerPhase.STOPPED
            freed = FreedGpu(index=0, name="card", vram=MODEL * MIB)
            self.guard = after_unload(FreedMemory(gpus=(freed,)))
        if act is not None:
            self.acts.append(act)
        return act

    def samples(self, count: int, others: int, chats: int = 0) -> None:
        for _ in range(count):
            self.sample(others, chats)


@pytest.mark.parametrize("knows_share", [True, False])
def test_another_program_gets_the_memory_and_the_model_is_offered_again(knows_share: bool) -> None:
    card = Card(knows_share=knows_share)
    card.samples(5, others=500)
    card.samples(LOW_SAMPLES - 1, others=2700)
    assert card.acts == []
    card.sample(others=2700)
    assert card.acts == [GuardAct.UNLOAD]
    card.samples(50, others=4000)
    assert card.acts == [GuardAct.UNLOAD]
    card.samples(ROOMY_SAMPLES, others=500)
    assert card.acts == [GuardAct.UNLOAD, GuardAct.OFFER]
    card.samples(50, others=500)
    card.samples(50, others=4000)
    card.samples(50, others=500)
    assert card.acts == [GuardAct.UNLOAD, GuardAct.OFFER]


def test_off_until_chosen() -> None:
    card = Card(settings=VramGuardSettings())
    card.samples(5, others=500)
    card.samples(20, others=3000)
    assert card.acts == []


def test_a_model_that_fills_the_card_by_itself_stays() -> None:
    card = Card()
    card.samples(50, others=2900)
    assert card.acts == []


def test_room_that_comes_and_goes_is_not_offered() -> None:
    card = Card()
    card.samples(1, others=500)
    card.samples(LOW_SAMPLES, others=3000)
    for _ in range(20):
        card.samples(ROOMY_SAMPLES - 1, others=500)
        card.sample(others=3000)
    assert card.acts == [GuardAct.UNLOAD]


def test_a_short_need_is_no_need() -> None:
    card = Card()
    for _ in range(20):
        card.samples(LOW_SAMPLES - 1, others=3000)
        card.sample(others=500)
    assert card.acts == []


@pytest.mark.parametrize("cpu", [None, 30.0, 400.0])
def test_an_engine_that_may_be_answering_somebody_is_left_alone(cpu: float | None) -> None:
    card = Card()
    card.sample(others=500)
    for _ in range(20):
        card.sample(others=3000, cpu=cpu)
    assert card.acts == []


def test_unknown_memory_decides_nothing() -> None:
    card = Card()
    card.sample(others=500)
    for _ in range(20):
        card.sample(others=3000, gpus=False)
    assert card.acts == []


def test_a_new_run_measures_others_anew() -> None:
    card = Card()
    card.sample(others=500)
    card.run = 2
    card.samples(20, others=3000)
    assert card.acts == []


@pytest.mark.parametrize(
    ("mark", "expected"), [("5 %", 400 * MIB), ("512 MiB", 512 * MIB), ("99 %", 7920 * MIB)]
)
def test_marks(mark: str, expected: int) -> None:
    assert mark_bytes(mark, TOTAL * MIB) == expected


STEPS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 2), st.sampled_from((None, 0.0, 24.0, 90.0))),
    max_size=120,
)


@given(STEPS, st.booleans())
def test_no_order_of_samples_interrupts_an_answer_or_flaps(
    steps: list[tuple[int, int, float | None]], knows_share: bool
) -> None:
    card = Card(knows_share=knows_share)
    first = steps[0][0] if steps else 0
    for number, (others, chats, cpu) in enumerate(steps):
        act = card.sample(others, chats, cpu)
        if act is GuardAct.UNLOAD:
            last = steps[number + 1 - LOW_SAMPLES : number + 1]
            assert len(last) == LOW_SAMPLES
            assert all(c == 0 and load is not None and load < 25 for _, c, load in last)
            assert all(TOTAL - MODEL - held < 500 and held > first for held, _, _ in last)
    assert card.acts in ([], [GuardAct.UNLOAD], [GuardAct.UNLOAD, GuardAct.OFFER])
