"""Pure: what a user calls a model -> the configuration that runs it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tray.models.catalog import FoundModel
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure

DEMO = "demo"
_MOST_NAMES = 8


def with_model(
    config: LlamaCppConfig,
    wanted: str | None,
    found: Callable[[], Sequence[FoundModel]],
    same_file: Callable[[Path, Path], bool],
) -> LlamaCppConfig:
    """``config`` with the wanted model.

    ``None`` leaves the model of the settings, "demo" is the built-in one; a
    found model's name comes before a path, and a path to its file, however it is spelled,
    becomes the one it was found by: marks and presets go by that. ``found`` is asked only
    for a wish. Raises PaddockError (MODEL_MISSING) for a name nobody bears.
    """
    if wanted is None:
        return config
    if wanted == DEMO:
        return config.model_copy(update={"model_path": None})
    models = found()
    named = [m for m in models if m.name == wanted]
    named = named or [m for m in models if m.name.casefold() == wanted.casefold()]
    if named:
        return config.model_copy(update={"model_path": named[0].path})
    if _is_path(wanted):
        path = _listed(Path(wanted), models, same_file)
        return config.model_copy(update={"model_path": path})
    raise PaddockError(_unknown(wanted, models))


def _listed(
    path: Path, models: Sequence[FoundModel], same_file: Callable[[Path, Path], bool]
) -> Path:
    known = [model.path for model in models]
    return path if path in known else next((k for k in known if same_file(k, path)), path)


def _is_path(wanted: str) -> bool:
    return wanted.lower().endswith(".gguf") or "/" in wanted or "\\" in wanted


def _unknown(wanted: str, models: Sequence[FoundModel]) -> ServerFailure:
    names = ", ".join([DEMO, *(model.name for model in models[:_MOST_NAMES])])
    more = ", …" if len(models) > _MOST_NAMES else ""
    return ServerFailure(
        cause=FailureCause.MODEL_MISSING,
        title=f"No model is called {wanted}",
        detail=f"There are: {names}{more}. A path to a GGUF file works, too.",
    )
