"""The page as Paddock serves it, over any engine; says when somebody opened it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.recorded_service import ROOT
from tests.engine.engine_setup import Unwatched
from tests.unit.engine_fakes import Rig as EngineRig
from tests.web.model_house import model_house
from tests.web.page_setup import chat_desk
from tray.composition.downloads import kept_downloads
from tray.composition.first_model import setup_desk
from tray.composition.fitting import fit_parts
from tray.composition.presets import kept_presets
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.infrastructure.local_api import LocalApi
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.llama.ports import Engines
from tray.services.llama.service import LlamaCppService
from tray.services.paddock import Paddock
from tray.ui.engine_desk import EngineDesk
from tray.ui.fit_desk import FitDesk
from tray.ui.page_desk import PageDesk, PageParts


class WatchedDesk(PageDesk):
    """``seen`` is set by each page whose script has begun to run."""

    def __init__(self, parts: PageParts) -> None:
        demo = ModelId(name="demo")
        super().__init__(lambda: (), lambda: demo, _ignore, parts)
        self.seen = threading.Event()

    def opened(self) -> None:
        super().opened()
        self.seen.set()


class ServedPage:
    def __init__(self, service: LlamaCppService, api: LocalApi, desk: WatchedDesk) -> None:
        self.service = service
        self.desk = desk
        self._endpoint = api.endpoint

    def url(self, view: str = "browser") -> str:
        return f"http://127.0.0.1:{self._endpoint.port}/#token={self._endpoint.token}&view={view}"


@contextmanager
def served_page(engines: Engines) -> Iterator[ServedPage]:
    """Service, local API and page; all end with the block."""
    with ExitStack() as stack:
        clock = SystemClock()
        stack.callback(clock.close)
        service = LlamaCppService(engines, HttpChatClient(), clock, Unwatched())
        stack.callback(service.close)
        paddock = Paddock(service, Settings, lambda _: (), lambda _: (), _nothing, _nothing)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="paddock-bench-")))
        house = stack.enter_context(model_house(folder / "models"))
        presets = kept_presets(house.folders)
        engine_desk = EngineDesk(lambda: EngineRig().engines)
        downloads = stack.enter_context(kept_downloads(house.folders, Settings, paddock))
        parts = PageParts(
            stack.enter_context(chat_desk(folder)),
            engine_desk,
            downloads,
            house.desk,
            FitDesk(lambda: fit_parts(house.folders, presets, paddock.configured, _nothing)),
            setup_desk(downloads, engine_desk, paddock),
        )
        desk = WatchedDesk(parts)
        api = LocalApi(paddock, ROOT / "web", desk)
        api.start()
        stack.callback(api.close)
        yield ServedPage(service, api, desk)


def _ignore(_url: str) -> None:
    """No link is followed here."""


def _nothing() -> None:
    """There is no window to show and nobody to end."""
