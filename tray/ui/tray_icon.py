"""The tray icon: snapshots in, and out to the host only what changed; clicks to actions."""

import logging
import threading
import time
from collections.abc import Callable

from tray.models.catalog import FoundModel
from tray.models.failure import PaddockError
from tray.models.notice import Notice
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.ui import present
from tray.ui.api_words import api_address, curl_example
from tray.ui.gauge_picture import GaugePicture, picture_of
from tray.ui.memory_words import freed_line, notice_words
from tray.ui.menu_entry import Entry, Verb
from tray.ui.page_state import DEMO
from tray.ui.tray_menu import menu_entries, shape
from tray.ui.tray_ports import IconHost, Position, StateFeed, TrayActions

log = logging.getLogger(__name__)

NUMBERS_SECONDS = 10.0
"""How seldom a menu changes when only its numbers do."""
LOOK_AROUND_SECONDS = 30.0
HOST_PATIENCE = 5.0
NO_TRAY = "Nothing on this desktop shows tray icons, so the chat opens as a window."


class TrayIcon:
    """Keeps a host's icon true to the snapshots."""

    def __init__(
        self,
        host: IconHost,
        actions: TrayActions,
        feed: StateFeed,
        say: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host = host
        self._actions = actions
        self._feed = feed
        self._say = say
        self._now = now
        self._models: tuple[FoundModel, ...] = ()
        self._configured = ModelId(name=DEMO)
        self._dark = actions.panel_is_dark()
        self._look_due = float("-inf")
        self._looking: threading.Thread | None = None
        self._picture: GaugePicture | None = None
        self._tooltip = ""
        self._menu: tuple[Entry, ...] = ()
        self._numbers_due = float("-inf")
        self._came_back: str | None = None
        self._showing = threading.Lock()
        self._revision = 0
        self._plain_actions = {
            Verb.STOP: actions.stop,
            Verb.OPEN_MODELS: actions.open_models,
            Verb.OPEN_MODEL_FOLDER: actions.open_model_folder,
            Verb.SHOW_LOG: actions.show_log,
            Verb.OPEN_SETTINGS: actions.open_settings,
            Verb.QUIT: actions.quit,
        }

    def begin(self) -> None:
        """Show the current snapshot, and every one after it until ``close``."""
        if (state := self._feed.get(0)) is not None:
            self.show(state)
        for work in (self.follow, self.open_window_without_tray):
            threading.Thread(target=work, name="tray-icon", daemon=True).start()

    def close(self) -> None:
        """Show nothing more."""
        self._feed.close()

    def follow(self) -> None:
        """Show every snapshot until the feed is closed."""
        while (state := self._feed.get(None)) is not None:
            self.show(state)
            self._look_now_and_then()

    def show(self, state: ModelState) -> None:
        """Bring picture, tooltip and menu up to date, unless something newer is shown.

        What the host refuses is tried again with the next snapshot.
        """
        with self._showing:
            if state.revision < self._revision:
                return
            self._revision = state.revision
            for part in (self._show_picture, self._show_tooltip, self._show_menu):
                try:
                    part(state)
                except Exception as error:  # noqa: BLE001 - one failure must not freeze the icon
                    log.warning("the icon is not up to date: %s", error)

    def tell(self, notice: Notice) -> None:
        """Notify the user, beside an icon that knows of it already. Any thread."""
        self.show(self._feed.current)
        self._host.notify(*notice_words(notice))

    def clicked(self, entry: Entry, pointer: Position | None) -> None:
        """Do what the entry asks for, on a thread of its own: it may take seconds."""
        act = threading.Thread(
            target=self._act, args=(entry, pointer), name="tray-action", daemon=True
        )
        act.start()

    def look_around(self) -> None:
        """Ask for what no snapshot tells: models, settings, the panel; shown with the next one."""
        self._models = self._actions.models()
        self._configured = self._actions.configured_model()
        self._dark = self._actions.panel_is_dark()

    def open_window_without_tray(self) -> None:
        """Where no tray answers in time, say so and open the chat instead of hiding."""
        deadline = self._now() + HOST_PATIENCE
        while self._actions.tray_is_missing():
            if self._now() > deadline:
                self._say(NO_TRAY)
                self._act(Entry("", Verb.OPEN_CHAT), None)
                return
            time.sleep(0.25)

    def _show_picture(self, state: ModelState) -> None:
        picture = picture_of(
            state.metrics,
            state.phase,
            state.stalled,
            self._host.theme(self._dark),
            self._host.size,
            present.falls_back(state),
        )
        if picture != self._picture:
            from tray.ui.gauge import render

            self._host.show_picture(render(picture))
            self._picture = picture

    def _show_tooltip(self, state: ModelState) -> None:
        tooltip = present.tooltip(state)
        if tooltip != self._tooltip:
            self._host.show_tooltip(tooltip)
            self._tooltip = tooltip

    def _show_menu(self, state: ModelState) -> None:
        """At once when it says something new; numbers wait their turn."""
        if state.phase is not ServerPhase.STOPPED:
            self._came_back = None
        entries = menu_entries(state, self._models, self._configured, self._came_back)
        waits = shape(entries) == shape(self._menu) and self._now() < self._numbers_due
        if entries == self._menu or waits:
            return
        self._host.show_menu(entries)
        self._menu = entries
        self._numbers_due = self._now() + NUMBERS_SECONDS

    def _look_now_and_then(self) -> None:
        """On a thread of its own: folders and the desktop may be slow to answer."""
        if self._now() < self._look_due or (self._looking and self._looking.is_alive()):
            return
        self._look_due = self._now() + LOOK_AROUND_SECONDS
        self._looking = threading.Thread(target=self.look_around, name="tray-look", daemon=True)
        self._looking.start()

    def _act(self, entry: Entry, pointer: Position | None) -> None:
        try:
            self._perform(entry, pointer)
        except PaddockError as error:
            log.warning("%s: %s", entry.label or entry.verb, error)
            self._host.notify(error.failure.title, error.failure.detail)

    def _perform(self, entry: Entry, pointer: Position | None) -> None:
        actions = self._actions
        match entry.verb:
            case Verb.OPEN_CHAT:
                actions.open_chat(pointer)
            case Verb.START:
                actions.start(entry.value or DEMO)
            case Verb.FREE:
                self._came_back = freed_line(actions.free())
            case Verb.COPY_ADDRESS:
                actions.copy(api_address(actions.connection()))
            case Verb.COPY_KEY:
                actions.copy(actions.connection().api_key)
            case Verb.COPY_EXAMPLE:
                actions.copy(curl_example(actions.connection()))
            case Verb.COPY_LAUNCH:
                actions.copy(entry.value or "")
            case verb if verb is not None:
                self._plain_actions[verb]()
