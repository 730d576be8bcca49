"""Pure: snapshots and measurements -> the words every surface shows.

Menu, tooltip, page and terminal take their labels from here, so they cannot
disagree. Sizes are binary (1 GiB = 2**30 bytes), as GPU makers count memory.
What could not be measured reads "–", never 0.
"""

import sys

from tray.models.chat import ChatTimings, FinishChunk, FinishReason
from tray.models.config import EngineKind
from tray.models.failure import ServerFailure
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import EngineInfo, ModelId, ModelState, ServerPhase
from tray.ui.amounts import SEPARATOR, UNKNOWN, joined, size, speed
from tray.ui.shell_words import shell_of

TOOLTIP_LIMIT = 127
"""UTF-16 units Windows keeps of a tooltip: 128 with the closing NUL."""

_PHASE_WORDS = {
    ServerPhase.STOPPED: "Stopped",
    ServerPhase.STARTING: "Starting",
    ServerPhase.READY: "Ready",
    ServerPhase.STOPPING: "Stopping",
    ServerPhase.BACKOFF: "Restarting",
    ServerPhase.FAILED: "Failed",
    ServerPhase.CLOSED: "Closed",
}
_STALLED_WORDS = {
    ServerPhase.STARTING: "Starting, no progress",
    ServerPhase.READY: "Not answering",
}
_FINISH_NOTES = {
    FinishReason.LENGTH: "stopped at the token limit",
    FinishReason.TOOL_CALLS: "asked for a tool",
    FinishReason.CANCELLED: "stopped",
    FinishReason.CUT: "cut off",
    FinishReason.ERROR: "failed",
}
_TELLS_FAILURE = (ServerPhase.FAILED, ServerPhase.BACKOFF)
_SHOWS_ENGINE = (ServerPhase.STARTING, ServerPhase.READY, ServerPhase.STOPPING)


def phase_word(state: ModelState) -> str:
    """The phase in a few words: "Ready", "Ready, CPU only", "Restarting in 4 s"."""
    if state.phase is ServerPhase.BACKOFF and state.retry_delay is not None:
        return f"Restarting in {state.retry_delay:.0f} s"
    if state.stalled and state.phase in _STALLED_WORDS:
        return _STALLED_WORDS[state.phase]
    word = _PHASE_WORDS[state.phase]
    return f"{word}, CPU only" if falls_back(state) else word


def notice(state: ModelState) -> str | None:
    """Why the CPU works although there is a GPU, and what to do about it."""
    if state.engine is None:
        return None
    fallback = state.engine.cpu_fallback
    return state.engine.hint if fallback is None else f"{fallback.reason} {fallback.advice}"


def falls_back(state: ModelState) -> bool:
    """Whether it runs, but on the CPU where the GPU was meant."""
    ready = state.phase is ServerPhase.READY
    return ready and state.engine is not None and state.engine.cpu_fallback is not None


def model_name(model: ModelId) -> str:
    """How a model is called on every surface."""
    return "demo model" if model.path is None else model.name


def engine_label(engine: EngineInfo) -> str:
    """Engine and what it computes on: "bundled engine, CPU"."""
    name = "llama-server" if engine.kind is EngineKind.EXECUTABLE else "bundled engine"
    if engine.cpu_fallback is not None:
        return f"{name}, CPU instead of the GPU"
    return name if engine.device is None else f"{name}, {engine.device}"


def state_line(state: ModelState) -> str:
    """One line: "Ready · demo model · bundled engine, CPU · port 41234"."""
    parts = [phase_word(state)]
    if state.failure and (state.stalled or state.phase in _TELLS_FAILURE):
        parts.append(state.failure.title)
    elif state.phase in _SHOWS_ENGINE:
        parts += [model_name(state.model)] if state.model else []
        parts += [engine_label(state.engine)] if state.engine else []
        parts += [f"port {state.port}"] if state.port is not None else []
    return SEPARATOR.join(parts)


def percent(value: float | None) -> str:
    """Load in percent (0 to 100) -> "34 %"."""
    return UNKNOWN if value is None else f"{value:.0f} %"


def share(used: int | None, total: int | None) -> str:
    """Bytes used of a total -> "5.1 / 12.0 GiB"."""
    if total is None:
        return size(used)
    if used is None:
        return f"{UNKNOWN} / {size(total)}"
    unit, name = (2**30, "GiB") if total >= 2**30 else (2**20, "MiB")
    digits = 1 if name == "GiB" else 0
    return f"{used / unit:.{digits}f} / {total / unit:.{digits}f} {name}"


