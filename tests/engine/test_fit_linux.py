"""What is said of a model before a load, and what the real engine then takes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import fit_models
from tests.engine.cli_setup import command_line
from tests.engine.engine_setup import DEMO
from tests.engine.launches import preparer, running
from tests.fit_models import Made
from tests.loaded_engine import loaded
from tests.requirements import need_llama_server
from tray.composition.fitting import fit_parts
from tray.composition.presets import kept_presets
from tray.infrastructure.folders import Folders
from tray.models.catalog import ModelCatalog
from tray.models.config import EngineKind, FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.fit import FitEstimate, FitRequest, FitSource
from tray.models.fit_mark import Fit
from tray.models.metrics import ServerMetrics

assert sys.platform == "linux"
pytestmark = pytest.mark.engine
GIB = 1 << 30
BAD = 'extra_arguments=["--api-key"]'
METRICS = ServerMetrics(ram_used=GIB, ram_total=16 * GIB)


def estimated(root: Path, config: LlamaCppConfig, exact: bool) -> FitEstimate:
    folders = Folders.under(root)
    folders.make()
    parts = fit_parts(folders, kept_presets(folders), lambda _: config, lambda: METRICS)
    return parts.fit.estimate(FitRequest(exact=exact))


def configured(model: Path, context: int) -> LlamaCppConfig:
    return LlamaCppConfig(
        engine=EngineKind.EXECUTABLE,
        executable=need_llama_server(),
        model_path=model,
        context_size=context,
        threads=1,
    )


@pytest.mark.parametrize("make", [fit_models.dense, fit_models.windowed, fit_models.hybrid])
def test_the_engine_takes_what_was_said(tmp_path: Path, make: Callable[[], Made]) -> None:
    model = fit_models.write(tmp_path / f"{make.__name__}.gguf", make())
    config = configured(model, 8192)
    formula = estimated(tmp_path, config, exact=False)
    engine = estimated(tmp_path, config, exact=True)
    assert (formula.source, engine.source) == (FitSource.FORMULA, FitSource.ENGINE)
    taken = loaded(model, config, tmp_path).buffers
    for estimate in (formula, engine):
        (ram,) = estimate.devices
        assert estimate.verdict is Fit.MEMORY
        assert ram.needed == pytest.approx(taken, rel=0.1)


def test_windows_that_an_argument_opens_are_counted(tmp_path: Path) -> None:
    model = fit_models.write(tmp_path / "windowed.gguf", fit_models.windowed())
    config = configured(model, 16384).model_copy(update={"extra_arguments": ("--swa-full",)})
    (ram,) = estimated(tmp_path, config, exact=False).devices
    assert ram.needed == pytest.approx(loaded(model, config, tmp_path).buffers, rel=0.1)


def test_quantized_caches_are_as_small_as_said(tmp_path: Path) -> None:
    model = fit_models.write(tmp_path / "dense.gguf", fit_models.dense(layers=4))
    config = configured(model, 16384).model_copy(
        update={"cache_type_k": KvCacheType.Q8_0, "cache_type_v": KvCacheType.Q4_0}
    )
    (ram,) = estimated(tmp_path, config, exact=False).devices
    assert ram.needed == pytest.approx(loaded(model, config, tmp_path).buffers, rel=0.1)


@pytest.mark.parametrize("flash", [FlashAttention.AUTO, FlashAttention.OFF])
def test_a_projector_takes_about_what_is_said(tmp_path: Path, flash: FlashAttention) -> None:
    model = fit_models.write(tmp_path / "seeing.gguf", fit_models.dense(layers=1))
    config = configured(model, 4096).model_copy(update={"flash_attention": flash})
    (blind,) = estimated(tmp_path, config, exact=True).devices
    size = fit_models.write_projector(tmp_path / "mmproj-seeing.gguf").stat().st_size
    (ram,) = estimated(tmp_path, config, exact=True).devices
    loud = config.model_copy(update={"extra_arguments": ("--verbosity", "4")})
    spec = preparer(tmp_path, dict(os.environ), need_llama_server()).prepare(loud)
    with running(spec, tmp_path) as engine:
        engine.wait_until_ready()
        compute = re.search(r"reserve_compute_meta: +CPU .* = +([\d.]+) MiB", engine.log)
        weights = re.search(r"model size: +([\d.]+) MiB", engine.log)
    assert compute is not None
    assert weights is not None
    taken = round((float(compute[1]) + float(weights[1])) * 2**20)
    said = (ram.needed or 0) - (blind.needed or 0)
    assert 0.98 * taken < said < 1.15 * taken, "rather too much"
    assert float(weights[1]) * 2**20 == pytest.approx(size, rel=0.02)


def test_a_preset_is_what_a_start_takes_and_the_model_was_used_then(tmp_path: Path) -> None:
    model = tmp_path / "data" / "paddock" / "models" / "mine.gguf"
    with command_line(tmp_path) as paddock:
        model.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        model.write_bytes(DEMO.read_bytes())
        values = ("context_size=512", "margin=256")
        said = paddock("models", "presets", "mine", "set", "Small", *values)
        assert (said.returncode, said.stderr) == (0, "")
        assert "Small" in said.stdout
        assert paddock("models", "presets", "mine", "choose", "Small").returncode == 0
        refused = paddock(
            "models", "presets", "mine", "set", "Bad", 'extra_arguments=["--api-key"]'
        )
        assert refused.returncode == 1
        assert "api.key" in refused.stderr
        exported = paddock("models", "presets", "mine", "export", "Small").stdout
        assert "--ctx-size 512" in exported
        assert "--fit-target 256" in exported
        assert "api-key" not in exported
        fit = paddock("models", "fit", "mine", "--json")
        estimate = FitEstimate.model_validate_json(fit.stdout)
        assert (estimate.context, estimate.margin) == (512, 256 << 20)
        assert "Fits" in paddock("models", "fit", "mine", "--context", "1024").stdout
        assert paddock("start", "--model", "mine").returncode == 0
        client = paddock.client()
        assert client is not None
        assert client.state().context_size == 512
        listed = ModelCatalog.model_validate_json(paddock("models", "--json").stdout)
        assert listed.models[0].last_used is not None
        assert "never" not in paddock("models").stdout
