"""The popover: spawned when it is first wanted, kept warm, ended when it idles."""

import logging
import threading
import time
from collections.abc import Callable

from tray.infrastructure.own_program import own_command
from tray.infrastructure.popover_shell import PopoverShell
from tray.models.popover import (
    NO_WEBVIEW,
    Command,
    Hide,
    Hold,
    Show,
    Toggle,
)

SUBCOMMAND = "popover"
REOPEN = 0.3
"""A click on the icon first takes the focus, which hides: seconds it still means "close"."""

Near = tuple[int, int] | None
"""Where the click was, in pixels."""

log = logging.getLogger(__name__)


class PopoverProcess:
    """One popover. Any thread may call; every call returns soon.

    ``page`` gives the page's address for a view ("popover" or "browser"), with
    the token; it reaches the shell over standard input, never as an argument.
    ``idle_seconds`` is how long a hidden popover keeps its memory; it keeps it longer
    while the page needs it or an answer is under way (``answering``). Without a
    webview the page opens with ``open_url``, as it does when the shell ends before it
    has shown anything.
    """

    def __init__(
        self,
        page: Callable[[str], str],
        open_url: Callable[[str], None],
        idle_seconds: Callable[[], float],
        answering: Callable[[], bool],
        command: tuple[str, ...] | None = None,
    ) -> None:
        self._page = page
        self._open_url = open_url
        self._idle_seconds = idle_seconds
        self._answering = answering
        self._command = command or own_command(SUBCOMMAND)
        self._lock = threading.RLock()
        self._shell: PopoverShell | None = None
        self._hidden_at = float("-inf")
        self._idle: threading.Timer | None = None
        self._needed = False
        self._no_webview = False

    @property
    def pid(self) -> int | None:
        """The shell's process, if one is alive."""
        shell = self._shell
        return shell.pid if shell and shell.alive else None

    @property
    def visible(self) -> bool:
        shell = self._shell
        return shell is not None and shell.alive and shell.visible

    def show(self, near: Near = None) -> None:
        """Bring the chat to the front, near a click or in a corner."""
        self._order(Show(near))

    def summon(self) -> None:
        """What the hotkey means: show it, or hide it if it has the focus."""
        self._order(Toggle())

    def _order(self, command: Command) -> None:
        """Tell the shell, which is started if there is none."""
        if self._no_webview:
            self._open_url(self._page("browser"))
            return
        with self._lock:
            self._stop_idling()
            if self._shell is None or not self._shell.alive:
                self._needed = False
                self._shell = PopoverShell(
                    self._command, self._page("popover"), self._report, self._gone
                )
            self._shell.tell(command)

    def toggle(self, near: Near = None) -> None:
        """What a click on the icon means: show it, or hide it if it is shown."""
        if self.visible:
            self.hide()
        elif time.monotonic() - self._hidden_at > REOPEN:
            self.show(near)

    def hide(self) -> None:
        self._tell(Hide())

    def hold(self, held: bool) -> None:
        """Whether it stays when it loses the focus."""
        self._tell(Hold(held))

    def need(self, needed: bool) -> None:
        """Whether its page has what is nowhere else: it is not ended while it is hidden."""
        self._needed = needed

    def close(self) -> None:
        """End the popover and wait until it is gone."""
        with self._lock:
            self._stop_idling()
            shell, self._shell = self._shell, None
        if shell is not None:
            shell.end()

    def _tell(self, command: Command) -> None:
        with self._lock:
            if self._shell is not None:
                self._shell.tell(command)

    def _report(self, shell: PopoverShell, shown: bool) -> None:
        with self._lock:
            if shell is not self._shell:
                return
            self._stop_idling()
            if not shown:
                self._hidden_at = time.monotonic()
                self._let_idle(shell)

    def _let_idle(self, shell: PopoverShell) -> None:
        self._idle = threading.Timer(self._idle_seconds(), self._idled, (shell,))
        self._idle.daemon = True
        self._idle.start()

    def _idled(self, shell: PopoverShell) -> None:
        with self._lock:
            # Shown again while this timer waited for the lock?
            if self._idle is None or shell is not self._shell:
                return
            if self._needed or self._answering():
                self._let_idle(shell)
                return
            self._shell = None
        log.info("popover: ended after idling")
        shell.end()

    def _gone(self, shell: PopoverShell, code: int) -> None:
        with self._lock:
            if shell is not self._shell:
                return
            self._shell = None
            self._stop_idling()
        log.warning("popover: ended with status %d", code)
        self._no_webview = code == NO_WEBVIEW
        if not shell.was_shown:
            # A click must lead somewhere, also where each window crashes.
            self._open_url(self._page("browser"))

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
