"""What is seen of the real engines from outside, and the mark of a hang while they answer."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.contract.guard_setup import until
from tests.engine.engine_setup import WAIT, config_of, process_of, request, running_service, started
from tests.engine.launches import preparer, running
from tests.platforms import on_posix
from tests.requirements import need_llama_server
from tray.infrastructure.llama.vitals import vitals_of
from tray.models.chat import ChatChunk, FinishReason
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService

pytestmark = pytest.mark.engine
BOTH = [EngineKind.BUNDLED, EngineKind.EXECUTABLE]


@on_posix
@pytest.mark.parametrize("kind", BOTH)
def test_slots_count_the_work_and_a_suspended_process_is_seen(
    tmp_path: Path, kind: EngineKind
) -> None:
    server = need_llama_server() if kind is EngineKind.EXECUTABLE else None
    config = LlamaCppConfig(engine=kind, threads=1)
    spec = preparer(tmp_path, dict(os.environ), server).prepare(config)
    with running(spec, tmp_path) as engine:
        engine.wait_until_ready()
        pid = engine.process.pid
        before = vitals_of(spec, pid, (), ask_slots=True)
        again = vitals_of(spec, pid, (), ask_slots=True)
        assert before.slots is not None
        assert before.slots == again.slots
        httpx.post(
            f"{spec.base_url}/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "hello"}], "max_tokens": 8},
            headers={"Authorization": f"Bearer {spec.api_key}"},
            trust_env=False,
            timeout=WAIT,
        )
        after = vitals_of(spec, pid, (), ask_slots=True)
        assert after.slots not in (None, before.slots)
        assert after.cpu_seconds is not None
        assert after.read_bytes is not None
        assert (after.suspended, vitals_of(spec, pid, (), ask_slots=False).slots) == (False, None)
        suspended = psutil.Process(pid)
        suspended.suspend()
        # The signal is sent, not yet taken: every thread has to stop first.
        until(lambda: suspended.status() == psutil.STATUS_STOPPED)
        seen = vitals_of(spec, pid, (), ask_slots=True)
        assert (seen.suspended, seen.slots) == (True, None)
        suspended.resume()
    gone = vitals_of(spec, pid, (), ask_slots=True)
    assert (gone.suspended, gone.cpu_seconds, gone.slots) == (False, None, None)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path) as service:
        yield service


@on_posix
@pytest.mark.parametrize("kind", BOTH)
def test_suspended_amid_an_answer_it_is_marked_and_goes_on_by_itself(
    service: LlamaCppService, kind: EngineKind
) -> None:
    engine = process_of(started(service, config_of(kind)))
    chunks: list[ChatChunk] = []
    stream = service.send_chat_message(request("Tell me all about models.", max_tokens=900))
    answer = iter(stream)
    chunks.append(next(answer))
    engine.suspend()
    reader = threading.Thread(target=lambda: chunks.extend(answer))
    reader.start()
    state = until_stalled(service, True)
    assert state.failure is not None
    assert state.failure.cause is FailureCause.HUNG
    engine.resume()
    assert until_stalled(service, False).phase is ServerPhase.READY
    reader.join(WAIT)
    assert json.loads(chunks[-1].model_dump_json())["reason"] in (
        FinishReason.STOP,
        FinishReason.LENGTH,
    )


@on_posix
@pytest.mark.parametrize("kind", BOTH)
def test_a_suspended_engine_is_replaced_by_one_start(
    service: LlamaCppService, kind: EngineKind
) -> None:
    config = config_of(kind)
    engine = process_of(started(service, config))
    engine.suspend()
    until_stalled(service, True)
    again = service.start(config).result(WAIT)
    assert (again.phase, again.run, again.stalled) == (ServerPhase.READY, 2, False)
    assert not engine.is_running()


def until_stalled(service: LlamaCppService, stalled: bool) -> ModelState:
    states = service.subscribe()
    try:
        while (state := states.get(WAIT)) is not None:
            if state.stalled is stalled:
                return state
    finally:
        states.close()
    raise AssertionError(f"never stalled={stalled}: {service.state}")
