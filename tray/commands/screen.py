"""The terminal this process was started in."""

import importlib.util
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from tray.ui.terminal.controls import harmless
from tray.ui.terminal.live import LiveWriter
from tray.ui.terminal.plain import PlainWriter

if TYPE_CHECKING:
    from tray.ui.terminal.ports import AnswerWriter


class TerminalScreen:
    """Reads lines and shows answers; Markdown where the terminal can."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)
        if importlib.util.find_spec("readline") is not None:
            # Importing it gives input() editing and history.
            importlib.import_module("readline")

    def read(self, prompt: str) -> str:
        return input(prompt)

    def say(self, text: str) -> None:
        self.console.print(Text(harmless(text)))

    def answer(self) -> "AnswerWriter":
        return answer_writer(self.console)


def answer_writer(console: Console) -> "AnswerWriter":
    """Live Markdown on a terminal that can redraw, else plain text."""
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveWriter(console)
    return PlainWriter(sys.stdout, sys.stderr)
