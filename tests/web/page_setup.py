"""The page as Paddock serves it, over engines of a script or a real one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition

from tests.unit.engine_fakes import Rig as EngineRig
from tests.web.fit_house import fit_house
from tests.web.hub_house import HubHouse
from tests.web.model_house import ModelHouse, model_house
from tests.web.scripted import ScriptedChats, ScriptedClock, ScriptedEngines
from tray.composition.chats import kept_chats
from tray.composition.first_model import setup_desk
from tray.infrastructure.downloads import save_download
from tray.infrastructure.local_api import LocalApi
from tray.models.catalog import FoundModel
from tray.models.config import LlamaCppConfig
from tray.models.metrics import ServerMetrics
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.llama.service import LlamaCppService
from tray.services.paddock import Paddock
from tray.ui.chat_desk import ChatDesk
from tray.ui.engine_desk import EngineDesk
from tray.ui.fit_desk import FitDesk
from tray.ui.history import MeterHistory
from tray.ui.page_desk import PageDesk, PageParts, Popover

WEB = Path(__file__).parents[2] / "web"
WAIT = 10.0
"""Seconds the page has to ask something of its window."""
METRICS = ServerMetrics(cpu_percent=12.0, ram_used=5 * 2**30, ram_total=15 * 2**30)
MODELS = (
    FoundModel(name="Qwen3-4B-Instruct-Q4_K_M", path=Path("/m/qwen.gguf"), size=2_497_281_120),
    FoundModel(name="gemma-3-1b-it-Q8_0", path=Path("/m/gemma.gguf"), size=1_069_306_368),
)


class Unwatched:
    def watch(self, pid: int | None) -> None:
        """Nothing is measured."""


@dataclass
class Window:
    """Stands for the popover, or before a real one; remembers what the page changed by asking."""

    asked: list[object] = field(default_factory=list)
    popover: Popover | None = None
    held: bool = False
    needed: bool = False
    _heard: Condition = field(default_factory=Condition)

    def hide(self) -> None:
        self._hear("hide")
        if self.popover is not None:
            self.popover.hide()

    def hold(self, held: bool) -> None:
        if held != self.held:
            self.held = held
            self._hear(held)
        if self.popover is not None:
            self.popover.hold(held)

    def need(self, needed: bool) -> None:
        if needed != self.needed:
            self.needed = needed
            self._hear(f"need {needed}")
        if self.popover is not None:
            self.popover.need(needed)

    def wait_for(self, wish: object) -> None:
        """Until this was asked last."""
        with self._heard:
            came = self._heard.wait_for(lambda: self.asked[-1:] == [wish], WAIT)
        assert came, f"the page asked {self.asked}"

    def wait_until_free(self) -> None:
        """Neither held nor needed; the two are told in any order."""
        with self._heard:
            free = self._heard.wait_for(lambda: not (self.held or self.needed), WAIT)
        assert free, f"the page asked {self.asked}"

    def _hear(self, wish: object) -> None:
        with self._heard:
            self.asked.append(wish)
            self._heard.notify_all()


@dataclass
class Past:
    """The clock of the history, which can be set back."""

    ago: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() - self.ago


@dataclass
class ServedPage:
    service: LlamaCppService
    api: LocalApi
    window: Window
    opened: list[str]
    looks: list[None]
    """One for each time a page asked for the state."""
    history: MeterHistory
    past: Past
    desk: PageDesk
    kept: Path
    """The folder of the conversations."""
    engines: EngineRig
    """The engines on offer, as a script."""
    models: ModelHouse
    hub: HubHouse
    few: list[FoundModel]
    """The models of the page's menu."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.api.endpoint.port}"

    def url(self, view: str = "browser") -> str:
        return self.api.page_url(view)


@contextmanager
def page_over(
    service: LlamaCppService,
    config: LlamaCppConfig,
    kept: Path | None = None,
    desk: type[PageDesk] = PageDesk,
) -> Iterator[ServedPage]:
    """Local API and page over a service; they end with the block.

    ``kept`` is a folder for conversations and models; without one they are gone afterwards.
    """
    settings = Settings(server=config)
    paddock = Paddock(service, lambda: settings, lambda _: (), lambda _: MODELS, _nothing, _nothing)
    window, opened, looks = Window(), list[str](), list[None]()

    few = list(MODELS)

    def few_models() -> tuple[FoundModel, ...]:
        looks.append(None)
        return tuple(few)

    past = Past()
    history = MeterHistory(past)
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        chats = stack.enter_context(chat_desk(folder))
        demo = ModelId(name="demo")
        rig = EngineRig()
        stack.callback(rig.getter.release.set)
        house = stack.enter_context(model_house(folder / "home", lambda: paddock.state().metrics))
        hub = HubHouse(house, paddock.state)
        parts_of_fit = fit_house(house, paddock)
        fit = FitDesk(lambda: parts_of_fit)
        engines = EngineDesk(lambda: rig.engines)
        setup = setup_desk(hub.desk, engines, paddock)
        parts = PageParts(chats, engines, hub.desk, house.desk, fit, setup)
        served = desk(few_models, lambda: demo, opened.append, parts, window, history)
        api = LocalApi(paddock, WEB, served)
        api.start()
        stack.callback(api.close)
        service.metrics_sampled(METRICS)
        yield ServedPage(
            service, api, window, opened, looks, history, past, served, folder, rig, house, hub, few
        )


@contextmanager
def chat_desk(folder: Path) -> Iterator[ChatDesk]:
    """Conversations kept in ``folder``; what is exported goes to a folder in it."""

    def save(name: str, text: str) -> Path:
        return save_download(name, text, folder / "Downloads")

    with kept_chats(folder, save) as desk:
        yield desk


@dataclass
class Scripted:
    """A page and the script behind it."""

    page: ServedPage
    engines: ScriptedEngines
    chats: ScriptedChats
    clock: ScriptedClock


@contextmanager
def scripted_page(kept: Path | None = None) -> Iterator[Scripted]:
    """``kept`` is as in ``page_over``."""
    engines, chats, clock = ScriptedEngines(), ScriptedChats(), ScriptedClock()
    service = LlamaCppService(engines, chats, clock, Unwatched())
    try:
        with page_over(service, LlamaCppConfig(), kept) as page:
            yield Scripted(page, engines, chats, clock)
    finally:
        service.close()
        clock.close()


def _nothing() -> None:
    """There is no window to show and nobody to end."""
