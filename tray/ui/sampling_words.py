"""Pure: the engine's own sampling in the page's empty fields, and what it says of images."""

from tray.models.page import SamplingWords
from tray.models.sampling import Sampling
from tray.models.state import ModelState, ServerPhase

_UNKNOWN = "default"


def sampling_words(own: Sampling | None) -> SamplingWords:
    """What stands in a field that leaves its value to the engine."""
    if own is None:
        return SamplingWords(**dict.fromkeys(SamplingWords.model_fields, _UNKNOWN))
    return SamplingWords(
        max_tokens=_number(own.max_tokens, "no limit"),
        temperature=_number(own.temperature),
        top_p=_number(own.top_p),
        top_k=_number(own.top_k),
        min_p=_number(own.min_p),
        seed=_number(own.seed, "random"),
    )


def _number(value: float | None, without: str = _UNKNOWN) -> str:
    return without if value is None else f"{value:g}"


def images_note(state: ModelState) -> str | None:
    """Why no image can be attached now; ``None`` when the model sees images."""
    if state.phase is not ServerPhase.READY:
        return "Start the engine first: only then it is known whether the model sees images."
    if not state.sees_images:
        return (
            "This model cannot see images. One that can has a file beside it "
            "with “mmproj” in its name."
        )
    return None
