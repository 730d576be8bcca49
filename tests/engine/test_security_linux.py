"""What strangers, secrets and a hostile environment meet, with real processes."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine.cli_setup import CommandLine, command_line
from tests.engine.launches import preparer, running
from tests.requirements import need_llama_server
from tray.infrastructure.llama.launch.environment import ALLOWED, ALLOWED_PREFIXES
from tray.models.config import EngineKind, LlamaCppConfig

pytestmark = [pytest.mark.engine, pytest.mark.slow]
BOTH = [EngineKind.BUNDLED, EngineKind.EXECUTABLE]
OURS = {"XDG_CONFIG_HOME", "LLAMA_API_KEY", "PADDOCK_LAUNCH"}
HOSTILE = {
    "LLAMA_ARG_HOST": "0.0.0.0",
    "LLAMA_ARG_PORT": "1",
    "LLAMA_ARG_CTX_SIZE": "512",
    "LLAMA_ARG_N_PARALLEL": "7",
    "LLAMA_ARG_ALIAS": "theirs",
    "LLAMA_ARG_TOOLS": "all",
    "LLAMA_ARG_ENDPOINT_SLOTS": "0",
    "LLAMA_ARG_NO_UI": "0",
    "LLAMA_API_KEY": "known-to-others",
    "GGML_BACKEND_PATH": "/nowhere.so",
    "GGML_CUDA_ENABLE_UNIFIED_MEMORY": "1",
    "DYLD_INSERT_LIBRARIES": "/nowhere.dylib",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HF_TOKEN": "a-secret-of-the-user",
}
"""What would be hidden arguments. Nothing in it keeps Paddock itself from running."""


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        yield line


def start(paddock: CommandLine, kind: EngineKind, folder: Path | None = None) -> psutil.Process:
    """Start the engine of this kind from a shell in ``folder``; its process."""
    config = paddock.root / "config" / "paddock"
    config.mkdir(mode=0o700, exist_ok=True)
    lines = ["[server]", f'engine = "{kind.value}"']
    if kind is EngineKind.EXECUTABLE:
        lines.append(f'executable = "{need_llama_server()}"')
    (config / "settings.toml").write_text("\n".join(lines) + "\n")
    done = paddock("start", folder=folder)
    assert done.returncode == 0, done.stderr
    return psutil.Process(paddock.status()["pid"])


def engine_and_guard(engine: psutil.Process) -> list[psutil.Process]:
    guard = engine.parent()
    assert guard is not None
    assert "guard.py" in " ".join(guard.cmdline())
    return [engine, guard]


@pytest.mark.parametrize("kind", BOTH)
def test_the_secrets_are_in_no_command_line_log_or_report(
    paddock: CommandLine, kind: EngineKind
) -> None:
    start(paddock, kind)
    client = paddock.client()
    assert client is not None
    secrets = (client.connection().api_key, client.endpoint.token)
    with every_command_line() as seen:
        chat = paddock("chat", "How do I add a model?")
        reports = [paddock(*words) for words in REPORTS]
    assert chat.returncode == 0, chat.stderr
    assert any("llama" in line or "bundled-engine" in line for line in seen)
    assert any(" chat " in f"{line} " for line in seen)
    told = [text for done in (chat, *reports) for text in (done.stdout, done.stderr)]
    logs = [path.read_text() for path in paddock.root.rglob("*.log*")]
    assert logs
    for secret in secrets:
        assert not [line for line in seen if secret in line]
        assert not [text for text in (*told, *logs) if secret in text]


REPORTS = (
    ("status",),
    ("status", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("metrics", "--json"),
    ("models", "--json"),
    ("logs",),
    ("settings",),
)


class every_command_line:  # noqa: N801 - used as a function
    """Collects the command line of every process there is, all the while."""

    def __enter__(self) -> set[str]:
        self._seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self._seen

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            for pid in (entry for entry in os.listdir("/proc") if entry.isdigit()):
                try:
                    data = Path(f"/proc/{pid}/cmdline").read_bytes()
                except OSError:
                    continue
                self._seen.add(data.replace(b"\0", b" ").decode(errors="replace"))

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.mark.parametrize("kind", BOTH)
def test_a_hostile_environment_reaches_neither_guard_nor_engine(
    paddock: CommandLine, kind: EngineKind
) -> None:
    decoy = preloadable(paddock.root / "decoy.so")
    paddock.environment |= HOSTILE | {
        "LD_PRELOAD": str(decoy),
        "LD_LIBRARY_PATH": str(paddock.root),
        "PYTHONPATH": str(paddock.root),
        "PYTHONSTARTUP": "/nowhere.py",
    }
    engine = start(paddock, kind)
    resident = paddock.resident()
    assert resident is not None
    assert str(decoy) in mapped(resident), "the decoy proves nothing"
    for process in engine_and_guard(engine):
        environment = process.environ()
        foreign = {n for n in environment if n not in ALLOWED and not allowed_by_prefix(n)}
        assert foreign <= OURS
        assert environment.get("LLAMA_API_KEY") != HOSTILE["LLAMA_API_KEY"]
        assert not set(HOSTILE) - OURS & set(environment)
        assert str(decoy) not in mapped(process)


def allowed_by_prefix(name: str) -> bool:
    return name.startswith(ALLOWED_PREFIXES)


def preloadable(path: Path) -> Path:
    """A shared library that any program can load: a copy of one of the system's."""
    ctypes.CDLL("libm.so.6")
    maps = Path("/proc/self/maps").read_text()
    libm = next(line.split()[-1] for line in maps.splitlines() if "/libm.so" in line)
    return Path(shutil.copy(libm, path))


