"""Models on a disk of their own, for the Models view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter, LlamaFileType

from tests.gguf_files import write_out
from tray.composition.shelf import Launches, model_shelf
from tray.infrastructure.folders import Folders
from tray.infrastructure.model_files.lister import ModelLines
from tray.infrastructure.settings.store import SettingsStore
from tray.models.config import LlamaCppConfig
from tray.models.fit import EngineGpu
from tray.models.metrics import ServerMetrics
from tray.models.room import Machine
from tray.models.settings import Settings
from tray.services.fit_room import room_on
from tray.ui.models_desk import ModelsDesk


@dataclass
class ModelHouse:
    """The folders of one user, their models, and the desk that shows them."""

    folders: Folders
    settings: SettingsStore
    desk: ModelsDesk[ModelLines]
    shown: list[Path] = field(default_factory=list)
    """Folders that were to be opened."""

    def add(self, name: str, *, folder: Path | None = None, **facts: Any) -> Path:
        """A small real GGUF that says these things of itself."""
        path = (folder or self.folders.models) / f"{name}.gguf"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_model(path, **facts)
        return path

    def spoil(self, name: str, content: bytes) -> Path:
        path = self.folders.models / f"{name}.gguf"
        path.write_bytes(content)
        return path


def write_model(
    path: Path,
    *,
    title: str = "Tiny",
    licence: str = "apache-2.0",
    context: int = 32768,
    kind: LlamaFileType = LlamaFileType.MOSTLY_Q4_K_M,
    template: bool = True,
    weights: int = 64,
) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_name(title)
    writer.add_license(licence)
    writer.add_context_length(context)
    writer.add_file_type(kind)
    if template:
        writer.add_chat_template("{{ messages }}")
    writer.add_tensor("a", np.zeros(weights, dtype=np.float32))
    write_out(writer)


@contextmanager
def model_house(
    home: Path, metrics: Callable[[], ServerMetrics | None] = lambda: None
) -> Iterator[ModelHouse]:
    """An empty one in the home of a user."""
    data = home / ".local" / "share" / "paddock"
    folders = replace(Folders.under(home / ".paddock"), data=data, models=data / "models")
    folders.make()
    settings = SettingsStore(folders.config)
    shown: list[Path] = []

    def searched(now: Settings) -> tuple[Path, ...]:
        return (folders.models, *now.models.folders)

    def machine(_: LlamaCppConfig) -> Machine:
        now = metrics()
        gpus = (now.gpus if now else None) or ()
        seen = [EngineGpu(name=gpu.name, total=gpu.vram_total, free=None) for gpu in gpus]
        return room_on(seen, now)

    launches = Launches(LlamaCppConfig, lambda _: (), machine)
    with model_shelf(folders, settings, searched, launches, shown.append, home) as shelf:
        yield ModelHouse(folders, settings, shelf.desk, shown)
