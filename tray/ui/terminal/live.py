"""Answers on a terminal: Markdown that renders while it streams."""

from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from tray.models.chat import (
    ChatChunk,
    ContentChunk,
    FinishChunk,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.ui.present import finish_line
from tray.ui.terminal.blocks import finished_length
from tray.ui.terminal.controls import HarmlessPieces
from tray.ui.terminal.markdown import TerminalMarkdown
from tray.ui.terminal.tail import Tail, recent

if TYPE_CHECKING:
    from collections.abc import Callable

REFRESHES_PER_SECOND = 12
LONG_OPEN = 2048


class LiveWriter:
    """Prints finished blocks for good and keeps the open one alive below them.

    rich redraws from a thread of its own, so a slow terminal never slows the
    answer.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._open = ""
        self._pieces = HarmlessPieces()
        self._next_parse = 0
        self._render: Callable[[str], RenderableType] = _markdown
        self._note = ""
        self._mark: str | None = None
        self._live = Live(
            console=console,
            get_renderable=self._renderable,
            refresh_per_second=REFRESHES_PER_SECOND,
            vertical_overflow="ellipsis",
        )

    def __enter__(self) -> "LiveWriter":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def write(self, chunk: ChatChunk) -> None:
        if isinstance(chunk, PromptProgressChunk):
            self._note = f"reading the prompt, {chunk.processed} of {chunk.total} tokens"
            return
        self._note = ""
        if isinstance(chunk, ContentChunk):
            self._append(chunk.text, _markdown)
            if "\n" in chunk.text and len(self._open) >= self._next_parse:
                self._print_finished()
        elif isinstance(chunk, ReasoningChunk):
            self._append(chunk.text, _dim)
            self._print(self._open.rfind("\n") + 1)
        else:
            self._finish(chunk)

    def mark(self, words: str | None) -> None:
        """Show it below the answer until it is taken away."""
        self._mark = words
        self.refresh()

    def refresh(self) -> None:
        """Draw now, not at the next turn."""
        self._live.refresh()

    def _append(self, text: str, render: "Callable[[str], RenderableType]") -> None:
        if render is not self._render:
            self._print(len(self._open))
            self._render = render
        self._open += self._pieces.take(text)

    def _print_finished(self) -> None:
        """A long open block is parsed after growth by a quarter: each line would cost it again."""
        size = len(self._open)
        self._next_parse = size * 5 // 4 if size > LONG_OPEN else 0
        self._print(finished_length(self._open))

    def _print(self, length: int) -> None:
        """Print the first ``length`` characters of the open text for good."""
        if length:
            self._next_parse = 0
            done, rest = self._open[:length], self._open[length:]
            self._open = rest
            if done.strip():
                self._console.print(self._render(done.strip("\n")))
                if self._render is _markdown:
                    self._console.print()

    def _finish(self, finish: FinishChunk) -> None:
        self._mark = None
        self._print(len(self._open))
        if line := finish_line(finish):
            self._console.print(Text(line, style="dim"))

    def _renderable(self) -> RenderableType:
        mark = self._mark
        answer = self._answer()
        return Tail(answer if mark is None else Group(answer, Text(mark, style="yellow")))

    def _answer(self) -> RenderableType:
        if self._note:
            return Text(self._note, style="dim")
        return self._render(recent(self._open, self._console.height)) if self._open else Text("")


def _markdown(text: str) -> RenderableType:
    return TerminalMarkdown(text)


def _dim(text: str) -> RenderableType:
    return Text(text, style="dim")
