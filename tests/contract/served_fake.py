"""A Paddock to serve: it remembers what was asked and answers from memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tray.infrastructure.local_api.ports import ServedAnswer
from tray.models.attachment import Attachment
from tray.models.catalog import ModelList
from tray.models.chat import ChatChunk, ChatRequest, FinishChunk, FinishReason
from tray.models.conversation import ChatSettings, Edit, KeptMessage, PageChatRequest
from tray.models.engine_shelf import (
    GetEngineRequest,
    PageEngines,
    RemoveEngineRequest,
    UseEngineRequest,
)
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.fit import FitEstimate, FitRequest, ShownFit
from tray.models.fit_mark import Fit
from tray.models.folder_page import FoldersShown
from tray.models.hotkey import HotkeyState
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.page import CameBack, PageHistory, PageState
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
    STANDARD,
    CommandLine,
    Preset,
    PresetRequest,
    PresetsRequest,
    SavePresetRequest,
    ShownPresets,
)
from tray.models.setup import ShownPlan
from tray.models.state import Connection, ModelId, ModelState, ServerPhase
from tray.ui.page_state import page_state
from tray.ui.page_stream import PageStream

NO_TOKEN = ShownToken(line="No token.", kept=False, can_keep=True)
NOT_RUNNING = ServerFailure(
    cause=FailureCause.NOT_RUNNING, title="The engine is not running", detail="Start it."
)


class FakeAnswer:
    """Yields what is put into it; ends with a finish, or when cancelled."""

    def __init__(self) -> None:
        self.chunks: queue.Queue[ChatChunk] = queue.Queue()
        self.cancelled = threading.Event()

    def __iter__(self) -> Iterator[ChatChunk]:
        while True:
            chunk = self.chunks.get()
            yield chunk
            if isinstance(chunk, FinishChunk):
                return

    def cancel(self) -> None:
        self.cancelled.set()
        self.chunks.put(FinishChunk(reason=FinishReason.CANCELLED))


class FakeFeed:
    def __init__(self) -> None:
        self.states: queue.Queue[ModelState] = queue.Queue()
        self.ended = threading.Event()

    def get(self, timeout: float | None) -> ModelState | None:
        try:
            return self.states.get(timeout=timeout)
        except queue.Empty:
            return None

    @property
    def closed(self) -> bool:
        return self.ended.is_set()

    def close(self) -> None:
        self.ended.set()


class FakePaddock:
    """Satisfies the ServedPaddock port."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.answer = FakeAnswer()
        self.feed = FakeFeed()
        self.running = True
        self.mistake = False
        self.hotkey: Callable[[], HotkeyState] = lambda: HotkeyState(keys="ctrl+alt+space")

    def state(self) -> ModelState:
        if self.mistake:
            raise ValueError("a mistake of ours")
        return ModelState(phase=ServerPhase.READY, port=4000)

    def subscribe(self) -> FakeFeed:
        return self.feed

    def models(self) -> ModelList:
        return ModelList(models=(), folders=(Path("/models"),))

    def connection(self) -> Connection:
        self._must_run()
        return Connection(base_url="http://127.0.0.1:4000", api_key="k" * 16)

    def start(self, request: StartRequest) -> ModelState:
        self.asked.append(request)
        return self.state()

    def stop(self, request: StopRequest) -> ModelState:
        self.asked.append(request)
        return ModelState()

    def free(self) -> FreedMemory:
        self._must_run()
        self.asked.append("free")
        return FreedMemory(ram=2**20)

    def chat(self, request: ChatRequest) -> FakeAnswer:
        self._must_run()
        self.asked.append(request)
        return self.answer

    chat_as_set = chat

    def show(self) -> None:
        self.asked.append("show")

    def quit(self) -> None:
        self.asked.append("quit")

    def _must_run(self) -> None:
        if not self.running:
            raise PaddockError(NOT_RUNNING)


