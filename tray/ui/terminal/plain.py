"""Answers into a pipe: plain text, or one JSON object a line."""

from typing import TextIO

from tray.models.chat import ChatChunk, ContentChunk
from tray.ui.terminal.controls import HarmlessPieces

GOES_ON = "The engine goes on."


class PlainWriter:
    """The answer's text alone, as it comes, with a newline at its end.

    A terminal gets no control characters, a pipe or a file all there is. What is not the
    answer goes to ``notes``.
    """

    def __init__(self, out: TextIO, notes: TextIO) -> None:
        self._out = out
        self._notes = notes
        self._last = "\n"
        self._pieces = HarmlessPieces()

    def __enter__(self) -> "PlainWriter":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._last.endswith("\n"):
            self._out.write("\n")
            self._out.flush()

    def write(self, chunk: ChatChunk) -> None:
        if isinstance(chunk, ContentChunk) and chunk.text:
            text = self._pieces.take(chunk.text) if self._out.isatty() else chunk.text
            self._last = text or self._last
            self._out.write(text)
            self._out.flush()

    def mark(self, words: str | None) -> None:
        on_same_line = self._out.isatty() and not self._last.endswith("\n")
        self._notes.write("\n" if on_same_line else "")
        _note(self._notes, words)


class JsonWriter:
    """Every chunk as one line of JSON; the last line is the FinishChunk."""

    def __init__(self, out: TextIO, notes: TextIO) -> None:
        self._out = out
        self._notes = notes

    def __enter__(self) -> "JsonWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._out.flush()

    def write(self, chunk: ChatChunk) -> None:
        self._out.write(chunk.model_dump_json() + "\n")
        self._out.flush()

    def mark(self, words: str | None) -> None:
        _note(self._notes, words)


def _note(notes: TextIO, mark: str | None) -> None:
    notes.write((mark or GOES_ON) + "\n")
    notes.flush()
