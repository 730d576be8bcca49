"""Says in plain words what is wrong with this machine, each with the fix."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.desktop.tray_host import TrayHost, find_tray_host
from tray.infrastructure.desktop.webview_check import webview_problem
from tray.infrastructure.doctor.desktop import check_hotkey, check_tray, check_webview
from tray.infrastructure.doctor.gpu import check_engine_gpu, check_gpu, check_gpu_access
from tray.infrastructure.doctor.machine import (
    check_disk,
    check_folders,
    check_memory,
    check_model_folders,
    check_port,
    check_settings,
)
from tray.infrastructure.doctor.running import check_paddock
from tray.infrastructure.folders import Folders
from tray.models.catalog import FoundModel
from tray.models.config import EngineKind
from tray.models.doctor import Check, CheckStatus
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.hotkey import HotkeyState
from tray.models.local_api import Endpoint
from tray.models.metrics import GpuMetrics
from tray.models.settings import LoadedSettings
from tray.models.state import EngineInfo

IMPORT_ENGINE = (sys.executable, "-I", "-c", "import xllamacpp")
_IMPORT_SECONDS = 30.0


@dataclass(frozen=True)
class Patient:
    """What is examined, and how the doctor asks the other parts.

    ``executable`` gives the llama-server that would be used, or raises
    PaddockError; ``gpus`` is ``()`` without a GPU and ``None`` when a driver does
    not answer; ``endpoint`` is that of a running Paddock, which ``hotkey`` asks,
    and ``answers`` says whether it does; ``better_engine`` says in sentences which
    build for the GPU can be got, if one can.
    """

    folders: Folders
    loaded: LoadedSettings
    model_folders: tuple[Path, ...]
    find_models: Callable[[], tuple[FoundModel, ...]]
    executable: Callable[[], EngineInfo]
    gpus: Callable[[], tuple[GpuMetrics, ...] | None]
    gpu_present: Callable[[], bool]
    endpoint: Endpoint | None = None
    answers: Callable[[], bool] = lambda: True
    better_engine: Callable[[], str | None] = lambda: None
    import_engine: tuple[str, ...] = IMPORT_ENGINE
    tray_host: Callable[[], TrayHost] = find_tray_host
    webview_problem: Callable[[], str | None] = webview_problem
    devices: Path = Path("/dev")
    hotkey: Callable[[], HotkeyState] = HotkeyState


def diagnose(patient: Patient) -> tuple[Check, ...]:
    """Every check, in order; takes seconds. Needs no running Paddock, never raises."""
    return tuple(_checks(patient))


def _checks(patient: Patient) -> Iterator[Check]:
    settings = patient.loaded.settings
    if patient.endpoint is not None:
        yield check_paddock(patient.endpoint.pid, patient.answers())
    yield check_tray(patient.tray_host())
    yield check_webview(patient.webview_problem(), sys.platform)
    if settings.popover.hotkey is not None:
        yield check_hotkey(patient.hotkey(), running=patient.endpoint is not None)
    yield _check_bundled(patient.import_engine)
    engine = _found(patient.executable)
    yield _check_executable(engine, settings.server.engine)
    present = patient.gpu_present()
    yield check_gpu(patient.gpus(), present)
    if sys.platform == "linux":
        yield check_gpu_access(patient.devices)
    used = engine if isinstance(engine, EngineInfo) else None
    yield check_engine_gpu(used, present, patient.better_engine)
    yield check_model_folders(
        patient.model_folders, settings.models.folders, len(patient.find_models())
    )
    yield check_memory()
    yield check_disk(patient.folders)
    yield check_port(settings.server.port, patient.endpoint)
    yield from check_folders(patient.folders)
    yield from check_settings(patient.loaded)


def _check_bundled(command: tuple[str, ...]) -> Check:
    name, fix = "Bundled engine", "Install Paddock again; your models and settings stay."
    try:
        # In a child: a broken native library must not take the doctor with it.
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_IMPORT_SECONDS,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith(("LD_", "DYLD_"))},
        )
    except subprocess.TimeoutExpired:
        finding = f"It does not load within {_IMPORT_SECONDS:.0f} seconds."
        return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=fix)
    except OSError as error:
        finding = f"It cannot be started: {error.strerror or error}."
        return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=fix)
    if done.returncode == 0:
        return Check(name=name, status=CheckStatus.OK, finding="It loads.")
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    reason = lines[-1] if lines else f"exit code {done.returncode}"
    finding = f"It cannot be loaded: {reason}"
    return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=fix)


def _found(find: Callable[[], EngineInfo]) -> EngineInfo | ServerFailure:
    try:
        return find()
    except PaddockError as error:
        return error.failure


def _check_executable(engine: EngineInfo | ServerFailure, wanted: EngineKind) -> Check:
    name = "llama-server"
    if isinstance(engine, ServerFailure):
        failure = engine
        if failure.cause is FailureCause.BINARY_MISSING and wanted is not EngineKind.EXECUTABLE:
            finding = "None is installed; the bundled engine runs your models."
            return Check(name=name, status=CheckStatus.OK, finding=finding)
        finding = f"{failure.title}."
        return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=failure.detail)
    finding = f"{engine.path}, computes on {engine.device or 'an unknown device'}."
    return Check(name=name, status=CheckStatus.OK, finding=finding)
