"""How a model lies on the devices there are, and what that is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.models.config import FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.fit import EngineGpu
from tray.models.fit_mark import Fit
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.model_shape import CachedLayers, ModelShape
from tray.models.room import Machine, Room
from tray.services.fit_plan import best_plan, largest_context
from tray.services.fit_room import room_on
from tray.services.memory_formula import all_layers, cache_bytes, memory_of, split_of

MIB, GIB = 1 << 20, 1 << 30
# Llama 3 8B in Q4_K_M, nearly.
EIGHT_B = ModelShape(
    layers=32,
    embedding=4096,
    feed_forward=14336,
    heads=32,
    head_width=128,
    vocabulary=128256,
    caches=(CachedLayers(count=32, key_width=1024, value_width=1024),),
    input_bytes=300 * MIB,
    layer_bytes=4000 * MIB,
    output_bytes=410 * MIB,
)
AUTO = LlamaCppConfig()


def machine(*vram: int | None, ram: int | None = 32 * GIB) -> Machine:
    gpus = tuple(
        Room(name=f"GPU {number}", free=free, total=24 * GIB) for number, free in enumerate(vram)
    )
    return Machine(gpus=gpus, ram=Room(name="RAM", free=ram, total=64 * GIB))


def verdict(on: Machine, context: int = 8192, wanted: int | None = None) -> Fit:
    return planned(on, context, wanted)[0]


def planned(on: Machine, context: int = 8192, wanted: int | None = None) -> tuple[Fit, int]:
    plan = best_plan(
        on, lambda n: split_of(EIGHT_B, AUTO, context, n), all_layers(EIGHT_B), wanted, GIB
    )
    return plan.verdict, plan.layers or 0


def test_the_known_figures_of_a_known_model() -> None:
    assert cache_bytes(EIGHT_B, AUTO, 8192) == GIB
    halved = AUTO.model_copy(
        update={"cache_type_k": KvCacheType.Q8_0, "cache_type_v": KvCacheType.Q8_0}
    )
    assert cache_bytes(EIGHT_B, halved, 8192) == GIB * 34 // 64
    # 512 tokens of 63,488 floats and a mask of 8,192 cells.
    assert memory_of(EIGHT_B, AUTO, 8192).compute / MIB == pytest.approx(132.5, abs=0.1)


def test_what_it_is_called() -> None:
    assert verdict(machine(8 * GIB)) is Fit.GPU
    assert planned(machine(8 * GIB)) == (Fit.GPU, 33)
    found, layers = planned(machine(4 * GIB))
    assert found is Fit.PARTLY
    assert 10 < layers < 25
    assert verdict(machine(4 * GIB, ram=GIB)) is Fit.NOT
    assert verdict(machine()) is Fit.MEMORY
    assert verdict(machine(ram=5 * GIB)) is Fit.NOT
    assert verdict(machine(GIB)) is Fit.MEMORY, "too little for one layer"
    assert verdict(machine(8 * GIB), wanted=0) is Fit.MEMORY
    assert verdict(machine(2 * GIB), wanted=33) is Fit.NOT


def test_two_gpus_hold_what_one_cannot() -> None:
    assert verdict(machine(4 * GIB)) is Fit.PARTLY
    assert verdict(machine(5 * GIB, 5 * GIB)) is Fit.GPU


def test_what_cannot_be_measured_is_not_known() -> None:
    assert verdict(machine(None)) is Fit.UNKNOWN
    assert verdict(machine(8 * GIB, None)) is Fit.UNKNOWN
    assert verdict(machine(ram=None)) is Fit.UNKNOWN


def test_an_unknown_cache_gives_no_verdict() -> None:
    shape = EIGHT_B.model_copy(update={"caches": None})
    plan = best_plan(machine(80 * GIB), lambda n: split_of(shape, AUTO, 4096, n), 33, None, GIB)
    assert plan.verdict is Fit.UNKNOWN
    assert plan.devices[0].cache is None
    assert plan.devices[0].needed is None


def test_a_window_ends_the_growth_of_its_layers() -> None:
    caches = (
        CachedLayers(count=10, key_width=512, value_width=512, windowed=True),
        CachedLayers(count=2, key_width=512, value_width=512),
    )
    shape = EIGHT_B.model_copy(update={"caches": caches, "window": 512})
    # The engine's log for tests/fit_models.windowed: 20 MiB and 32 MiB.
    assert cache_bytes(shape, AUTO, 8192) == 52 * MIB
    assert cache_bytes(shape, AUTO, 16384) == 84 * MIB


EXPERTS = EIGHT_B.model_copy(update={"expert_bytes": 3200 * MIB})


def with_arguments(*extra: str) -> LlamaCppConfig:
    return LlamaCppConfig(model_path=Path("/m"), extra_arguments=extra)


@pytest.mark.parametrize(
    ("extra", "layers", "kept"),
    [
        (("--cpu-moe",), 33, 3200),
        (("-cmoe",), 33, 3200),
        (("--n-cpu-moe", "10"), 33, 1000),
        (("--n_cpu_moe=10",), 33, 1000),
        # The first ten layers are among the sixteen that are no GPU's anyway.
        (("-ncmoe", "10"), 16, 0),
        (("-ncmoe", "20"), 16, 400),
        (("--top-k", "10"), 33, 0),
    ],
)
def test_experts_that_an_argument_keeps_off_the_gpu_are_in_memory(
    extra: tuple[str, ...], layers: int, kept: int
) -> None:
    plain = split_of(EXPERTS, AUTO, 8192, layers)
    split = split_of(EXPERTS, with_arguments(*extra), 8192, layers)
    assert plain.gpu.weights - split.gpu.weights == kept * MIB
    assert split.host.weights - plain.host.weights == kept * MIB


def test_a_cache_that_an_argument_keeps_off_the_gpu_is_in_memory() -> None:
    split = split_of(EIGHT_B, with_arguments("-nkvo"), 8192, 33)
    assert (split.gpu.cache, split.host.cache) == (0, GIB)


def test_a_window_that_an_argument_opens_ends_no_growth() -> None:
    shape = EIGHT_B.model_copy(
        update={
            "window": 512,
            "caches": (CachedLayers(count=32, key_width=1024, value_width=1024, windowed=True),),
        }
    )
    assert (cache_bytes(shape, AUTO, 8192) or 0) < GIB
    assert cache_bytes(shape, with_arguments("--swa-full"), 8192) == GIB


@given(
    layers=st.integers(0, 40),
    context=st.integers(64, 1 << 20),
    flash=st.sampled_from(FlashAttention),
    slots=st.integers(1, 4),
)
def test_nothing_is_lost_and_nothing_doubled(
    layers: int, context: int, flash: FlashAttention, slots: int
) -> None:
    config = LlamaCppConfig(flash_attention=flash, parallel_slots=slots)
    whole = memory_of(EIGHT_B, config, context)
    split = split_of(EIGHT_B, config, context, layers)
    assert split.gpu.weights + split.host.weights == whole.weights
    assert (split.gpu.cache or 0) + (split.host.cache or 0) == whole.cache
    assert min(split.gpu.weights, split.host.weights, split.host.compute) >= 0


@given(st.integers(256, 1 << 20), st.integers(256, 1 << 20))
def test_a_longer_context_never_takes_less(one: int, other: int) -> None:
    small, large = sorted((one, other))
    a, b = memory_of(EIGHT_B, AUTO, small), memory_of(EIGHT_B, AUTO, large)
    assert (a.cache or 0) <= (b.cache or 0)
    assert a.compute <= b.compute


@given(st.integers(0, 1 << 20), st.integers(1, 1 << 20))
def test_the_largest_context_is_the_largest(limit: int, most: int) -> None:
    found = largest_context(lambda context: context <= limit, most)
    if found is None:
        assert limit < min(256, most)
    else:
        assert found <= min(limit, most)
        assert found == most or found + 256 > min(limit, most)


def test_free_memory_is_the_newest_and_counts_our_own_engine_as_free() -> None:
    seen = GpuMetrics(
        index=0, name="RTX", vram_used=9 * GIB, vram_total=12 * GIB, engine_vram=8 * GIB
    )
    metrics = ServerMetrics(ram_used=4 * GIB, ram_total=16 * GIB, gpus=(seen,))
    found = room_on([EngineGpu(name="rtx", total=1, free=1)], metrics)
    assert (found.gpus[0].free, found.gpus[0].total) == (11 * GIB, 12 * GIB)
    assert found.ram.free == 12 * GIB
    loaded = metrics.model_copy(update={"engine_rss": 9 * GIB, "engine_ram": 3 * GIB})
    assert room_on([], loaded).ram.free == 15 * GIB
    late = loaded.model_copy(update={"engine_ram": 5 * GIB})
    assert room_on([], late).ram.free == 16 * GIB
    unknown = loaded.model_copy(update={"ram_used": None})
    assert (room_on([], unknown).ram.free, room_on([], unknown).ram.total) == (None, 16 * GIB)
    other = room_on([EngineGpu(name="AMD", total=3, free=2)], metrics)
    assert other.gpus[0].free == 11 * GIB, "one of each is the same one"


def test_a_gpu_that_computes_in_the_computers_memory_has_what_the_engine_says() -> None:
    carved_out = GpuMetrics(
        index=0, name="AMD Radeon 780M", vram_used=GIB // 4, vram_total=GIB // 2
    )
    listed = EngineGpu(name="AMD Radeon 780M (RADV)", total=14 * GIB, free=13 * GIB)
    found = room_on([listed], ServerMetrics(gpus=(carved_out,)))
    assert (found.gpus[0].free, found.gpus[0].total) == (13 * GIB, 14 * GIB)
    reserved = listed.model_copy(update={"total": GIB // 2 - 20 * MIB})
    assert room_on([reserved], ServerMetrics(gpus=(carved_out,))).gpus[0].free == GIB // 4


def test_two_of_a_name_are_told_apart_by_order_and_unknown_ones_keep_their_own_word() -> None:
    gpus = tuple(
        GpuMetrics(index=n, name="RTX", vram_used=used, vram_total=10 * GIB)
        for n, used in enumerate((GIB, 4 * GIB))
    )
    listed = [EngineGpu(name="RTX", total=None, free=None)] * 2
    listed.append(EngineGpu(name="Other", total=5, free=4))
    found = room_on(listed, ServerMetrics(gpus=gpus))
    assert [room.free for room in found.gpus] == [9 * GIB, 6 * GIB, 4]
    assert found.ram.free is None
    assert room_on([EngineGpu(name="RTX", total=None, free=None)], None).gpus[0].free is None
