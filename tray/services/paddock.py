"""Paddock as a whole: what every front end and every client may ask of it."""

import operator
from collections.abc import Callable, Sequence
from pathlib import Path

from tray.models.catalog import FoundModel, ModelList
from tray.models.chat import ChatRequest
from tray.models.config import LlamaCppConfig
from tray.models.hotkey import HotkeyState
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.notice import Notice
from tray.models.settings import Settings
from tray.models.state import Connection, ModelId, ModelState
from tray.services.llama.broadcast import Subscription
from tray.services.llama.chat import ChatStream
from tray.services.llama.service import LlamaCppService
from tray.services.model_choice import with_model
from tray.services.unload import unload, unload_if_idle


class Paddock:
    """Joins the server, the settings and the models. Any thread may call.

    ``settings`` gives the values in force now; a start takes them as they are
    then. ``folders`` names the folders searched, ``find`` the models below;
    ``show`` brings the chat to the front and ``end`` ends Paddock;
    ``measure_rarely`` is told whether nobody looks.
    """

    def __init__(
        self,
        server: LlamaCppService,
        settings: Callable[[], Settings],
        folders: Callable[[Settings], tuple[Path, ...]],
        find: Callable[[tuple[Path, ...]], tuple[FoundModel, ...]],
        show: Callable[[], None],
        end: Callable[[], None],
        measure_rarely: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._server = server
        self._settings = settings
        self._folders = folders
        self._find = find
        self._kept: ModelId | None = None
        self._listeners: tuple[Callable[[Notice], None], ...] = ()
        self._as_chosen: Callable[[LlamaCppConfig], LlamaCppConfig] = lambda config: config
        self._begun: Callable[[ChatRequest, Path | None], ChatRequest] = lambda request, _: request
        self.same_file: Callable[[Path, Path], bool] = operator.eq
        self.hotkey: Callable[[], HotkeyState] = HotkeyState
        self.show = show
        self.quit = end
        self.measure_rarely = measure_rarely

    def state(self) -> ModelState:
        return self._server.state

    def subscribe(self) -> Subscription:
        return self._server.subscribe()

    def models(self) -> ModelList:
        """Every model found now; reads folders."""
        folders = self._folders(self._settings())
        return ModelList(models=self._find(folders), folders=folders)

    def connection(self) -> Connection:
        return self._server.connection()

    def start(self, request: StartRequest) -> ModelState:
        """Start the wanted model; with ``wait`` return once that is settled.

        Without a wish it is the model that was unloaded to free its memory, else
        the settings' one.
        """
        config = self.configured(request.model)
        if request.model is not None:
            self._kept = None
        settled = self._server.start(self._as_chosen(config))
        return settled.result() if request.wait else self._server.state

    def configured(self, model: str | None) -> LlamaCppConfig:
        """What a start of this model would take of the settings, without its preset.

        Raises PaddockError for a name nobody bears.
        """
        config = self._settings().server
        if model is not None:
            return with_model(config, model, self._found, self.same_file)
        if self._kept is not None and not self._server.is_running():
            return config.model_copy(update={"model_path": self._kept.path})
        return config

    def use_presets(
        self,
        launched: Callable[[LlamaCppConfig], LlamaCppConfig],
        begun: Callable[[ChatRequest, Path | None], ChatRequest],
    ) -> None:
        """Apply presets from now on: to every launch, and to chats with the model of a file."""
        self._as_chosen = launched
        self._begun = begun

    def stop(self, request: StopRequest) -> ModelState:
        self._kept = None
        settled = self._server.stop()
        return settled.result() if request.wait else self._server.state

    def free(self) -> FreedMemory:
        """Unload the model, to be loaded again by the next start without a wish.

        PaddockError (NOT_RUNNING) when none is loaded. Takes as long as the engine.
        """
        model = self._server.state.model
        freed = unload(self._server)
        self._kept = model
        return freed

    def free_if_idle(self) -> FreedMemory | None:
        """The same unless an answer is under way; then ``None`` and nothing done."""
        model = self._server.state.model
        freed = unload_if_idle(self._server)
        if freed is not None:
            self._kept = model
        return freed

    def listen(self, listener: Callable[[Notice], None]) -> None:
        """Have ``listener`` told what happens without the user's doing. It must return soon."""
        self._listeners = (*self._listeners, listener)

    def tell(self, notice: Notice) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(notice)

    def chat(self, request: ChatRequest) -> ChatStream:
        """Ask the running server; PaddockError (NOT_RUNNING) without one.

        What the request leaves open is as the preset of the running model has it.
        """
        model = self._server.state.model
        return self.chat_as_set(self._begun(request, None if model is None else model.path))

    def chat_as_set(self, request: ChatRequest) -> ChatStream:
        """The same, and what the request leaves open is the engine's."""
        return self._server.send_chat_message(request)

    def _found(self) -> Sequence[FoundModel]:
        return self.models().models
