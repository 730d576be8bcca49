"""The doctor, on this machine and on patients with known illnesses."""

import gc
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests.platforms import on_linux, on_posix
from tray.infrastructure.desktop.tray_host import TrayHost, find_tray_host
from tray.infrastructure.doctor.report import Patient, diagnose
from tray.infrastructure.folders import Folders
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.doctor import Check, CheckStatus
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.hotkey import HotkeyState
from tray.models.local_api import Endpoint
from tray.models.metrics import GpuMetrics
from tray.models.settings import (
    LoadedSettings,
    ModelSettings,
    PopoverSettings,
    Settings,
    SettingsProblem,
)
from tray.models.state import CpuFallback, EngineInfo

ENGINE = EngineInfo(kind=EngineKind.EXECUTABLE, path=Path("/bin/llama-server"), device="Card X")
IMPORTS_NOTHING = (sys.executable, "-I", "-c", "pass")


def no_executable(cause: FailureCause = FailureCause.BINARY_MISSING) -> Callable[[], NoReturn]:
    def find() -> NoReturn:
        raise PaddockError(ServerFailure(cause=cause, title="No server", detail="Install one."))

    return find


@pytest.fixture
def healthy(tmp_path: Path) -> Patient:
    folders = Folders.under(tmp_path)
    folders.make()
    return Patient(
        folders=folders,
        loaded=LoadedSettings(),
        model_folders=(folders.models,),
        find_models=tuple,
        executable=lambda: ENGINE,
        gpus=lambda: (GpuMetrics(index=0, name="Card X"),),
        gpu_present=lambda: True,
        import_engine=IMPORTS_NOTHING,
        tray_host=lambda: TrayHost.STATUS_NOTIFIER,
        webview_problem=lambda: None,
        devices=tmp_path / "no devices",
    )


def found(patient: Patient, name: str) -> Check:
    (check,) = (check for check in diagnose(patient) if check.name == name)
    return check


def test_a_running_paddock_is_looked_at(healthy: Patient) -> None:
    assert "Paddock" not in [check.name for check in diagnose(healthy)]
    endpoint = Endpoint(port=1, token="t", pid=4711, version="0")
    running = replace(healthy, endpoint=endpoint)
    assert found(running, "Paddock").status is CheckStatus.OK
    check = found(replace(running, answers=lambda: False), "Paddock")
    assert check.status is CheckStatus.PROBLEM
    assert "4711" in check.finding


def with_server(patient: Patient, **server: object) -> Patient:
    config = LlamaCppConfig.model_validate(server)
    return replace(patient, loaded=LoadedSettings(settings=Settings(server=config)))


def test_a_healthy_machine_has_no_problem_and_every_finding_ends_as_a_sentence(
    healthy: Patient,
) -> None:
    checks = diagnose(healthy)
    assert {check.name for check in checks} == {
        "Tray",
        "Popover",
        "Bundled engine",
        "llama-server",
        "GPU",
        "GPU in the engine",
        *(["GPU permissions"] if sys.platform == "linux" else []),
        "Model folders",
        "Memory",
        "Disk",
        "Port",
        "Folders",
        "Settings",
    }
    depends_on_the_machine = {"Memory", "Disk"}
    for check in checks:
        assert check.finding.endswith(".")
        assert (check.fix is None) == (check.status is CheckStatus.OK)
        assert check.status is CheckStatus.OK or check.name in depends_on_the_machine


@pytest.mark.parametrize("host", TrayHost)
def test_every_kind_of_tray_has_words(healthy: Patient, host: TrayHost) -> None:
    check = found(replace(healthy, tray_host=lambda: host), "Tray")
    invisible = host in (TrayHost.NONE, TrayHost.NO_DISPLAY)
    assert check.status is (CheckStatus.WARNING if invisible else CheckStatus.OK)


def test_a_missing_webview_names_what_to_install(healthy: Patient) -> None:
    check = found(replace(healthy, webview_problem=lambda: "nothing is there"), "Popover")
    assert check.status is CheckStatus.WARNING
    assert "nothing is there" in check.finding
    assert "browser" in (check.fix or "")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_engine", "No module named 'no_such_engine'"),
        ("import os; os.abort()", "exit code"),
    ],
)
def test_a_broken_bundled_engine_harms_only_its_child(
    healthy: Patient, code: str, said: str
) -> None:
    check = found(replace(healthy, import_engine=(sys.executable, "-c", code)), "Bundled engine")
    assert check.status is CheckStatus.PROBLEM
    assert said in check.finding
    missing = replace(healthy, import_engine=(str(healthy.folders.data / "none"),))
    assert found(missing, "Bundled engine").status is CheckStatus.PROBLEM


