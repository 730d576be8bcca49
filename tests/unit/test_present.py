"""The words every surface shows, as tables."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.models.chat import ChatTimings, FinishChunk, FinishReason
from tray.models.config import EngineKind
from tray.models.failure import FailureCause, ServerFailure
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import EngineInfo, ModelId, ModelState, ServerPhase
from tray.ui import amounts, present

GIB = 2**30
DEMO = ModelId(name="demo")
OWN = ModelId(name="qwen3-8b-q4", path=Path("/models/qwen3-8b-q4.gguf"))
BUNDLED = EngineInfo(kind=EngineKind.BUNDLED, device="CPU")
EXECUTABLE = EngineInfo(kind=EngineKind.EXECUTABLE, device="NVIDIA GeForce RTX 4070")
FAILURE = ServerFailure(
    cause=FailureCause.MODEL_CORRUPT,
    title="The model file is damaged",
    detail="Download it again.",
    log_lines=("load failed", "bye"),
)


@pytest.mark.parametrize("phase", list(ServerPhase))
@pytest.mark.parametrize("stalled", [True, False])
def test_every_phase_has_words(phase: ServerPhase, stalled: bool) -> None:
    assert present.phase_word(ModelState(phase=phase, stalled=stalled))[0].isupper()


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (ModelState(), "Stopped"),
        (
            ModelState(phase=ServerPhase.READY, model=DEMO, engine=BUNDLED, port=41234),
            "Ready · demo model · bundled engine, CPU · port 41234",
        ),
        (
            ModelState(phase=ServerPhase.STARTING, model=OWN, engine=EXECUTABLE),
            "Starting · qwen3-8b-q4 · llama-server, NVIDIA GeForce RTX 4070",
        ),
        (ModelState(phase=ServerPhase.STARTING, stalled=True), "Starting, no progress"),
        (
            ModelState(phase=ServerPhase.READY, stalled=True, model=DEMO),
            "Not answering · demo model",
        ),
        (ModelState(phase=ServerPhase.STOPPED, model=DEMO, port=41234), "Stopped"),
        (
            ModelState(phase=ServerPhase.FAILED, failure=FAILURE, model=OWN),
            "Failed · The model file is damaged",
        ),
        (
            ModelState(phase=ServerPhase.BACKOFF, failure=FAILURE, retry_delay=4.0),
            "Restarting in 4 s · The model file is damaged",
        ),
        (ModelState(phase=ServerPhase.BACKOFF), "Restarting"),
    ],
)
def test_state_line(state: ModelState, line: str) -> None:
    assert present.state_line(state) == line


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0 MiB"),
        (612 * 2**20, "612 MiB"),
        (GIB, "1.0 GiB"),
        (int(5.1 * GIB), "5.1 GiB"),
    ],
)
def test_size(count: int | None, text: str) -> None:
    assert amounts.size(count) == text


@pytest.mark.parametrize(
    ("used", "total", "text"),
    [
        (int(5.1 * GIB), 12 * GIB, "5.1 / 12.0 GiB"),
        (100 * 2**20, 12 * GIB, "0.1 / 12.0 GiB"),
        (100 * 2**20, 512 * 2**20, "100 / 512 MiB"),
        (None, 12 * GIB, "– / 12.0 GiB"),
        (3 * GIB, None, "3.0 GiB"),
        (None, None, "–"),
    ],
)
def test_share(used: int | None, total: int | None, text: str) -> None:
    assert present.share(used, total) == text


def test_metrics_lines_of_a_machine_with_a_gpu() -> None:
    gpu = GpuMetrics(
        index=0,
        name="RTX",
        load_percent=34.4,
        vram_used=int(5.1 * GIB),
        vram_total=12 * GIB,
        temperature_celsius=61.0,
    )
    metrics = ServerMetrics(
        cpu_percent=12.0,
        ram_used=8 * GIB,
        ram_total=16 * GIB,
        gpus=(gpu,),
        engine_cpu_percent=98.0,
        engine_rss=612 * 2**20,
        tokens_per_second=54.32,
    )
    assert present.metrics_lines(metrics) == (
        "GPU 0 · 34 % · 5.1 / 12.0 GiB · 61 °C",
        "CPU · 12 %",
        "RAM · 8.0 / 16.0 GiB",
        "Engine · 98 % of a core · 612 MiB RAM · 54.3 tokens/s",
    )


def test_the_engines_share_and_the_power_stand_where_they_are_known() -> None:
    gpu = GpuMetrics(index=0, name="x", vram_used=GIB, vram_total=8 * GIB, engine_vram=0)
    assert present.gpu_line(gpu) == "GPU 0 · – · 1.0 / 8.0 GiB · engine 0 MiB · –"
    drawing = gpu.model_copy(update={"engine_vram": GIB // 2, "power_watts": 75.5})
    assert present.gpu_line(drawing) == "GPU 0 · – · 1.0 / 8.0 GiB · engine 512 MiB · – · 76 W"


def test_what_was_not_measured_is_a_dash_and_never_zero() -> None:
    metrics = ServerMetrics(gpus=(GpuMetrics(index=1, name="x"),))
    assert present.metrics_lines(metrics) == ("GPU 1 · – · – · –", "CPU · –", "RAM · –")
    assert present.metrics_lines(ServerMetrics(gpus=None))[0] == "GPU · –"


def test_a_machine_without_a_gpu_has_no_gpu_line() -> None:
    assert present.metrics_lines(ServerMetrics(cpu_percent=3.0))[0] == "CPU · 3 %"


def test_failure_text_has_title_detail_and_last_lines() -> None:
    assert present.failure_text(FAILURE).splitlines() == [
        "The model file is damaged",
        "Download it again.",
        "Last lines of the engine:",
        "  load failed",
        "  bye",
    ]


@given(st.text(min_size=1, max_size=400))
def test_a_tooltip_fits_windows_whatever_the_model_is_called(name: str) -> None:
    model = ModelId(name=name, path=Path("m.gguf"))
    metrics = ServerMetrics(gpus=(GpuMetrics(index=0, name="g"),))
    state = ModelState(phase=ServerPhase.READY, model=model, engine=EXECUTABLE, metrics=metrics)
    text = present.tooltip(state)
    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 <= present.TOOLTIP_LIMIT


def test_tooltip() -> None:
    state = ModelState(phase=ServerPhase.STOPPED, metrics=ServerMetrics(cpu_percent=5.0))
    assert present.tooltip(state) == "Paddock · Stopped\nCPU · 5 %\nRAM · –"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("😀😀", 4, "😀😀"), ("😀😀", 3, "😀…"), ("", 3, "")],
)
def test_shorten_counts_utf16_units(text: str, limit: int, short: str) -> None:
    assert present.shorten(text, limit) == short


@pytest.mark.parametrize(
    ("timings", "line"),
    [
        (ChatTimings(), ""),
        (
            ChatTimings(
                predicted_tokens=212, tokens_per_second=54.32, time_to_first_token_ms=120.4
            ),
            "54.3 tokens/s · 0.12 s to first token · 212 tokens",
        ),
        (ChatTimings(tokens_per_second=99.94), "99.9 tokens/s"),
        (ChatTimings(tokens_per_second=2309.1), "2,309 tokens/s"),
        (ChatTimings(time_to_first_token_ms=12_340.0), "12 s to first token"),
        (
            ChatTimings(
                cached_tokens=1000, prompt_tokens=28, predicted_tokens=212, context_size=4096
            ),
            "1,240 / 4,096 tokens",
        ),
        (ChatTimings(predicted_tokens=1), "1 token"),
    ],
)
def test_timings_line(timings: ChatTimings, line: str) -> None:
    assert present.timings_line(timings) == line


def test_the_context_in_use_is_told_of_an_unknown_size_too() -> None:
    assert present.timings_line(ChatTimings(prompt_tokens=9, predicted_tokens=3)) == "12 tokens"


@pytest.mark.parametrize("reason", list(FinishReason))
def test_only_a_natural_end_goes_without_a_note(reason: FinishReason) -> None:
    line = present.finish_line(FinishChunk(reason=reason, timings=ChatTimings(predicted_tokens=2)))
    assert line.endswith("2 tokens")
    assert (line == "2 tokens") == (reason is FinishReason.STOP)
