"""The fault matrix of the engine: the right state in time, nothing left, one click goes on."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import processes
from tests.contract.guard_setup import gone, until
from tests.contract.test_launch_records_linux import decoy, mark_of, record
from tests.engine.cli_setup import command_line
from tests.engine.engine_setup import (
    WAIT,
    History,
    ask,
    config_of,
    in_phase,
    process_of,
    running_service,
    started,
    wait_for,
)
from tests.engine.fault_setup import (
    FakeEngine,
    answers,
    chat_in_thread,
    impostor,
    seen_soon,
)
from tray.models.chat import FinishReason
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService

assert sys.platform == "linux"

pytestmark = pytest.mark.engine
BOTH = [EngineKind.BUNDLED, EngineKind.EXECUTABLE]
BACKOFF = in_phase(ServerPhase.BACKOFF)
FAILED = in_phase(ServerPhase.FAILED)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path) as service:
        yield service


def cause_of(state: ModelState) -> FailureCause | None:
    return None if state.failure is None else state.failure.cause


def loading(service: LlamaCppService, engine: FakeEngine) -> psutil.Process:
    """Start it; its process, once it loads."""
    service.start(engine.config)
    state = seen_soon(service, lambda state: state.pid is not None, WAIT)
    process = process_of(state)
    until(lambda: "fake_engine.py" in " ".join(processes.arguments(process)))
    return process


def one_click_goes_on(service: LlamaCppService) -> None:
    started(service, LlamaCppConfig())
    assert ask(service)[1].reason is FinishReason.STOP


def test_a_binary_that_exits_at_once(service: LlamaCppService, tmp_path: Path) -> None:
    history = History(service)
    service.start(FakeEngine(tmp_path, "exits").config)
    state = history.first(BACKOFF)
    assert cause_of(state) is FailureCause.CRASHED
    assert state.failure is not None
    assert "load_model: loading model" in state.failure.log_lines
    assert state.pid is None
    one_click_goes_on(service)


def test_an_exit_during_the_load(service: LlamaCppService, tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path, "exits-in-load")
    process = loading(service, engine)
    assert service.state.phase is ServerPhase.STARTING
    history = History(service)
    engine.allow("load")
    assert cause_of(history.first(BACKOFF)) is FailureCause.CRASHED
    assert gone([process])
    one_click_goes_on(service)


def test_an_engine_killed_during_the_load(service: LlamaCppService, tmp_path: Path) -> None:
    process = loading(service, FakeEngine(tmp_path, "holds"))
    history = History(service)
    process.kill()
    history.first(BACKOFF)
    one_click_goes_on(service)


def test_an_exit_in_the_middle_of_a_token(service: LlamaCppService, tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path, "exits-mid-token")
    engine.allow("load")
    started(service, engine.config)
    finish = chat_in_thread(service)
    history = History(service)
    engine.allow("token-1")
    assert finish.result(WAIT).reason is FinishReason.CUT
    assert cause_of(history.first(BACKOFF)) is FailureCause.CRASHED
    one_click_goes_on(service)


@pytest.mark.parametrize("kind", BOTH)
def test_an_engine_killed_while_idle(service: LlamaCppService, kind: EngineKind) -> None:
    process = process_of(started(service, config_of(kind)))
    history = History(service)
    process.kill()
    state = history.first(BACKOFF)
    assert cause_of(state) in {FailureCause.KILLED_FOR_MEMORY, FailureCause.ENDED_FROM_OUTSIDE}
    assert gone([process])
    assert wait_for(service, ServerPhase.READY).run == 2
    assert ask(service)[1].reason is FinishReason.STOP


@pytest.mark.parametrize("kind", BOTH)
def test_a_killed_guard(service: LlamaCppService, kind: EngineKind) -> None:
    process = process_of(started(service, config_of(kind)))
    guard = process.parent()
    assert guard is not None
    history = History(service)
    guard.kill()
    assert cause_of(history.first(BACKOFF)) is FailureCause.ENDED_FROM_OUTSIDE
    assert gone([process])
    assert wait_for(service, ServerPhase.READY).run == 2
    assert ask(service)[1].reason is FinishReason.STOP


@pytest.mark.parametrize("kind", BOTH)
def test_a_stopped_process_while_idle(service: LlamaCppService, kind: EngineKind) -> None:
    process = process_of(started(service, config_of(kind)))
    process.suspend()
    assert seen_soon(service, lambda state: state.stalled).phase is ServerPhase.READY
    process.resume()
    seen_soon(service, lambda state: not state.stalled)
    assert ask(service)[1].reason is FinishReason.STOP


def test_a_stopped_process_while_loading(service: LlamaCppService, tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path, "holds")
    process = loading(service, engine)
    process.suspend()
    assert seen_soon(service, lambda state: state.stalled).phase is ServerPhase.STARTING
    process.resume()
    seen_soon(service, lambda state: not state.stalled)
    engine.allow("load")
    seen_soon(service, in_phase(ServerPhase.READY))


def test_a_stopped_process_while_streaming(service: LlamaCppService, tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path, "holds")
    engine.allow("load")
    process = process_of(started(service, engine.config))
    finish = chat_in_thread(service)
    process.suspend()
    state = seen_soon(service, lambda state: state.stalled)
    assert (state.phase, state.active_chats) == (ServerPhase.READY, 1)
    engine.allow("token-1")
    process.resume()
    assert finish.result(WAIT).reason is FinishReason.STOP
    seen_soon(service, lambda state: not state.stalled)


def test_a_stopped_process_is_stopped_by_one_click(
    service: LlamaCppService, tmp_path: Path
) -> None:
    process = loading(service, FakeEngine(tmp_path, "holds"))
    process.suspend()
    seen_soon(service, lambda state: state.stalled)
    assert service.stop().result(WAIT).phase is ServerPhase.STOPPED
    assert gone([process])
    one_click_goes_on(service)


@pytest.mark.parametrize("asks_for_a_key", [False, True])
def test_an_impostor_on_the_port_is_found_out(
    service: LlamaCppService, tmp_path: Path, asks_for_a_key: bool
) -> None:
    process = loading(service, FakeEngine(tmp_path, "silent"))
    port = service.state.port
    assert port is not None
    with impostor(port, asks_for_a_key=asks_for_a_key) as asked:
        assert cause_of(seen_soon(service, FAILED)) is FailureCause.PORT_TAKEN
        assert asked
        assert gone([process])
    one_click_goes_on(service)


def test_the_key_is_not_told_to_who_answers_without_one(
    service: LlamaCppService, tmp_path: Path
) -> None:
    loading(service, FakeEngine(tmp_path, "silent"))
    port = service.state.port
    assert port is not None
    with impostor(port, asks_for_a_key=False) as asked:
        seen_soon(service, FAILED)
    assert set(asked) <= {"/health", "/props"}


def test_suspend_and_resume_of_everything(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        process = process_of(started(service, LlamaCppConfig()))
        guard = process.parent()
        assert guard is not None
        both = (guard, process)
        for sleeper in both:
            sleeper.suspend()
        until(lambda: all(p.status() == psutil.STATUS_STOPPED for p in both))
        for sleeper in both:
            sleeper.resume()
        answers(service)
        assert ask(service)[1].reason is FinishReason.STOP
        assert service.state.run == 1
        seen_soon(service, lambda state: not state.stalled)


@pytest.mark.parametrize("kind", BOTH)
def test_a_log_that_cannot_be_written_never_stops_the_engine(
    tmp_path: Path, kind: EngineKind
) -> None:
    with running_service(tmp_path) as service:
        log = tmp_path / "paddock.log"
        log.unlink(missing_ok=True)
        log.mkdir()
        started(service, config_of(kind))
        assert ask(service)[1].reason is FinishReason.STOP
        assert service.stop().result(WAIT).phase is ServerPhase.STOPPED


def test_a_logout_while_the_engine_runs(service: LlamaCppService) -> None:
    """Everything of the session gets SIGTERM at once, the guard and the engine, too."""
    process = process_of(started(service, LlamaCppConfig()))
    guard = process.parent()
    assert guard is not None
    history = History(service)
    for member in (process, guard):
        for number in (signal.SIGHUP, signal.SIGTERM):
            # The first one may have ended everything already.
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(number)
    assert cause_of(history.first(BACKOFF)) is FailureCause.ENDED_FROM_OUTSIDE
    assert gone([process, guard])
    assert service.stop().result(WAIT).phase is ServerPhase.STOPPED


def test_a_killed_resident_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    with command_line(tmp_path) as paddock, paddock.spawn("run", "--headless") as resident:
        until(lambda: paddock.client() is not None)
        assert paddock("start").returncode == 0
        engine = psutil.Process(paddock.status()["pid"])
        guard = engine.parent()
        assert guard is not None
        resident.kill()
        resident.wait(10)
        until(lambda: gone([engine, guard]), 2.0)
        assert paddock("start").returncode == 0
        assert paddock.status()["phase"] == "ready"


def test_the_next_resident_ends_what_a_crash_left(tmp_path: Path) -> None:
    """The launch of a Paddock that is gone; one process has its nonce, another has none."""
    nonce = "0123456789abcdef" * 2
    with command_line(tmp_path) as paddock, decoy(nonce) as left, decoy() as other:
        launches = tmp_path / "state" / "paddock" / "launches"
        launches.mkdir(parents=True, mode=0o700)
        record(launches, mark_of(left, nonce=nonce))
        with paddock.spawn("run", "--headless"):
            until(lambda: paddock.client() is not None)
            assert gone([left])
            assert other.is_running()
            assert list(launches.iterdir()) == []
            log = (tmp_path / "state" / "paddock" / "logs" / "paddock.log").read_text()
            assert f"({left.pid})" in log
            assert paddock("quit").returncode == 0
