"""``paddock doctor``: what is wrong with this machine, in plain words."""

from contextlib import suppress
from functools import cache

from tray.commands.output import DONE, FAILED, say
from tray.infrastructure.api_client import ApiClient
from tray.infrastructure.doctor.report import Patient, diagnose
from tray.infrastructure.folders import Folders
from tray.infrastructure.gpu.detect import detect_gpus
from tray.infrastructure.gpu.presence import gpu_present
from tray.infrastructure.hotkey.probe import probe_hotkey
from tray.infrastructure.llama.launch.setup import user_engine_finder, user_model_folders
from tray.infrastructure.metrics import sample_once
from tray.infrastructure.model_files.folders import find_models
from tray.infrastructure.settings.store import SettingsStore
from tray.infrastructure.single_instance import SingleInstance
from tray.models.config import EngineKind
from tray.models.doctor import CheckStatus, Diagnosis
from tray.models.engine_build import Backend
from tray.models.error import PaddockError
from tray.models.hotkey import HotkeyState
from tray.models.metrics import GpuMetrics
from tray.models.state import EngineInfo
from tray.ui.engine_words import proposal_line
from tray.ui.terminal.reports import diagnosis_text


def doctor(as_json: bool) -> int:
    """Every finding with its fix; fails when there is a problem."""
    diagnosis = Diagnosis(checks=diagnose(_patient()))
    say(diagnosis.model_dump_json() if as_json else diagnosis_text(diagnosis))
    problems = any(check.status is CheckStatus.PROBLEM for check in diagnosis.checks)
    return FAILED if problems else DONE


def _patient() -> Patient:
    folders = Folders.of_user()
    loaded = SettingsStore(folders.config).load()
    settings = loaded.settings
    searched = user_model_folders(folders.models, settings.models.folders)

    def executable() -> EngineInfo:
        wanted = settings.server.model_copy(update={"engine": EngineKind.EXECUTABLE})
        return user_engine_finder(folders.state / "engine").choose(wanted)

    def gpus() -> tuple[GpuMetrics, ...] | None:
        return sample_once(detect_gpus()).gpus

    endpoint = SingleInstance(folders).read_endpoint()

    @cache
    def answers() -> bool:
        try:
            return endpoint is not None and bool(ApiClient(endpoint).state())
        except PaddockError:
            return False

    def hotkey() -> HotkeyState:
        with suppress(PaddockError):
            if endpoint is not None and answers():
                return ApiClient(endpoint).hotkey()
        return probe_hotkey(settings.popover.hotkey)

    return Patient(
        folders=folders,
        loaded=loaded,
        model_folders=searched,
        find_models=lambda: find_models(searched),
        executable=executable,
        gpus=gpus,
        gpu_present=gpu_present,
        endpoint=endpoint,
        answers=answers,
        better_engine=_better_engine,
        hotkey=hotkey,
    )


def _better_engine() -> str | None:
    """The build that is proposed for this machine's GPU, and how to get it."""
    from tray.commands.engines import offered_here

    try:
        shelf = offered_here().shelf()
    except PaddockError:
        return None
    proposed = next((entry for entry in shelf.entries if entry.name == shelf.proposed), None)
    if proposed is None or proposed.backend is Backend.CPU:
        return None
    how = f"use {proposed.name}" if proposed.installed else "get"
    return f"{proposal_line(shelf)} Run: paddock engines {how}"
