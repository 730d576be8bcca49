"""Pure: where a model would go, in a few words; the same ones everywhere."""

from tray.models.fit_mark import Fit

FITS_ON_GPU = "Fits on the GPU"
FITS_PARTLY = "Fits partly on the GPU"
FITS_IN_RAM = "Fits in RAM"
DOES_NOT_FIT = "Does not fit"


def _inside(words: str) -> str:
    return words[:1].lower() + words[1:]


FIT_WORDS = {
    Fit.GPU: _inside(FITS_ON_GPU),
    Fit.PARTLY: _inside(FITS_PARTLY),
    Fit.MEMORY: _inside(FITS_IN_RAM),
    Fit.NOT: _inside(DOES_NOT_FIT),
    Fit.UNKNOWN: "",
}
"""As parts of a line."""