class FakeChats:
    """Satisfies the ServedChats port; ``asked`` gets what each call was given."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def find(self, words: str) -> ShownList:
        self._asked.append(words)
        return ShownList(lines=())

    def shown(self) -> ShownConversation:
        self._asked.append("shown")
        return ShownConversation()

    def show(self, conversation: str | None) -> ShownConversation:
        self._asked.append(conversation)
        return ShownConversation(id=conversation)

    def draw(self, request: DrawRequest) -> DrawnAnswers:
        self._asked.append(request)
        return DrawnAnswers(answers=())

    def keep(
        self, conversation: str, messages: Sequence[KeptMessage], settings: ChatSettings
    ) -> None:
        self._asked.append((conversation, *messages, settings))

    def record(
        self, conversation: str, request: PageChatRequest, answer: Callable[[], ServedAnswer]
    ) -> ServedAnswer:
        self._asked.append(conversation)
        return answer()

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None:
        self._asked.append((conversation, *files))

    def write_edit(self, conversation: str, edit: Edit | None) -> None:
        self._asked.append((conversation, edit))

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None:
        self._asked.append((conversation, settings))

    def write_draft(self, conversation: str | None, text: str) -> None:
        self._asked.append((conversation, text))

    def rename(self, conversation: str, title: str) -> None:
        self._asked.append((conversation, title))

    def pin(self, conversation: str, pinned: bool) -> None:
        self._asked.append((conversation, pinned))

    def delete(self, conversation: str) -> None:
        self._asked.append(("delete", conversation))

    def restore(self, conversation: str) -> None:
        self._asked.append(("restore", conversation))

    def export(self, request: ExportRequest) -> Exported:
        self._asked.append(request)
        return Exported(line="Saved")


class FakeEngines:
    """Satisfies the ServedEngines port; ``asked`` gets what each call was given."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def shelf(self) -> PageEngines:
        self._asked.append("shelf")
        return PageEngines(used="", proposal="", proposed=None, rows=())

    def get(self, request: GetEngineRequest) -> PageEngines:
        self._asked.append(request)
        return self.shelf()

    def cancel(self) -> PageEngines:
        self._asked.append("cancel")
        return self.shelf()

    def use(self, request: UseEngineRequest) -> PageEngines:
        self._asked.append(request)
        return self.shelf()

    def back(self) -> PageEngines:
        self._asked.append("back")
        return self.shelf()

    def remove(self, request: RemoveEngineRequest) -> PageEngines:
        self._asked.append(request)
        return self.shelf()


class FakeDownloads:
    """Satisfies the ServedDownloads port; ``asked`` gets what each call was given."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def shown(self) -> ShownDownloads:
        self._asked.append("downloads")
        return ShownDownloads()

    def curated(self) -> ShownCurated:
        self._asked.append("curated")
        return ShownCurated(models=(), note="")

    def find(self, what: str) -> ShownOffer:
        self._asked.append(("find", what))
        return ShownOffer(repository=what, line="", choices=())

    def start(self, what: str) -> ShownDownloads:
        self._asked.append(("start", what))
        return ShownDownloads()

    def pause(self, download: str) -> ShownDownloads:
        self._asked.append(("pause", download))
        return ShownDownloads()

    def resume(self, download: str) -> ShownDownloads:
        self._asked.append(("resume", download))
        return ShownDownloads()

    def remove(self, download: str) -> ShownDownloads:
        self._asked.append(("remove", download))
        return ShownDownloads()

    def token(self) -> ShownToken:
        self._asked.append("token")
        return NO_TOKEN

    def keep_token(self, token: str) -> ShownToken:
        self._asked.append(("keep", token))
        return NO_TOKEN

    def forget_token(self) -> ShownToken:
        self._asked.append("forget")
        return NO_TOKEN

    def delete(self, model: str, for_good: bool) -> DeletedModel:
        self._asked.append((model, for_good))
        return DeletedModel(line="Deleted")


class FakeLines:
    """Two lines, as if a child had said them."""

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"rows": [], "reading": 1, "summary": "1 model", "note": null}\n'
        yield b'{"rows": [], "reading": 0, "summary": "1 model"}\n'

    def close(self) -> None:
        """There is nothing to end."""


class FakeModels:
    """Satisfies the ServedModels port; ``asked`` gets what each call was given."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def make_ready(self) -> None:
        self._asked.append("ready")

    def list(self) -> FakeLines:
        self._asked.append("models")
        return FakeLines()

    def folders(self) -> FoldersShown:
        self._asked.append("folders")
        return FoldersShown(rows=())

    def add_folder(self, path: str) -> FoldersShown:
        self._asked.append(("add", path))
        return FoldersShown(rows=())

    def remove_folder(self, path: str) -> FoldersShown:
        self._asked.append(("remove", path))
        return FoldersShown(rows=())

    def open_folder(self, path: str) -> None:
        self._asked.append(("open", path))


