"""Pure: words for a projector that keeps its model from being loaded."""

import re

from tray.infrastructure.llama.failures.clue import Clue
from tray.models.config import EngineKind
from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec


def tell_other_model(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The projector belongs to another model",
        f"{_file(spec)} lets a model of width {match[2]} see images; {spec.model.name} has width "
        f"{match[1]}. {_remedy(spec)}",
    )


def tell_no_projector(_match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The projector cannot be loaded",
        f"{_file(spec)}, which is to let {spec.model.name} see images, is damaged, or it needs a "
        f"newer engine. {_remedy(spec)}",
    )


def _file(spec: LaunchSpec) -> str:
    return str(spec.projector or "The projector")


def _remedy(spec: LaunchSpec) -> str:
    """The model is fine; people would look for the fault there."""
    unless = (
        ""
        if spec.engine.kind is EngineKind.BUNDLED
        else ", or add --no-mmproj to server.extra_arguments"
    )
    return f"The model alone would run: remove or replace that file{unless}."