def celsius(value: float | None) -> str:
    """Temperature -> "61 °C"."""
    return UNKNOWN if value is None else f"{value:.0f} °C"


def gpu_line(gpu: GpuMetrics) -> str:
    """One GPU: "GPU 0 · 34 % · 5.1 / 12.0 GiB · engine 4.2 GiB · 61 °C · 75 W"."""
    memory = share(gpu.vram_used, gpu.vram_total)
    parts = [f"GPU {gpu.index}", percent(gpu.load_percent), memory]
    parts += [f"engine {size(gpu.engine_vram)}"] if gpu.engine_vram is not None else []
    parts.append(celsius(gpu.temperature_celsius))
    parts += [f"{gpu.power_watts:.0f} W"] if gpu.power_watts is not None else []
    return SEPARATOR.join(parts)


def engine_line(metrics: ServerMetrics) -> str | None:
    """The engine's own use, or ``None`` while no engine is measured."""
    parts = []
    if metrics.engine_cpu_percent is not None:
        parts.append(f"{metrics.engine_cpu_percent:.0f} % of a core")
    if metrics.engine_rss is not None:
        parts.append(f"{size(metrics.engine_rss)} RAM")
    if metrics.tokens_per_second is not None:
        parts.append(speed(metrics.tokens_per_second))
    return SEPARATOR.join(("Engine", *parts)) if parts else None


def metrics_lines(metrics: ServerMetrics) -> tuple[str, ...]:
    """Every measurement, one line each: GPUs first, then CPU, RAM, engine."""
    gpus = ("GPU · " + UNKNOWN,) if metrics.gpus is None else map(gpu_line, metrics.gpus)
    engine = engine_line(metrics)
    return (
        *gpus,
        f"CPU · {percent(metrics.cpu_percent)}",
        f"RAM · {share(metrics.ram_used, metrics.ram_total)}",
        *((engine,) if engine else ()),
    )


def failure_text(failure: ServerFailure) -> str:
    """Title, what to do about it, and the engine's last lines."""
    lines = [failure.title, failure.detail]
    if failure.log_lines:
        lines += ["Last lines of the engine:", *(f"  {line}" for line in failure.log_lines)]
    return "\n".join(lines)


def tooltip(state: ModelState) -> str:
    """What hovering over the icon shows; fits the limit of Windows."""
    lines = ["Paddock" + SEPARATOR + state_line(state)]
    if state.metrics is not None:
        measured = metrics_lines(state.metrics)
        lines += measured[:1] if state.metrics.gpus else measured[:2]
    return shorten("\n".join(lines), TOOLTIP_LIMIT)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units; what was cut ends with "…"."""
    units = 0
    cut = 0
    for position, character in enumerate(text):
        units += 1 if ord(character) < 0x10000 else 2
        if units <= limit - 1:
            cut = position + 1
    return text if units <= limit else text[:cut] + "…"


def context_share(used: int, size: int | None) -> str:
    """Tokens of the context in use: "1,240 / 4,096 tokens", or "1,240 tokens"."""
    if size is not None:
        return f"{used:,} / {size:,} tokens"
    return f"{used:,} token{'' if used == 1 else 's'}"


def timings_line(timings: ChatTimings) -> str:
    """What an answer cost; empty when the engine measured nothing.

    "54.3 tokens/s · 0.12 s to first token · 1,240 / 4,096 tokens"; the last is the
    context in use, or the tokens of the answer where the prompt's are not known.
    """
    parts = []
    if timings.tokens_per_second is not None:
        parts.append(speed(timings.tokens_per_second))
    if timings.time_to_first_token_ms is not None:
        seconds = timings.time_to_first_token_ms / 1000
        parts.append(f"{seconds:.{2 if seconds < 10 else 0}f} s to first token")
    if timings.context_used is not None:
        parts.append(context_share(timings.context_used, timings.context_size))
    elif timings.predicted_tokens is not None:
        parts.append(context_share(timings.predicted_tokens, None))
    return SEPARATOR.join(parts)


def finish_line(finish: FinishChunk) -> str:
    """The line under an answer: how it ended, if not by itself, and its timings."""
    note = _FINISH_NOTES.get(finish.reason)
    return joined((note, timings_line(finish.timings)))


def launch_name(state: ModelState, system: str = sys.platform) -> str:
    """What ``ModelState.launch`` is: a command line, or the bundled engine's settings."""
    engine = state.engine
    bundled = engine is None or engine.kind is EngineKind.BUNDLED
    if bundled:
        return "Engine settings"
    shell = shell_of(system)
    return "Command line" if shell is None else f"Command line ({shell})"
