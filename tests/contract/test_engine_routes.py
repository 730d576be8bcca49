"""The calls about engines: what reaches the engines, and what a refusal looks like."""

from __future__ import annotations

import json

import pytest

from tests.contract.local_api_setup import Served, served_page
from tray.models.engine_shelf import (
    GetEngineRequest,
    PageEngines,
    RemoveEngineRequest,
    UseEngineRequest,
)

__all__ = ["served_page"]


@pytest.mark.parametrize(
    ("path", "body", "asked"),
    [
        ("get", {"name": "b1-cpu"}, GetEngineRequest(name="b1-cpu")),
        ("get", {}, GetEngineRequest()),
        ("cancel", {}, "cancel"),
        ("use", {"name": None}, UseEngineRequest()),
        ("back", {}, "back"),
        ("remove", {"name": "b1-cpu"}, RemoveEngineRequest(name="b1-cpu")),
    ],
)
def test_every_call_answers_how_things_stand(
    served_page: Served, path: str, body: dict[str, str | None], asked: object
) -> None:
    reply = served_page.call(
        "POST",
        f"/api/page/engines/{path}",
        served_page.headers(),
        json.dumps(body).encode(),
    )
    assert reply.status == 200
    PageEngines.model_validate_json(reply.body)
    assert served_page.paddock.asked == [asked, "shelf"]


def test_looking_changes_nothing(served_page: Served) -> None:
    reply = served_page.call("GET", "/api/page/engines", served_page.headers())
    assert PageEngines.model_validate_json(reply.body).rows == ()
    assert served_page.paddock.asked == ["shelf"]


@pytest.mark.parametrize("body", [b"{}", b'{"name": 3}', b'{"name": "a", "url": "https://x"}'])
def test_a_body_that_does_not_fit_removes_nothing(served_page: Served, body: bytes) -> None:
    reply = served_page.call("POST", "/api/page/engines/remove", served_page.headers(), body)
    assert reply.status == 400
    assert served_page.paddock.asked == []