class FakeFit:
    """Satisfies the ServedFit port; ``asked`` gets what each call was given."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def fit(self, request: FitRequest) -> ShownFit:
        self._asked.append(request)
        estimate = FitEstimate(model="demo", verdict=Fit.UNKNOWN)
        return ShownFit(estimate=estimate, verdict="", line="", margin="", source="", rows=())

    def presets(self, request: PresetsRequest) -> ShownPresets:
        return self._noted("presets", request)

    def save(self, request: SavePresetRequest) -> ShownPresets:
        return self._noted("save", request)

    def choose(self, request: PresetRequest) -> ShownPresets:
        return self._noted("choose", request)

    def duplicate(self, request: PresetRequest) -> ShownPresets:
        return self._noted("duplicate", request)

    def reset(self, request: PresetRequest) -> ShownPresets:
        return self._noted("reset", request)

    def delete(self, request: PresetRequest) -> ShownPresets:
        return self._noted("delete", request)

    def restore(self, request: PresetsRequest) -> ShownPresets:
        return self._noted("restore", request)

    def command_line(self, request: PresetRequest) -> CommandLine:
        self._noted("export", request)
        return CommandLine(text="llama-server")

    def _noted(self, call: str, request: object) -> ShownPresets:
        self._asked.append((call, request))
        return ShownPresets(model="demo", chosen=STANDARD, presets=(Preset(),))


class FakeSetup:
    """Satisfies the ServedSetup port; ``asked`` gets the name of each call."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked

    def plan(self) -> ShownPlan:
        self._asked.append("plan")
        return ShownPlan()

    def begin(self) -> None:
        self._asked.append("begin")

    def cancel(self) -> None:
        self._asked.append("cancel setup")


class FakePage:
    """Satisfies the ServedPage port; ``asked`` gets the name of each call."""

    def __init__(self, asked: list[object]) -> None:
        self._asked = asked
        self.chats = FakeChats(asked)
        self.engines = FakeEngines(asked)
        self.downloads = FakeDownloads(asked)
        self.models = FakeModels(asked)
        self.setup = FakeSetup(asked)
        self.fit = FakeFit(asked)

    def opened(self) -> None:
        self._asked.append("opened")

    def state(self, state: ModelState) -> PageState:
        self._asked.append("state")
        return page_state(state, (), ModelId(name="demo"))

    def writer(self, begun: str) -> PageStream:
        self._asked.append("writer")
        return PageStream(begun)

    def history(self) -> PageHistory:
        self._asked.append("history")
        return PageHistory()

    def came_back(self, freed: FreedMemory) -> CameBack:
        return CameBack(line=freed.model_dump_json())

    def open_link(self, url: str) -> None:
        self._asked.append(url)

    def hold(self, held: bool) -> None:
        self._asked.append(held)

    def need(self, needed: bool) -> None:
        self._asked.append(f"need {needed}")

    def hide(self) -> None:
        self._asked.append("hide")
