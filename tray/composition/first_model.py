"""Composition of the way from nothing to an answering model."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tray.models.local_api import StartRequest, StopRequest
from tray.services.paddock import Paddock
from tray.ui.download_desk import DownloadDesk
from tray.ui.engine_desk import EngineDesk
from tray.ui.setup_desk import SetupDesk

if TYPE_CHECKING:
    from tray.services.setup import Setup


def setup_desk(downloads: DownloadDesk, engines: EngineDesk, paddock: Paddock) -> SetupDesk:
    """Over the downloads and engines the page shows anyway."""

    def unload() -> None:
        paddock.stop(StopRequest(wait=True))

    def start(model: Path) -> None:
        paddock.start(StartRequest(model=str(model)))

    def make() -> "Setup":
        from tray.services.setup import Setup

        parts = downloads.prepare()
        return Setup(parts.downloads, lambda: engines.engines, unload, start, time.sleep)

    return SetupDesk(make, lambda: downloads.prepare().curated(), lambda: paddock.state().metrics)
