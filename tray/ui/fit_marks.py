"""Pure: where a model would go, in a few words."""

from tray.models.download import Fit

FIT_WORDS = {
    Fit.GPU: "fits on the GPU",
    Fit.PARTLY: "fits partly on the GPU",
    Fit.RAM: "fits in RAM",
    Fit.NO: "does not fit",
    Fit.UNKNOWN: "",
}
