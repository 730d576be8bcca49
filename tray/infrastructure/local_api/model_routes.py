"""The calls of the Models view, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedModels
from tray.infrastructure.local_api.route import Route, done, get, post
from tray.models.folder_page import FolderRequest
from tray.models.local_api import Empty


def model_routes(models: ServedModels) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    at = "/api/page/models"
    return {
        at: get(models.list),
        f"{at}/ready": post(Empty, lambda _: done(models.make_ready)),
        f"{at}/folders": get(lambda: json_answer(models.folders())),
        f"{at}/folders/add": post(
            FolderRequest, lambda body: json_answer(models.add_folder(body.path))
        ),
        f"{at}/folders/remove": post(
            FolderRequest, lambda body: json_answer(models.remove_folder(body.path))
        ),
        f"{at}/folders/open": post(
            FolderRequest, lambda body: done(lambda: models.open_folder(body.path))
        ),
    }
