"""A configuration becomes a launch: nothing is left to decide but to spawn it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from tests.contract.fake_servers import CPU, GPU, server_listing
from tests.gguf_files import gguf, write_gguf
from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.launch.spec import LaunchPlaces, LaunchPreparer
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec

INHERITED = {"PATH": "/usr/bin:/bin", "LLAMA_ARG_HOST": "0.0.0.0", "LD_PRELOAD": "/x.so"}
KEY = "a-key-of-the-settings"


class Machine:
    """A home folder with a demo model, and maybe a server program."""

    def __init__(self, root: Path, key: str | None = None, devices: str = CPU) -> None:
        self.root = root
        self.demo = write_gguf(root / "assets" / "demo.gguf")
        self.own = write_gguf(root / "models" / "My, model.gguf")
        self.server = server_listing(root / "bin" / "llama-server", devices)
        places = LaunchPlaces(
            home=root,
            engine_folder=root / "data" / "engine",
            model_folder=root / "models",
            demo_model=self.demo,
            bundled_command=("/python", "bundled-engine"),
            environment=INHERITED,
            system="linux",
        )
        probe = DeviceProbe({"PATH": "/bin"}, lambda: False)
        finder = EngineFinder((self.server,), probe, lambda: False, root, "linux")
        self.preparer = LaunchPreparer(places, finder, lambda: key)

    def prepare(self, **values: object) -> LaunchSpec:
        return self.preparer.prepare(LlamaCppConfig.model_validate(values))

    def failure(self, **values: object) -> ServerFailure:
        with pytest.raises(PaddockError) as caught:
            self.prepare(**values)
        return caught.value.failure


def test_the_demo_model(tmp_path: Path) -> None:
    spec = Machine(tmp_path).prepare()
    assert spec.argv[:2] == ("/python", "bundled-engine")
    settings = json.loads(spec.argv[2])
    assert settings["model"] == str(tmp_path / "assets" / "demo.gguf")
    assert (settings["context_size"], settings["threads"]) == (1024, 1)
    assert (spec.alias, spec.model.name, spec.model.path) == ("demo", "Demo model", None)
    assert "ctx-size 1024, threads 1" in spec.display
    assert spec.engine.kind is EngineKind.BUNDLED


def test_what_the_user_chose_for_the_demo_model_stays(tmp_path: Path) -> None:
    settings = json.loads(Machine(tmp_path).prepare(context_size=512, threads=2).argv[2])
    assert (settings["context_size"], settings["threads"]) == (512, 2)


def test_the_demo_model_on_an_executable_has_the_same_values(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    argv = machine.prepare(engine=EngineKind.EXECUTABLE).argv
    assert argv[:5] == (str(machine.server), "--ctx-size", "1024", "--threads", "1")


def test_an_own_model_on_a_gpu(tmp_path: Path) -> None:
    machine = Machine(tmp_path, devices=GPU)
    spec = machine.prepare(model_path=Path("My, model.gguf"), gpu_layers=7)
    assert spec.engine.device == "NVIDIA RTX 4070"
    assert (spec.alias, spec.model.name, spec.model.path) == (
        "My_ model",
        "My, model",
        machine.own,
    )
    assert spec.argv[:3] == (str(machine.server), "--n-gpu-layers", "7")
    assert f"'{machine.own}'" in spec.display


def test_a_model_with_a_projector_beside_it_sees(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    values: dict[str, object] = {"model_path": Path("My, model.gguf")}
    projector = tmp_path / "models" / "mmproj-F16.gguf"
    for broken in (b"no gguf", gguf()):
        write_gguf(projector, broken)
        assert "--mmproj" not in machine.prepare(**values).argv
    write_gguf(projector, gguf(general__architecture="clip"))
    argv = machine.prepare(**values, engine=EngineKind.EXECUTABLE).argv
    assert argv[argv.index("--mmproj") + 1] == str(projector)
    blind = machine.prepare(
        **values, engine=EngineKind.EXECUTABLE, extra_arguments=("--no-mmproj",)
    )
    assert "--mmproj" not in blind.argv
    spec = machine.prepare(**values, engine=EngineKind.BUNDLED)
    assert json.loads(spec.argv[2])["projector"] == str(projector)
    assert f"mmproj {projector}" in spec.display


def test_the_key_is_in_the_environment_and_nowhere_else(tmp_path: Path) -> None:
    spec = Machine(tmp_path, key=KEY).prepare()
    assert spec.api_key == spec.environment["LLAMA_API_KEY"] == KEY
    assert KEY not in " ".join((*spec.argv, spec.display, repr(spec)))


def test_a_random_key_for_every_start(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    keys = {machine.prepare().api_key for _ in range(10)}
    assert len(keys) == 10
    assert all(len(key) >= 43 for key in keys)


def test_the_environment_is_ours(tmp_path: Path) -> None:
    spec = Machine(tmp_path).prepare()
    folder = tmp_path / "data" / "engine"
    assert spec.environment == {
        "PATH": INHERITED["PATH"],
        "XDG_CONFIG_HOME": str(folder),
        "LLAMA_API_KEY": spec.api_key,
    }
    assert spec.working_directory == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_ports(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        failure = machine.failure(port=port)
        assert machine.prepare().port != port
    assert failure.cause is FailureCause.PORT_TAKEN
    assert str(os.getpid()) in failure.detail


@pytest.mark.parametrize(
    ("values", "cause", "words"),
    [
        ({"gpu_layers": 5}, FailureCause.BAD_CONFIGURATION, "server.gpu_layers is 5"),
        (
            {"gpu_layers": 5, "engine": EngineKind.EXECUTABLE},
            FailureCause.BAD_CONFIGURATION,
            "reports no GPU",
        ),
        (
            {"extra_arguments": ("--temp", "0")},
            FailureCause.BAD_CONFIGURATION,
            "server.extra_arguments",
        ),
        (
            {"extra_arguments": ("--host", "0"), "engine": EngineKind.EXECUTABLE},
            FailureCause.BAD_CONFIGURATION,
            "'--host' is not allowed",
        ),
        ({"micro_batch_size": 9999}, FailureCause.BAD_CONFIGURATION, "micro_batch_size"),
        ({"model_path": Path("no.gguf")}, FailureCause.MODEL_MISSING, "no.gguf"),
        (
            {"executable": Path("/no/server"), "engine": EngineKind.EXECUTABLE},
            FailureCause.BINARY_MISSING,
            "/no/server",
        ),
    ],
)
def test_what_cannot_be_launched_is_said(
    tmp_path: Path, values: dict[str, object], cause: FailureCause, words: str
) -> None:
    failure = Machine(tmp_path).failure(**values)
    assert failure.cause is cause
    assert words in failure.detail


def test_an_installation_without_the_demo_model(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.demo.unlink()
    failure = machine.failure()
    assert failure.cause is FailureCause.MODEL_MISSING
    assert str(machine.demo) in failure.detail


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "data").write_text("in the way")
    assert str(tmp_path / "data" / "engine") in machine.failure().detail
