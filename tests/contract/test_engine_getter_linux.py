"""Getting an engine, by the child process, over https from a server on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.contract.engine_archives import File, Link, Member, build_of, program, tar_gz, zipped
from tests.contract.guard_setup import until
from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY, Handler, Hub, hub_of
from tests.processes import arguments
from tray.infrastructure.engines import install, release
from tray.infrastructure.engines.getter import EngineGetter
from tray.infrastructure.engines.getter_child import CANCELLED
from tray.infrastructure.engines.getter_protocol import GetterRequest
from tray.infrastructure.engines.install import get_engine
from tray.infrastructure.engines.store import EngineStore
from tray.infrastructure.llama.launch.environment import probe_environment
from tray.infrastructure.own_program import own_command
from tray.models.engine_build import Backend, EngineBuild, InstalledEngine
from tray.models.engine_shelf import EngineWork
from tray.models.failure import FailureCause, PaddockError, ServerFailure

assert sys.platform == "linux"
NAME = "llama-b100-bin-ubuntu-vulkan-x64.tar.gz"
RUNTIME = "cudart-llama-b100.tar.gz"


def members(number: int = 100, **answers: Any) -> list[Member]:
    return [
        File("llama-b100/llama-server", program(number, **answers), 0o755),
        File("llama-b100/libggml.so.0", os.urandom(60_000)),
        Link("llama-b100/libggml.so", "libggml.so.0"),
        File("llama-b100/LICENSE", b"MIT"),
    ]


@dataclass
class World:
    hub: Hub
    store: EngineStore
    getter: EngineGetter

    def build(self, **more: Any) -> EngineBuild:
        return build_of(self.hub.files, self.address, **more)

    def address(self, name: str) -> str:
        """Where a release's file is: a redirect, as on GitHub."""
        return f"{self.hub.address}/{REPOSITORY}/resolve/{COMMIT}/{name}"

    def get(self, build: EngineBuild) -> InstalledEngine:
        """What the child does, without the child: that one takes a second to start."""
        environment = probe_environment(
            dict(os.environ), system=sys.platform, config_home=self.store.folder
        )
        return get_engine(self.store, build, environment, sys.platform, ignore)

    def failure(self, build: EngineBuild) -> ServerFailure:
        with pytest.raises(PaddockError) as refused:
            self.get(build)
        return refused.value.failure

    def failure_of_child(self, build: EngineBuild) -> ServerFailure:
        with pytest.raises(PaddockError) as refused:
            self.getter.get(build, ignore)
        return refused.value.failure

    def arrived(self) -> int:
        return sum(part.stat().st_size for part in self.store.downloads.glob("*.part"))


