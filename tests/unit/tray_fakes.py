"""A tray and its actions without a desktop: they write down what they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tray.models.catalog import FoundModel
from tray.models.failure import PaddockError
from tray.models.metrics import FreedMemory
from tray.models.state import Connection, ModelId
from tray.ui.menu_entry import Entry
from tray.ui.palette import PanelTheme
from tray.ui.tray_ports import OnClick, Position

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass
class FakeHost:
    """Satisfies IconHost; ``calls`` has one word for every call.

    ``refused`` are the words of calls that fail, as with a full disk.
    """

    size: int = 22
    refused: frozenset[str] = frozenset()
    calls: list[str] = field(default_factory=list)
    menu: tuple[Entry, ...] = ()
    tooltip: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    themes: list[bool] = field(default_factory=list)
    noted: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def theme(self, dark: bool) -> PanelTheme:
        self.themes.append(dark)
        return PanelTheme.DARK if dark else PanelTheme.LIGHT

    def run(self, on_click: OnClick, on_ready: Callable[[], None]) -> None:
        on_ready()
        assert self.ended.wait(10)

    def stop(self) -> None:
        self.ended.set()

    def show_picture(self, image: Image) -> None:
        assert image.size == (self.size, self.size)
        self._call("picture")

    def show_tooltip(self, text: str) -> None:
        self._call("tooltip")
        self.tooltip = text

    def show_menu(self, entries: tuple[Entry, ...]) -> None:
        self._call("menu")
        self.menu = entries

    def notify(self, title: str, text: str) -> None:
        self.notes.append((title, text))
        self.calls.append("note")
        self.noted.set()

    def _call(self, word: str) -> None:
        if word in self.refused:
            raise OSError(28, "No space left on device")
        self.calls.append(word)


@dataclass
class FakeActions:
    """Satisfies TrayActions."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    found: tuple[FoundModel, ...] = ()
    dark: bool = False
    missing: bool = False
    refuse: PaddockError | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def _ask(self, *words: object) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(words)
        self.done.set()

    def open_chat(self, near: Position | None) -> None:
        self._ask("open_chat", near)

    def open_models(self) -> None:
        self._ask("open_models")

    def start(self, model: str) -> None:
        self._ask("start", model)

    def stop(self) -> None:
        self._ask("stop")

    def free(self) -> FreedMemory:
        self._ask("free")
        return FreedMemory(ram=2**30)

    def models(self) -> tuple[FoundModel, ...]:
        return self.found

    def configured_model(self) -> ModelId:
        return ModelId(name="demo")

    def connection(self) -> Connection:
        return Connection(base_url="http://127.0.0.1:1", api_key="key")

    def copy(self, text: str) -> None:
        self._ask("copy", text)

    def open_model_folder(self) -> None:
        self._ask("open_model_folder")

    def show_log(self) -> None:
        self._ask("show_log")

    def open_settings(self) -> None:
        self._ask("open_settings")

    def quit(self) -> None:
        self._ask("quit")

    def panel_is_dark(self) -> bool:
        return self.dark

    def tray_is_missing(self) -> bool:
        return self.missing
