"""The same failure, countdown and fallback, in the same words on every surface."""

from dataclasses import dataclass

import pytest

from tests.unit.tray_fakes import FakeActions, FakeHost
from tray.models.config import EngineKind
from tray.models.failure import FailureCause, ServerFailure
from tray.models.state import CpuFallback, EngineInfo, ModelId, ModelState, ServerPhase
from tray.services.llama.broadcast import Broadcast
from tray.services.llama.stall import hung
from tray.services.notices import notice_of
from tray.ui import present
from tray.ui.actions import Action, Intent, actions_of
from tray.ui.gauge_picture import picture_of
from tray.ui.menu_entry import Entry, Verb
from tray.ui.page_state import page_state
from tray.ui.palette import PanelTheme
from tray.ui.terminal.reports import status_report, status_text
from tray.ui.tray_icon import TrayIcon
from tray.ui.tray_menu import menu_entries

DEMO = ModelId(name="demo")
FAILURE = ServerFailure(
    cause=FailureCause.MODEL_TOO_LARGE,
    title="Not enough memory for the model",
    detail="It asked for 9,120 MiB that the device does not have.",
    log_lines=("allocating 9120.50 MiB on device 0: cudaMalloc failed: out of memory",),
)
FALLBACK = CpuFallback(reason="The engine says: no driver.", advice="Install the driver.")