@pytest.mark.slow
def test_the_real_bundled_engine_loads(healthy: Patient) -> None:
    real = replace(healthy, import_engine=Patient.import_engine)
    assert found(real, "Bundled engine").status is CheckStatus.OK


def test_an_absent_executable_is_a_problem_only_when_it_is_asked_for(healthy: Patient) -> None:
    absent = replace(healthy, executable=no_executable())
    assert found(absent, "llama-server").status is CheckStatus.OK
    asked = with_server(absent, engine=EngineKind.EXECUTABLE)
    assert found(asked, "llama-server").fix == "Install one."
    broken = replace(healthy, executable=no_executable(FailureCause.LIBRARY_MISSING))
    assert found(broken, "llama-server").status is CheckStatus.PROBLEM


@pytest.mark.parametrize(
    ("changes", "present", "status", "words"),
    [
        ({}, True, CheckStatus.OK, "It sees Card X."),
        ({"device": "CPU", "hint": "Get a GPU build."}, True, CheckStatus.WARNING, "CPU alone"),
        ({"device": "CPU"}, False, CheckStatus.OK, "no GPU"),
        ({"device": None}, True, CheckStatus.OK, "cannot say"),
        (
            {"device": "CPU", "cpu_fallback": CpuFallback(reason="No driver.", advice="Get it.")},
            True,
            CheckStatus.PROBLEM,
            "No driver.",
        ),
    ],
)
def test_whether_the_engine_sees_the_gpu(
    healthy: Patient, changes: dict[str, object], present: bool, status: CheckStatus, words: str
) -> None:
    engine = ENGINE.model_copy(update=changes)
    patient = replace(healthy, executable=lambda: engine, gpu_present=lambda: present)
    check = found(patient, "GPU in the engine")
    assert check.status is status
    assert words in check.finding
    assert found(patient, "llama-server").status is CheckStatus.OK


def test_a_gpu_beside_the_bundled_engine_alone_is_said(healthy: Patient) -> None:
    check = found(replace(healthy, executable=no_executable()), "GPU in the engine")
    assert check.status is CheckStatus.WARNING
    assert "bundled engine" in check.finding
    assert "llama.cpp" in (check.fix or "")


def test_a_build_that_would_use_the_gpu_is_named(healthy: Patient) -> None:
    def better() -> str:
        return "Vulkan fits this machine best. Run: paddock engines get"

    without = replace(healthy, executable=no_executable(), better_engine=better)
    assert found(without, "GPU in the engine").fix == better()
    assert found(replace(healthy, better_engine=better), "GPU in the engine").fix is None


@on_linux
def test_device_files_one_may_not_open_are_named_with_the_groups_to_join(
    healthy: Patient, tmp_path: Path
) -> None:
    devices = tmp_path / "dev"
    (devices / "dri").mkdir(parents=True)
    patient = replace(healthy, devices=devices)
    assert "no device" in found(patient, "GPU permissions").finding
    (devices / "dri" / "renderD128").touch()
    assert found(patient, "GPU permissions").status is CheckStatus.OK
    (devices / "dri" / "renderD129").symlink_to(tmp_path / "nowhere")
    check = found(patient, "GPU permissions")
    assert check.status is CheckStatus.WARNING
    assert str(devices / "dri" / "renderD129") in check.finding
    assert "render,video" in (check.fix or "")


@pytest.mark.parametrize(
    ("gpus", "present", "status"),
    [
        (None, True, CheckStatus.PROBLEM),
        (None, False, CheckStatus.PROBLEM),
        ((), False, CheckStatus.OK),
        ((), True, CheckStatus.OK if sys.platform == "darwin" else CheckStatus.WARNING),
    ],
)
def test_gpu_and_driver(
    healthy: Patient, gpus: tuple[GpuMetrics, ...] | None, present: bool, status: CheckStatus
) -> None:
    patient = replace(healthy, gpus=lambda: gpus, gpu_present=lambda: present)
    assert found(patient, "GPU").status is status


