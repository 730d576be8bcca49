"""The mark in the list is the card's own word, for every shape, launch and machine."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.unit.test_fit_plan import EIGHT_B
from tests.unit.test_model_fit import Facts
from tray.models.catalog import DescribedModel, ModelFacts
from tray.models.config import FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.fit import EngineGpu, FitRequest
from tray.models.fit_mark import Fit
from tray.models.metrics import ServerMetrics
from tray.models.model_shape import CachedLayers, ModelShape
from tray.models.room import Machine, Room
from tray.services.list_fit import ListFit
from tray.services.model_fit import ModelFit
from tray.ui.fit_marks import FIT_WORDS, VERDICTS

GIB = 1 << 30
PATH = Path("/models/a.gguf")
TINY = ModelShape(
    layers=1,
    embedding=64,
    caches=(CachedLayers(count=1, key_width=64, value_width=64),),
    input_bytes=1 << 20,
    layer_bytes=1 << 20,
    output_bytes=0,
    tied=True,
)
WINDOWED = EIGHT_B.model_copy(
    update={
        "window": 1024,
        "caches": (
            CachedLayers(count=26, key_width=1024, value_width=1024, windowed=True),
            CachedLayers(count=6, key_width=1024, value_width=1024),
        ),
    }
)
RECURRENT = EIGHT_B.model_copy(update={"caches": (), "state_width": 10**8})
STRANGE = EIGHT_B.model_copy(update={"caches": None})
SHAPES = (EIGHT_B, TINY, WINDOWED, RECURRENT, STRANGE)
LAUNCHES = (
    LlamaCppConfig(),
    LlamaCppConfig(context_size=512),
    LlamaCppConfig(context_size=131072),
    LlamaCppConfig(gpu_layers=0),
    LlamaCppConfig(gpu_layers=20, parallel_slots=4),
    LlamaCppConfig(margin=0),
    LlamaCppConfig(margin=6000),
    LlamaCppConfig(extra_arguments=("--swa-full", "--cpu-moe")),
    LlamaCppConfig(extra_arguments=("--device", "CUDA1")),
    LlamaCppConfig(
        cache_type_k=KvCacheType.Q8_0, flash_attention=FlashAttention.OFF, context_size=32768
    ),
)
VRAM: tuple[tuple[int | None, ...], ...] = (
    (),
    (0,),
    (3 * GIB,),
    (7 * GIB,),
    (24 * GIB,),
    (4 * GIB, 4 * GIB),
    (None,),
)


def card_of(facts: Facts, config: LlamaCppConfig, metrics: ServerMetrics) -> ModelFit:
    return ModelFit(facts, lambda _: config, lambda: metrics)


@pytest.mark.parametrize("trained", [None, 2048, 131072])
@pytest.mark.parametrize("vram", VRAM)
def test_list_and_card_agree(trained: int | None, vram: tuple[int | None, ...]) -> None:
    seen = set()
    sizes = (2 * GIB, 7 * GIB, 64 * GIB)
    for shape, launch, ram, beside in product(SHAPES, LAUNCHES, sizes, (None, GIB)):
        facts = Facts(ModelFacts(architecture="x", context=trained, shape=shape))
        facts.beside = beside
        facts.engine_gpus = tuple(
            EngineGpu(name=f"GPU {number}", total=free, free=free)
            for number, free in enumerate(vram)
        )
        config = launch.model_copy(update={"model_path": PATH})
        metrics = ServerMetrics(ram_used=0, ram_total=ram)
        card = card_of(facts, config, metrics)
        verdict = card.estimate(FitRequest()).verdict
        assert card.verdict(config, facts.facts, beside) is verdict, (shape, launch, ram)
        seen.add(verdict)
        if shape is STRANGE:
            continue
        model = DescribedModel(
            name="a", path=PATH, size=1, facts=facts.facts, projector_size=beside
        )
        mark = ListFit(launch, (), card.machine(config.model_copy(update={"gpu_layers": "auto"})))
        words = FIT_WORDS[mark.of(model)]
        said = "" if verdict is Fit.UNKNOWN else VERDICTS[verdict]
        assert words.casefold() == said.casefold(), (shape, launch, ram)
    assert len(seen) > 1 or None in vram


def test_a_preset_of_a_model_counts_for_it_alone() -> None:
    ram = Room(name="RAM", free=10 * GIB, total=16 * GIB)
    long = LlamaCppConfig(model_path=PATH, context_size=131072)
    fits = ListFit(LlamaCppConfig(), (long,), Machine(gpus=(), ram=ram))
    facts = ModelFacts(context=131072, shape=EIGHT_B)
    mine = DescribedModel(name="a", path=PATH, size=1, facts=facts)
    other = mine.model_copy(update={"path": Path("/models/b.gguf")})
    assert (fits.of(mine), fits.of(other)) == (Fit.NOT, Fit.MEMORY)
    needs = fits.needed(PATH, facts, None), fits.needed(other.path, facts, None)
    assert (needs[0] or 0) > 16 * GIB > (needs[1] or 0) > 4 * GIB


def test_what_no_file_has_said_yet_goes_by_its_size() -> None:
    machine = Machine(gpus=(), ram=Room(name="RAM", free=8 * GIB, total=16 * GIB))
    model = DescribedModel(name="a", path=PATH, size=64 * GIB, facts=ModelFacts())
    assert ListFit(LlamaCppConfig(), (), machine).of(model) is Fit.NOT
    assert ListFit(LlamaCppConfig(), (), None).of(model) is Fit.UNKNOWN
    assert ListFit(LlamaCppConfig(), (), machine).needed(PATH, None, None) is None


def test_what_cannot_be_used_has_no_mark_and_what_may_be_sound_has_one_by_its_size() -> None:
    fits = ListFit(
        LlamaCppConfig(), (), Machine(gpus=(), ram=Room(name="RAM", free=8 * GIB, total=16 * GIB))
    )
    cut = DescribedModel(name="a", path=PATH, size=GIB, facts=ModelFacts(problem="it is cut off"))
    assert fits.of(cut) is Fit.UNKNOWN
    assert fits.of(cut.model_copy(update={"facts": ModelFacts.not_yet("no time")})) is Fit.MEMORY
