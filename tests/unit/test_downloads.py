"""The list of downloads over transfers of a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tray.models.download import (
    Download,
    Downloaded,
    DownloadPhase,
    DownloadProgress,
    HubFile,
    HubPlan,
)
from tray.models.errand import FailedSaid, FetchedSaid, GoneSaid, PlanSaid, ProgressSaid, Said
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.downloads import AGAIN, MOST, Downloads

PLAN = HubPlan(folder=Path("/m/ann"), files=(HubFile(path="a.gguf", size=9, sha256="0" * 64),))
DONE = FetchedSaid(done=Downloaded(model=Path("/m/ann/a.gguf"), files=(), size=9))
FAILED = FailedSaid(
    failure=ServerFailure(cause=FailureCause.DOWNLOAD_FAILED, title="Cut off", detail="Try later.")
)
QUEUED, RUNNING, PAUSED, OVER, BROKEN = (
    DownloadPhase.QUEUED,
    DownloadPhase.RUNNING,
    DownloadPhase.PAUSED,
    DownloadPhase.DONE,
    DownloadPhase.FAILED,
)


def arrived(fetched: int) -> ProgressSaid:
    progress = DownloadProgress(name="a.gguf", done=fetched, total=9, fetched=fetched)
    return ProgressSaid(progress=progress)


@dataclass
class ScriptedTransfer:
    what: str
    before: HubPlan | None
    hear: Callable[[Said], None]
    ended: bool = False

    def end(self) -> None:
        self.ended = True
        self.hear(GoneSaid())


@dataclass
class World:
    """The list and everything behind its ports."""

    kept: tuple[Download, ...] = ()
    begun: list[ScriptedTransfer] = field(default_factory=list)
    thrown: list[HubPlan] = field(default_factory=list)
    spared: list[tuple[HubPlan, ...]] = field(default_factory=list)
    timers: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    told: list[Download] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        self.list = Downloads(self, self, lambda s, act: self.timers.append((s, act)), self.tell)

    def begin(
        self, what: str, before: HubPlan | None, hear: Callable[[Said], None]
    ) -> ScriptedTransfer:
        if self.broken:
            raise PaddockError(FAILED.failure)
        self.begun.append(ScriptedTransfer(what, before, hear))
        return self.begun[-1]

    def throw_away(self, plan: HubPlan, others: tuple[HubPlan, ...]) -> None:
        self.thrown.append(plan)
        self.spared.append(others)

    def load(self) -> tuple[Download, ...]:
        return self.kept

    def save(self, downloads: tuple[Download, ...]) -> None:
        self.kept = downloads

    def tell(self, download: Download) -> None:
        self.told.append(download)

    @property
    def phases(self) -> list[DownloadPhase]:
        return [download.phase for download in self.list.all()]

    def id(self, at: int = 0) -> str:
        return self.list.all()[at].id


@pytest.fixture
def world() -> World:
    return World()


def test_one_runs_and_the_others_wait_their_turn(world: World) -> None:
    for what in ("a", "b", "c"):
        world.list.start(what)
    assert world.phases == [RUNNING, QUEUED, QUEUED]
    world.begun[0].hear(DONE)
    assert world.phases == [OVER, RUNNING, QUEUED]
    world.begun[1].hear(FAILED)
    assert world.phases == [OVER, BROKEN, RUNNING]
    assert [transfer.what for transfer in world.begun] == ["a", "b", "c"]
    assert [(one.what, one.phase) for one in world.told] == [("a", OVER), ("b", BROKEN)]
    assert world.told[0].model == Path("/m/ann/a.gguf")


def test_pause_ends_the_transfer_and_resume_begins_another(world: World) -> None:
    world.list.start("a")
    world.begun[0].hear(arrived(3))
    world.list.pause(world.id())
    assert world.begun[0].ended
    assert world.phases == [PAUSED]
    # What the killed one still says is of the past.
    world.begun[0].hear(arrived(5))
    world.begun[0].hear(FAILED)
    progress = world.list.all()[0].progress
    assert progress is not None
    assert progress.done == 3
    world.list.resume(world.id())
    assert world.phases == [RUNNING]
    world.begun[1].hear(DONE)
    assert world.phases == [OVER]
    assert world.timers == []


def test_a_pause_lets_the_next_one_run(world: World) -> None:
    world.list.start("a")
    world.list.start("b")
    world.list.pause(world.id(0))
    assert world.phases == [PAUSED, RUNNING]
    world.list.resume(world.id(0))
    assert world.phases == [QUEUED, RUNNING]
    world.list.pause(world.id(0))
    assert world.phases == [PAUSED, RUNNING]
    assert not world.begun[1].ended


def test_a_killed_transfer_is_begun_again_a_few_times(world: World) -> None:
    world.list.start("a")
    for seconds in AGAIN:
        world.begun[-1].hear(GoneSaid())
        assert world.phases == [RUNNING]
        later, act = world.timers.pop()
        assert later == seconds
        act()
    world.begun[-1].hear(GoneSaid())
    assert world.phases == [BROKEN]
    assert len(world.begun) == 1 + len(AGAIN)
    assert world.told[0].failure is not None
    world.list.resume(world.id())
    assert world.phases == [RUNNING]


def test_whoever_gets_further_may_be_killed_any_number_of_times(world: World) -> None:
    world.list.start("a")
    for fetched in range(1, 9):
        world.begun[-1].hear(arrived(fetched))
        world.begun[-1].hear(GoneSaid())
        world.timers.pop()[1]()
    assert world.phases == [RUNNING]


def test_a_pause_while_a_killed_one_waits_stays_a_pause(world: World) -> None:
    world.list.start("a")
    world.begun[0].hear(GoneSaid())
    world.list.pause(world.id())
    world.timers.pop()[1]()
    assert world.phases == [PAUSED]
    assert len(world.begun) == 1


def test_removing_one_that_runs_ends_it_and_throws_away_what_came(world: World) -> None:
    world.list.start("a")
    world.list.start("b")
    world.begun[0].hear(PlanSaid(plan=PLAN))
    world.list.remove(world.id(0))
    assert world.begun[0].ended
    assert world.thrown == [PLAN]
    assert world.phases == [RUNNING]
    assert world.told == []


def test_what_another_one_needs_is_spared_when_one_is_removed(world: World) -> None:
    plans = [PLAN.model_copy(update={"folder": Path(f"/m/{name}")}) for name in "abc"]
    for what, plan in zip("abc", plans, strict=True):
        world.list.start(what)
        world.begun[-1].hear(PlanSaid(plan=plan))
        if what == "a":
            world.begun[-1].hear(DONE)
        else:
            world.list.pause(world.id(-1))
    world.list.remove(world.id(1))
    assert (world.thrown, world.spared) == ([plans[1]], [(plans[2],)])


def test_removing_a_done_one_leaves_its_files(world: World) -> None:
    world.list.start("a")
    world.begun[0].hear(PlanSaid(plan=PLAN))
    world.begun[0].hear(DONE)
    world.list.remove(world.id())
    assert (world.thrown, world.phases, world.kept) == ([], [], ())


def test_asked_for_twice_it_is_one(world: World) -> None:
    world.list.start("a")
    world.list.start("a")
    assert world.phases == [RUNNING]
    world.begun[0].hear(DONE)
    world.list.start("a")
    assert world.phases == [RUNNING]
    assert world.list.all()[0].model is None
    assert len(world.begun) == 2


def test_after_a_kill_of_paddock_the_list_is_there_and_paused(world: World) -> None:
    world.list.start("a")
    world.list.start("b")
    world.begun[0].hear(PlanSaid(plan=PLAN))
    again = World(world.kept)
    assert again.phases == [PAUSED, PAUSED]
    assert again.begun == []
    assert again.list.all()[0].plan == PLAN
    again.list.resume(again.id(0))
    assert again.begun[0].what == "a"


@pytest.mark.parametrize("ending", ["kill", "close"])
def test_how_far_it_was_is_known_after_a_restart(world: World, ending: str) -> None:
    world.list.start("a")
    world.begun[0].hear(PlanSaid(plan=PLAN))
    total = 1000
    for done in range(0, 640, 10):
        progress = DownloadProgress(name="a.gguf", done=done, total=total, fetched=done)
        world.begun[0].hear(ProgressSaid(progress=progress))
    if ending == "close":
        world.list.close()
    (again,) = World(world.kept).list.all()
    assert again.progress is not None
    assert again.progress.done == {"kill": 600, "close": 630}[ending]


def test_closing_ends_what_runs_and_begins_nothing(world: World) -> None:
    world.list.start("a")
    world.list.start("b")
    world.list.close()
    assert world.begun[0].ended
    assert len(world.begun) == 1
    assert [download.phase for download in world.kept] == [RUNNING, QUEUED]


def test_a_transfer_that_cannot_begin_is_a_failure_to_resume(world: World) -> None:
    world.broken = True
    world.list.start("a")
    assert world.phases == [BROKEN]
    world.broken = False
    world.list.resume(world.id())
    assert world.phases == [RUNNING]


def test_those_that_wait_get_their_turn_when_one_cannot_begin(world: World) -> None:
    for what in ("a", "b", "c"):
        world.list.start(what)
    world.broken = True
    world.begun[0].hear(GoneSaid())
    world.timers.pop()[1]()
    assert world.phases == [BROKEN, BROKEN, BROKEN]


def test_a_transfer_that_goes_on_is_told_what_the_one_before_planned(world: World) -> None:
    world.list.start("a")
    world.begun[0].hear(PlanSaid(plan=PLAN))
    world.list.pause(world.id())
    world.list.resume(world.id())
    assert [transfer.before for transfer in world.begun] == [None, PLAN]


def test_unknown_ones_are_refused(world: World) -> None:
    for act in (world.list.pause, world.list.resume, world.list.remove):
        with pytest.raises(PaddockError) as caught:
            act("nobody")
        assert caught.value.failure.cause is FailureCause.REQUEST_REFUSED


def test_the_list_is_bounded(world: World) -> None:
    for number in range(MOST):
        world.list.start(str(number))
    with pytest.raises(PaddockError):
        world.list.start("more")
    world.begun[0].hear(DONE)
    world.list.start("more")
    assert len(world.phases) == MOST
