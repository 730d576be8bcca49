"""Each cause of a failure, from the real engines: its title, what to do, the lines that tell."""

from __future__ import annotations

import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.contract.fake_servers import CPU, GPU, fake_server
from tests.engine.engine_setup import (
    WAIT,
    History,
    config_of,
    in_phase,
    process_of,
    running_service,
    started,
    wait_for,
)
from tests.engine.test_launch_engines import changed
from tests.requirements import need_llama_server
from tray.infrastructure.llama.failures.memory_kills import memory_kills
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, ServerFailure
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService

assert sys.platform == "linux"

pytestmark = pytest.mark.engine
BUNDLED, EXECUTABLE = EngineKind.BUNDLED, EngineKind.EXECUTABLE
Make = Callable[[Path, EngineKind], LlamaCppConfig]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path) as service:
        yield service


def with_executable(path: Path, **values: object) -> LlamaCppConfig:
    config = config_of(EXECUTABLE)
    return LlamaCppConfig.model_validate({**dict(config), "executable": path, **values})


def missing(folder: Path, _: EngineKind) -> LlamaCppConfig:
    return with_executable(folder / "none")


def not_executable(folder: Path, _: EngineKind) -> LlamaCppConfig:
    path = fake_server(folder / "server", "")
    path.chmod(0o644)
    return with_executable(path)


def for_a_mac(folder: Path, _: EngineKind) -> LlamaCppConfig:
    path = fake_server(folder / "server", "")
    path.write_bytes(b"\xcf\xfa\xed\xfe\x0c\0\0\x01" + bytes(64))
    return with_executable(path)


def without_its_libraries(folder: Path, _: EngineKind) -> LlamaCppConfig:
    """The real program, copied away from the libraries beside it."""
    return with_executable(Path(shutil.copy(need_llama_server().resolve(), folder / "server")))


def without_a_driver(folder: Path, _: EngineKind) -> LlamaCppConfig:
    said = "ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected"
    path = fake_server(folder / "server", f"echo '{said}'; cat <<'END'\n{CPU}\nEND")
    return with_executable(path, gpu_layers=5)


def with_a_gpu_that_dies(folder: Path, _: EngineKind) -> LlamaCppConfig:
    said = "CUDA error: an illegal memory access was encountered"
    listing = f"[ \"$1\" = --list-devices ] && cat <<'END' && exit\n{GPU}\nEND\n"
    path = fake_server(folder / "server", f"{listing}echo '{said}'; kill -ABRT $$")
    return with_executable(path, gpu_layers=5)


def no_model(folder: Path, kind: EngineKind) -> LlamaCppConfig:
    return config_of(kind, folder / "none.gguf")


def damaged(how: str) -> Make:
    def make(folder: Path, kind: EngineKind) -> LlamaCppConfig:
        path = folder / f"{how}.gguf"
        path.write_bytes(changed(how))
        return config_of(kind, path)

    return make


def too_large(_: Path, kind: EngineKind) -> LlamaCppConfig:
    """A context of the demo model (1 KiB a token) that no machine of this size can hold."""
    tokens = int(2.5 * psutil.virtual_memory().total / 1024)
    return config_of(kind).model_copy(update={"context_size": tokens})


@dataclass(frozen=True)
class Case:
    """``words`` must all be in what to do; ``line`` is in the lines shown, if any are due."""

    make: Make
    kinds: tuple[EngineKind, ...]
    cause: FailureCause
    words: tuple[str, ...]
    line: str | None = None


BOTH = (BUNDLED, EXECUTABLE)
CASES = {
    "missing program": Case(missing, (EXECUTABLE,), FailureCause.BINARY_MISSING, ("/none",)),
    "no permission": Case(
        not_executable, (EXECUTABLE,), FailureCause.BINARY_NOT_EXECUTABLE, ("chmod +x",)
    ),
    "wrong architecture": Case(
        for_a_mac, (EXECUTABLE,), FailureCause.BINARY_WRONG_ARCHITECTURE, ("macOS arm64",)
    ),
    "missing library": Case(
        without_its_libraries,
        (EXECUTABLE,),
        FailureCause.LIBRARY_MISSING,
        ("libllama", "Install the whole"),
        "error while loading shared libraries",
    ),
    "no driver": Case(
        without_a_driver,
        (EXECUTABLE,),
        FailureCause.GPU_BACKEND_FAILED,
        ("server.gpu_layers is 5", "no CUDA-capable device", "driver"),
        "failed to initialize CUDA",
    ),
    "dying GPU": Case(
        with_a_gpu_that_dies,
        (EXECUTABLE,),
        FailureCause.GPU_BACKEND_FAILED,
        ("illegal memory access", "driver"),
        "CUDA error",
    ),
    "missing model": Case(no_model, BOTH, FailureCause.MODEL_MISSING, ("none.gguf", "Choose")),
    "corrupt model": Case(
        damaged("cut"),
        BOTH,
        FailureCause.MODEL_CORRUPT,
        ("Download or copy it again",),
        "not within the file bounds",
    ),
    "unsupported model": Case(
        damaged("architecture"),
        BOTH,
        FailureCause.MODEL_UNSUPPORTED,
        ("'zlama'", "Update the engine"),
        "unknown model architecture",
    ),
    "too large": Case(
        too_large,
        BOTH,
        FailureCause.MODEL_TOO_LARGE,
        ("MiB", "GiB of memory are free now", "server.context_size"),
        "failed to allocate",
    ),
}


