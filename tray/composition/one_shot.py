"""Composition of the commands that need no resident Paddock and ask none."""

from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from tray.composition.download_parts import hub_base
from tray.composition.fitting import fit_parts
from tray.composition.presets import kept_presets
from tray.composition.removal import model_removal
from tray.infrastructure.curated import FILE, curated_models
from tray.infrastructure.desktop.trash import move_to_trash
from tray.infrastructure.folders import Folders
from tray.infrastructure.gpu.detect import detect_gpus
from tray.infrastructure.hub.address import hub_request
from tray.infrastructure.hub.connection import HubConnection
from tray.infrastructure.hub.download import download_model
from tray.infrastructure.hub.listing import offered
from tray.infrastructure.hub.repository import read_repository
from tray.infrastructure.hub.token import find_token
from tray.infrastructure.llama.launch.setup import user_model_folders
from tray.infrastructure.metrics import sample_once
from tray.infrastructure.model_files.catalog import read_catalog
from tray.infrastructure.model_files.folders import find_models
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.model_files.last_used import LastUsed
from tray.infrastructure.model_files.places import ModelPlaces
from tray.infrastructure.model_files.same_file import same_file
from tray.infrastructure.own_program import own_command, program_folder
from tray.infrastructure.settings.store import SettingsStore
from tray.models.catalog import DescribedModel, ModelCatalog
from tray.models.config import LlamaCppConfig
from tray.models.download import Downloaded, DownloadProgress
from tray.models.fit_mark import Fit
from tray.models.metrics import ServerMetrics
from tray.models.page_downloads import DeletedModel, ShownCurated, ShownOffer
from tray.models.state import ModelState
from tray.services.model_choice import with_model
from tray.services.rough_fit import free_memory
from tray.ui.download_words import deleted_line, shown_curated, shown_offer
from tray.ui.fit_desk import FitParts


def models_now() -> ModelCatalog:
    """The models on this machine and what is known of them; whoever runs."""
    folders = Folders.of_user()
    settings = SettingsStore(folders.config)
    places = ModelPlaces(
        folders.models,
        settings,
        lambda given: user_model_folders(folders.models, given.models.folders),
    )
    index = ModelIndex(folders.cache / "models.json", own_command("model-reader"))
    used = LastUsed(folders.state).read()
    return read_catalog(places.folders(), index, used, places.chosen())


def fit_parts_now() -> FitParts:
    """What a fit and presets need; whoever runs."""
    folders = Folders.of_user()
    folders.make()
    settings = SettingsStore(folders.config).load().settings
    searched = user_model_folders(folders.models, settings.models.folders)

    def configured(model: str | None) -> LlamaCppConfig:
        wanted = str(Path(model).absolute()) if model and Path(model).is_file() else model
        return with_model(settings.server, wanted, lambda: find_models(searched), same_file)

    return fit_parts(folders, kept_presets(folders), configured, cache(metrics_now))


def verdicts_now(catalog: ModelCatalog) -> dict[Path, Fit]:
    """Whether each model fits as its preset has it, by formula."""
    parts = fit_parts_now()
    settings = parts.configured(None)

    def verdict(model: DescribedModel) -> Fit:
        config = settings.model_copy(update={"model_path": model.path})
        return parts.fit.verdict(
            parts.presets.applied_to(config), model.facts, model.projector_size
        )

    return {model.path: verdict(model) for model in catalog.models}


def download_now(what: str, tell: Callable[[DownloadProgress], None]) -> Downloaded:
    """Fetch a model into Paddock's own model folder; whoever runs. Raises PaddockError."""
    folders = Folders.of_user()
    folders.make()
    base = hub_base(SettingsStore(folders.config).load().settings)
    with closing(HubConnection(base, lambda: find_token(base))) as hub:
        return download_model(hub, hub_request(what, base), folders.models, tell)


def offer_now(what: str, tell: Callable[[str], None]) -> ShownOffer:
    """What a repository has, and what of it fits this machine. Raises PaddockError.

    ``tell`` hears what is waited for.
    """
    folders = Folders.of_user()
    base = hub_base(SettingsStore(folders.config).load().settings)
    with closing(HubConnection(base, lambda: find_token(base))) as hub:
        request = hub_request(what, base)
        offer = offered(read_repository(hub, request, tell), request, folders.models)
    return shown_offer(offer, free_memory(metrics_now()))


def curated_now() -> ShownCurated:
    """The well-known models, and which of them fit this machine."""
    listed = curated_models(program_folder() / FILE, Folders.of_user().models)
    return shown_curated(listed, free_memory(metrics_now()))


def delete_now(name: str, for_good: bool, state: Callable[[], ModelState]) -> DeletedModel:
    """Delete a model that is not loaded as ``state`` says. Raises PaddockError."""
    folders = Folders.of_user()
    settings = SettingsStore(folders.config).load().settings
    searched = user_model_folders(folders.models, settings.models.folders)
    removal = model_removal(state, lambda: searched, move_to_trash)
    model, files = removal.remove(name, for_good)
    return DeletedModel(line=deleted_line(model, files, for_good))


def metrics_now() -> ServerMetrics:
    """One measurement of this machine, taken without a running Paddock."""
    return sample_once(detect_gpus())
