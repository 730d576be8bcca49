"""The calls about engines, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedEngines
from tray.infrastructure.local_api.route import Route, get, post
from tray.models.engine_shelf import (
    GetEngineRequest,
    RemoveEngineRequest,
    UseEngineRequest,
)
from tray.models.local_api import Empty


def engine_routes(engines: ServedEngines) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    return {
        "/api/page/engines": get(lambda: json_answer(engines.shelf())),
        "/api/page/engines/get": post(
            GetEngineRequest, lambda body: json_answer(engines.get(body))
        ),
        "/api/page/engines/cancel": post(Empty, lambda _: json_answer(engines.cancel())),
        "/api/page/engines/use": post(
            UseEngineRequest, lambda body: json_answer(engines.use(body))
        ),
        "/api/page/engines/back": post(Empty, lambda _: json_answer(engines.back())),
        "/api/page/engines/remove": post(
            RemoveEngineRequest, lambda body: json_answer(engines.remove(body))
        ),
    }
