"""Paddock's face where there is no desktop: the terminal it was started in."""

import sys
import time
from typing import TYPE_CHECKING, TextIO

from tray.commands.headless import faceless
from tray.commands.output import DONE, FAILED, INTERRUPTED, fail, note, say
from tray.commands.screen import TerminalScreen
from tray.infrastructure.desktop.presence import has_desktop
from tray.infrastructure.signals import ask_to_end
from tray.models.chat import FinishReason
from tray.models.failure import PaddockError
from tray.models.hotkey import HotkeyState
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import ServerMetrics
from tray.models.settings import Settings
from tray.models.state import ModelState, ServerPhase
from tray.services.paddock import Paddock
from tray.ui.present import finish_line, metrics_lines, notice, state_line
from tray.ui.terminal.ask import ask, question
from tray.ui.terminal.conversation import Conversation
from tray.ui.terminal.plain import PlainWriter

if TYPE_CHECKING:
    from tray.composition.front_end import Door

_SAMPLE_SECONDS = 3.0
BUILT_IN_PROMPT = "What can Paddock do?"
WELCOME = "Ask something. Ctrl-C cancels an answer, /help lists commands, Ctrl-D ends."


class InTerminal:
    """A conversation where somebody types, else the one prompt of standard input."""

    popover = None
    takes_interrupts = False

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self._asked_to_end = False

    def run(self, paddock: Paddock) -> int:
        if not has_desktop():
            note("There is no desktop here: Paddock runs in this terminal.")
        note("Starting …")
        try:
            state = paddock.start(StartRequest(wait=True))
        except KeyboardInterrupt:
            return INTERRUPTED
        if state.phase is not ServerPhase.READY:
            return self._not_ready(state)
        note(state_line(state))
        if (said := notice(state)) is not None:
            note(said)
        return self._converse(paddock) if self._source.isatty() else self._answer_once(paddock)

    def served_at(self, door: "Door") -> None:
        """The conversation is here, not on a page."""

    def show(self) -> None:
        raise faceless()

    def use(self, settings: Settings) -> None:
        """Nothing here goes by them."""

    def hotkey(self) -> HotkeyState:
        return HotkeyState()

    def end(self) -> None:
        self._asked_to_end = True
        ask_to_end()

    def signalled(self, number: int) -> None:
        raise SystemExit(DONE if self._asked_to_end else 128 + number)

    def _converse(self, paddock: Paddock) -> int:
        screen = TerminalScreen()
        screen.say(WELCOME)
        Conversation(paddock, screen).hold()
        return DONE

    def _answer_once(self, paddock: Paddock) -> int:
        prompt = self._source.read().strip() or BUILT_IN_PROMPT
        writer = PlainWriter(sys.stdout, sys.stderr)
        shown = ask(paddock, question(prompt), writer, lambda: note("Starting …"))
        if shown.interrupted:
            return INTERRUPTED
        say(finish_line(shown.finish))
        metrics = _first_metrics(paddock)
        say("\n".join(metrics_lines(metrics)) if metrics else "Nothing could be measured.")
        paddock.stop(StopRequest(wait=True))
        if shown.finish.failure is not None:
            return fail(shown.finish.failure)
        return FAILED if shown.finish.reason is FinishReason.CANCELLED else DONE

    def _not_ready(self, state: ModelState) -> int:
        if state.failure is not None:
            raise PaddockError(state.failure)
        note(f"paddock: {state_line(state)}")
        return FAILED


def _first_metrics(paddock: Paddock) -> ServerMetrics | None:
    """The latest sample; a quick answer may be there before the first."""
    feed = paddock.subscribe()
    deadline = time.monotonic() + _SAMPLE_SECONDS
    try:
        while (left := deadline - time.monotonic()) > 0:
            if (state := feed.get(left)) is not None and state.metrics is not None:
                return state.metrics
    finally:
        feed.close()
    return None
