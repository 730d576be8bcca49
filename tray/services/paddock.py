"""Paddock as a whole: what every front end and every client may ask of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tray.models.catalog import FoundModel
from tray.models.chat import ChatRequest
from tray.models.local_api import ModelList, StartRequest, StopRequest
from tray.models.settings import Settings
from tray.models.state import Connection, ModelState
from tray.services.llama.broadcast import Subscription
from tray.services.llama.chat import ChatStream
from tray.services.llama.service import LlamaCppService
from tray.services.model_choice import with_model


class Paddock:
    """Joins the server, the settings and the models. Any thread may call.

    ``settings`` gives the values in force now; a start takes them as they are
    then. ``folders`` names the folders searched, ``find`` the models below;
    ``show`` brings the chat to the front and ``end`` ends Paddock.
    """

    def __init__(
        self,
        server: LlamaCppService,
        settings: Callable[[], Settings],
        folders: Callable[[Settings], tuple[Path, ...]],
        find: Callable[[tuple[Path, ...]], tuple[FoundModel, ...]],
        show: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self._server = server
        self._settings = settings
        self._folders = folders
        self._find = find
        self.show = show
        self.quit = end

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
        """Start the wanted model; with ``wait`` return once that is settled."""
        config = with_model(self._settings().server, request.model, self._found)
        settled = self._server.start(config)
        return settled.result() if request.wait else self._server.state

    def stop(self, request: StopRequest) -> ModelState:
        settled = self._server.stop()
        return settled.result() if request.wait else self._server.state

    def chat(self, request: ChatRequest) -> ChatStream:
        """Ask the running server; PaddockError (NOT_RUNNING) without one."""
        return self._server.send_chat_message(request)

    def _found(self) -> Sequence[FoundModel]:
        return self.models().models
