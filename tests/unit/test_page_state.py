"""What the page shows of each snapshot."""

from pathlib import Path

import pytest

from tray.models.catalog import FoundModel
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.page import Meter, PageState
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.ui.page_state import page_state

DEMO = ModelId(name="demo")
QWEN = FoundModel(name="qwen", path=Path("/m/qwen.gguf"), size=3 * 2**30)
GIB = 2**30


def shown(metrics: ServerMetrics | None = None, model: ModelId = DEMO) -> PageState:
    return page_state(ModelState(metrics=metrics), (QWEN,), model)


@pytest.mark.parametrize(
    ("phase", "start", "stop"),
    [
        (ServerPhase.STOPPED, True, False),
        (ServerPhase.STARTING, False, True),
        (ServerPhase.READY, False, True),
        (ServerPhase.STOPPING, False, False),
        (ServerPhase.BACKOFF, True, True),
        (ServerPhase.FAILED, True, False),
        (ServerPhase.CLOSED, False, False),
    ],
)
def test_start_and_stop_are_offered_where_they_do_something(
    phase: ServerPhase, start: bool, stop: bool
) -> None:
    state = page_state(ModelState(phase=phase), (), DEMO)
    assert (state.can_start, state.can_stop) == (start, stop)


def test_the_current_model_is_always_among_the_choices() -> None:
    assert [choice.value for choice in shown().models] == ["demo", "/m/qwen.gguf"]
    elsewhere = shown(model=ModelId(name="mine", path=Path("/x/mine.gguf")))
    assert elsewhere.model == "/x/mine.gguf"
    assert [choice.value for choice in elsewhere.models][-1] == "/x/mine.gguf"


def test_suggestions_fit_the_model() -> None:
    assert "How do I use my GPU?" in shown().suggestions
    assert not set(shown(model=ModelId(name="q", path=QWEN.path)).suggestions) & set(
        shown().suggestions
    )


def test_without_a_gpu_cpu_and_ram_are_drawn() -> None:
    meters = shown(ServerMetrics(cpu_percent=12.4, ram_used=4 * GIB, ram_total=16 * GIB)).meters
    assert meters == (
        Meter(name="CPU", percent=12.4, text="12 %", short="12 %"),
        Meter(name="RAM", percent=25.0, text="4.0 / 16.0 GiB", short="25 %"),
    )


def test_each_gpu_has_its_pair_and_a_number_among_several() -> None:
    gpu = GpuMetrics(index=0, name="a", load_percent=50.0, vram_used=GIB, vram_total=2 * GIB)
    one = shown(ServerMetrics(gpus=(gpu,)))
    assert [meter.name for meter in one.meters] == ["GPU", "VRAM"]
    second = gpu.model_copy(update={"index": 1})
    two = shown(ServerMetrics(gpus=(gpu, second)))
    assert [meter.name for meter in two.meters] == ["GPU 0", "VRAM 0", "GPU 1", "VRAM 1"]
    engines = second.model_copy(update={"engine_vram": GIB})
    meters = shown(ServerMetrics(gpus=(gpu, engines))).meters
    assert [meter.main for meter in meters] == [False, False, True, True]


def test_what_was_not_measured_is_never_zero() -> None:
    assert shown(None).meters == ()
    for metrics in (ServerMetrics(), ServerMetrics(gpus=None)):
        assert all(meter.percent is None for meter in shown(metrics).meters)
        assert all("–" in meter.short for meter in shown(metrics).meters)
