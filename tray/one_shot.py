"""Composition of the commands that need no resident Paddock and ask none."""

import os
from collections.abc import Callable
from contextlib import closing

from tray.infrastructure.folders import Folders
from tray.infrastructure.gpu.detect import detect_gpus
from tray.infrastructure.hub.address import hub_request
from tray.infrastructure.hub.connection import HUGGING_FACE, HubConnection
from tray.infrastructure.hub.download import download_model
from tray.infrastructure.llama.launch_setup import user_model_folders
from tray.infrastructure.llama.model_catalog import read_catalog
from tray.infrastructure.llama.model_index import ModelIndex
from tray.infrastructure.metrics import sample_once
from tray.infrastructure.own_program import own_command
from tray.infrastructure.settings_store import SettingsStore
from tray.models.catalog import ModelCatalog
from tray.models.download import Downloaded, DownloadProgress
from tray.models.metrics import ServerMetrics


def models_now() -> ModelCatalog:
    """The models on this machine and what is known of them; whoever runs."""
    folders = Folders.of_user()
    settings = SettingsStore(folders.config).load().settings
    searched = user_model_folders(folders.models, settings.models.folders)
    index = ModelIndex(folders.cache / "models.json", own_command("model-reader"))
    return read_catalog(searched, index)


def download_now(what: str, tell: Callable[[DownloadProgress], None]) -> Downloaded:
    """Fetch a model into Paddock's own model folder; whoever runs. Raises PaddockError."""
    folders = Folders.of_user()
    folders.make()
    mirror = SettingsStore(folders.config).load().settings.models.mirror
    base = HUGGING_FACE if mirror is None else mirror.rstrip("/")
    with closing(HubConnection(base, os.environ.get("HF_TOKEN", "").strip() or None)) as hub:
        return download_model(hub, hub_request(what, base), folders.models, tell)


def metrics_now() -> ServerMetrics:
    """One measurement of this machine, taken without a running Paddock."""
    return sample_once(detect_gpus())
