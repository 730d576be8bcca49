"""What knowing many models costs: 2,000 GGUFs listed from the kept index.

The page has the child that lists made ready when the pointer comes to its button;
a list by surprise is one that nobody pointed at before.
"""

from __future__ import annotations

import http.client
import os
import time
from pathlib import Path

from tests import fit_models
from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.footprint import pss
from tests.bench.resident import Resident, resident
from tray.infrastructure.model_files.lister import SUBCOMMAND, ModelLister
from tray.infrastructure.own_program import light_command
from tray.models.local_api import Endpoint
from tray.models.model_page import ListRequest
from tray.models.room import Machine, Room

COUNT = 2000
REPETITIONS = 7
LEAD = 0.3
"""Seconds from a pointer at a button to the click."""
# Every fact a model can have, and a mark worked out from them.
SMALL = fit_models.dense(layers=2, embedding=64, inner=128, heads=2, cached=1, vocabulary=300)
MACHINE = Machine(gpus=(), ram=Room(name="RAM", free=8 << 30, total=16 << 30))
SETTLE = 3.0

TARGETS = (
    Target(
        name="2,000 models listed, index kept",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=300.0,
    ),
    Target(
        name="2,000 models listed by surprise, index kept",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=300.0,
    ),
    Target(
        name="2,000 models: the resident grows when the page lists them",
        unit="MB PSS",
        comparison=Comparison.VALUE_AT_MOST,
        limit=5.0,
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """The listing as the page gets it; the first one fills the index."""
    models = folder / "data" / "paddock" / "models"
    first = fit_models.write(models / "m0.gguf", SMALL)
    for number in range(1, COUNT):
        os.link(first, models / f"m{number}.gguf")
    index = folder / "cache" / "paddock" / "models.json"
    request = ListRequest(folders=(models,), index=index, state=folder, machine=MACHINE)
    lister = ModelLister(light_command(SUBCOMMAND))
    _list(lister, request)
    pointed, surprised = [], []
    for _ in range(REPETITIONS):
        surprised.append(_list(lister, request))
        lister.make_ready()
        time.sleep(LEAD)
        pointed.append(_list(lister, request))
    with resident(folder, "--headless") as paddock:
        grown = [_growth(paddock, folder)]
    notes = [f"pointed at {LEAD:g} s before"]
    return (
        measured(TARGETS[0], pointed, notes=notes),
        measured(TARGETS[1], surprised),
        measured(TARGETS[2], grown),
    )


def _list(lister: ModelLister, request: ListRequest) -> float:
    """Milliseconds until the whole list is there."""
    began = time.perf_counter()
    lines = lister.lines(request)
    try:
        assert sum(line.count(b'"value"') for line in lines) >= COUNT
        return (time.perf_counter() - began) * 1000
    finally:
        lines.close()


def _growth(paddock: Resident, folder: Path) -> float:
    """Megabytes, after the page has shown its list and its few models five times."""
    time.sleep(SETTLE)
    before = pss(paddock.ours())
    for _ in range(5):
        assert _page_lists(folder) >= COUNT
    time.sleep(SETTLE)
    return pss(paddock.ours()) - before


def _page_lists(folder: Path) -> int:
    """How many models the page is told of."""
    endpoint = Endpoint.model_validate_json(next(folder.rglob("api.json")).read_bytes())
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=60)
    headers = {"Authorization": f"Bearer {endpoint.token}"}
    connection.request("GET", "/api/page/events", headers=headers)
    connection.getresponse().readline()
    connection.close()
    connection.request("GET", "/api/page/models", headers=headers)
    count = connection.getresponse().read().count(b'"value"')
    connection.close()
    return count
