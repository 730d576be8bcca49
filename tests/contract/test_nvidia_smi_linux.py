"""The nvidia-smi reader against a script that prints what real ones printed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tray.infrastructure.gpu.nvidia_smi import NvidiaSmiReader, find_nvidia_smi
from tray.infrastructure.gpu.nvidia_smi_csv import QUERY, SmiComplaint, parse
from tray.infrastructure.gpu.reader import (
    ReaderBusy,
    ReaderError,
    ReaderFailed,
    ReaderUnavailable,
)
from tray.models.metrics import GpuMetrics

_SCRIPT = Path(__file__).with_name("fake_nvidia_smi.sh")
_ROOT = Path(__file__).parents[2]
_DATA = _ROOT / "tests" / "unit" / "data" / "nvidia_smi"
_ROWS = "0, Fake A, 40, 1024, 8192, 50, 75.5\n1, Fake B, [N/A], [N/A], [N/A], 51, [N/A]\n"
_A = GpuMetrics(
    index=0,
    name="Fake A",
    load_percent=40.0,
    vram_used=2**30,
    vram_total=2**33,
    temperature_celsius=50.0,
    power_watts=75.5,
)
_B = GpuMetrics(index=1, name="Fake B", temperature_celsius=51.0)


class FakeSmi:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "nvidia-smi"
        self.program.write_text(_SCRIPT.read_text("utf-8"), "utf-8")
        self.program.chmod(0o755)
        self.set("print", _ROWS)

    def set(self, mode: str, output: str | None = None) -> None:
        for name, text in (("output", output), ("mode", f"{mode}\n")):
            if text is not None:
                new = self.folder / f"{name}.new"
                new.write_text(text, "utf-8")
                new.replace(self.folder / name)

    def pids(self) -> list[int]:
        """Of those that have begun."""
        begun = self.folder / "pids"
        return [int(pid) for pid in begun.read_text("ascii").split()] if begun.exists() else []

    def reader(
        self,
        *,
        first_row_seconds: float = 5.0,
        fresh: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> NvidiaSmiReader:
        return NvidiaSmiReader(
            find=lambda: self.program,
            first_row_seconds=first_row_seconds,
            fresh_seconds=fresh,
            clock=clock,
        )


@pytest.fixture
def smi(tmp_path: Path) -> FakeSmi:
    return FakeSmi(tmp_path)


@pytest.fixture
def reader(smi: FakeSmi) -> Iterator[NvidiaSmiReader]:
    made = smi.reader()
    yield made
    made.close()


def _answer(reader: NvidiaSmiReader) -> tuple[GpuMetrics, ...] | ReaderError:
    """What the reader says once it has stopped saying that it is starting."""
    end = time.monotonic() + 10
    while True:
        try:
            return reader.read()
        except ReaderBusy:
            assert time.monotonic() < end
        except ReaderError as error:
            return error


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_process_serves_every_reading(smi: FakeSmi, reader: NvidiaSmiReader) -> None:
    assert _answer(reader) == (_A, _B)
    smi.set("print", _ROWS.replace("40", "77"))
    _wait(lambda: reader.read()[0].load_percent == 77)
    assert len(smi.pids()) == 1
    arguments = (smi.folder / "arguments").read_text("utf-8").split()
    assert f"--query-gpu={','.join(QUERY)}" in arguments
    assert "--loop=1" in arguments


@pytest.mark.parametrize("path", sorted(_DATA.glob("*.txt")), ids=lambda path: path.stem)
def test_every_real_output(smi: FakeSmi, reader: NvidiaSmiReader, path: Path) -> None:
    text = path.read_text("utf-8")
    expected = parse(text)
    smi.set("exit 9" if isinstance(expected, SmiComplaint) else "print", text)
    answer = _answer(reader)
    if not isinstance(expected, SmiComplaint):
        _wait(lambda: _answer(reader) == expected)
        return
    assert isinstance(answer, ReaderUnavailable if expected.no_devices else ReaderFailed)
    assert str(answer) in text.replace("\n", " ") or str(answer) in text


def test_a_silent_program_is_ended_after_a_while(smi: FakeSmi) -> None:
    smi.set("silent")
    now = 0.0
    reader = smi.reader(first_row_seconds=0.8, clock=lambda: now)
    with pytest.raises(ReaderBusy):
        reader.read()
    _wait(lambda: bool(smi.pids()))
    now = 0.8
    assert str(_answer(reader)) == "prints nothing"
    _wait(lambda: not psutil.pid_exists(smi.pids()[0]))


def test_an_error_instead_of_rows_is_told(smi: FakeSmi) -> None:
    smi.set("print", "Unable to determine the device handle for GPU 0000:0B:00.0: Unknown Error\n")
    answer = _answer(smi.reader(first_row_seconds=0.8))
    assert isinstance(answer, ReaderFailed)
    assert "Unknown Error" in str(answer)


def test_rows_that_stop_are_not_shown_for_long(smi: FakeSmi) -> None:
    reader = smi.reader(fresh=0.5)
    assert _answer(reader) == (_A, _B)
    smi.set("silent")
    _wait(lambda: isinstance(_answer(reader), ReaderFailed))
    _wait(lambda: not psutil.pid_exists(smi.pids()[0]))


def test_one_gpu_that_vanishes_leaves_the_other(smi: FakeSmi) -> None:
    reader = smi.reader(fresh=0.5)
    assert _answer(reader) == (_A, _B)
    smi.set("print", _ROWS.splitlines()[0])
    _wait(lambda: _answer(reader) == (_A,))
    reader.close()


def test_a_program_that_dies_is_started_again(smi: FakeSmi, reader: NvidiaSmiReader) -> None:
    assert _answer(reader) == (_A, _B)
    psutil.Process(smi.pids()[0]).kill()
    _wait(lambda: isinstance(_answer(reader), ReaderFailed))
    assert _answer(reader) == (_A, _B)
    assert len(smi.pids()) == 2


def test_an_end_without_a_word_tells_the_exit_code(smi: FakeSmi) -> None:
    smi.set("exit 15", "")
    assert str(_answer(smi.reader())) == "ended with exit code 15"


def test_an_endless_line_without_a_row_is_no_row(smi: FakeSmi) -> None:
    smi.set("exit 1", "x" * 100_000)
    answer = _answer(smi.reader())
    assert isinstance(answer, ReaderFailed)
    assert len(str(answer)) <= 300


def test_without_the_program_there_is_nothing_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReaderUnavailable):
        NvidiaSmiReader(find=lambda: None).read()
    program = tmp_path / "nvidia-smi"
    program.write_text("not a program", "utf-8")
    with pytest.raises(ReaderFailed):
        NvidiaSmiReader(find=lambda: program).read()
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_nvidia_smi() == program


def test_close_ends_the_process(smi: FakeSmi) -> None:
    reader = smi.reader()
    assert _answer(reader) == (_A, _B)
    reader.close()
    assert not psutil.pid_exists(smi.pids()[0])


def test_a_killed_paddock_leaves_no_process(smi: FakeSmi) -> None:
    code = (
        "import contextlib, sys, time; from pathlib import Path\n"
        "from tray.infrastructure.gpu.nvidia_smi import NvidiaSmiReader, ReaderBusy\n"
        "reader = NvidiaSmiReader(find=lambda: Path(sys.argv[1]))\n"
        "with contextlib.suppress(ReaderBusy): reader.read()\n"
        "print('up', flush=True); time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(smi.program)], cwd=_ROOT, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == b"up\n"
        _wait(lambda: bool(smi.pids()))
        owner.kill()
        owner.wait()
    _wait(lambda: not psutil.pid_exists(smi.pids()[0]))
