"""What the icon sends to its host, and how seldom."""

from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.unit.tray_fakes import FakeActions, FakeHost
from tray.models.catalog import FoundModel
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.notice import Notice, NoticeKind
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.broadcast import Broadcast
from tray.ui.menu_entry import Entry, Verb
from tray.ui.tray_icon import NO_TRAY, NUMBERS_SECONDS, TrayIcon

FAILURE = ServerFailure(cause=FailureCause.CRASHED, title="It crashed", detail="Start it again.")


class World:
    """A TrayIcon between fakes, with a clock that stands still."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.actions = FakeActions()
        self.time = 100.0
        self.said: list[str] = []
        self.broadcast = Broadcast(ModelState())
        self.icon = TrayIcon(
            self.host, self.actions, self.broadcast.subscribe(), self.said.append, self._now
        )

    def _now(self) -> float:
        return self.time

    def sent(self, state: ModelState) -> list[str]:
        """What the host is asked when this snapshot comes."""
        self.host.calls.clear()
        self.icon.show(state)
        return self.host.calls

    def click(self, verb: Verb, value: str | None = None) -> tuple[object, ...]:
        self.icon.clicked(Entry("", verb, value), (3, 4))
        assert self.actions.done.wait(10)
        return self.actions.asked[-1]


@pytest.fixture
def world() -> World:
    return World()


def sampled(cpu: float, phase: ServerPhase = ServerPhase.READY) -> ModelState:
    metrics = ServerMetrics(cpu_percent=cpu, ram_used=2**30, ram_total=2**33)
    return ModelState(phase=phase, metrics=metrics)


def test_the_first_snapshot_shows_everything(world: World) -> None:
    assert world.sent(sampled(10)) == ["picture", "tooltip", "menu"]


def test_the_same_again_sends_nothing(world: World) -> None:
    world.sent(sampled(10))
    assert world.sent(sampled(10).model_copy(update={"revision": 2})) == []


def test_a_change_below_a_pixel_is_not_drawn(world: World) -> None:
    world.sent(sampled(50.0))
    assert world.sent(sampled(50.3)) == []
    assert world.sent(sampled(51.0)) == ["tooltip"]
    assert world.sent(sampled(90.0)) == ["picture", "tooltip"]


def test_the_bars_are_those_of_the_gpu_the_engine_uses(world: World) -> None:
    def on_two(load: float) -> ModelState:
        gpus = (
            GpuMetrics(index=0, name="busy", load_percent=load, vram_used=9, vram_total=10),
            GpuMetrics(
                index=1, name="ours", load_percent=10, vram_used=3, vram_total=10, engine_vram=2
            ),
        )
        return ModelState(metrics=ServerMetrics(gpus=gpus))

    world.sent(on_two(20))
    assert "picture" not in world.sent(on_two(70))


def test_numbers_wait_in_the_menu_and_come_in_time(world: World) -> None:
    world.sent(sampled(10))
    for second in range(1, int(NUMBERS_SECONDS)):
        world.time += 1
        assert "menu" not in world.sent(sampled(10 + second))
    world.time += 1
    assert "menu" in world.sent(sampled(77))
    assert any(entry.label == "CPU · 77 %" for entry in world.host.menu)


def test_a_phase_does_not_wait(world: World) -> None:
    world.sent(sampled(10))
    assert "menu" in world.sent(sampled(10, ServerPhase.STOPPING))
    assert world.host.tooltip.startswith("Paddock · Stopping")


def test_models_and_the_panels_theme_are_looked_up(world: World) -> None:
    world.sent(sampled(10))
    world.actions.found = (FoundModel(name="big", path=Path("/big.gguf"), size=2**30),)
    world.actions.dark = True
    world.icon.look_around()
    assert world.sent(sampled(10)) == ["picture", "menu"]
    assert world.host.themes == [False, True]


def test_a_notice_is_a_notification(world: World) -> None:
    world.icon.tell(Notice(kind=NoticeKind.ENGINE_FAILED, failure=FAILURE))
    assert world.host.notes == [("It crashed", "Start it again.")]


def test_a_notice_stands_beside_an_icon_that_knows(world: World) -> None:
    world.sent(sampled(10))
    failed = ModelState(phase=ServerPhase.FAILED, failure=FAILURE, run=1, revision=1)
    # The one who tells hears of a snapshot before the one who shows it.
    world.broadcast.publish(failed)
    world.icon.tell(Notice(kind=NoticeKind.ENGINE_FAILED, failure=FAILURE))
    assert world.host.calls[-1] == "note"
    assert "picture" in world.host.calls[:-1]
    assert world.host.tooltip.startswith("Paddock · Failed · It crashed")


def test_an_older_snapshot_does_not_replace_a_newer_one(world: World) -> None:
    world.sent(ModelState(phase=ServerPhase.STARTING, revision=2))
    assert world.sent(ModelState(phase=ServerPhase.STOPPED, revision=1)) == []


@pytest.mark.parametrize("refused", ["picture", "tooltip", "menu"])
def test_what_a_host_refuses_once_is_shown_with_the_next_snapshot(
    world: World, refused: str
) -> None:
    world.sent(sampled(10))
    world.host.refused = frozenset({refused})
    failed = ModelState(phase=ServerPhase.FAILED, failure=FAILURE, run=1, revision=1)
    rest = [call for call in ("picture", "tooltip", "menu") if call != refused]
    assert world.sent(failed) == rest
    world.broadcast.publish(failed)
    world.icon.tell(Notice(kind=NoticeKind.ENGINE_FAILED, failure=FAILURE))
    assert world.host.notes == [("It crashed", "Start it again.")]
    world.host.refused = frozenset()
    assert world.sent(failed.model_copy(update={"revision": 2})) == [refused]


def test_snapshots_alone_notify_nobody(world: World) -> None:
    for phase in ServerPhase:
        world.icon.show(ModelState(phase=phase, failure=FAILURE, run=1))
    assert world.host.notes == []


def test_what_came_back_stands_in_the_menu_until_the_model_is_loaded_again(world: World) -> None:
    world.sent(sampled(10))
    world.icon.clicked(Entry("Free memory", Verb.FREE), None)
    assert world.actions.done.wait(10)
    line = "1.0 GiB of RAM is free again"

    def says_so() -> bool:
        world.sent(sampled(10, ServerPhase.STOPPED))
        return any(entry.label == line for entry in world.host.menu)

    until(says_so)
    world.sent(sampled(10, ServerPhase.STARTING))
    assert all(entry.label != line for entry in world.host.menu)


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        (Verb.OPEN_CHAT, ("open_chat", (3, 4))),
        (Verb.START, ("start", "demo")),
        (Verb.STOP, ("stop",)),
        (Verb.FREE, ("free",)),
        (Verb.OPEN_MODEL_FOLDER, ("open_model_folder",)),
        (Verb.COPY_ADDRESS, ("copy", "http://127.0.0.1:1/v1")),
        (Verb.COPY_KEY, ("copy", "key")),
        (Verb.SHOW_LOG, ("show_log",)),
        (Verb.OPEN_SETTINGS, ("open_settings",)),
        (Verb.QUIT, ("quit",)),
    ],
)
def test_every_click_asks_for_what_it_says(
    world: World, verb: Verb, asked: tuple[object, ...]
) -> None:
    assert world.click(verb) == asked


def test_no_verb_is_without_an_action(world: World) -> None:
    for verb in Verb:
        world.actions.done.clear()
        world.click(verb)
    assert world.host.notes == []


def test_a_chosen_model_is_started(world: World) -> None:
    assert world.click(Verb.START, "/big.gguf") == ("start", "/big.gguf")


def test_a_click_that_fails_says_why(world: World) -> None:
    world.actions.refuse = PaddockError(FAILURE)
    world.icon.clicked(Entry("Show log", Verb.SHOW_LOG), None)
    assert world.host.noted.wait(10)
    assert world.host.notes == [("It crashed", "Start it again.")]


def test_without_a_tray_it_says_so_and_opens_the_chat(world: World) -> None:
    world.actions.missing = True
    icon = TrayIcon(
        world.host,
        world.actions,
        world.broadcast.subscribe(),
        world.said.append,
        iter(range(0, 1000, 3)).__next__,
    )
    icon.open_window_without_tray()
    assert world.said == [NO_TRAY]
    assert world.actions.asked == [("open_chat", None)]


def test_with_a_tray_nothing_opens(world: World) -> None:
    world.icon.open_window_without_tray()
    assert (world.said, world.actions.asked) == ([], [])


def test_it_follows_the_snapshots_until_it_is_closed(world: World) -> None:
    follower = world.broadcast.subscribe()
    icon = TrayIcon(world.host, world.actions, follower, world.said.append)
    icon.begin()
    assert world.host.tooltip == "Paddock · Stopped"
    world.broadcast.publish(ModelState(phase=ServerPhase.STARTING, revision=1))
    until(lambda: world.host.tooltip.startswith("Paddock · Starting"))
    icon.close()
    assert follower.closed