@dataclass
class Surfaces:
    """What each of them shows of one snapshot."""

    state: ModelState

    @property
    def tooltip(self) -> str:
        return present.tooltip(self.state)

    @property
    def menu(self) -> str:
        return "\n".join(entry.label for entry in self.entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return menu_entries(self.state, (), DEMO)

    @property
    def notifications(self) -> list[tuple[str, str]]:
        host = FakeHost()
        feed = Broadcast(ModelState()).subscribe()
        icon = TrayIcon(host, FakeActions(), feed, lambda _: None, lambda: 0.0)
        notice = notice_of(ModelState(), self.state)
        if notice is not None:
            icon.tell(notice)
        return host.notes

    @property
    def page(self) -> str:
        return page_state(self.state, (), DEMO).model_dump_json()

    @property
    def terminal(self) -> str:
        return status_text(self.state)

    @property
    def all_in_brief(self) -> tuple[str, ...]:
        return (self.tooltip, self.menu, self.page, self.terminal)


def test_a_failure_reads_the_same_everywhere() -> None:
    shown = Surfaces(ModelState(phase=ServerPhase.FAILED, run=1, failure=FAILURE))
    for surface in shown.all_in_brief:
        assert FAILURE.title in surface
    assert shown.notifications == [(FAILURE.title, FAILURE.detail)]
    for surface in (shown.page, shown.terminal, present.failure_text(FAILURE)):
        assert FAILURE.detail in surface
        assert FAILURE.log_lines[0] in surface
    assert status_report(shown.state).failure == FAILURE


@pytest.mark.parametrize("phase", [ServerPhase.STARTING, ServerPhase.READY])
def test_a_standstill_reads_the_same_everywhere(phase: ServerPhase) -> None:
    failure = hung(busy=False, log_lines=("last line",))
    shown = Surfaces(ModelState(phase=phase, stalled=True, failure=failure, model=DEMO))
    for surface in shown.all_in_brief:
        assert failure.title in surface
    for surface in (shown.page, shown.terminal):
        assert failure.detail in surface
        assert "last line" in surface


@pytest.mark.parametrize(("left", "words"), [(16.0, "in 16 s"), (4.0, "in 4 s"), (1.0, "in 1 s")])
def test_the_countdown_is_on_every_surface_that_can_count(left: float, words: str) -> None:
    shown = Surfaces(ModelState(phase=ServerPhase.BACKOFF, retry_delay=left, failure=FAILURE))
    for surface in (shown.tooltip, shown.page, shown.terminal):
        assert f"Restarting {words}" in surface
    assert f"Restarting · {FAILURE.title}" in shown.menu


def test_a_countdown_leaves_an_open_menu_alone() -> None:
    menus = {
        Surfaces(ModelState(phase=ServerPhase.BACKOFF, retry_delay=left)).entries
        for left in (4.0, 3.0, 2.0)
    }
    assert len(menus) == 1


def test_a_fall_back_to_the_cpu_is_on_every_surface_with_its_reason() -> None:
    engine = EngineInfo(kind=EngineKind.EXECUTABLE, device="CPU", cpu_fallback=FALLBACK)
    state = ModelState(phase=ServerPhase.READY, engine=engine, model=DEMO, port=4711)
    shown = Surfaces(state)
    for surface in shown.all_in_brief:
        assert "CPU only" in surface
        assert "CPU instead of the GPU" in surface
    for surface in (shown.page, shown.terminal):
        assert FALLBACK.reason in surface
        assert FALLBACK.advice in surface
    assert present.falls_back(state)
    stopped = state.model_copy(update={"phase": ServerPhase.STOPPED})
    assert not present.falls_back(stopped)


def test_the_icon_marks_a_fallback_and_a_standstill_as_it_marks_nothing_else() -> None:
    engine = EngineInfo(kind=EngineKind.EXECUTABLE, cpu_fallback=FALLBACK)
    ready = ModelState(phase=ServerPhase.READY)
    fallen = ready.model_copy(update={"engine": engine})
    stalled = ready.model_copy(update={"stalled": True})
    assert [present.falls_back(s) for s in (ready, fallen, stalled)] == [False, True, False]
    pictures = {
        picture_of(None, s.phase, s.stalled, PanelTheme.DARK, 22, present.falls_back(s))
        for s in (ready, fallen, stalled)
    }
    assert len(pictures) == 3


@pytest.mark.parametrize(
    ("phase", "stalled", "labels"),
    [
        (ServerPhase.STOPPED, False, ["Start"]),
        (ServerPhase.STARTING, False, ["Stop"]),
        (ServerPhase.STARTING, True, ["Wait", "Stop"]),
        (ServerPhase.READY, False, ["Stop", "Free memory"]),
        (ServerPhase.READY, True, ["Wait", "Restart", "Stop"]),
        (ServerPhase.STOPPING, False, []),
        (ServerPhase.BACKOFF, False, ["Retry now", "Stop trying"]),
        (ServerPhase.FAILED, False, ["Start again"]),
        (ServerPhase.CLOSED, False, []),
    ],
)
def test_the_actions_of_every_phase_and_where_they_are_offered(
    phase: ServerPhase, stalled: bool, labels: list[str]
) -> None:
    state = ModelState(phase=phase, stalled=stalled)
    actions = actions_of(state)
    assert [action.label for action in actions] == labels
    on_page = page_state(state, (), DEMO).actions
    assert [(a.intent, a.label) for a in on_page] == [(a.intent, a.label) for a in actions]
    offered = [
        (entry.label, entry.verb)
        for entry in menu_entries(state, (), DEMO)
        if entry.verb in (Verb.START, Verb.STOP, Verb.FREE) and entry.enabled
    ]
    assert offered == [(a.label, verb_of(a)) for a in actions if a.intent is not Intent.WAIT]


def test_the_terminal_asks_by_naming_commands() -> None:
    waiting = ModelState(phase=ServerPhase.BACKOFF, retry_delay=4.0, failure=FAILURE)
    assert "Retry now: paddock start\nStop trying: paddock stop" in status_text(waiting)
    hanging = ModelState(phase=ServerPhase.READY, stalled=True, failure=hung(busy=True))
    assert "Restart: paddock start\nStop: paddock stop" in status_text(hanging)
    ended = ModelState(phase=ServerPhase.FAILED, failure=FAILURE)
    assert "paddock start" not in status_text(ended)


def verb_of(action: Action) -> Verb:
    return Verb(action.intent.value)
