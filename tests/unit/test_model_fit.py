"""The answer whether a model fits: whose figures, what is said, what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.test_fit_plan import EIGHT_B
from tray.infrastructure.llama.fit_params import parse_estimate
from tray.models.catalog import ModelFacts
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.fit import EngineGpu, FitEstimate, FitRequest, FitSource, Measured
from tray.models.fit_mark import Fit
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.services.fit_verdict import SMALLEST_CONTEXT
from tray.services.model_fit import ModelFit
from tray.services.projector_memory import ALLOWANCE
from tray.ui.fit_words import shown_fit

MIB, GIB = 1 << 20, 1 << 30
KNOWN = ModelFacts(architecture="llama", context=131072, shape=EIGHT_B)
BROKEN = PaddockError(
    ServerFailure(cause=FailureCause.BINARY_MISSING, title="No llama-server", detail="Install it.")
)


class Facts:
    """Satisfies the Facts port; ``asked`` gets the layers of each question to the estimator."""

    def __init__(self, facts: ModelFacts = KNOWN, vram: int = 24 * GIB) -> None:
        self.facts = facts
        self.beside: int | None = None
        self.engine_gpus: tuple[EngineGpu, ...] = (EngineGpu(name="RTX", total=vram, free=vram),)
        self.trouble: PaddockError | None = None
        self.says: dict[int, tuple[Measured, ...]] = {}
        self.asked: list[int] = []

    def of(self, path: Path | None) -> ModelFacts:
        return self.facts

    def projector(self, path: Path | None) -> int | None:
        return self.beside

    def gpus(self, config: LlamaCppConfig) -> tuple[EngineGpu, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.engine_gpus

    def measured(
        self, config: LlamaCppConfig, context: int, gpu_layers: int
    ) -> tuple[Measured, ...] | None:
        self.asked.append(gpu_layers)
        return self.says.get(gpu_layers)


def ask(
    facts: Facts, config: LlamaCppConfig | None = None, ram: int = 32 * GIB, *, exact: bool = False
) -> FitEstimate:
    config = config or LlamaCppConfig(model_path=Path("/m.gguf"))
    metrics = ServerMetrics(ram_used=0, ram_total=ram)
    return ModelFit(facts, lambda _: config, lambda: metrics).estimate(FitRequest(exact=exact))


def test_a_context_nobody_chose_becomes_as_small_as_the_engine_makes_it() -> None:
    assert ask(Facts()).context == 131072
    small = ask(Facts(vram=8 * GIB))
    assert small.verdict is Fit.GPU
    assert small.context == small.largest_context
    assert SMALLEST_CONTEXT < (small.context or 0) < 131072
    tiny = ask(Facts(vram=3 * GIB))
    assert (tiny.context, tiny.verdict) == (SMALLEST_CONTEXT, Fit.PARTLY)
    assert tiny.largest_context is None
    chosen = ask(Facts(vram=8 * GIB), LlamaCppConfig(model_path=Path("/m"), context_size=131072))
    assert (chosen.context, chosen.verdict) == (131072, Fit.PARTLY)
    assert "All of it fits on the GPU with a context of" in shown_fit(chosen).line


def test_gpu_layers_that_were_chosen_leave_the_context_where_they_fit() -> None:
    config = LlamaCppConfig(model_path=Path("/m.gguf"), gpu_layers=8)
    wide = ask(Facts(), config, ram=64 * GIB)
    assert (wide.context, wide.verdict, wide.gpu_layers) == (131072, Fit.PARTLY, 8)
    tight = ask(Facts(vram=4 * GIB), config, ram=64 * GIB)
    assert SMALLEST_CONTEXT < (tight.context or 0) < 131072
    assert (tight.verdict, tight.largest_context) == (Fit.PARTLY, None)


def test_the_margin_of_the_launch_is_the_one_that_is_said() -> None:
    config = LlamaCppConfig(model_path=Path("/m.gguf"), margin=20 * 1024)
    little, usual = ask(Facts(), config), ask(Facts())
    assert (little.margin, usual.margin) == (20 * GIB, GIB)
    assert (little.largest_context or 0) < (usual.largest_context or 0)
    model_fit = ModelFit(Facts(), lambda _: config, lambda: None)
    assert model_fit.estimate(FitRequest(margin=5)).margin == 5


def test_a_projector_takes_its_share_where_it_lies() -> None:
    plain, facts = ask(Facts()), Facts()
    facts.beside = 800 * MIB
    seeing = ask(facts)
    more = (seeing.devices[0].needed or 0) - (plain.devices[0].needed or 0)
    assert more == 800 * MIB + ALLOWANCE
    assert seeing.devices[1] == plain.devices[1]
    blind = LlamaCppConfig(model_path=Path("/m"), extra_arguments=("--no-mmproj",))
    assert ask(facts, blind).devices == plain.devices
    kept = LlamaCppConfig(model_path=Path("/m"), extra_arguments=("--no-mmproj-offload",))
    assert ask(facts, kept).devices[0] == plain.devices[0]
    assert (ask(facts, kept).devices[1].needed or 0) - (plain.devices[1].needed or 0) == more
    facts.engine_gpus = ()
    (ram,) = ask(facts).devices
    facts.beside = None
    assert (ram.needed or 0) - (ask(facts).devices[0].needed or 0) == more


def test_an_argument_that_only_the_engine_understands_leaves_it_to_the_engine() -> None:
    config = LlamaCppConfig(model_path=Path("/m"), extra_arguments=("-ot", "exps=CPU"))
    facts = Facts()
    estimate = ask(facts, config)
    assert (estimate.verdict, estimate.devices, estimate.error_percent) == (Fit.UNKNOWN, (), None)
    assert "what --override-tensor does" in shown_fit(estimate).line
    model_fit = ModelFit(facts, lambda _: config, lambda: None)
    assert model_fit.verdict(config, KNOWN) is Fit.UNKNOWN
    host = Measured(name=None, weights=300 * MIB, cache=0, compute=20 * MIB)
    facts.says = {33: (Measured(name="CUDA0", weights=GIB, cache=GIB, compute=MIB), host)}
    exact = ask(facts, config, exact=True)
    assert (exact.verdict, exact.source, exact.reason) == (Fit.GPU, FitSource.ENGINE, None)
    facts.engine_gpus = ()
    assert ask(facts, config).verdict is Fit.MEMORY


def test_an_engine_that_cannot_be_asked_leaves_the_memory_and_its_reason() -> None:
    facts = Facts()
    facts.trouble = BROKEN
    estimate = ask(facts, LlamaCppConfig(model_path=Path("/m"), context_size=4096))
    assert estimate.verdict is Fit.MEMORY
    assert estimate.reason == "No llama-server. Install it."
    assert [device.name for device in estimate.devices] == ["RAM"]


def test_the_engines_estimator_goes_first_and_is_asked_for_the_layers_that_fit() -> None:
    config = LlamaCppConfig(model_path=Path("/m"), context_size=8192)
    facts = Facts(vram=6 * GIB)
    by_formula = ask(facts, config).gpu_layers
    assert by_formula is not None
    host = Measured(name=None, weights=300 * MIB, cache=0, compute=20 * MIB)
    gpu = Measured(name="CUDA0", weights=5 * GIB, cache=GIB, compute=300 * MIB)
    facts.says = {33: (gpu, host)}
    facts.says[by_formula] = (gpu.model_copy(update={"weights": 2 * GIB}), host)
    estimate = ask(facts, config, exact=True)
    assert facts.asked == [33, by_formula]
    assert (estimate.source, estimate.verdict) == (FitSource.ENGINE, Fit.PARTLY)
    assert estimate.devices[0].weights == 2 * GIB
    assert estimate.devices[0].cache == GIB


def test_without_an_estimator_the_formula_stands() -> None:
    estimate = ask(Facts(), exact=True)
    assert estimate == ask(Facts())
    assert "formula" in shown_fit(estimate).source


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (ModelFacts(problem="it is empty"), "The file tells nothing: it is empty."),
        (ModelFacts(context=4096), "The file does not say enough about the model."),
        (
            KNOWN.model_copy(update={"shape": EIGHT_B.model_copy(update={"caches": None})}),
            "The KV cache of llama is not known before it is loaded.",
        ),
    ],
)
def test_what_is_not_known_is_said_and_no_figure_is_made_up(facts: ModelFacts, reason: str) -> None:
    estimate = ask(Facts(facts))
    assert estimate.verdict is Fit.UNKNOWN
    assert shown_fit(estimate).line == reason
    assert estimate.largest_context is None
    assert all(device.needed is None for device in estimate.devices)


def test_our_own_engine_does_not_stand_in_its_own_way() -> None:
    config = LlamaCppConfig(model_path=Path("/m"), context_size=8192)
    gpu = GpuMetrics(
        index=0, name="RTX", vram_used=11 * GIB, vram_total=12 * GIB, engine_vram=10 * GIB
    )
    metrics = ServerMetrics(ram_used=0, ram_total=32 * GIB, gpus=(gpu,))
    fit = ModelFit(Facts(), lambda _: config, lambda: metrics)
    assert fit.estimate(FitRequest()).verdict is Fit.GPU


def test_words_for_each_device() -> None:
    config = LlamaCppConfig(model_path=Path("/m"), context_size=8192)
    shown = shown_fit(ask(Facts(vram=6 * GIB), config))
    assert shown.verdict == "Fits partly on the GPU"
    assert "layers on the GPU, which is slower" in shown.line
    assert shown.margin == "1.0 GiB stays free on the GPU"
    assert [(row.name, row.over) for row in shown.rows] == [("RTX", False), ("RAM", False)]
    assert shown.rows[0].cache.endswith("MiB")
    large = shown_fit(ask(Facts(vram=6 * GIB), config, ram=GIB // 2))
    assert large.verdict == "Does not fit"
    assert large.rows[1].over is True


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("noise\nHost 54 24 28 \n", [(None, 54, 24, 28)]),
        (
            "I llama_fit_params: printing\nCUDA0 4403 512 304 \nHost 281 0 24 \n",
            [("CUDA0", 4403, 512, 304), (None, 281, 0, 24)],
        ),
        ("", None),
        ("CUDA0 4403 512 304 \n", None),
        ("Host 1 2\n", None),
        ("Host 99999999999999999999 2 3 \n", None),
        ("-c 4096 -ngl 33\n", None),
    ],
)
def test_only_whole_answers_of_the_estimator_count(
    output: str, found: list[tuple[str | None, int, int, int]] | None
) -> None:
    parsed = parse_estimate(output)
    if found is None:
        assert parsed is None
        return
    assert parsed is not None
    assert [
        (line.name, line.weights // MIB, line.cache // MIB, line.compute // MIB) for line in parsed
    ] == found