def test_a_model_folder_of_the_settings_must_exist(healthy: Patient, tmp_path: Path) -> None:
    settings = Settings(models=ModelSettings(folders=(tmp_path / "none",)))
    patient = replace(healthy, loaded=LoadedSettings(settings=settings))
    check = found(patient, "Model folders")
    assert check.status is CheckStatus.PROBLEM
    assert str(tmp_path / "none") in check.finding


def test_a_fixed_port_that_is_taken(healthy: Patient) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        patient = with_server(healthy, port=port)
        assert found(patient, "Port").status is CheckStatus.PROBLEM
        assert str(port) in found(patient, "Port").finding
        ours = Endpoint(port=1, token="t", pid=os.getpid(), version="0")
        assert found(replace(patient, endpoint=ours), "Port").status is CheckStatus.OK
        gone = ours.model_copy(update={"pid": 2**22 + 1})
        assert found(replace(patient, endpoint=gone), "Port").status is CheckStatus.PROBLEM
    assert found(patient, "Port").status is CheckStatus.OK


@on_posix
def test_unsafe_folders_are_named_one_by_one(healthy: Patient, tmp_path: Path) -> None:
    healthy.folders.config.chmod(0o777)
    healthy.folders.cache.rmdir()
    healthy.folders.cache.symlink_to(tmp_path)
    unsafe = [check for check in diagnose(healthy) if check.name == "Folders"]
    assert [check.status for check in unsafe] == [CheckStatus.PROBLEM] * 2
    assert "others can enter" in unsafe[0].finding
    assert "link" in unsafe[1].finding


def test_folders_not_made_yet_are_fine(healthy: Patient, tmp_path: Path) -> None:
    fresh = replace(healthy, folders=Folders.under(tmp_path / "not" / "yet"))
    assert found(fresh, "Folders").status is CheckStatus.OK
    assert found(fresh, "Disk").finding


def test_folders_that_cannot_be_made_are_not(healthy: Patient, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    fresh = replace(healthy, folders=Folders.under(tmp_path / "home" / "me"))
    checks = [check for check in diagnose(fresh) if check.name == "Folders"]
    assert {check.status for check in checks} == {CheckStatus.PROBLEM}
    assert f"cannot be made in {tmp_path / 'home'}" in checks[0].finding


def test_each_settings_problem_is_a_check(healthy: Patient) -> None:
    problems = tuple(
        SettingsProblem(key=f"server.{key}", found="x", allowed="y") for key in ("port", "threads")
    )
    checks = diagnose(replace(healthy, loaded=LoadedSettings(problems=problems)))
    assert [check.finding for check in checks if check.name == "Settings"] == [
        "server.port: found x.",
        "server.threads: found x.",
    ]


def test_without_a_display_there_is_no_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform in ("win32", "darwin"):
        assert find_tray_host() is TrayHost.BUILT_IN
        return
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert find_tray_host() is TrayHost.NO_DISPLAY


# python-xlib leaves the sockets of a refused connection to the garbage collector.
@on_linux
@pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_display_that_does_not_answer_has_no_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4242")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert find_tray_host() is TrayHost.NONE
    gc.collect()


def test_a_chosen_hotkey_is_examined_and_no_other(healthy: Patient) -> None:
    problem = ServerFailure(
        cause=FailureCause.BAD_CONFIGURATION, title="It does not work", detail="Choose others."
    )
    chosen = Settings(popover=PopoverSettings(hotkey="alt+k"))
    patient = replace(healthy, loaded=LoadedSettings(settings=chosen))
    well = replace(patient, hotkey=lambda: HotkeyState(keys="alt+k", shown="Alt+K"))
    finding = "alt+k will open the chat when Paddock runs (the desktop shows it as Alt+K)."
    assert found(well, "Hotkey") == Check(name="Hotkey", status=CheckStatus.OK, finding=finding)
    ill = found(replace(patient, hotkey=lambda: HotkeyState(keys="a", problem=problem)), "Hotkey")
    assert (ill.status, ill.finding, ill.fix) == (
        CheckStatus.WARNING,
        "It does not work.",
        "Choose others.",
    )


def test_a_model_folder_beyond_reach_is_a_finding(healthy: Patient) -> None:
    # An error and no answer, as the system gives for the home of another user.
    beyond = Settings(models=ModelSettings(folders=(Path("/", "x" * 300),)))
    patient = replace(healthy, loaded=LoadedSettings(settings=beyond))
    check = found(patient, "Model folders")
    assert check.status is CheckStatus.PROBLEM
    assert "is not a folder" in check.finding
