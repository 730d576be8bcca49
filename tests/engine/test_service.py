"""Both engines for real: start, chat, cancel, stop, switch, break."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import httpx
import psutil
import pytest

from tests import processes
from tests.contract.guard_setup import until
from tests.engine.engine_setup import (
    DEMO,
    WAIT,
    History,
    ask,
    config_of,
    in_phase,
    process_of,
    request,
    running_service,
    started,
    wait_for,
)
from tray.models.chat import ChatChunk, FinishChunk, FinishReason
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause
from tray.models.state import ServerPhase
from tray.services.llama.chat import ChatStream
from tray.services.llama.service import LlamaCppService

pytestmark = pytest.mark.engine
BOTH = [EngineKind.BUNDLED, EngineKind.EXECUTABLE]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path) as service:
        yield service


@pytest.mark.parametrize("kind", BOTH)
def test_start_chat_stop(service: LlamaCppService, kind: EngineKind) -> None:
    state = started(service, config_of(kind))
    engine = process_of(state)
    assert state.engine is not None
    assert (state.engine.kind, state.engine.device) == (kind, "CPU")
    assert state.context_size == 1024
    text, finish = ask(service)
    assert len(text) > 20
    assert finish.reason is FinishReason.STOP
    assert finish.timings.predicted_tokens is not None
    assert finish.timings.tokens_per_second is not None
    assert finish.timings.time_to_first_token_ms is not None
    assert service.stop().result(WAIT).phase is ServerPhase.STOPPED
    assert not engine.is_running()


def test_the_demo_model_needs_no_configuration(service: LlamaCppService) -> None:
    state = started(service, LlamaCppConfig())
    assert state.engine is not None
    assert state.model is not None
    assert state.engine.kind is EngineKind.BUNDLED
    assert state.model.path is None
    assert ask(service)[1].reason is FinishReason.STOP


@pytest.mark.parametrize("kind", BOTH)
def test_both_engines_give_the_same_answer(service: LlamaCppService, kind: EngineKind) -> None:
    started(service, config_of(kind))
    first, second = ask(service)[0], ask(service)[0]
    started(service, config_of(EngineKind.BUNDLED))
    assert first == second == ask(service)[0]


@pytest.mark.parametrize("kind", BOTH)
def test_only_our_key_gets_in_and_no_other_origin(
    service: LlamaCppService, kind: EngineKind
) -> None:
    started(service, config_of(kind))
    connection = service.connection()
    key = {"Authorization": f"Bearer {connection.api_key}"}
    with httpx.Client(base_url=connection.base_url, trust_env=False) as client:
        assert client.get("/props").status_code == 401
        assert client.get("/props", headers=key).status_code == 200
        foreign = client.get("/props", headers=key | {"Origin": "https://example.com"})
        assert foreign.headers.get("access-control-allow-origin") != "https://example.com"
        assert client.get("/").status_code == 404


@pytest.mark.parametrize("kind", BOTH)
def test_the_key_is_in_no_command_line_and_no_log(
    service: LlamaCppService, kind: EngineKind, tmp_path: Path
) -> None:
    state = started(service, config_of(kind))
    key = service.connection().api_key
    ask(service)
    engine = process_of(state)
    for process in (engine, engine.parent()):
        assert process is not None
        assert key not in " ".join(process.cmdline())
    service.stop().result(WAIT)
    for file in tmp_path.rglob("*.log*"):
        assert key not in file.read_text()


def finish_in_thread(service: LlamaCppService) -> tuple[ChatStream, "Future[ChatChunk]"]:
    """Connect now, for an engine that is suspended; the future gets the last chunk."""
    stream = service.send_chat_message(request("How do I use my GPU?"))
    future: Future[ChatChunk] = Future()
    me = psutil.Process()
    threading.Thread(target=lambda: future.set_result(list(stream)[-1])).start()
    port = service.state.port

    def connected() -> bool:
        """A socket that is still connecting would be refused, not cut."""
        return any(
            c.raddr[1:] == (port,) and c.status == psutil.CONN_ESTABLISHED
            for c in me.net_connections("tcp4")
        )

    until(connected, WAIT)
    return stream, future


@pytest.mark.parametrize("kind", BOTH)
def test_a_cancelled_answer_says_so_and_the_engine_goes_on(
    service: LlamaCppService, kind: EngineKind
) -> None:
    engine = process_of(started(service, config_of(kind)))
    engine.suspend()
    stream, last = finish_in_thread(service)
    stream.cancel()
    finish = last.result(WAIT)
    assert isinstance(finish, FinishChunk)
    assert (finish.reason, finish.failure) == (FinishReason.CANCELLED, None)
    engine.resume()
    assert ask(service)[1].reason is FinishReason.STOP


def test_a_length_limit_is_told(service: LlamaCppService) -> None:
    started(service, LlamaCppConfig())
    finish = list(service.send_chat_message(request("How do I use my GPU?", max_tokens=3)))[-1]
    assert isinstance(finish, FinishChunk)
    assert finish.reason is FinishReason.LENGTH


def test_switching_the_model_replaces_the_engine(service: LlamaCppService) -> None:
    first = started(service, LlamaCppConfig())
    engine = process_of(first)
    second = started(service, config_of(EngineKind.BUNDLED, alias="second"))
    assert not engine.is_running()
    assert second.pid != first.pid
    assert ask(service)[1].reason is FinishReason.STOP


@pytest.mark.parametrize("kind", BOTH)
def test_a_corrupt_model_fails_with_the_log_and_is_not_retried(
    service: LlamaCppService, kind: EngineKind, tmp_path: Path
) -> None:
    model = tmp_path / "broken.gguf"
    model.write_bytes(DEMO.read_bytes()[:-200_000])
    state = service.start(config_of(kind, model)).result(WAIT)
    assert state.phase is ServerPhase.FAILED
    assert state.failure is not None
    assert state.failure.cause is FailureCause.MODEL_CORRUPT
    assert state.failure.log_lines
    started(service, LlamaCppConfig())


def test_a_missing_model_is_said_before_anything_is_spawned(
    service: LlamaCppService, tmp_path: Path
) -> None:
    state = service.start(LlamaCppConfig(model_path=tmp_path / "no.gguf")).result(WAIT)
    assert state.failure is not None
    assert state.failure.cause is FailureCause.MODEL_MISSING
    assert str(tmp_path / "no.gguf") in state.failure.detail
    assert state.pid is None


@pytest.mark.parametrize("kind", BOTH)
def test_a_killed_engine_is_started_again(service: LlamaCppService, kind: EngineKind) -> None:
    state = started(service, config_of(kind))
    history = History(service)
    process_of(state).send_signal(signal.SIGSEGV)
    backoff = history.first(in_phase(ServerPhase.BACKOFF))
    assert backoff.failure is not None
    assert backoff.failure.cause is FailureCause.CRASHED
    again = wait_for(service, ServerPhase.READY)
    assert again.run == 2
    assert ask(service)[1].reason is FinishReason.STOP


@pytest.mark.parametrize("kind", BOTH)
def test_a_killed_engine_cuts_the_answer(service: LlamaCppService, kind: EngineKind) -> None:
    engine = process_of(started(service, config_of(kind)))
    engine.suspend()
    _, last = finish_in_thread(service)
    history = History(service)
    engine.kill()
    finish = last.result(WAIT)
    assert isinstance(finish, FinishChunk)
    assert finish.reason in {FinishReason.CUT, FinishReason.CANCELLED}
    history.first(in_phase(ServerPhase.BACKOFF))
    assert wait_for(service, ServerPhase.READY).run == 2


@pytest.mark.parametrize("kind", BOTH)
def test_a_foreign_reader_does_not_delay_the_stop(
    service: LlamaCppService, kind: EngineKind
) -> None:
    state = started(service, config_of(kind))
    engine = process_of(state)
    connection = service.connection()
    body = {"messages": [{"role": "user", "content": "hello"}], "stream": True}
    with httpx.stream(
        "POST",
        f"{connection.base_url}/v1/chat/completions",
        json=body | {"ignore_eos": True, "n_predict": 900},
        headers={"Authorization": f"Bearer {connection.api_key}"},
        trust_env=False,
        timeout=WAIT,
    ) as response:
        next(response.iter_raw(64))
        before = time.monotonic()
        service.stop().result(WAIT)
        # The figure is bench's; here only: the grace and the kill came.
        assert time.monotonic() - before < 10
    assert not engine.is_running()


@pytest.mark.parametrize("kind", BOTH)
def test_a_stopped_engine_process_can_be_stopped(
    service: LlamaCppService, kind: EngineKind
) -> None:
    engine = process_of(started(service, config_of(kind)))
    engine.suspend()
    assert service.stop().result(WAIT).phase is ServerPhase.STOPPED
    assert not engine.is_running()


def test_a_taken_port_is_named(service: LlamaCppService, tmp_path: Path) -> None:
    state = started(service, LlamaCppConfig())
    with running_service(tmp_path / "second") as second:
        refused = second.start(LlamaCppConfig(port=state.port)).result(WAIT)
        assert refused.failure is not None
        assert refused.failure.cause is FailureCause.PORT_TAKEN
    assert ask(service)[1].reason is FinishReason.STOP


def test_nothing_is_left_after_random_starts_and_stops(
    service: LlamaCppService, tmp_path: Path
) -> None:
    source = random.Random(7)
    for _ in range(8):
        service.start(LlamaCppConfig())
        if source.random() < 0.5:
            wait_for(service, ServerPhase.READY)
        service.stop().result(WAIT)
    engines = [
        child
        for child in psutil.Process().children(recursive=True)
        if str(tmp_path) in str(processes.arguments(child))
    ]
    assert engines == []
