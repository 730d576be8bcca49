"""What the local API asks of whoever stands behind the page: its words, chats, models."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tray.infrastructure.local_api.answers import LineStream
from tray.infrastructure.local_api.ports import ServedAnswer
from tray.models.attachment import Attachment
from tray.models.chat import ChatChunk
from tray.models.conversation import ChatSettings, Edit, KeptMessage, PageChatRequest
from tray.models.engine_shelf import (
    GetEngineRequest,
    PageEngines,
    RemoveEngineRequest,
    UseEngineRequest,
)
from tray.models.fit import FitRequest, ShownFit
from tray.models.folder_page import FoldersShown
from tray.models.metrics import FreedMemory
from tray.models.page import CameBack, PageChunk, PageHistory, PageState
from tray.models.page_chats import (
    DrawnAnswers,
    DrawRequest,
    Exported,
    ExportRequest,
    ShownConversation,
    ShownList,
)
from tray.models.page_downloads import (
    DeletedModel,
    ShownCurated,
    ShownDownloads,
    ShownOffer,
    ShownToken,
)
from tray.models.preset import (
    CommandLine,
    PresetRequest,
    PresetsRequest,
    SavePresetRequest,
    ShownPresets,
)
from tray.models.setup import ShownPlan
from tray.models.state import ModelState


class PageWriter(Protocol):
    """Turns the chunks of one answer into what the page applies. Times: monotonic seconds."""

    @property
    def due(self) -> float | None:
        """When ``poll`` will have something; ``None`` while nothing waits."""

    @property
    def quiet_until(self) -> float:
        """Until then nothing becomes due, whatever of the same kind comes."""

    def feed(self, chunk: ChatChunk, now: float) -> None: ...

    def poll(self, now: float) -> tuple[PageChunk, ...]: ...


class ServedChats(Protocol):
    """The kept conversations. Any thread may call; failures are PaddockError."""

    def find(self, words: str) -> ShownList: ...

    def shown(self) -> ShownConversation:
        """What the page was left with."""

    def show(self, conversation: str | None) -> ShownConversation:
        """Change to a conversation, or to a new one."""

    def draw(self, request: DrawRequest) -> DrawnAnswers:
        """Answers that came into view."""

    def keep(
        self, conversation: str, messages: Sequence[KeptMessage], settings: ChatSettings
    ) -> None:
        """Keep a question before there is an engine to answer it."""

    def record(
        self, conversation: str, request: PageChatRequest, answer: Callable[[], ServedAnswer]
    ) -> ServedAnswer:
        """Have a question answered; both are kept."""

    def write_draft(self, conversation: str | None, text: str) -> None: ...

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None: ...

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None: ...

    def write_edit(self, conversation: str, edit: Edit | None) -> None: ...

    def rename(self, conversation: str, title: str) -> None: ...

    def pin(self, conversation: str, pinned: bool) -> None: ...

    def delete(self, conversation: str) -> None: ...

    def restore(self, conversation: str) -> None:
        """Undo a delete."""

    def export(self, request: ExportRequest) -> Exported: ...


class ServedEngines(Protocol):
    """Engines on offer. Any thread may call; failures are PaddockError."""

    def shelf(self) -> PageEngines: ...

    def get(self, request: GetEngineRequest) -> PageEngines:
        """Begin to get one; ``shelf`` tells how far it is."""

    def cancel(self) -> PageEngines: ...

    def use(self, request: UseEngineRequest) -> PageEngines: ...

    def back(self) -> PageEngines: ...

    def remove(self, request: RemoveEngineRequest) -> PageEngines: ...


class ServedDownloads(Protocol):
    """Downloads and what is deleted. Any thread may call; failures are PaddockError.

    The list comes back from every call that changes it.
    """

    def shown(self) -> ShownDownloads: ...

    def curated(self) -> ShownCurated: ...

    def find(self, what: str) -> ShownOffer:
        """What a repository has; as long as the network takes."""

    def start(self, what: str) -> ShownDownloads: ...

    def pause(self, download: str) -> ShownDownloads: ...

    def resume(self, download: str) -> ShownDownloads: ...

    def remove(self, download: str) -> ShownDownloads:
        """Off the list; what has arrived of one that is not done is thrown away."""

    def token(self) -> ShownToken: ...

    def keep_token(self, token: str) -> ShownToken: ...

    def forget_token(self) -> ShownToken: ...

    def delete(self, model: str, for_good: bool) -> DeletedModel:
        """To the trash, or for good where there is none."""


class ServedModels(Protocol):
    """The Models view. Any thread may call; failures are PaddockError."""

    def make_ready(self) -> None:
        """Somebody is about to ask for the list."""

    def list(self) -> LineStream:
        """A ModelsShown, then ModelsRead as files are read, each a line of JSON."""

    def folders(self) -> FoldersShown: ...

    def add_folder(self, path: str) -> FoldersShown: ...

    def remove_folder(self, path: str) -> FoldersShown: ...

    def open_folder(self, path: str) -> None:
        """Show a folder, or the folder of a model, in the file manager."""


class ServedFit(Protocol):
    """Whether models fit, and their presets. Any thread may call; failures are PaddockError."""

    def fit(self, request: FitRequest) -> ShownFit: ...

    def presets(self, request: PresetsRequest) -> ShownPresets: ...

    def save(self, request: SavePresetRequest) -> ShownPresets: ...

    def choose(self, request: PresetRequest) -> ShownPresets: ...

    def duplicate(self, request: PresetRequest) -> ShownPresets: ...

    def reset(self, request: PresetRequest) -> ShownPresets: ...

    def delete(self, request: PresetRequest) -> ShownPresets: ...

    def restore(self, request: PresetsRequest) -> ShownPresets:
        """Undo the last delete or reset."""

    def command_line(self, request: PresetRequest) -> CommandLine: ...


class ServedSetup(Protocol):
    """From nothing to an answering model. Any thread may call; failures are PaddockError."""

    def plan(self) -> ShownPlan: ...

    def begin(self) -> None:
        """Begin; the page's state tells how far it is."""

    def cancel(self) -> None: ...


class ServedPage(Protocol):
    """What only the page needs. Any thread may call; failures are PaddockError."""

    @property
    def chats(self) -> ServedChats: ...

    @property
    def engines(self) -> ServedEngines: ...

    @property
    def downloads(self) -> ServedDownloads: ...

    @property
    def models(self) -> ServedModels: ...

    @property
    def setup(self) -> ServedSetup: ...

    @property
    def fit(self) -> ServedFit: ...

    def opened(self) -> None:
        """Somebody looks at the page from now on; returns at once."""

    def state(self, state: ModelState) -> PageState: ...

    def writer(self, begun: str) -> PageWriter:
        """A fresh one for each answer, which continues the Markdown ``begun``."""

    def history(self) -> PageHistory:
        """The last two minutes, for the chart."""

    def came_back(self, freed: FreedMemory) -> CameBack:
        """Freed memory in words."""

    def open_link(self, url: str) -> None:
        """Open a link of an answer in the user's browser or mail program."""

    def hold(self, held: bool) -> None:
        """Keep the popover open when it loses the focus, or no longer."""

    def need(self, needed: bool) -> None:
        """Have the popover live on while it is hidden, or no longer."""

    def hide(self) -> None:
        """Hide the popover; nothing in a browser."""
