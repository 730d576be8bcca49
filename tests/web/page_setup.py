"""The page as Paddock serves it, over engines of a script or a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.scripted import ScriptedChats, ScriptedEngines
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.local_api import LocalApi
from tray.models.catalog import FoundModel
from tray.models.config import LlamaCppConfig
from tray.models.metrics import ServerMetrics
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.llama.ports import ChatClient, Engines
from tray.services.llama.service import LlamaCppService
from tray.services.paddock import Paddock
from tray.ui.page_desk import PageDesk

WEB = Path(__file__).parents[2] / "web"
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
    """Stands for the popover; remembers what the page asked of it."""

    asked: list[object] = field(default_factory=list)

    def hide(self) -> None:
        self.asked.append("hide")

    def hold(self, held: bool) -> None:
        self.asked.append(held)


@dataclass
class ServedPage:
    service: LlamaCppService
    api: LocalApi
    window: Window
    opened: list[str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.api.endpoint.port}"

    def url(self, view: str = "browser") -> str:
        return self.api.endpoint.page_url(view)


@contextmanager
def page_over(engines: Engines, chats: ChatClient, config: LlamaCppConfig) -> Iterator[ServedPage]:
    """Service, local API and page; all end with the block."""
    with ExitStack() as stack:
        clock = SystemClock()
        stack.callback(clock.close)
        service = LlamaCppService(engines, chats, clock, Unwatched())
        stack.callback(service.close)
        settings = Settings(server=config)
        paddock = Paddock(
            service, lambda: settings, lambda _: (), lambda _: MODELS, _nothing, _nothing
        )
        window, opened = Window(), list[str]()
        desk = PageDesk(paddock.models, lambda: ModelId(name="demo"), opened.append, window)
        api = LocalApi(paddock, WEB, desk)
        api.start()
        stack.callback(api.close)
        service.metrics_sampled(METRICS)
        yield ServedPage(service, api, window, opened)


@dataclass
class Scripted:
    """A page and the script behind it."""

    page: ServedPage
    engines: ScriptedEngines
    chats: ScriptedChats


@contextmanager
def scripted_page() -> Iterator[Scripted]:
    engines, chats = ScriptedEngines(), ScriptedChats()
    with page_over(engines, chats, LlamaCppConfig()) as page:
        yield Scripted(page, engines, chats)


def _nothing() -> None:
    """There is no window to show and nobody to end."""
