"""Asks the reading child for the facts of many models, with a time limit for each."""

import queue
import threading
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from tray.infrastructure.model_files.reader import ReadRequest
from tray.infrastructure.own_child import close_pipes, end_child, start_child
from tray.models.catalog import ModelFacts

TIME_LIMIT = 20.0
LONGEST_ANSWER = 1 << 16


class FactsReader:
    """One child for as many models as it survives; ``time_limit`` in seconds for each.

    ``command`` is the child's argv. A context manager: no child is left after it.
    """

    def __init__(self, command: tuple[str, ...], time_limit: float = TIME_LIMIT) -> None:
        self._command = command
        self._time_limit = time_limit
        self._child: _Child | None = None

    def __enter__(self) -> "FactsReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, parts: tuple[Path, ...]) -> ModelFacts:
        """The facts of one model, or the problem with it."""
        if self._child is None:
            self._child = _Child(self._command)
        try:
            line = self._child.ask(ReadRequest(parts=parts), self._time_limit)
        except TimeoutError:
            self._end()
            return ModelFacts.not_yet(f"reading it took longer than {self._time_limit:g} s")
        try:
            return ModelFacts.model_validate_json(line)
        except ValidationError:
            self._end()
            return ModelFacts.not_yet("the program that reads it crashed")

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    def __init__(self, command: tuple[str, ...]) -> None:
        self._process = start_child(command)
        self._answers: queue.Queue[bytes] = queue.Queue()
        assert self._process.stdout is not None
        # A thread and a queue: Windows cannot wait for a pipe with a time limit.
        self._listener = threading.Thread(
            target=_listen, args=(self._process.stdout, self._answers), daemon=True
        )
        self._listener.start()

    def ask(self, request: ReadRequest, seconds: float) -> bytes:
        """The answer; empty when the child is gone. Raises TimeoutError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        except OSError:
            return b""

    def end(self) -> None:
        if end_child(self._process):
            self._listener.join()
            close_pipes(self._process)


def _listen(pipe: IO[bytes], answers: "queue.Queue[bytes]") -> None:
    while line := pipe.readline(LONGEST_ANSWER):
        answers.put(line)
    answers.put(b"")
