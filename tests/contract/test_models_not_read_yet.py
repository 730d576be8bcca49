"""A file that could not be read may be sound: it is tried again, startable, and not for ever."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.contract.test_model_catalog import write_model
from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.fit_facts import AGAIN_SECONDS, FitFacts
from tray.infrastructure.model_files.catalog import CatalogReading, read_catalog
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.model_files.reader import read_facts
from tray.infrastructure.own_program import own_command
from tray.models.catalog import ModelCatalog, ModelFacts
from tray.models.config import LlamaCppConfig
from tray.models.model_page import ModelRow, ModelsRead, ModelsShown
from tray.services.list_fit import ListFit
from tray.ui.model_words import pieces

READER = own_command("model-reader")
CRASHED = ModelFacts.not_yet("the program that reads it crashed")
LEFT = ModelFacts.not_yet("other files took too long")
# Notes what it is asked; whatever is called "bad" ends it.
FRAGILE = """
import json, pathlib, sys
for line in sys.stdin:
    path = pathlib.Path(json.loads(line)["parts"][0])
    with open(path.parent / "asked", "a") as asked:
        asked.write(path.stem + " ")
    if "bad" in path.stem:
        break
    print('{"context": 4096}', flush=True)
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    for name in ("1-bad", "2-bad", "3-good"):
        write_model(folder / f"{name}.gguf")
    return folder


def index(models: Path, patience: float, command: tuple[str, ...] = ()) -> ModelIndex:
    fragile = (sys.executable, "-c", FRAGILE)
    return ModelIndex(models.parent / "models.json", command or fragile, patience)


def asked(models: Path) -> list[str]:
    """Since the last time."""
    note = models / "asked"
    names = note.read_text().split() if note.exists() else []
    note.unlink(missing_ok=True)
    return names


def facts(catalog: ModelCatalog) -> list[ModelFacts]:
    return [model.facts for model in catalog.models]


def test_the_next_list_reads_again_what_could_not_be_read(models: Path) -> None:
    known = ModelFacts(context=4096)
    first = read_catalog((models,), index(models, patience=600))
    assert facts(first) == [CRASHED, CRASHED, known]
    sound = read_catalog((models,), index(models, 600, READER))
    assert [one.problem for one in facts(sound)] == [None, None, None]


def test_files_that_take_too_long_leave_the_others_their_turn(models: Path) -> None:
    impatient = index(models, patience=0)
    turns = []
    for _ in range(4):
        catalog = read_catalog((models,), impatient)
        turns.append((asked(models), facts(catalog)))
    known = ModelFacts(context=4096)
    assert turns == [
        (["1-bad"], [CRASHED, LEFT, LEFT]),
        (["2-bad"], [CRASHED, CRASHED, LEFT]),
        (["3-good", "1-bad"], [CRASHED, CRASHED, known]),
        (["1-bad"], [CRASHED, CRASHED, known]),
    ]


def shown(models: Path) -> tuple[ModelsShown, list[ModelsRead]]:
    reading = CatalogReading((models,), index(models, patience=0), {})
    first, *rest = pieces(reading, ListFit(LlamaCppConfig(), (), None), 0.0, lambda: 0.0)
    assert isinstance(first, ModelsShown)
    return first, [piece for piece in rest if isinstance(piece, ModelsRead)]


def test_a_list_says_so_at_once_and_can_start_them(models: Path) -> None:
    (read,) = shown(models)[1]
    crashed = "It could not be read yet (the program that reads it crashed)."
    left = "It could not be read yet (other files took too long)."
    assert [(row.line, row.problem) for row in read.rows] == [
        (crashed, False),
        (left, False),
        (left, False),
    ]
    assert (read.reading, read.summary) == (0, "3 models")
    again, _ = shown(models)
    assert again.summary == "3 models, 3 still being read"
    assert [row.line for row in again.rows[1:]] == [crashed, left, left]
    assert not any(map(is_wrong, again.rows))


def is_wrong(row: ModelRow) -> bool:
    return row.problem


@pytest.mark.parametrize("error", [MemoryError(), OSError(5, "Input/output error")])
def test_what_the_machine_lacks_is_not_the_files_fault(tmp_path: Path, error: Exception) -> None:
    path = write_model(tmp_path / "m.gguf")
    with patch("tray.infrastructure.model_files.skipping_reader.SkippingReader", side_effect=error):
        found = read_facts((path,))
    assert found.may_pass
    assert str(found.problem).startswith("it could not be read yet (")
    assert read_facts((path,)).problem is None


def test_the_card_tries_again_after_a_while(models: Path) -> None:
    seconds = [100.0]
    finder = EngineFinder((), DeviceProbe({}, lambda: False), lambda: False, models, sys.platform)
    bad = models / "1-bad.gguf"
    card = FitFacts(lambda _: bad, index(models, 600), finder, {}, lambda: seconds[0])
    assert (card.of(bad), card.of(bad)) == (CRASHED, CRASHED)
    assert asked(models) == ["1-bad"]
    seconds[0] += AGAIN_SECONDS
    assert card.of(bad) == CRASHED
    assert asked(models) == ["1-bad"]
    good = models / "3-good.gguf"
    card = FitFacts(lambda _: good, index(models, 600), finder, {}, lambda: seconds[0])
    assert card.of(good) == ModelFacts(context=4096)
    seconds[0] += AGAIN_SECONDS
    assert card.of(good) == ModelFacts(context=4096)
    assert asked(models) == ["3-good"]
