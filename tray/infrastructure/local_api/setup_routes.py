"""The calls that lead from nothing to an answering model, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedSetup
from tray.infrastructure.local_api.route import Route, done, get, post
from tray.models.local_api import Empty


def setup_routes(setup: ServedSetup) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    return {
        "/api/page/setup": get(lambda: json_answer(setup.plan())),
        "/api/page/setup/begin": post(Empty, lambda _: done(setup.begin)),
        "/api/page/setup/cancel": post(Empty, lambda _: done(setup.cancel)),
    }
