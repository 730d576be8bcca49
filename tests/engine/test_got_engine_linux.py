"""A real llama-server as a release: downloaded, unpacked, checked, started, chatted with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.engine_archives import File, Member, build_of, folder_members, tar_gz, zipped
from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY, Hub, hub_of
from tests.engine.cli_setup import command_line
from tests.engine.engine_setup import DEMO, WAIT, ask, running_service, started
from tests.requirements import need_llama_server
from tray.composition.engine_offer import offered_engines
from tray.infrastructure.folders import Folders
from tray.infrastructure.settings.store import SettingsStore
from tray.models.chat import FinishReason
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.engine_build import Backend, EngineBuild, EnginePins
from tray.models.failure import PaddockError
from tray.models.phase import ServerPhase
from tray.models.state import ModelState
from tray.services.engines import Engines
from tray.services.llama.service import LlamaCppService

assert sys.platform == "linux"
pytestmark = [pytest.mark.engine, pytest.mark.slow]
NEEDED = ("llama-server", "lib")


def release(below: str) -> list[Member]:
    """The real server and its libraries, as an archive of llama.cpp holds them."""
    folder = need_llama_server().resolve().parent
    found = folder_members(folder, below)
    members = [m for m in found if m.name.removeprefix(f"{below}/").startswith(NEEDED)]
    return [*members, File(f"{below}/LICENSE", b"MIT")]


@dataclass
class World:
    hub: Hub
    folders: Folders
    settings: SettingsStore
    service: LlamaCppService
    engines: Engines
    builds: tuple[EngineBuild, ...] = ()

    def started(self) -> ModelState:
        """The user's own model, with the engine the settings name."""
        server = self.settings.load().settings.server
        return started(
            self.service,
            server.model_copy(
                update={"model_path": DEMO, "context_size": 1024, "threads": 1, "gpu_layers": 0}
            ),
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folders = Folders(
        config=tmp_path / "config" / "paddock",
        data=tmp_path / "data" / "paddock",
        models=tmp_path / "data" / "paddock" / "models",
        state=tmp_path / "state" / "paddock",
        logs=tmp_path / "state" / "paddock" / "logs",
        resident=tmp_path / "state" / "paddock" / "resident",
        runtime=tmp_path / "run" / "paddock",
        cache=tmp_path / "cache" / "paddock",
    )
    folders.make()
    settings = SettingsStore(folders.config)
    archives = {
        "llama-b0100.tar.gz": tar_gz(release("llama-b0100")),
        "llama-b0200.zip": zipped(release("llama-b0200")),
    }
    with hub_of(archives, encrypted=True) as hub, running_service(tmp_path / "runs") as service:
        base = f"{hub.address}/{REPOSITORY}/resolve/{COMMIT}"
        builds = tuple(
            build_of(
                {name: content},
                lambda name: f"{base}/{name}",
                version=name.split(".")[0].removeprefix("llama-"),
                backend=Backend.CPU,
            )
            for name, content in archives.items()
        )
        pins = EnginePins(builds=builds)
        engines = offered_engines(folders, settings, lambda: service.state.phase, lambda: pins)
        yield World(hub, folders, settings, service, engines, builds)


def test_from_the_release_to_an_answer_and_back_again(world: World, tmp_path: Path) -> None:
    older, newer = (build.name for build in world.builds)
    world.engines.get_now(older, lambda _: None)
    state = world.started()
    assert state.engine is not None
    assert state.engine.kind is EngineKind.EXECUTABLE
    assert state.engine.path == world.folders.data / "engines" / older / "llama-server"
    text, finish = ask(world.service)
    assert finish.reason is FinishReason.STOP
    assert len(text) > 20

    refusing: tuple[Callable[[], None], ...] = (
        lambda: world.engines.get(newer),
        lambda: world.engines.remove(older),
        lambda: world.engines.use(None),
    )
    for change in refusing:
        with pytest.raises(PaddockError, match="A model is loaded"):
            change()
    assert world.service.stop().result(WAIT).phase is ServerPhase.STOPPED

    world.engines.get_now(newer, lambda _: None)
    state = world.started()
    assert state.engine is not None
    assert state.engine.path == world.folders.data / "engines" / newer / "llama-server"
    assert ask(world.service)[1].reason is FinishReason.STOP
    assert world.service.stop().result(WAIT).phase is ServerPhase.STOPPED

    with command_line(tmp_path) as paddock:
        assert "is in use" in paddock("engines", "remove", newer).stderr
        done = paddock("engines", "back")
        assert (done.returncode, done.stdout) == (0, f"{older} is used.\n")
        assert paddock("engines", "remove", newer).returncode == 0
        assert f"{older} is used." in paddock("engines").stdout
    assert world.settings.load().settings.server == LlamaCppConfig(
        executable=world.folders.data / "engines" / older / "llama-server"
    )
    assert not (world.folders.data / "engines" / newer).exists()
    assert world.started().phase is ServerPhase.READY
