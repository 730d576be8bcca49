"""The child that lists models: one request in, the list as lines of JSON out."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import BinaryIO

from tray.infrastructure.clock import wall_clock
from tray.infrastructure.last_used import LastUsed
from tray.infrastructure.llama.model_catalog import CatalogReading
from tray.infrastructure.llama.model_folders import search_models
from tray.infrastructure.llama.model_index import ModelIndex
from tray.infrastructure.own_program import own_command
from tray.models.base import Frozen
from tray.models.local_api import ModelList
from tray.models.model_page import ListRequest
from tray.services.rough_fit import FreeMemory
from tray.ui.model_words import pieces

_READER = own_command("model-reader")
BEAT = 1.0
"""Seconds of silence after which an empty line shows whether somebody still listens."""


def serve(requests: BinaryIO, answers: BinaryIO) -> int:
    """Answer the one request; reading files that nobody has read may take long."""
    request = ListRequest.model_validate_json(requests.readline())
    lock = threading.Lock()

    def say(line: bytes) -> None:
        with lock:
            answers.write(line + b"\n")
            answers.flush()

    over = threading.Event()
    threading.Thread(target=_beat, args=(over, say), daemon=True).start()
    try:
        for piece in _said(request):
            say(piece.model_dump_json().encode())
    except BrokenPipeError:
        # Whoever asked has left.
        return 1
    finally:
        over.set()
    return 0


def _said(request: ListRequest) -> Iterable[Frozen]:
    index = ModelIndex(request.index, _READER)
    used = LastUsed(request.state).read()
    if request.most is None:
        free = FreeMemory(request.free_gpu, request.free_ram)
        reading = CatalogReading(request.folders, index, used)
        return pieces(reading, free, wall_clock(), time.monotonic, request.home)
    models, _ = search_models(request.folders, index.open().knows)
    if len(models) > request.most:
        models = tuple(sorted(models, key=lambda model: -used.get(str(model.path), 0)))
    return (ModelList(models=models[: request.most], folders=request.folders),)


def _beat(over: threading.Event, say: Callable[[bytes], None]) -> None:
    while not over.wait(BEAT):
        try:
            say(b"")
        except OSError:
            return