def ignore(_: EngineWork) -> None:
    """Progress is looked at elsewhere."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "engines"
    getter = EngineGetter(own_command("engine-getter"), folder, tmp_path / "config")
    with hub_of({NAME: tar_gz(members())}, encrypted=True) as hub:
        yield World(hub, EngineStore(folder), getter)


def test_the_machine_is_looked_at_in_the_child(world: World) -> None:
    facts = world.getter.facts()
    assert facts.system == "linux"
    assert facts.machine in ("x86_64", "arm64")


def test_from_the_release_to_a_checked_engine(world: World) -> None:
    seen: list[EngineWork] = []
    engine = world.getter.get(world.build(), seen.append)
    assert engine.executable == world.store.folder / "b100-vulkan" / "llama-server"
    assert (engine.device, engine.says) == ("Radeon RX 7800", "version: 100 (0123abc)")
    assert world.store.installed() == (engine,)
    world.store.verify(engine)
    stages = list(dict.fromkeys(work.stage for work in seen))
    assert stages == ["downloading", "unpacking", "checking"]
    assert sorted(place.name for place in world.store.folder.iterdir()) == [".lock", "b100-vulkan"]


def test_a_second_archive_brings_the_runtime(world: World) -> None:
    world.hub.files[RUNTIME] = tar_gz([File("llama-b100/libcudart.so.12", b"runtime")])
    engine = world.get(world.build())
    assert (engine.executable.parent / "libcudart.so.12").read_bytes() == b"runtime"


def test_a_zip_works_as_well(world: World) -> None:
    world.hub.files.clear()
    world.hub.files["llama-b100.zip"] = zipped([File("llama-server", program(), 0o755)])
    assert world.get(world.build()).device == "Radeon RX 7800"


def test_another_content_than_the_pinned_is_thrown_away(world: World) -> None:
    build = world.build()
    content = bytearray(world.hub.files[NAME])
    content[len(content) // 2] ^= 1
    world.hub.files[NAME] = bytes(content)
    failure = world.failure(build)
    assert failure.title == "The downloaded file is damaged"
    assert list(world.store.downloads.iterdir()) == []
    assert world.store.installed() == ()


def test_what_was_changed_since_the_download_is_not_unpacked(world: World) -> None:
    """The archive waits on the disk after a failed check; it is hashed again."""
    world.hub.files[NAME] = tar_gz(members(devices="  (none)\\n"))
    build = world.build()
    assert world.failure(build).cause is FailureCause.GPU_BACKEND_FAILED
    asked = len(world.hub.asked)
    assert world.failure(build).cause is FailureCause.GPU_BACKEND_FAILED
    assert len(world.hub.asked) == asked
    kept = world.store.downloads / NAME
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    assert world.failure(build).cause is FailureCause.GPU_BACKEND_FAILED
    assert len(world.hub.asked) == asked + 2, "a redirect and the file, fetched anew"


def test_http_is_refused(world: World) -> None:
    world.hub.files_at = world.hub.address.replace("https://", "http://")
    failure = world.failure(world.build())
    assert failure.title == "The download would not be encrypted"


def test_a_file_that_is_gone(world: World) -> None:
    world.hub.troubles = [missing]
    failure = world.failure(world.build())
    assert failure.title == "The build is not there"
    assert "answers 404" in failure.detail


def missing(handler: Handler) -> bool:
    handler.answer(404, b"")
    return True


def test_a_cut_connection_goes_on(world: World) -> None:
    world.hub.troubles = [None, lambda handler: handler.break_after(30_000)]
    seen: list[EngineWork] = []
    world.getter.get(world.build(), seen.append)
    assert any(work.progress and work.progress.waiting for work in seen)
    assert world.hub.asked[-1].range == "bytes=30000-"


@pytest.mark.parametrize("ending", ["cancel", "kill"])
def test_an_interrupted_download_goes_on_where_it_ended(world: World, ending: str) -> None:
    world.hub.troubles = [None, lambda handler: handler.stop_after(30_000)]
    failures: list[ServerFailure] = []
    thread = threading.Thread(target=lambda: failures.append(world.failure_of_child(world.build())))
    thread.start()
    until(lambda: world.arrived() >= 20_000)
    if ending == "cancel":
        world.getter.cancel()
    else:
        children = psutil.Process().children()
        (child,) = [one for one in children if "engine-getter" in arguments(one)]
        child.send_signal(signal.SIGKILL)
    thread.join(20)
    assert "What has arrived is kept" in failures[0].detail
    kept = world.arrived()
    assert 20_000 <= kept < len(world.hub.files[NAME])
    assert world.store.installed() == ()
    world.get(world.build())
    assert world.hub.asked[-1].range == f"bytes={kept}-"


def test_only_one_at_a_time(world: World) -> None:
    with world.store.held():
        assert world.failure_of_child(world.build()).title == "An engine is being fetched already"


def test_no_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "UNPACKED_TIMES", 1 << 40)
    failure = world.failure(world.build())
    assert failure.cause is FailureCause.DISK_FULL
    assert world.hub.asked == []


def test_what_an_ended_unpacking_left_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = world.store.folder / ".staging" / "0" / "big"
    left.parent.mkdir(parents=True)
    left.write_bytes(bytes(100))
    usage, seen = shutil.disk_usage, []

    def looked_at(folder: Path) -> Any:
        seen.append(left.exists())
        return usage(folder)

    monkeypatch.setattr(shutil, "disk_usage", looked_at)
    world.get(world.build())
    assert seen == [False]


FAILED_CHECKS = {
    "no GPU": ({"devices": "  (none)\\n"}, "The new engine sees no GPU"),
    "only the CPU": (
        {"devices": "  Vulkan0: llvmpipe (LLVM 15) (900 MiB, 800 MiB free)\\n"},
        "The new engine sees no GPU",
    ),
    "no version": ({"version_code": 3}, "The new engine does not run here"),
}


@pytest.mark.parametrize(("answers", "title"), FAILED_CHECKS.values(), ids=FAILED_CHECKS)
def test_a_failed_check_leaves_the_older_one(
    world: World, answers: dict[str, Any], title: str
) -> None:
    older = world.get(world.build(version="b099"))
    world.hub.files[NAME] = tar_gz(members(**answers))
    failure = world.failure(world.build())
    assert failure.title == title
    assert failure.log_lines
    assert "The engine in use stays as it is." in failure.detail
    assert world.store.installed() == (older,)
    world.store.verify(older)
    assert (world.store.downloads / NAME).exists(), "a driver may be mended, and it is big"


def test_an_engine_that_hangs_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "CHECK_SECONDS", 0.3)
    world.hub.files[NAME] = tar_gz([File("llama-server", b"#!/bin/sh\nsleep 60\n", 0o755)])
    failure = world.failure(world.build())
    assert failure.title == "The new engine does not run here"
    assert "did not end within 0.3 s" in failure.detail


def test_programs_of_another_machine_and_archives_without_one(world: World) -> None:
    world.hub.files[NAME] = tar_gz([File("llama-server", b"MZ" + bytes(200), 0o755)])
    failure = world.failure(world.build())
    assert failure.title == "The new engine does not run here"
    world.hub.files[NAME] = tar_gz([File("readme.txt")])
    failure = world.failure(world.build())
    assert failure.title == "There is no engine in it"


def test_a_hostile_archive_is_refused_whole(world: World, tmp_path: Path) -> None:
    world.hub.files[NAME] = tar_gz([*members(), File("../../evil")])
    failure = world.failure(world.build())
    assert failure.title == "The archive is not safe to unpack"
    assert not (tmp_path / "evil").exists()
    assert not (world.store.folder / ".staging").exists()


def test_a_cpu_build_needs_no_gpu(world: World) -> None:
    world.hub.files[NAME] = tar_gz(members(devices="  (none)\\n"))
    assert world.get(world.build(backend=Backend.CPU)).device == "CPU"


def test_the_engine_that_is_asked_gets_a_clean_environment(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LD_PRELOAD_WITNESS", "x")
    monkeypatch.setenv("GGML_WITNESS", "x")
    script = b"#!/bin/sh\nenv > %s\n" % bytes(tmp_path / "seen")
    world.hub.files[NAME] = tar_gz([File("llama-server", script + program()[10:], 0o755)])
    world.get(world.build())
    assert "WITNESS" not in (tmp_path / "seen").read_text()


def test_changed_files_and_half_deleted_engines(world: World) -> None:
    engine = world.get(world.build())
    library = engine.executable.parent / "libggml.so.0"
    library.write_bytes(b"planted")
    with pytest.raises(PaddockError, match="have changed"):
        world.store.verify(engine)
    world.store.remove(engine)
    assert world.store.installed() == ()
    assert not engine.executable.parent.exists()


def test_a_killed_unpacking_is_swept_by_the_next_one(world: World) -> None:
    leftovers = world.store.folder / ".staging" / "0"
    leftovers.mkdir(parents=True)
    (leftovers / "half").write_bytes(b"x")
    world.get(world.build())
    assert not (world.store.folder / ".staging").exists()


def test_the_child_ends_when_its_parent_is_gone(world: World, tmp_path: Path) -> None:
    """A killed parent closes the pipe, and nothing else: no signal, no farewell."""
    world.hub.piece, world.hub.pause = 1_000, 0.5
    request = GetterRequest(folder=world.store.folder, config_home=tmp_path, build=world.build())
    child = subprocess.Popen(
        own_command("engine-getter"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert child.stdin is not None
    child.stdin.write(request.model_dump_json().encode() + b"\n")
    child.stdin.flush()
    until(lambda: bool(world.arrived()))
    child.stdin.close()
    assert child.wait(5) == CANCELLED
    assert world.arrived()


def test_a_driver_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    silent = (sys.executable, "-c", "import sys; sys.stdin.read()")
    getter = EngineGetter(silent, tmp_path, tmp_path, facts_seconds=0.2)
    with pytest.raises(PaddockError, match="could not be looked at"):
        getter.facts()


def test_a_folder_that_cannot_be_one(tmp_path: Path, world: World) -> None:
    (tmp_path / "taken").touch()
    store = EngineStore(tmp_path / "taken")
    with pytest.raises(PaddockError) as refused:
        get_engine(store, world.build(), {}, sys.platform, ignore)
    assert refused.value.failure.cause is FailureCause.FOLDER_UNUSABLE
    assert "The engine in use stays" in refused.value.failure.detail
    assert store.installed() == ()
