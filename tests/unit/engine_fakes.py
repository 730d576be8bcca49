"""Engines without a disk, a network or a program, behind the service's own ports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from tray.models.download import DownloadProgress
from tray.models.engine_build import (
    Asset,
    Backend,
    EngineBuild,
    EnginePins,
    InstalledEngine,
    MachineFacts,
)
from tray.models.engine_shelf import EngineWork
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.engines import Engines

DRIVER = "A Vulkan driver is installed: radeon."


def build(backend: Backend, version: str = "b100", runtime: str | None = None) -> EngineBuild:
    """A pinned build for the machine of ``facts``."""
    asset = Asset(
        name=f"llama-{version}-{backend}.tar.gz",
        url=f"https://releases.example/{version}/{backend}.tar.gz",
        size=30 << 20,
        sha256="0" * 64,
    )
    return EngineBuild(
        version=version,
        system="linux",
        machine="x86_64",
        backend=backend,
        runtime=runtime,
        assets=(asset,),
    )


PINS = EnginePins(builds=(build(Backend.VULKAN), build(Backend.CPU)))
FACTS = MachineFacts(system="linux", machine="x86_64", glibc="2.39", gpu=True, vulkan=("radeon",))


def installed(name: str, backend: Backend = Backend.VULKAN) -> InstalledEngine:
    return InstalledEngine(
        name=name,
        backend=backend,
        executable=Path(f"/engines/{name}/llama-server"),
        sha256="1" * 64,
        says="version: 100",
        device="Radeon RX 7800",
    )


class MemoryStore:
    """Satisfies the Store port; a name in ``spoilt`` fails its verification."""

    def __init__(self) -> None:
        self.engines: dict[str, InstalledEngine] = {}
        self.spoilt: set[str] = set()

    def installed(self) -> tuple[InstalledEngine, ...]:
        return tuple(self.engines.values())

    def verify(self, engine: InstalledEngine) -> None:
        if engine.name in self.spoilt:
            raise PaddockError(failure("The engine's files have changed"))

    def remove(self, engine: InstalledEngine) -> None:
        del self.engines[engine.name]


class ScriptedGetter:
    """Satisfies the Getter port: what is got waits for ``release``."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.found = FACTS
        self.looks = 0
        self.fails: ServerFailure | None = None
        self.release = threading.Event()
        self.begun = threading.Event()

    def facts(self) -> MachineFacts:
        self.looks += 1
        return self.found

    def get(self, build: EngineBuild, tell: Callable[[EngineWork], None]) -> InstalledEngine:
        half = build.size // 2
        progress = DownloadProgress(name=build.name, done=half, total=build.size, fetched=half)
        tell(EngineWork(name=build.name, progress=progress))
        self.begun.set()
        assert self.release.wait(10)
        if self.fails is not None:
            raise PaddockError(self.fails)
        self._store.engines[build.name] = installed(build.name, build.backend)
        return self._store.engines[build.name]

    def cancel(self) -> None:
        self.fails = failure("Getting the engine was interrupted")
        self.release.set()


class MemoryChoice:
    """Satisfies the Choice port."""

    def __init__(self) -> None:
        self.now: Path | None = None
        self.was: Path | str | None = None

    def used(self) -> Path | None:
        return self.now

    def choose(self, executable: Path | None) -> None:
        self.was, self.now = self.now or "automatic", executable

    def before(self) -> Path | str | None:
        return self.was

    def back(self) -> None:
        self.now, self.was = self.was if isinstance(self.was, Path) else None, self.now


class Rig:
    """The service over all of them; ``loaded`` is whether a model is."""

    def __init__(self, pins: EnginePins = PINS) -> None:
        self.pins = pins
        self.loaded = False
        self.store = MemoryStore()
        self.getter = ScriptedGetter(self.store)
        self.choice = MemoryChoice()
        self.now = 0.0
        self.engines = Engines(
            lambda: self.pins,
            self.store,
            self.getter,
            self.choice,
            lambda: self.loaded,
            lambda: self.now,
        )

    def get_now(self, name: str | None = None) -> InstalledEngine:
        self.getter.release.set()
        return self.engines.get_now(name, lambda _: None)


def failure(title: str) -> ServerFailure:
    return ServerFailure(cause=FailureCause.DOWNLOAD_FAILED, title=title, detail="As scripted.")
