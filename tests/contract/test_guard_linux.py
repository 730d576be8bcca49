"""The guard for real: nothing outlives the tray, and nobody else's process is touched."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import WAIT, Guarded, gone, guard_of, until
from tray.models.failure import FailureCause, PaddockError
from tray.models.launch import ExitStatus

assert sys.platform == "linux"

# A child, and a daemon that left its session and its parent.
FAMILY = "sleep 1001 & (setsid sleep 1002 >/dev/null 2>&1 &) ; sleep 1003; true"

# A tray of its own, so that it can be killed.
TRAY = """
import sys, time
from pathlib import Path
from tests.contract.guard_setup import Guarded
guarded = Guarded(sys.argv[1], Path(sys.argv[2]))
print(*(p.pid for p in guarded.family(int(sys.argv[3]))), flush=True)
time.sleep(1000)
"""


def start_tray(
    script: str, folder: Path, count: int
) -> tuple["subprocess.Popen[str]", list[psutil.Process]]:
    tray = subprocess.Popen(
        (sys.executable, "-c", TRAY, script, str(folder), str(count)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tray.stdout is not None
    with tray.stdout as report:
        return tray, [psutil.Process(int(pid)) for pid in report.readline().split()]


@pytest.mark.parametrize("code", [0, 1, 3, 127])
def test_the_exit_code_is_told(tmp_path: Path, code: int) -> None:
    guarded = Guarded(f"echo last words; exit {code}", tmp_path)
    assert guarded.ended.wait(WAIT)
    assert guarded.exits == [ExitStatus(code=code)]
    assert guarded.output.tail(1) == ("last words",)


def test_the_signal_is_told(tmp_path: Path) -> None:
    guarded = Guarded("kill -SEGV $$", tmp_path)
    assert guarded.ended.wait(WAIT)
    assert guarded.exits == [ExitStatus(signal=signal.SIGSEGV)]


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("/nowhere/llama-server", FailureCause.BINARY_MISSING),
        ("/etc/passwd", FailureCause.BINARY_NOT_EXECUTABLE),
    ],
)
def test_a_program_that_cannot_run_is_a_typed_failure(
    tmp_path: Path, program: str, cause: FailureCause
) -> None:
    guarded = Guarded("", tmp_path, program=program)
    assert guarded.ended.wait(WAIT)
    assert [e.failure.cause for e in guarded.failures] == [cause]
    assert guarded.exits == []


def test_a_python_that_is_gone_is_not_put_down_to_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3.11"))
    with pytest.raises(PaddockError, match="Paddock's own program is gone") as caught:
        Guarded("true", tmp_path)
    assert str(tmp_path / "python3.11") in caught.value.failure.detail
    assert "start it again" in caught.value.failure.detail


def test_terminate_is_gentle_and_children_go_along(tmp_path: Path) -> None:
    guarded = Guarded(f"trap 'echo asked; exit 7' TERM; {FAMILY} & wait", tmp_path)
    family = guarded.family(4)
    guarded.process.terminate()
    assert guarded.ended.wait(WAIT)
    assert guarded.exits == [ExitStatus(code=7)]
    assert guarded.output.tail(1) == ("asked",)
    assert gone(family)


def test_kill_ends_a_stubborn_stopped_family(tmp_path: Path) -> None:
    guarded = Guarded(f"trap '' TERM; {FAMILY}", tmp_path)
    family = guarded.family(4)
    guarded.process.terminate()
    os.kill(family[0].pid, signal.SIGSTOP)
    guarded.process.kill()
    assert guarded.ended.wait(WAIT)
    assert guarded.exits == [ExitStatus(signal=signal.SIGKILL)]
    assert gone(family)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_killed_tray_takes_everything_along(tmp_path: Path, stopped: bool) -> None:
    decoy = subprocess.Popen(("/bin/bash", "-c", "sleep 1001 & sleep 1003; true"))
    try:
        tray, family = start_tray(FAMILY, tmp_path, 4)
        if stopped:
            os.kill(family[0].pid, signal.SIGSTOP)
        tray.kill()
        until(lambda: gone(family), 2.0)
        tray.wait()
        assert decoy.poll() is None
    finally:
        for process in psutil.Process(decoy.pid).children(recursive=True):
            process.kill()
        decoy.kill()
        decoy.wait()


def test_a_killed_guard_takes_the_engine_along(tmp_path: Path) -> None:
    guarded = Guarded("sleep 1004 & wait", tmp_path)
    family = guarded.family(2)
    guard_of(guarded.process).kill()
    assert guarded.ended.wait(WAIT)
    assert guarded.exits == [ExitStatus(guard_lost=True)]
    assert gone(family[:1])
    for orphan in family[1:]:
        orphan.kill()


def test_the_guard_obeys_its_own_sigterm(tmp_path: Path) -> None:
    guarded = Guarded(FAMILY, tmp_path)
    family = guarded.family(4)
    guard_of(guarded.process).terminate()
    assert guarded.ended.wait(WAIT)
    assert gone(family)


def test_a_flood_never_blocks_the_engine(tmp_path: Path) -> None:
    size = 200 << 20
    guarded = Guarded(f"head -c {size} /dev/zero | tr '\\0' x >&2; echo; echo done", tmp_path)
    assert guarded.ended.wait(60)
    assert guarded.exits == [ExitStatus(code=0)]
    assert guarded.output.size == size + len("\ndone\n")


def test_the_engine_sees_its_environment_and_an_empty_input(tmp_path: Path) -> None:
    guarded = Guarded("env | cut -d= -f1 | sort | tr '\\n' ' '; cat; pwd", tmp_path)
    assert guarded.ended.wait(WAIT)
    names, folder = guarded.output.tail(1)[0].rsplit(" ", 1)
    # The guard's own Python adds LC_CTYPE where no locale is set (PEP 538).
    assert set(names.split()) - {"LC_CTYPE"} == {"PATH", "PWD", "SHLVL", "_"}
    assert folder == str(tmp_path)


def test_cycles_leave_no_descriptor_thread_or_zombie(tmp_path: Path) -> None:
    me = psutil.Process()

    def cycle() -> None:
        guarded = Guarded("exit 0", tmp_path)
        assert guarded.ended.wait(WAIT)

    cycle()
    before = me.num_fds()
    for _ in range(20):
        cycle()
    until(lambda: me.num_fds() <= before)
    until(lambda: "engine-output" not in {t.name for t in threading.enumerate()})
    assert [c for c in me.children() if c.status() == psutil.STATUS_ZOMBIE] == []
