"""Answers into a pipe: plain text, or one JSON object a line."""

from typing import TextIO

from tray.models.chat import ChatChunk, ContentChunk


class PlainWriter:
    """The answer's text alone, as it comes, with a newline at its end."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last = "\n"

    def __enter__(self) -> "PlainWriter":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._last.endswith("\n"):
            self._out.write("\n")
            self._out.flush()

    def write(self, chunk: ChatChunk) -> None:
        if isinstance(chunk, ContentChunk) and chunk.text:
            self._last = chunk.text
            self._out.write(chunk.text)
            self._out.flush()


class JsonWriter:
    """Every chunk as one line of JSON; the last line is the FinishChunk."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __enter__(self) -> "JsonWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._out.flush()

    def write(self, chunk: ChatChunk) -> None:
        self._out.write(chunk.model_dump_json() + "\n")
        self._out.flush()
