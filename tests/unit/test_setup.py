"""From nothing to an answering model: what is got, how far it is, when it starts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.unit.engine_fakes import Rig, build, failure, installed
from tray.models.download import (
    CuratedModel,
    Download,
    DownloadPhase,
    DownloadProgress,
)
from tray.models.engine_build import Backend, EnginePins
from tray.models.failure import PaddockError
from tray.models.fit_mark import Fit
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.setup import SetupProgress
from tray.services.setup import Setup
from tray.ui.setup_desk import SetupDesk
from tray.ui.setup_words import shown_plan, shown_setup

MODEL = CuratedModel(
    what="ann/Bison-GGUF:Q4_K_M",
    name="Bison 4B",
    about="calm",
    quantization="Q4_K_M",
    size=1000,
    licence="Apache 2.0",
)
PATH = Path("/m/bison.gguf")


@dataclass
class World:
    """A list with one download, engines of a script, and what the setup asked for."""

    rig: Rig = field(default_factory=Rig)
    kept: tuple[Download, ...] = ()
    did: list[object] = field(default_factory=list)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    unloading: Callable[[], object] = lambda: None
    starting: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.setup = Setup(
            self,
            lambda: self.rig.engines,
            self.unload,
            self.did.append,
            self.wait,
        )

    def all(self) -> tuple[Download, ...]:
        return self.kept

    def unload(self) -> None:
        self.did.append("unload")
        self.unloading()

    def start(self, what: str) -> None:
        self.starting()
        self.kept = (Download(id="1", what=what, phase=DownloadPhase.RUNNING),)

    def remove(self, download: str) -> None:
        self.did.append(("remove", download))
        self.kept = ()

    def wait(self, _: float) -> None:
        self.may_go_on.wait(0.01)

    def download(self, **changes: object) -> None:
        self.kept = (self.kept[0].model_copy(update=changes),)

    def begun(self) -> World:
        self.setup.begin(self.setup.plan(MODEL))
        return self

    def comes(self, seen: Callable[[SetupProgress], bool]) -> None:
        until(lambda: self.setup.progress is not None and seen(self.setup.progress))


@pytest.fixture
def world() -> World:
    return World()


def test_the_plan_has_the_engine_only_where_it_helps(world: World) -> None:
    plan = world.setup.plan(MODEL)
    assert (plan.what, plan.engine, plan.engine_size) == (MODEL.what, "b100-vulkan", 30 << 20)
    world.rig.get_now()
    assert world.setup.plan(MODEL).engine is None


def test_a_model_that_is_here_is_proposed_only_for_its_engine(world: World) -> None:
    gpu = GpuMetrics(index=0, name="card", vram_used=0, vram_total=8 << 30)
    here = MODEL.model_copy(update={"here": True})
    desk = SetupDesk(lambda: world.setup, lambda: (here,), lambda: ServerMetrics(gpus=(gpu,)))
    plan = desk.plan()
    assert plan.name == MODEL.name
    assert "here already" in plan.line
    world.rig.get_now()
    assert desk.plan().name is None
    desk.begin()
    assert world.setup.progress is None


def test_an_engine_in_use_that_its_driver_cannot_run_is_replaced() -> None:
    pins = EnginePins(builds=(build(Backend.VULKAN), build(Backend.CUDA, runtime="12.8")))
    world = World(Rig(pins))
    world.rig.store.engines["b100-cuda-12.8"] = used = installed("b100-cuda-12.8", Backend.CUDA)
    world.rig.choice.now = used.executable
    assert world.setup.plan(MODEL).engine == "b100-vulkan"


def test_a_machine_without_a_gpu_needs_no_engine(world: World) -> None:
    world.rig.getter.found = world.rig.getter.found.model_copy(update={"gpu": False, "vulkan": ()})
    assert world.setup.plan(MODEL).engine is None


def test_both_are_got_and_then_the_model_starts(world: World) -> None:
    world.begun()
    assert world.did == ["unload"]
    half = DownloadProgress(name="a", done=400, total=800, fetched=400, speed=100.0)
    world.download(progress=half)
    total = (30 << 20) + 800
    world.comes(lambda now: (now.done, now.total) == ((15 << 20) + 400, total))
    world.download(phase=DownloadPhase.DONE, model=PATH)
    world.comes(lambda now: now.done > (15 << 20) + 400)
    assert PATH not in world.did
    world.rig.getter.release.set()
    until(lambda: world.setup.progress is None)
    assert world.did == ["unload", PATH]


def test_a_failure_of_the_engine_ends_it_with_its_reason(world: World) -> None:
    world.rig.getter.fails = failure("The archive is damaged")
    world.begun()
    world.rig.getter.release.set()
    world.comes(lambda now: now.failure is not None)
    assert world.setup.progress is not None
    assert world.setup.progress.failure == failure("The archive is damaged")
    assert PATH not in world.did


def test_an_engine_still_coming_does_not_refuse_another_try_for_the_model(world: World) -> None:
    world.begun()
    world.download(phase=DownloadPhase.FAILED, failure=failure("The network is gone"))
    world.comes(lambda now: now.failure is not None)
    world.kept = ()
    world.begun()
    world.download(phase=DownloadPhase.DONE, model=PATH)
    world.rig.getter.release.set()
    until(lambda: world.setup.progress is None)
    assert world.did == ["unload", PATH]


def test_a_model_that_is_loaded_meanwhile_refuses_the_beginning(world: World) -> None:
    plan = world.setup.plan(MODEL)
    world.rig.loaded = True
    with pytest.raises(PaddockError):
        world.setup.begin(plan)
    assert world.setup.progress is not None
    assert world.setup.progress.failure is not None


def test_cancelling_throws_the_download_away_and_starts_nothing(world: World) -> None:
    world.begun()
    world.setup.cancel()
    assert world.setup.progress is None
    assert ("remove", "1") in world.did
    world.may_go_on.set()
    assert PATH not in world.did


@pytest.mark.parametrize("moment", ["unloading", "starting"])
def test_cancelling_while_it_begins_leaves_nothing_under_way(world: World, moment: str) -> None:
    plan = world.setup.plan(MODEL)
    if moment == "unloading":
        world.unloading = world.setup.cancel
    else:
        world.starting = world.setup.cancel
    world.setup.begin(plan)
    assert world.setup.progress is None
    assert world.kept == ()
    until(lambda: world.rig.engines.shelf().work is None)
    assert not world.rig.store.engines


def test_who_begins_anew_is_followed_once(world: World) -> None:
    plan = world.setup.plan(MODEL).model_copy(update={"engine": None})
    world.setup.begin(plan)
    world.setup.cancel()
    world.setup.begin(plan)
    until(lambda: [t.name for t in threading.enumerate()].count("setup") == 1)
    world.download(phase=DownloadPhase.DONE, model=PATH)
    until(lambda: world.setup.progress is None)
    assert world.did == [("remove", "1"), PATH]


def test_one_that_begins_anew_while_the_canceled_one_finishes_goes_its_own_way(
    world: World,
) -> None:
    world.rig.get_now()
    world.rig.choice.now = None
    plan = world.setup.plan(MODEL)

    begun = threading.Event()

    def anew() -> None:
        world.unloading = lambda: None
        world.setup.cancel()
        world.setup.begin(plan)
        begun.set()

    world.unloading = anew
    world.setup.begin(plan)
    world.download(phase=DownloadPhase.DONE, model=PATH)
    assert begun.wait(10)
    until(lambda: [t.name for t in threading.enumerate()].count("setup") == 1)
    assert PATH not in world.did, "the canceled one starts nothing"
    assert world.setup.progress is not None
    world.download(phase=DownloadPhase.DONE, model=PATH)
    until(lambda: world.setup.progress is None)
    assert world.did.count(PATH) == 1


def test_an_engine_that_came_while_one_chatted_is_used_before_the_model_starts(
    world: World,
) -> None:
    world.begun()
    world.rig.loaded = True
    world.rig.getter.release.set()
    until(lambda: world.rig.engines.shelf().work is None)
    assert world.rig.choice.now is None
    world.unloading = lambda: setattr(world.rig, "loaded", False)
    world.download(phase=DownloadPhase.DONE, model=PATH)
    until(lambda: world.setup.progress is None)
    assert world.did == ["unload", "unload", PATH]
    assert world.rig.engines.shelf().used_name == "b100-vulkan"


def test_an_engine_that_is_installed_and_not_used_is_not_got_again(world: World) -> None:
    world.rig.get_now()
    world.rig.choice.now = None
    plan = world.setup.plan(MODEL)
    assert (plan.engine, plan.engine_size) == ("b100-vulkan", 0)
    assert "(b100-vulkan, installed already)" in (shown_plan(plan, MODEL, Fit.GPU).engine or "")
    world.rig.getter.begun.clear()
    world.setup.begin(plan)
    world.download(phase=DownloadPhase.DONE, model=PATH)
    until(lambda: world.setup.progress is None)
    assert not world.rig.getter.begun.is_set()
    assert world.rig.engines.shelf().used_name == "b100-vulkan"


def test_a_download_taken_off_the_list_ends_it(world: World) -> None:
    world.begun()
    world.rig.getter.release.set()
    world.kept = ()
    until(lambda: world.setup.progress is None)
    assert PATH not in world.did


def test_the_line_has_speed_and_time_left() -> None:
    far = SetupProgress(name="b", done=2**30, total=2**32, speed=2**20 * 50.0)
    assert shown_setup(far).line == "1.0 GiB of 4.0 GiB · 25 % · 50.0 MiB/s · 1 min left"
    waiting = far.model_copy(update={"paused": True})
    assert shown_setup(waiting).line == "1.0 GiB of 4.0 GiB · 25 % · paused"
