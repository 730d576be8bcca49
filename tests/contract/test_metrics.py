"""The sampler on the real machine, with GPUs from a port."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import psutil
import pytest

from tray.infrastructure.metrics import (
    MachineLoad,
    MetricsSampler,
    measure,
    sample_once,
    seconds_to_next_beat,
)
from tray.infrastructure.process_load import ProcessLoad
from tray.models.metrics import GpuMetrics, ServerMetrics

_GPU = GpuMetrics(index=0, name="A", load_percent=3.0)
_MIB = 2**20
# Keeps 40 MiB and a core busy, in itself or in a child of its own.
_BUSY = "import sys; block = bytearray(40 << 20); print('up', flush=True)\nwhile True: pass"
_PARENT = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]], "
    "stdin=subprocess.DEVNULL).wait()"
)

_MAPPING = """
import mmap, sys
with open(sys.argv[1], "rb") as file:
    weights = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
seen = sum(weights[at] for at in range(0, len(weights), 4096))
cache = bytearray(b"c" * (40 << 20))
print("up", flush=True)
sys.stdin.read()
"""


class FakeGpus:
    def __init__(self, answer: tuple[GpuMetrics, ...] | None = (_GPU,)) -> None:
        self.answer = answer
        self.closes = 0
        self.engine: frozenset[int] = frozenset()

    def read(self, engine: frozenset[int] = frozenset()) -> tuple[GpuMetrics, ...] | None:
        self.engine = engine
        return self.answer

    def close(self) -> None:
        self.closes += 1


class Running:
    """A started sampler and what it published."""

    def __init__(self, interval: float = 0.2) -> None:
        self.samples: SimpleQueue[tuple[str, float, ServerMetrics]] = SimpleQueue()
        self.gpus = FakeGpus()
        self.sampler = MetricsSampler(interval, self._take, self.gpus)
        self.sampler.start()

    def _take(self, metrics: ServerMetrics) -> None:
        self.samples.put((threading.current_thread().name, time.monotonic(), metrics))

    def next(self) -> ServerMetrics:
        return self.samples.get(timeout=10)[2]

    def wait_for(self, wanted: Callable[[ServerMetrics], bool]) -> ServerMetrics:
        end = time.monotonic() + 20
        while not wanted(metrics := self.next()):
            assert time.monotonic() < end, metrics
        return metrics

    def wait_for_silence(self, seconds: float) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                self.samples.get(timeout=seconds)
            except Empty:
                return
            assert time.monotonic() < end


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running()
    yield made
    made.sampler.stop()


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-c", _BUSY], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline().strip() == b"up"
        yield child
        child.kill()
        child.wait()


def test_machine_and_gpus_are_measured(running: Running) -> None:
    metrics = running.wait_for(lambda sample: sample.cpu_percent is not None)
    assert metrics.ram_total is not None
    assert metrics.ram_used is not None
    assert 64 * _MIB < metrics.ram_used < metrics.ram_total
    assert metrics.gpus == (_GPU,)
    assert metrics.engine_cpu_percent is None
    assert metrics.engine_rss is None


def test_a_gpu_that_does_not_answer_is_unknown(running: Running) -> None:
    running.gpus.answer = None
    running.wait_for(lambda sample: sample.gpus is None)
    running.gpus.answer = ()
    running.wait_for(lambda sample: sample.gpus == ())


def test_samples_come_on_the_beat_from_one_thread(running: Running) -> None:
    taken = [running.samples.get(timeout=10) for _ in range(8)]
    assert {thread for thread, _, _ in taken} == {"metrics"}
    beats = [int(moment / 0.2) for _, moment, _ in taken]
    assert beats == sorted(set(beats))


def test_stop_returns_at_once_and_closes_the_gpus() -> None:
    running = Running(interval=30.0)
    started = time.monotonic()
    running.sampler.stop()
    assert time.monotonic() - started < 1.0
    assert running.gpus.closes == 1
    with pytest.raises(Empty):
        running.samples.get_nowait()


def test_a_beat_nobody_looks_at_is_slow_until_somebody_does(running: Running) -> None:
    running.next()
    running.sampler.slow_down(True)
    running.wait_for_silence(seconds=1.0)
    running.sampler.slow_down(False)
    running.samples.get(timeout=1.0)


def test_another_interval_holds_at_once() -> None:
    running = Running(interval=30.0)
    running.sampler.measure_every(0.2)
    running.next()
    running.sampler.stop()


def test_a_sampler_that_never_started_can_be_stopped() -> None:
    MetricsSampler(1.0, lambda metrics: None, FakeGpus()).stop()


def test_the_engine_is_measured_until_it_ends(
    running: Running, busy: subprocess.Popen[bytes]
) -> None:
    running.sampler.watch(busy.pid)
    metrics = running.wait_for(lambda sample: (sample.engine_cpu_percent or 0) > 10)
    assert metrics.engine_rss is not None
    assert 40 * _MIB < metrics.engine_rss < 200 * _MIB
    assert running.gpus.engine == {busy.pid}
    busy.kill()
    busy.wait()
    running.wait_for(lambda sample: sample.engine_rss is None)
    metrics = running.next()
    assert metrics.engine_cpu_percent is None
    assert metrics.ram_used is not None


def test_watching_nothing_forgets_the_engine(
    running: Running, busy: subprocess.Popen[bytes]
) -> None:
    running.sampler.watch(busy.pid)
    running.wait_for(lambda sample: sample.engine_rss is not None)
    running.sampler.watch(None)
    running.wait_for(lambda sample: sample.engine_rss is None)


def test_a_pid_that_is_nobodys_is_unknown(running: Running, busy: subprocess.Popen[bytes]) -> None:
    busy.kill()
    busy.wait()
    running.sampler.watch(busy.pid)
    assert running.next().engine_rss is None


def test_what_the_engine_started_counts_as_the_engine() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, _BUSY], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline().strip() == b"up"
        now = 0.0
        load = ProcessLoad(parent.pid, lambda: now)
        cpu, rss, held = load.sample()
        assert cpu is None
        assert rss is not None
        assert rss > 45 * _MIB
        assert held is not None
        assert 40 * _MIB < held <= rss
        now = 1.0
        end = time.monotonic() + 20
        while (load.sample().cpu_percent or 0) < 10:
            assert time.monotonic() < end
            time.sleep(0.1)
        for child in psutil.Process(parent.pid).children():
            child.kill()
        parent.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="others count mapped pages as used")
def test_pages_of_a_mapped_file_are_not_held(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"w" * (60 * _MIB))
    command = [sys.executable, "-c", _MAPPING, str(tmp_path / "weights")]
    engine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with engine:
        assert engine.stdout is not None
        assert engine.stdout.readline().strip() == b"up"
        found = measure(MachineLoad(), FakeGpus(()), ProcessLoad(engine.pid))
        (anonymous,) = (
            int(line.split()[1]) << 10
            for line in Path(f"/proc/{engine.pid}/status").read_text().splitlines()
            if line.startswith("RssAnon:")
        )
    assert found.engine_rss is not None
    assert found.engine_rss > 100 * _MIB
    assert found.engine_ram == pytest.approx(anonymous, abs=_MIB)
    assert 40 * _MIB < anonymous < 60 * _MIB


def test_one_sample_without_a_resident() -> None:
    gpus = FakeGpus(())
    metrics = sample_once(gpus)
    assert metrics.cpu_percent is not None
    assert metrics.ram_total is not None
    assert metrics.gpus == ()
    assert gpus.closes == 1


def test_one_sample_gives_up_on_a_gpu_that_does_not_answer() -> None:
    started = time.monotonic()
    assert sample_once(FakeGpus(None)).gpus is None
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("now", "expected"), [(10.0, 1.0), (10.25, 0.75), (10.95, 1.05), (86_400.5, 0.5)]
)
def test_the_beat_is_a_multiple_of_the_interval(now: float, expected: float) -> None:
    assert seconds_to_next_beat(now, 1.0) == pytest.approx(expected)


def test_a_sample_costs_less_than_a_millisecond(busy: subprocess.Popen[bytes]) -> None:
    machine, gpus, engine = MachineLoad(), FakeGpus(()), ProcessLoad(busy.pid)
    started = time.thread_time()
    for _ in range(300):
        measure(machine, gpus, engine)
    assert (time.thread_time() - started) / 300 < 0.001
