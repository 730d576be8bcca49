"""What the reporting commands print."""

from __future__ import annotations

from pathlib import Path

from tray.models.catalog import FoundModel
from tray.models.config import EngineKind
from tray.models.doctor import Check, CheckStatus, Diagnosis
from tray.models.failure import FailureCause, ServerFailure
from tray.models.local_api import ModelList
from tray.models.metrics import ServerMetrics
from tray.models.state import EngineInfo, ModelId, ModelState, ServerPhase
from tray.ui.terminal.reports import (
    StatusReport,
    diagnosis_text,
    models_text,
    status_report,
    status_text,
)

READY = ModelState(
    phase=ServerPhase.READY,
    engine=EngineInfo(kind=EngineKind.BUNDLED, device="CPU", hint="Install a GPU build."),
    model=ModelId(name="Demo model"),
    port=41234,
    pid=4711,
    metrics=ServerMetrics(cpu_percent=1.0),
)


def test_status_for_programs_has_exactly_the_documented_keys() -> None:
    assert list(StatusReport().model_dump()) == [
        "phase",
        "engine",
        "model",
        "device",
        "port",
        "pid",
        "failure",
        "launch",
    ]
    assert status_report(READY) == StatusReport(
        phase=ServerPhase.READY,
        engine=EngineKind.BUNDLED,
        model="demo",
        device="CPU",
        port=41234,
        pid=4711,
    )
    own = READY.model_copy(update={"model": ModelId(name="qwen", path=Path("/q.gguf"))})
    assert status_report(own).model == "qwen"


def test_status_says_how_to_get_a_gpu_and_why_it_failed() -> None:
    assert status_text(READY).splitlines() == [
        "Ready · demo model · bundled engine, CPU · port 41234",
        "Install a GPU build.",
        "",
        "CPU · 1 %",
        "RAM · –",
    ]
    failure = ServerFailure(cause=FailureCause.CRASHED, title="It crashed", detail="Try again.")
    failed = ModelState(phase=ServerPhase.FAILED, failure=failure)
    assert status_text(failed).splitlines() == [
        "Failed · It crashed",
        "",
        "It crashed",
        "Try again.",
    ]


def test_models_are_aligned_and_the_demo_model_comes_first() -> None:
    models = (
        FoundModel(name="a-long-name", path=Path("/m/a.gguf"), size=5 * 2**30),
        FoundModel(name="split", path=Path("/m/s-00001-of-00003.gguf"), size=2**20, parts=3),
    )
    assert models_text(ModelList(models=models, folders=())).splitlines() == [
        "demo         built in",
        f"a-long-name  5.0 GiB         {Path('/m/a.gguf')}",
        f"split        1 MiB, 3 files  {Path('/m/s-00001-of-00003.gguf')}",
    ]


def test_without_models_the_searched_folders_are_named() -> None:
    text = models_text(ModelList(models=(), folders=(Path("/one"), Path("/two"))))
    assert text.splitlines()[2:] == [f"  {Path('/one')}", f"  {Path('/two')}"]


def test_a_diagnosis_shows_each_fix_and_counts_the_problems() -> None:
    checks = (
        Check(name="GPU", status=CheckStatus.OK, finding="None."),
        Check(name="Disk", status=CheckStatus.PROBLEM, finding="Full.", fix="Make room."),
    )
    assert diagnosis_text(Diagnosis(checks=checks)).splitlines() == [
        "ok       GPU: None.",
        "PROBLEM  Disk: Full.",
        "         Make room.",
        "1 problem.",
    ]
    assert diagnosis_text(Diagnosis(checks=checks[:1])).endswith("Nothing stands in the way.")
