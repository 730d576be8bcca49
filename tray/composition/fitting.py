"""Composition of the estimate whether a model fits, before it is loaded."""

import os
import sys
from collections.abc import Callable

from tray.infrastructure.folders import Folders
from tray.infrastructure.llama.fit_facts import FitFacts
from tray.infrastructure.llama.launch.environment import probe_environment
from tray.infrastructure.llama.launch.setup import user_launch_preparer
from tray.infrastructure.llama.launch.spec import LaunchPreparer
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.own_program import own_command
from tray.models.config import LlamaCppConfig
from tray.models.fit import FitRequest
from tray.models.metrics import ServerMetrics
from tray.services.model_fit import ModelFit
from tray.services.presets import Presets
from tray.ui.fit_desk import FitParts


def fit_parts(
    folders: Folders,
    presets: Presets,
    configured: Callable[[str | None], LlamaCppConfig],
    metrics: Callable[[], ServerMetrics | None],
) -> FitParts:
    """``configured`` is the launch of a model without its preset; ``metrics`` what is in use."""
    preparer = user_launch_preparer(folders.state / "engine", folders.models, lambda: None)

    def resolved(request: FitRequest) -> LlamaCppConfig:
        config = presets.applied_to(configured(request.model))
        return _overridden(config, request)

    return FitParts(
        ModelFit(_facts(folders, preparer), resolved, metrics),
        presets,
        configured,
        preparer.command_line,
    )


def _facts(folders: Folders, preparer: LaunchPreparer) -> FitFacts:
    environment = probe_environment(
        dict(os.environ), system=sys.platform, config_home=folders.state / "engine"
    )
    index = ModelIndex(folders.cache / "models.json", own_command("model-reader"))
    return FitFacts(preparer.model_file, index, preparer.finder, environment)


def _overridden(config: LlamaCppConfig, request: FitRequest) -> LlamaCppConfig:
    wanted = {
        "context_size": request.context,
        "gpu_layers": request.gpu_layers,
        "cache_type_k": request.cache_type_k,
        "cache_type_v": request.cache_type_v,
    }
    return config.model_copy(
        update={name: value for name, value in wanted.items() if value is not None}
    )
