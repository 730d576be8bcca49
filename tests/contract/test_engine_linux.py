"""Which engine is chosen, with real files and shell scripts as programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.fake_servers import CPU, GPU, fake_server, server_listing, times_asked
from tests.contract.guard_setup import until
from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.state import EngineInfo

MODEL = Path("/m/a.gguf")
OWN = LlamaCppConfig(model_path=MODEL)
FORCED = LlamaCppConfig(model_path=MODEL, engine=EngineKind.EXECUTABLE)
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def choose(
    config: LlamaCppConfig, *places: Path, gpu: bool = False, home: Path = Path("/")
) -> EngineInfo:
    probe = DeviceProbe(ENVIRONMENT, lambda: gpu, time_limit=5)
    return EngineFinder(places, probe, lambda: gpu, home, "linux").choose(config)


def failure_of(config: LlamaCppConfig, *places: Path) -> ServerFailure:
    with pytest.raises(PaddockError) as caught:
        choose(config, *places)
    return caught.value.failure


def test_the_demo_model_runs_on_the_bundled_engine(tmp_path: Path) -> None:
    server = server_listing(tmp_path / "llama-server", GPU)
    engine = choose(LlamaCppConfig(executable=server), server)
    assert (engine.kind, engine.path, engine.device) == (EngineKind.BUNDLED, None, "CPU")
    assert times_asked(server) == 0


def test_the_demo_model_on_an_executable_if_forced(tmp_path: Path) -> None:
    server = server_listing(tmp_path / "llama-server", CPU)
    assert choose(LlamaCppConfig(engine=EngineKind.EXECUTABLE), server).path == server


def test_an_own_model_prefers_the_executable_with_a_gpu(tmp_path: Path) -> None:
    plain = server_listing(tmp_path / "a" / "llama-server", CPU)
    fast = server_listing(tmp_path / "b" / "llama-server", GPU)
    engine = choose(OWN, tmp_path / "none", plain, fast, gpu=True)
    assert (engine.kind, engine.path) == (EngineKind.EXECUTABLE, fast)
    assert (engine.device, engine.hint) == ("NVIDIA RTX 4070", None)


def test_without_a_gpu_an_own_model_runs_on_the_bundled_engine(tmp_path: Path) -> None:
    plain = server_listing(tmp_path / "llama-server", CPU)
    assert choose(OWN, plain).kind is EngineKind.BUNDLED
    assert choose(OWN).kind is EngineKind.BUNDLED
    assert choose(FORCED.model_copy(update={"engine": EngineKind.BUNDLED}), plain).path is None


def test_an_executable_named_in_the_settings_is_used(tmp_path: Path) -> None:
    plain = server_listing(tmp_path / "bin" / "my server", CPU)
    named = OWN.model_copy(update={"executable": Path("~/bin/my server")})
    engine = choose(named, home=tmp_path)
    assert (engine.path, engine.device) == (plain, "CPU")


def test_extra_arguments_need_an_executable(tmp_path: Path) -> None:
    plain = server_listing(tmp_path / "llama-server", CPU)
    config = OWN.model_copy(update={"extra_arguments": ("--temp", "0")})
    assert choose(config, plain).path == plain
    assert choose(config).kind is EngineKind.BUNDLED


@pytest.mark.parametrize(("gpu", "hint"), [(True, True), (False, False)])
def test_a_gpu_left_idle_is_said(tmp_path: Path, gpu: bool, hint: bool) -> None:
    plain = server_listing(tmp_path / "llama-server", CPU)
    assert bool(choose(FORCED, plain, gpu=gpu).hint) is hint
    assert bool(choose(OWN, gpu=gpu).hint) is hint


# What the system says of another user's folder, too, but to root: no answer but an error.
BEYOND_REACH = Path("/", "x" * 300, "llama-server")


def test_a_folder_of_the_path_that_cannot_be_entered_is_passed_over(tmp_path: Path) -> None:
    plain = server_listing(tmp_path / "llama-server", CPU)
    assert choose(FORCED, BEYOND_REACH, plain).path == plain


def test_a_program_named_there_is_a_failure_in_words() -> None:
    failure = failure_of(OWN.model_copy(update={"executable": BEYOND_REACH}))
    assert failure.cause is FailureCause.BINARY_NOT_EXECUTABLE
    assert "File name too long" in failure.detail


TROUBLED = "ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected\n" + CPU


def test_a_gpu_build_that_cannot_use_its_gpu_says_why(tmp_path: Path) -> None:
    server = server_listing(tmp_path / "llama-server", TROUBLED)
    for config in (OWN, FORCED):
        fallback = choose(config, server, gpu=True).cpu_fallback
        assert fallback is not None
        assert "no CUDA-capable device is detected" in fallback.reason
        assert choose(config, server, gpu=False).cpu_fallback is None
        no_layers = config.model_copy(update={"gpu_layers": 0})
        assert choose(no_layers, server, gpu=True).cpu_fallback is None
    assert choose(OWN, server, gpu=True).kind is EngineKind.BUNDLED
    assert choose(LlamaCppConfig(), server, gpu=True).cpu_fallback is None


def test_a_gpu_build_without_its_libraries_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    line = "error while loading shared libraries: libcudart.so.12: cannot open shared object file"
    server = fake_server(tmp_path / "llama-server", f"echo '{line}' >&2; exit 127")
    engine = choose(OWN, server, gpu=True)
    assert engine.kind is EngineKind.BUNDLED
    assert engine.cpu_fallback is not None
    assert "libcudart.so.12" in engine.cpu_fallback.advice
    assert choose(OWN, server, gpu=False).cpu_fallback is None


def test_the_answer_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    server = server_listing(tmp_path / "llama-server", CPU)
    probe = DeviceProbe(ENVIRONMENT, lambda: False)
    finder = EngineFinder((server,), probe, lambda: False, tmp_path, "linux")
    assert [finder.choose(FORCED).device for _ in range(3)] == ["CPU"] * 3
    assert times_asked(server) == 1
    server_listing(server, GPU)
    assert finder.choose(FORCED).device == "NVIDIA RTX 4070"


def test_a_gpu_whose_driver_was_mended_is_found_by_the_next_start(tmp_path: Path) -> None:
    mended = tmp_path / "mended"
    server = fake_server(
        tmp_path / "llama-server",
        f"if [ -e '{mended}' ]; then cat <<'E'\n{GPU}\nE\nelse cat <<'E'\n{TROUBLED}\nE\nfi",
    )
    probe = DeviceProbe(ENVIRONMENT, lambda: True)
    finder = EngineFinder((server,), probe, lambda: True, tmp_path, "linux")
    assert finder.choose(OWN).kind is EngineKind.BUNDLED
    mended.touch()
    for _ in range(2):
        assert finder.choose(OWN).device == "NVIDIA RTX 4070"


def test_links_to_one_file_are_asked_once(tmp_path: Path) -> None:
    server = server_listing(tmp_path / "llama-server", CPU)
    link = tmp_path / "link"
    link.symlink_to(server)
    assert choose(FORCED, link, server).path == link
    assert times_asked(server) + times_asked(link) == 1


def test_a_broken_program_is_passed_over_unless_it_is_all_there_is(tmp_path: Path) -> None:
    broken = fake_server(tmp_path / "a" / "llama-server", "kill -SEGV $$")
    fast = server_listing(tmp_path / "b" / "llama-server", GPU)
    assert choose(OWN, broken, fast).path == fast
    assert choose(OWN, broken).kind is EngineKind.BUNDLED
    assert failure_of(FORCED, broken).cause is FailureCause.CRASHED


def test_an_old_build_that_cannot_list_devices_still_runs(tmp_path: Path) -> None:
    old = fake_server(tmp_path / "llama-server", "echo 'error: invalid argument'; exit 1")
    engine = choose(FORCED, old, gpu=True)
    assert (engine.path, engine.device, engine.hint) == (old, None, None)


def test_none_found() -> None:
    failure = failure_of(FORCED)
    assert failure.cause is FailureCause.BINARY_MISSING
    assert "server.executable" in failure.detail


def forced(path: Path) -> LlamaCppConfig:
    return FORCED.model_copy(update={"executable": path})


def test_programs_that_cannot_be_used(tmp_path: Path) -> None:
    no_permission = server_listing(tmp_path / "locked", CPU)
    no_permission.chmod(0o644)
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"\xcf\xfa\xed\xfe\x0c\0\0\x01" + bytes(64))
    foreign.chmod(0o755)
    no_program = tmp_path / "text"
    no_program.write_text("hello")
    no_program.chmod(0o755)
    for path, cause in (
        (tmp_path / "missing", FailureCause.BINARY_MISSING),
        (tmp_path, FailureCause.BINARY_MISSING),
        (no_permission, FailureCause.BINARY_NOT_EXECUTABLE),
        (foreign, FailureCause.BINARY_WRONG_ARCHITECTURE),
        (no_program, FailureCause.BINARY_WRONG_ARCHITECTURE),
    ):
        failure = failure_of(forced(path))
        assert failure.cause is cause
        assert str(path) in failure.detail


def test_a_script_whose_interpreter_is_missing(tmp_path: Path) -> None:
    path = fake_server(tmp_path / "llama-server", "")
    path.write_text("#!/nowhere/sh\n")
    assert failure_of(forced(path)).cause is FailureCause.BINARY_NOT_EXECUTABLE


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    line = (
        "llama-server: error while loading shared libraries: libcudart.so.12: cannot open shared "
        "object file: No such file or directory"
    )
    path = fake_server(tmp_path / "llama-server", f"echo '{line}' >&2; exit 127")
    failure = failure_of(forced(path))
    assert failure.cause is FailureCause.LIBRARY_MISSING
    assert "libcudart.so.12" in failure.detail
    assert failure.log_lines == (line,)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 600 & echo $! > '{pids}'\necho $$ >> '{pids}'\nwait"
    path = fake_server(tmp_path / "llama-server", script)
    with pytest.raises(PaddockError) as caught:
        DeviceProbe(ENVIRONMENT, lambda: False, time_limit=0.5).listing(path)
    assert caught.value.failure.cause is FailureCause.HUNG
    # A busy machine may not have begun with it in that time.
    begun = pids.read_text().split() if pids.exists() else []
    until(lambda: not any(is_alive(pid) for pid in begun))


PROBING = """
import sys
from pathlib import Path
from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
DeviceProbe({"PATH": "/usr/bin:/bin"}, lambda: False).listing(Path(sys.argv[1]))
"""


def test_a_tray_that_is_killed_while_it_probes_leaves_nothing(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 600 & echo $! $$ > '{pids}.new'; mv '{pids}.new' '{pids}'; wait"
    path = fake_server(tmp_path / "llama-server", script)
    with subprocess.Popen((sys.executable, "-c", PROBING, str(path))) as tray:
        until(pids.exists)
        tray.kill()
    until(lambda: not any(is_alive(pid) for pid in pids.read_text().split()), 2.0)


def is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_flood_of_output_does_no_harm(tmp_path: Path) -> None:
    path = fake_server(tmp_path / "llama-server", f"echo '{CPU}'; yes | head -c 5000000")
    assert DeviceProbe(ENVIRONMENT, lambda: False).listing(path).devices == ()


def test_the_probe_sees_no_inherited_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_ARG_HOST", "0.0.0.0")
    path = fake_server(tmp_path / "llama-server", f"env > '{tmp_path}/env'; echo '{CPU}'")
    DeviceProbe(ENVIRONMENT, lambda: False).listing(path)
    assert "LLAMA_ARG_HOST" not in (tmp_path / "env").read_text()
