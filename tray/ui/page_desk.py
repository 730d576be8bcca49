"""What the page is served beside the server itself: its words, its answers, its wishes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tray.models.catalog import FoundModel
from tray.models.metrics import FreedMemory
from tray.models.notice import Notice, NoticeKind
from tray.models.page import CameBack, PageHistory, PageState
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.ui.chat_desk import ChatDesk
from tray.ui.download_desk import DownloadDesk
from tray.ui.engine_desk import EngineDesk
from tray.ui.fit_desk import FitDesk
from tray.ui.history import MeterHistory
from tray.ui.memory_words import freed_line, notice_words
from tray.ui.models_desk import ModelsDesk
from tray.ui.page_state import page_state
from tray.ui.setup_desk import SetupDesk

if TYPE_CHECKING:
    from tray.ui.page_stream import PageStream


class Popover(Protocol):
    """The window the page may be shown in."""

    def hide(self) -> None: ...

    def hold(self, held: bool) -> None:
        """Whether it stays when it loses the focus."""

    def need(self, needed: bool) -> None:
        """Whether it must not be ended while it is hidden."""


@dataclass(frozen=True)
class PageParts:
    """What has a desk of its own."""

    chats: ChatDesk
    engines: EngineDesk
    downloads: DownloadDesk
    models: ModelsDesk[Any]
    fit: FitDesk
    setup: SetupDesk


class PageDesk:
    """Satisfies the local API's ServedPage.

    ``few_models`` may take seconds; it runs on a thread of its own whenever a
    page is opened, and what it finds shows with the next snapshot. ``open_url``
    raises PaddockError for anything but http, https and mailto. ``history`` is fed
    by whoever measures.
    """

    def __init__(
        self,
        few_models: Callable[[], tuple[FoundModel, ...]],
        configured: Callable[[], ModelId],
        open_url: Callable[[str], None],
        parts: PageParts,
        popover: Popover | None = None,
        history: MeterHistory | None = None,
    ) -> None:
        self._few_models = few_models
        self._configured = configured
        self._open_url = open_url
        self.chats = parts.chats
        self.engines = parts.engines
        self.downloads = parts.downloads
        self.fit = parts.fit
        self.downloads.listen(self.opened)
        self.models = parts.models
        self.setup = parts.setup
        self._popover = popover
        self._history = history or MeterHistory()
        self._few: tuple[FoundModel, ...] = ()
        self._looked = False
        self._note: str | None = None

    def opened(self) -> None:
        threading.Thread(target=self._look_for_models, name="page-models", daemon=True).start()

    def state(self, state: ModelState) -> PageState:
        model = state.model or self._configured()
        shown = page_state(state, self._few, model)
        if state.phase in (ServerPhase.STARTING, ServerPhase.READY):
            self._note = None
        downloads, wanted = self.downloads.lines(), self.models.wanted
        asides = {
            "note": self._note,
            "downloads": downloads,
            "wants_models": wanted,
            "setup": self.setup.shown(),
            "needs_model": self._looked and not self._few and model.path is None,
            "answered": self.chats.answered,
        }
        return shown.model_copy(update=asides) if any(asides.values()) else shown

    def tell(self, notice: Notice) -> None:
        """Remember what the guard did until a model is loaded again; the rest shows anyway."""
        if notice.kind in (NoticeKind.UNLOADED_FOR_OTHERS, NoticeKind.ROOM_AGAIN):
            self._note = ". ".join(notice_words(notice))

    def writer(self, begun: str) -> "PageStream":
        # Markdown's libraries weigh megabytes; a resident nobody chats with spares them.
        from tray.ui.page_stream import PageStream

        return PageStream(begun)

    def history(self) -> PageHistory:
        return self._history.so_far()

    def came_back(self, freed: FreedMemory) -> CameBack:
        return CameBack(line=freed_line(freed))

    def open_link(self, url: str) -> None:
        self._open_url(url)

    def hold(self, held: bool) -> None:
        if self._popover is not None:
            self._popover.hold(held)

    def need(self, needed: bool) -> None:
        if self._popover is not None:
            self._popover.need(needed)

    def hide(self) -> None:
        if self._popover is not None:
            self._popover.hide()

    def _look_for_models(self) -> None:
        self._few = self._few_models()
        self._looked = True
