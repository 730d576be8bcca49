"""Pure: where a model would go, in a few words; the same ones everywhere."""

from tray.models.fit_mark import Fit

VERDICTS = {
    Fit.GPU: "Fits on the GPU",
    Fit.PARTLY: "Fits partly on the GPU",
    Fit.MEMORY: "Fits in RAM",
    Fit.NOT: "Does not fit",
    Fit.UNKNOWN: "Not known",
}
"""Standing alone."""
FIT_WORDS = {fit: words[:1].lower() + words[1:] for fit, words in VERDICTS.items()}
FIT_WORDS[Fit.UNKNOWN] = ""
"""As parts of a line."""