def mapped(process: psutil.Process) -> str:
    return Path(f"/proc/{process.pid}/maps").read_text()


@pytest.mark.parametrize("kind", BOTH)
def test_the_effective_configuration_is_the_same_in_a_hostile_environment(
    tmp_path: Path, kind: EngineKind
) -> None:
    found = [
        effective(tmp_path / name, kind, {**os.environ, **extra})
        for name, extra in (("clean", {}), ("hostile", HOSTILE))
    ]
    assert found[0] == found[1]
    assert found[0]["total_slots"] == 1


def effective(folder: Path, kind: EngineKind, environment: dict[str, str]) -> dict[str, object]:
    """All an engine says of itself, short of what differs from launch to launch."""
    folder.mkdir()
    server = need_llama_server() if kind is EngineKind.EXECUTABLE else None
    spec = preparer(folder, environment, server).prepare(LlamaCppConfig(engine=kind, threads=1))
    with running(spec, folder) as engine:
        engine.wait_until_ready()
        properties: dict[str, object] = json.loads(engine.get_with_key("/props").body)
        assert properties.pop("media_marker"), "it is random at each launch"
        slots = json.loads(engine.get_with_key("/slots").body)
        models = json.loads(engine.get_with_key("/v1/models").body)
        tools = engine.get_with_key("/tools").status
        page = engine.get_with_key("/").status
        (listener,) = psutil.Process(engine.process.pid).net_connections("tcp")[:1]
        names = [model["id"] for model in models["data"]]
    assert (listener.laddr.ip, listener.laddr.port) == ("127.0.0.1", spec.port)
    return properties | {"slots": slots, "names": names, "tools": tools, "page": page}


@pytest.mark.parametrize("kind", BOTH)
def test_code_planted_where_paddock_is_started_is_not_loaded(
    paddock: CommandLine, kind: EngineKind
) -> None:
    planted = paddock.root / "downloads"
    planted.mkdir()
    for name in PLANTED_LIBRARIES:
        preloadable(planted / name)
    for name in PLANTED_MODULES:
        (planted / name).write_text("raise SystemExit('planted code ran')\n")
    engine = start(paddock, kind, planted)
    own = Path(engine.cwd())
    assert own.stat().st_mode & 0o777 == 0o700
    assert own.is_relative_to(paddock.root / "state")
    for process in engine_and_guard(engine):
        assert str(planted) not in mapped(process)
        assert Path(process.exe()).is_absolute()
        assert Path(process.cmdline()[0]).is_absolute()


PLANTED_LIBRARIES = (
    *("libggml-cuda.so", "libggml-vulkan.so", "libggml-cpu-planted.so", "libggml-base.so"),
    "libllama.so",
)
PLANTED_MODULES = ("xllamacpp.py", "sitecustomize.py", "json.py", "tray.py")
