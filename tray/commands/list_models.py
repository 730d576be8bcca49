"""The child that lists models: one request in, the list as lines of JSON out."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from tray.infrastructure.clock import wall_clock
from tray.infrastructure.llama.launch.projector_file import projector_beside, projector_size
from tray.infrastructure.model_files.catalog import CatalogReading
from tray.infrastructure.model_files.folders import found_model, search_models
from tray.infrastructure.model_files.index import ModelIndex, OpenIndex
from tray.infrastructure.model_files.last_used import LastUsed
from tray.infrastructure.own_program import own_command
from tray.models.base import Frozen
from tray.models.catalog import ModelList
from tray.models.model_page import ListRequest
from tray.services.list_fit import ListFit
from tray.ui.model_words import pieces

_READER = own_command("model-reader")
BEAT = 1.0
"""Seconds of silence after which an empty line shows whether somebody still listens."""


def serve(requests: BinaryIO, answers: BinaryIO) -> int:
    """Answer the one request, if one comes; reading files that nobody has read may take long."""
    asked = requests.readline()
    if not asked:
        return 0
    request = ListRequest.model_validate_json(asked)
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
    fits = ListFit(request.config, request.own, request.machine)
    if request.most is not None:
        return (_few(request, index.open(), used, fits, request.most),)
    reading = CatalogReading(request.folders, index, used, request.chosen)
    return pieces(reading, fits, wall_clock(), time.monotonic, request.home)


def _few(
    request: ListRequest, index: OpenIndex, used: Mapping[str, float], fits: ListFit, most: int
) -> ModelList:
    models = search_models(request.folders, index.knows).models
    if len(models) > most:
        models = tuple(sorted(models, key=lambda model: -used.get(str(model.path), 0)))
    few = (
        found_model(model).model_copy(
            update={
                "needed": fits.needed(
                    model.path, index.facts(model), projector_size(projector_beside(model.path))
                )
            }
        )
        for model in models[:most]
    )
    return ModelList(models=tuple(few), folders=request.folders)


def _beat(over: threading.Event, say: Callable[[bytes], None]) -> None:
    while not over.wait(BEAT):
        try:
            say(b"")
        except OSError:
            return
