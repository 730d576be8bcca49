"""What the reporting commands print."""

from __future__ import annotations

from pathlib import Path

from tray.models.config import EngineKind
from tray.models.doctor import Check, CheckStatus, Diagnosis
from tray.models.failure import FailureCause, ServerFailure
from tray.models.metrics import ServerMetrics
from tray.models.state import CpuFallback, EngineInfo, ModelId, ModelState, ServerPhase
from tray.ui.terminal.reports import (
    StatusReport,
    diagnosis_text,
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
        "stalled",
        "engine",
        "model",
        "device",
        "cpu_fallback",
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


def test_status_tells_of_a_cpu_that_works_instead_of_the_gpu() -> None:
    fallback = CpuFallback(reason="No driver.", advice="Install it.", log_lines=("no device",))
    engine = EngineInfo(kind=EngineKind.EXECUTABLE, device="CPU", cpu_fallback=fallback)
    state = READY.model_copy(update={"engine": engine})
    assert status_report(state).cpu_fallback == fallback
    assert '"cpu_fallback":{"reason":"No driver."' in status_report(state).model_dump_json()
    assert status_text(state).splitlines()[:2] == [
        "Ready, CPU only · demo model · llama-server, CPU instead of the GPU · port 41234",
        "No driver. Install it.",
    ]


def test_status_tells_of_a_standstill() -> None:
    hung = ServerFailure(cause=FailureCause.HUNG, title="It hangs", detail="Restart it.")
    state = READY.model_copy(update={"stalled": True, "failure": hung})
    assert status_report(state).stalled
    assert status_report(state).failure == hung


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
