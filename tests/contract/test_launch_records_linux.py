"""Launch records for real: what a crash left is ended, decoys live."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import WAIT, Collected, gone, settled, shell_spec, until
from tray.infrastructure.llama.engines import LlamaEngines
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.supervision.family import NONCE_VARIABLE, LaunchMark
from tray.infrastructure.llama.supervision.process_identity import (
    ProcessMark,
    boot_id,
    own_mark,
    start_of,
)
from tray.infrastructure.llama.supervision.records import LaunchRecords
from tray.infrastructure.private_file import write_private
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import LaunchSpec

NONCE = "0123456789abcdef" * 2
# A child, and a daemon that left its session and its parent.
FAMILY = "sleep 1001 & (setsid sleep 1002 >/dev/null 2>&1 &) ; sleep 1003; true"


class Spawned:
    """One shell family, launched with a record in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.failures: list[ServerFailure] = []
        self.ended = threading.Event()
        self._started = threading.Event()
        engines = LlamaEngines(
            _never_prepared, explain_exit, lambda _: Collected(), LaunchRecords(folder)
        )
        spec = shell_spec(FAMILY, Path("/"))
        self.process = engines.spawn(spec, self._on_started, lambda _: None, self._on_exit)

    def family(self) -> tuple[psutil.Process, list[psutil.Process]]:
        """The guard, and the four processes below it once they are there."""
        assert self._started.wait(WAIT)
        guard = psutil.Process(self.process.pid).parent()
        assert guard is not None
        return guard, settled(guard, 4)

    def _on_started(self, _pid: int) -> None:
        self._started.set()

    def _on_exit(self, failure: ServerFailure, _retryable: bool) -> None:
        self.failures.append(failure)
        self.ended.set()


def _never_prepared(_config: LlamaCppConfig) -> LaunchSpec:
    raise AssertionError("the launch is given")


TRAY = """
import sys, time
from pathlib import Path
from tests.contract.test_launch_records_linux import Spawned
guard, family = Spawned(Path(sys.argv[1])).family()
print(guard.pid, *(process.pid for process in family), flush=True)
time.sleep(1000)
"""


