"""The calls about downloads and the removal of models, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedDownloads
from tray.infrastructure.local_api.route import Route, get, post
from tray.models.local_api import Empty
from tray.models.page_downloads import (
    DeleteModelRequest,
    DownloadRequest,
    FindDownloadRequest,
    KeepTokenRequest,
    StartDownloadRequest,
)


def download_routes(served: ServedDownloads) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    return {
        "/api/page/downloads": get(lambda: json_answer(served.shown())),
        "/api/page/downloads/curated": get(lambda: json_answer(served.curated())),
        "/api/page/downloads/find": post(
            FindDownloadRequest, lambda body: json_answer(served.find(body.what))
        ),
        "/api/page/downloads/start": post(
            StartDownloadRequest, lambda body: json_answer(served.start(body.what))
        ),
        "/api/page/downloads/pause": post(
            DownloadRequest, lambda body: json_answer(served.pause(body.id))
        ),
        "/api/page/downloads/resume": post(
            DownloadRequest, lambda body: json_answer(served.resume(body.id))
        ),
        "/api/page/downloads/remove": post(
            DownloadRequest, lambda body: json_answer(served.remove(body.id))
        ),
        "/api/page/token": get(lambda: json_answer(served.token())),
        "/api/page/token/keep": post(
            KeepTokenRequest, lambda body: json_answer(served.keep_token(body.token))
        ),
        "/api/page/token/forget": post(Empty, lambda _: json_answer(served.forget_token())),
        "/api/page/models/delete": post(
            DeleteModelRequest, lambda body: json_answer(served.delete(body.model, body.for_good))
        ),
    }
