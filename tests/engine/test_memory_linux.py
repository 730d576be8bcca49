"""Memory that a real engine gives back: when it is freed, and by itself when it idles."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import gone, until
from tests.engine.cli_setup import command_line
from tests.engine.engine_setup import (
    DEMO,
    WAIT,
    ask,
    config_of,
    process_of,
    running_service,
    started,
)
from tray.models.config import EngineKind
from tray.models.state import ModelState
from tray.services.llama.service import LlamaCppService

assert sys.platform == "linux"

pytestmark = pytest.mark.engine
BOTH = [EngineKind.BUNDLED, EngineKind.EXECUTABLE]
# A KV cache of some 60 MB: the demo model alone is too small to be missed.
CONTEXT = 32_768


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path) as service:
        yield service


@pytest.mark.parametrize("kind", BOTH)
def test_an_idle_engine_gives_its_memory_back_and_answers_again(
    service: LlamaCppService, kind: EngineKind
) -> None:
    config = config_of(kind).model_copy(update={"context_size": CONTEXT, "idle_unload": 2})
    engine = process_of(started(service, config))
    ask(service)
    loaded = engine.memory_info().rss
    until(lambda: engine.memory_info().rss < 0.6 * loaded, WAIT)
    asleep = engine.memory_info().rss
    text, _ = ask(service)
    assert len(text) > 20
    assert engine.memory_info().rss > 1.3 * asleep
    print(f"{kind.value}: {loaded / 2**20:.0f} MiB loaded, {asleep / 2**20:.0f} MiB asleep")


def test_free_tells_what_came_back_and_the_next_message_loads_the_same_model(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.gguf"
    other.symlink_to(DEMO)
    with command_line(tmp_path) as paddock:
        assert paddock("free").stdout == "Paddock is not running.\n"
        assert paddock("start", "--model", str(other)).returncode == 0
        client = paddock.client()
        assert client is not None
        until(lambda: _rss(client.state()) is not None, WAIT)
        engine = process_of(client.state())
        freed = paddock("free")
        assert (freed.returncode, freed.stderr) == (0, "")
        assert re.fullmatch(r"\d+ MiB of RAM is free again\.\n", freed.stdout), freed.stdout
        assert gone([engine])
        again = paddock("free")
        assert again.returncode == 1
        assert "No model is loaded" in again.stderr
        assert paddock("chat", "Hello").returncode == 0
        model = client.state().model
        assert model is not None
        assert model.path == other


def _rss(state: ModelState) -> int | None:
    return state.metrics.engine_rss if state.metrics else None


def test_a_start_loads_no_https_into_the_resident(tmp_path: Path) -> None:
    """httpx and OpenSSL's part for it come with the first chat."""
    with command_line(tmp_path) as paddock:
        assert paddock("start").returncode == 0
        resident = paddock.resident()
        assert resident is not None
        assert not _speaks_tls(resident)
        assert paddock("chat", "Hello").returncode == 0
        assert _speaks_tls(resident)


def _speaks_tls(process: psutil.Process) -> bool:
    return any("libssl" in mapping.path for mapping in process.memory_maps())