@contextmanager
def tray(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", list[psutil.Process]]]:
    """A tray of its own; the guard is the first of the processes."""
    command = (sys.executable, "-c", TRAY, str(folder))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            pids = process.stdout.readline().split()
            yield process, [psutil.Process(int(pid)) for pid in pids]
        finally:
            process.kill()


@contextmanager
def decoy(nonce: str = "") -> Iterator[psutil.Process]:
    """Somebody else's process, maybe with a nonce in its environment."""
    environment = {"PATH": "/usr/bin:/bin", NONCE_VARIABLE: nonce}
    with subprocess.Popen(("sleep", "1004"), env=environment) as process:
        try:
            until(lambda: psutil.Process(process.pid).name() == "sleep")
            yield psutil.Process(process.pid)
        finally:
            process.kill()


def record(folder: Path, mark: LaunchMark) -> Path:
    path = folder / "launch-0.json"
    write_private(path, mark.model_dump_json().encode())
    return path


def mark_of(engine: psutil.Process, **values: object) -> LaunchMark:
    """A launch of a Paddock that is gone; its engine is the process."""
    mark = LaunchMark(
        nonce=NONCE,
        boot=boot_id(),
        owner=ProcessMark(pid=own_mark().pid, start=own_mark().start - 1),
        engine=ProcessMark.of(engine.pid),
        program=engine.exe(),
    )
    return mark.model_copy(update=values)


def test_a_killed_guard_leaves_nothing_under_a_living_tray(tmp_path: Path) -> None:
    spawned = Spawned(tmp_path)
    guard, family = spawned.family()
    assert len(list(tmp_path.glob("launch-*.json"))) == 1
    guard.kill()
    assert spawned.ended.wait(WAIT)
    assert gone(family)
    assert [f.cause for f in spawned.failures] == [FailureCause.ENDED_FROM_OUTSIDE]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_guard_and_tray_left_is_swept_at_the_next_start(tmp_path: Path) -> None:
    with tray(tmp_path) as (process, (guard, *family)), decoy() as other:
        psutil.Process(process.pid).suspend()
        guard.kill()
        # The kernel ends the engine; the rest has nobody who could.
        until(lambda: gone(family[:1]))
        assert not gone(family)
        left = [p.pid for p in family if not gone([p])]
        assert LaunchRecords(tmp_path).sweep() == [], "its tray still runs"
        process.kill()
        process.wait()
        ended = LaunchRecords(tmp_path).sweep()
        assert gone(family)
        assert len(ended) == len(left)
        assert other.is_running()
        assert list(tmp_path.iterdir()) == []


def test_the_record_tells_the_launch_and_goes_with_it(tmp_path: Path) -> None:
    spawned = Spawned(tmp_path)
    _, (engine, *_) = spawned.family()
    (path,) = tmp_path.iterdir()
    mark = LaunchMark.model_validate_json(path.read_bytes())
    assert mark.engine == ProcessMark.of(engine.pid)
    assert mark.owner == own_mark()
    assert mark.program == engine.exe()
    assert mark.boot == boot_id()
    assert engine.environ()[NONCE_VARIABLE] == mark.nonce
    assert path.stat().st_mode & 0o077 == 0
    spawned.process.kill()
    assert spawned.ended.wait(WAIT)
    assert list(tmp_path.iterdir()) == []


def test_a_launch_is_proven_by_its_nonce(tmp_path: Path) -> None:
    with decoy(NONCE) as engine:
        record(tmp_path, mark_of(engine))
        assert LaunchRecords(tmp_path).sweep() == [f"{engine.exe()} ({engine.pid})"]
        until(lambda: gone([engine]))


@pytest.mark.parametrize("nonce", ["", NONCE[::-1], NONCE + "0"])
def test_pid_ticks_and_executable_do_not_outweigh_another_nonce(tmp_path: Path, nonce: str) -> None:
    with decoy(nonce) as other:
        path = record(tmp_path, mark_of(other))
        assert LaunchRecords(tmp_path).sweep() == []
        assert other.is_running()
        assert not path.exists()


@pytest.mark.parametrize("boot", ["another boot", ""])
def test_another_boot_is_none_of_ours(tmp_path: Path, boot: str) -> None:
    with decoy(NONCE) as other:
        path = record(tmp_path, mark_of(other, boot=boot))
        assert LaunchRecords(tmp_path).sweep() == []
        assert other.is_running()
        assert not path.exists()


def test_a_launch_whose_paddock_runs_is_left_alone(tmp_path: Path) -> None:
    with decoy(NONCE) as engine:
        path = record(tmp_path, mark_of(engine, owner=own_mark()))
        assert LaunchRecords(tmp_path).sweep() == []
        assert engine.is_running()
        assert path.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 40, b"[" * 9999, b'{"nonce": 1}'])
def test_a_damaged_record_is_removed_and_harms_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "launch-1.json").write_bytes(content)
    assert LaunchRecords(tmp_path).sweep() == []
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_record_is_removed_when_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / ".launch-a.json.1.tmp", tmp_path / ".launch-b.json.2.tmp"
    for path in (young, old):
        path.touch()
    os.utime(old, (1, 1))
    LaunchRecords(tmp_path).sweep()
    assert list(tmp_path.iterdir()) == [young]


def test_without_a_record_a_sweep_costs_nothing(tmp_path: Path) -> None:
    records = LaunchRecords(tmp_path / "launches")
    costs = []
    for _ in range(5):
        before = time.thread_time()
        assert records.sweep() == []
        costs.append(time.thread_time() - before)
    # The least: to be interrupted costs, too.
    assert min(costs) < 0.002
    assert not (tmp_path / "launches").exists()


def test_a_record_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "launches").write_text("in the way")
    spawned = Spawned(tmp_path / "launches")
    _, family = spawned.family()
    spawned.process.kill()
    assert spawned.ended.wait(WAIT)
    assert gone(family)


def test_start_marks_do_not_change_and_differ(tmp_path: Path) -> None:
    with decoy() as one:
        first = start_of(one.pid)
        assert first == start_of(one.pid) >= own_mark().start
        assert ProcessMark.of(one.pid).is_alive()
    assert not ProcessMark(pid=one.pid, start=first).is_alive()
