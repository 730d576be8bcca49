"""What unloading gives back, and which model the next message loads."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.unit.test_service import HELLO, WAIT, Rig
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import FreedGpu, FreedMemory, GpuMetrics, ServerMetrics
from tray.models.settings import Settings
from tray.models.state import ServerPhase
from tray.services.paddock import Paddock
from tray.services.unload import freed

GIB = 2**30
DEFAULT = Path("/models/default.gguf")
OTHER = Path("/models/other.gguf")


def metrics(used: int | None, ours: int | None = None, ram: int | None = None) -> ServerMetrics:
    card = GpuMetrics(index=0, name="A", vram_used=used, vram_total=8 * GIB, engine_vram=ours)
    return ServerMetrics(gpus=(card,), engine_ram=ram)


def came_back(vram: int | None, ram: int | None = None) -> FreedMemory:
    return FreedMemory(gpus=(FreedGpu(index=0, name="A", vram=vram),), ram=ram)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (metrics(6 * GIB, 5 * GIB, 7), metrics(6 * GIB), came_back(5 * GIB, 7)),
        (metrics(6 * GIB), metrics(1 * GIB), came_back(5 * GIB)),
        (metrics(6 * GIB), metrics(6 * GIB), came_back(None)),
        (metrics(6 * GIB), metrics(7 * GIB), came_back(None)),
        (metrics(6 * GIB), metrics(None), came_back(None)),
        (metrics(6 * GIB), ServerMetrics(gpus=None), came_back(None)),
        (metrics(6 * GIB), None, came_back(None)),
        # Weights that were mapped from a file had been free all along.
        (ServerMetrics(engine_rss=9, engine_ram=4), ServerMetrics(), FreedMemory(ram=4)),
        (None, ServerMetrics(), FreedMemory()),
    ],
)
def test_what_came_back(
    before: ServerMetrics | None, after: ServerMetrics | None, expected: FreedMemory
) -> None:
    assert freed(before, after) == expected


class World:
    """A Paddock over the fakes that remembers what was prepared."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.prepared: list[Path | None] = []
        prepare = self.rig.engines.prepare

        def remember(config: LlamaCppConfig) -> object:
            self.prepared.append(config.model_path)
            spec = prepare(config)
            model = spec.model.model_copy(update={"path": config.model_path})
            return spec.model_copy(update={"model": model})

        self.rig.engines.prepare = remember  # type: ignore[method-assign, assignment]
        settings = Settings(server=LlamaCppConfig(model_path=DEFAULT))
        self.paddock = Paddock(
            self.rig.service, lambda: settings, lambda _: (), lambda _: (), _nothing, _nothing
        )

    def start(self, model: str | None = None) -> None:
        state = self.paddock.start(StartRequest(model=model, wait=True))
        assert state.phase is ServerPhase.READY

    def sampled(self, sample: ServerMetrics) -> None:
        self.rig.service.metrics_sampled(sample)
        for state in self.rig.service.subscribe():
            if state.metrics is not None and state.metrics.gpus == sample.gpus:
                return


def _nothing() -> None: ...


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.rig.service.close()


def test_the_freed_model_is_the_one_a_message_loads_again(world: World) -> None:
    world.start(str(OTHER))
    world.paddock.free()
    assert world.paddock.state().phase is ServerPhase.STOPPED
    world.start()
    assert world.prepared == [OTHER, OTHER]


@pytest.mark.parametrize(
    "choice",
    [
        lambda paddock: paddock.stop(StopRequest(wait=True)),
        lambda paddock: paddock.start(StartRequest(model="demo", wait=True)),
    ],
)
def test_a_later_choice_of_the_user_wins(world: World, choice: Callable[[Paddock], object]) -> None:
    world.start(str(OTHER))
    world.paddock.free()
    choice(world.paddock)
    world.paddock.stop(StopRequest(wait=True))
    world.start()
    assert world.prepared[-1] == DEFAULT


def test_it_waits_until_the_driver_has_given_the_memory_back(world: World) -> None:
    world.start()
    world.sampled(metrics(6 * GIB))
    answers: list[FreedMemory] = []
    freeing = threading.Thread(target=lambda: answers.append(world.paddock.free()))
    freeing.start()
    world.rig.wait_for(ServerPhase.STOPPED)
    world.rig.service.metrics_sampled(metrics(1 * GIB))
    freeing.join(WAIT)
    assert answers == [came_back(5 * GIB)]


def test_without_a_model_there_is_nothing_to_free(world: World) -> None:
    with pytest.raises(PaddockError) as caught:
        world.paddock.free()
    assert caught.value.failure.cause is FailureCause.NOT_RUNNING
    assert world.paddock.free_if_idle() is None


def test_an_answer_is_not_interrupted_for_somebody_else(world: World) -> None:
    world.start()
    chunks = iter(world.paddock.chat(HELLO))
    next(chunks)
    until(lambda: world.paddock.state().active_chats == 1)
    assert world.paddock.free_if_idle() is None
    assert world.paddock.state().phase is ServerPhase.READY
    world.rig.chats.answers[-1].release.set()
    list(chunks)
    until(lambda: world.paddock.state().active_chats == 0)
    assert world.paddock.free_if_idle() == FreedMemory()


def test_once_it_is_loaded_again_the_settings_decide_as_before(world: World) -> None:
    world.start(str(OTHER))
    world.paddock.free()
    world.start()
    world.start()
    assert world.prepared == [OTHER, OTHER, DEFAULT]