TITLES: dict[str, FailureCause] = {}


def check(failure: ServerFailure | None, case: Case) -> None:
    assert failure is not None
    assert failure.cause is case.cause
    assert TITLES.setdefault(failure.title, case.cause) is case.cause, "two causes, one title"
    assert [word for word in case.words if word not in failure.detail] == []
    if case.line is not None:
        assert any(case.line in line for line in failure.log_lines), failure.log_lines


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=[pytest.mark.slow] if name == "too large" else [])
        for name, case in CASES.items()
        for kind in case.kinds
    ],
)
def test_what_keeps_an_engine_from_starting(
    service: LlamaCppService, tmp_path: Path, name: str, kind: EngineKind
) -> None:
    case = CASES[name]
    config = case.make(tmp_path, kind)
    settled = service.start(config)
    if name == "dying GPU":
        # Worth another try, so the first start is never settled.
        check(wait_for(service, ServerPhase.BACKOFF).failure, case)
        return
    state = settled.result(WAIT)
    assert state.phase is ServerPhase.FAILED
    check(state.failure, case)


@pytest.mark.parametrize("kind", BOTH)
def test_a_taken_port_names_its_holder(service: LlamaCppService, kind: EngineKind) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        config = config_of(kind).model_copy(update={"port": port})
        failure = service.start(config).result(WAIT).failure
    assert failure is not None
    assert (failure.cause, failure.title) == (FailureCause.PORT_TAKEN, f"Port {port} is taken")
    me = psutil.Process()
    assert f"{me.name()} (process {me.pid})" in failure.detail


ENDINGS = {
    "SIGSEGV": (FailureCause.CRASHED, "SIGSEGV"),
    "SIGTERM": (FailureCause.ENDED_FROM_OUTSIDE, None),
    "SIGKILL": (
        FailureCause.KILLED_FOR_MEMORY
        if memory_kills() is None
        else FailureCause.ENDED_FROM_OUTSIDE,
        None,
    ),
}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", ENDINGS)
def test_how_a_running_engine_ended(service: LlamaCppService, kind: EngineKind, name: str) -> None:
    engine = process_of(started(service, config_of(kind)))
    history = History(service)
    engine.send_signal(signal.Signals[name])
    failure = history.first(in_phase(ServerPhase.BACKOFF)).failure
    cause, word = ENDINGS[name]
    assert failure is not None
    assert failure.cause is cause
    assert word is None or word in failure.detail
    assert any("listening" in line for line in failure.log_lines)


@pytest.mark.parametrize("kind", BOTH)
def test_a_suspended_engine_hangs_and_comes_back(
    service: LlamaCppService, kind: EngineKind
) -> None:
    engine = process_of(started(service, config_of(kind)))
    engine.suspend()
    state = stalled_state(service, stalled=True)
    assert state.phase is ServerPhase.READY
    assert state.failure is not None
    assert (state.failure.cause, state.failure.title) == (
        FailureCause.HUNG,
        "The engine is suspended",
    )
    engine.resume()
    assert stalled_state(service, stalled=False).failure is None


def stalled_state(service: LlamaCppService, *, stalled: bool) -> ModelState:
    states = service.subscribe()
    while (state := states.get(WAIT)) is not None:
        if state.stalled is stalled:
            states.close()
            return state
    raise AssertionError(f"never stalled={stalled}: {service.state}")


def test_layers_meant_for_a_gpu_that_end_in_the_computers_memory_are_told(
    service: LlamaCppService, tmp_path: Path
) -> None:
    """The real engine behind a script that claims a GPU: its own log betrays it."""
    listing = f"[ \"$1\" = --list-devices ] && cat <<'END' && exit\n{GPU}\nEND\n"
    path = fake_server(tmp_path / "server", f'{listing}exec "{need_llama_server()}" "$@"')
    state = started(service, with_executable(path, gpu_layers=5))
    assert state.engine is not None
    fallback = state.engine.cpu_fallback
    assert state.engine.device == "CPU"
    assert fallback is not None
    assert "into the computer's memory" in fallback.reason
    assert "offloaded 5/5 layers to GPU" in fallback.log_lines[0]
    assert started(service, config_of(EXECUTABLE)).engine == config_engine(service)


def config_engine(service: LlamaCppService) -> object:
    """The running engine, which must not have fallen back."""
    engine = service.state.engine
    assert engine is not None
    assert engine.cpu_fallback is None
    return engine
