"""Pure: a fit estimate in words, for page and terminal."""

from tray.models.fit import DeviceFit, FitEstimate, FitRow, FitSource, ShownFit
from tray.models.fit_mark import Fit
from tray.ui.amounts import UNKNOWN, size
from tray.ui.fit_marks import VERDICTS

IN_A_LIST = {
    Fit.GPU: "on the GPU",
    Fit.PARTLY: "partly on the GPU",
    Fit.MEMORY: "in RAM",
    Fit.NOT: "does not fit",
    Fit.UNKNOWN: UNKNOWN,
}
"""In a column that is called "fits"."""


def shown_fit(estimate: FitEstimate) -> ShownFit:
    """The estimate with every word the page shows."""
    return ShownFit(
        estimate=estimate,
        verdict=verdict_words(estimate),
        line=fit_line(estimate),
        margin=f"{size(estimate.margin)} stays free on {_where(estimate)}",
        source=source_words(estimate),
        rows=tuple(_row(device, estimate.margin) for device in estimate.devices),
    )


def verdict_words(estimate: FitEstimate) -> str:
    """A few words: "Fits on the GPU"."""
    words = VERDICTS[estimate.verdict]
    several = sum(device.is_gpu for device in estimate.devices) > 1
    return words.replace("the GPU", "the GPUs") if several else words


def fit_line(estimate: FitEstimate) -> str:
    """One sentence: how much of what, and what would help."""
    if estimate.verdict is Fit.UNKNOWN:
        return estimate.reason or "What is free on this computer cannot be measured."
    needed = [device.needed for device in estimate.devices]
    total = sum(amount for amount in needed if amount is not None)
    context = UNKNOWN if estimate.context is None else f"{estimate.context:,}"
    line = f"{size(total)} with a context of {context} tokens"
    if estimate.verdict is Fit.PARTLY:
        line += f"; {estimate.gpu_layers} of {estimate.layers} layers on the GPU, which is slower"
    if estimate.verdict in (Fit.PARTLY, Fit.NOT):
        return f"{line}. {_advice(estimate)}"
    return f"{line}."


def source_words(estimate: FitEstimate) -> str:
    """Whose figures these are, and how far off they may be."""
    whose = {
        FitSource.ENGINE: "Estimated by the engine",
        FitSource.FORMULA: "Estimated by a formula",
    }[estimate.source]
    if estimate.error_percent is None:
        return f"{whose}."
    return f"{whose}; up to {estimate.error_percent:.0f} % off."


def _advice(estimate: FitEstimate) -> str:
    largest = estimate.largest_context
    if largest is not None and estimate.context is not None and largest < estimate.context:
        where = "on the GPU" if any(device.is_gpu for device in estimate.devices) else "in RAM"
        return f"All of it fits {where} with a context of {largest:,} tokens."
    return "Smaller types for the KV cache, or a smaller quantization, help."


def _where(estimate: FitEstimate) -> str:
    gpus = sum(device.is_gpu for device in estimate.devices)
    return "each GPU" if gpus > 1 else "the GPU" if gpus else "this computer"


def _row(device: DeviceFit, margin: int) -> FitRow:
    left, needed = device.left, device.needed
    share = None if needed is None or not device.total else min(1.0, needed / device.total)
    return FitRow(
        name=device.name,
        weights=size(device.weights),
        cache=size(device.cache),
        compute=size(device.compute),
        needed=size(needed),
        free=size(device.free),
        share=share,
        over=None if left is None else left < (margin if device.is_gpu else 0),
    )
