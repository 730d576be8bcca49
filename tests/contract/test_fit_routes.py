"""The calls about fits and presets: what reaches them, and what is refused."""

from __future__ import annotations

import json

import pytest

from tests.contract.local_api_setup import Served, served_page
from tray.models.conversation import ChatSettings
from tray.models.fit import FitRequest, ShownFit
from tray.models.preset import (
    CommandLine,
    Preset,
    PresetRequest,
    PresetsRequest,
    SavePresetRequest,
    ShownPresets,
)

__all__ = ["served_page"]
AT = "/api/page/models/presets"


def posted(served: Served, path: str, body: object) -> tuple[int, bytes]:
    reply = served.call("POST", path, served.headers(), json.dumps(body).encode())
    return reply.status, reply.body


def test_a_fit_is_asked_for_and_answered(served_page: Served) -> None:
    asked = {"model": "a", "context": 8192, "cache_type_k": "q8_0", "margin": 0, "exact": True}
    status, body = posted(served_page, "/api/page/models/fit", asked)
    assert status == 200
    ShownFit.model_validate_json(body)
    assert served_page.paddock.asked == [FitRequest.model_validate_json(json.dumps(asked))]


@pytest.mark.parametrize(
    "body",
    [{"context": 0}, {"context": -1}, {"context": 1e30}, {"margin": -1}, {"gpu_layers": "all"}],
)
def test_a_fit_of_nonsense_is_refused(served_page: Served, body: object) -> None:
    assert posted(served_page, "/api/page/models/fit", body)[0] == 400
    assert served_page.paddock.asked == []


@pytest.mark.parametrize("call", ["choose", "duplicate", "reset", "delete"])
def test_each_act_on_a_preset_answers_how_things_stand(served_page: Served, call: str) -> None:
    status, body = posted(served_page, f"{AT}/{call}", {"model": "a", "name": "Long"})
    assert status == 200
    ShownPresets.model_validate_json(body)
    assert served_page.paddock.asked == [(call, PresetRequest(model="a", name="Long"))]


def test_presets_are_listed_restored_and_exported(served_page: Served) -> None:
    assert posted(served_page, AT, {})[0] == 200
    assert posted(served_page, f"{AT}/restore", {"model": "a"})[0] == 200
    status, body = posted(served_page, f"{AT}/export", {"name": "Long"})
    assert (status, CommandLine.model_validate_json(body).text) == (200, "llama-server")
    assert served_page.paddock.asked == [
        ("presets", PresetsRequest()),
        ("restore", PresetsRequest(model="a")),
        ("export", PresetRequest(name="Long")),
    ]


def test_a_preset_is_saved_whole(served_page: Served) -> None:
    preset = Preset(
        name="Long", context_size=8192, chat=ChatSettings(temperature=0.1, system_prompt="Hi")
    )
    request = SavePresetRequest(model="a", name="Old", preset=preset)
    status, _ = posted(served_page, f"{AT}/save", json.loads(request.model_dump_json()))
    assert status == 200
    assert served_page.paddock.asked == [("save", request)]


@pytest.mark.parametrize(
    "preset",
    [
        {"name": ""},
        {"name": "A\n"},
        {"name": "A", "context_size": 1},
        {"name": "A", "chat": {"top_p": 2}},
        {"name": "A", "port": 80},
    ],
)
def test_a_preset_that_cannot_be_is_refused(served_page: Served, preset: object) -> None:
    assert posted(served_page, f"{AT}/save", {"preset": preset})[0] == 400
    assert served_page.paddock.asked == []
