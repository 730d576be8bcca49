"""The model of the settings is the one of the lists, however it is written there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.llama.launch.configured_model import configured_model
from tray.models.catalog import FoundModel
from tray.models.config import LlamaCppConfig
from tray.models.state import ModelId, ModelState
from tray.ui.page_state import page_state

HOME, MODELS = Path("/home/ann"), Path("/home/ann/models")


def chosen(written: str | None) -> ModelId:
    path = None if written is None else Path(written)
    return configured_model(LlamaCppConfig(model_path=path), MODELS, HOME)


@pytest.mark.parametrize("written", ["~/models/a.gguf", "a.gguf", "/home/ann/models/a.gguf"])
def test_it_is_offered_once(written: str) -> None:
    found = (FoundModel(name="a", path=MODELS / "a.gguf", size=1),)
    shown = page_state(ModelState(), found, chosen(written))
    assert [model.value for model in shown.models] == ["demo", "/home/ann/models/a.gguf"]
    assert shown.model == shown.models[1].value


def test_a_later_part_means_the_whole_model() -> None:
    model = chosen("big-00002-of-00003.gguf")
    assert model == ModelId(name="big", path=MODELS / "big-00001-of-00003.gguf")


def test_without_one_it_is_the_demo_model() -> None:
    assert chosen(None) == ModelId(name="demo")
