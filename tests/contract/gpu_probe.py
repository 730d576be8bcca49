"""Run as a program: prints what the GPU readers say, one JSON line for each command.

Commands on standard input: ``read [PID]``, ``threads``, ``log``, ``driver``, ``cost N``;
end of input closes. The first argument picks what is asked: ``nvml``, the same in a
``container``, or ``detect``.
"""

import json
import logging
import sys
import threading
import time

from tray.infrastructure.gpu.chain import ReaderChain
from tray.infrastructure.gpu.detect import GpuMonitor, detect_gpus
from tray.infrastructure.gpu.nvml import NvmlReader
from tray.infrastructure.gpu.nvml_driver import nvidia_driver
from tray.infrastructure.gpu.reader import NOBODY, Pids


def main() -> None:
    logged: list[str] = []
    logging.basicConfig(level=logging.INFO, handlers=[_Collector(logged)])
    monitor = _monitor(sys.argv[1])
    for line in sys.stdin:
        match line.split():
            case ["read"]:
                _read(monitor, NOBODY)
            case ["read", pid]:
                _read(monitor, frozenset((int(pid),)))
            case ["threads"]:
                print(json.dumps(sorted(thread.name for thread in threading.enumerate())))
            case ["log"]:
                print(json.dumps(logged))
            case ["imported", name]:
                print(json.dumps(name in sys.modules))
            case ["driver"]:
                driver = nvidia_driver()
                print("null" if driver is None else driver.model_dump_json())
            case ["cost", count]:
                print(json.dumps(_cost(monitor, int(count))))
        sys.stdout.flush()
    monitor.close()


class _Collector(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


def _monitor(kind: str) -> GpuMonitor:
    if kind == "detect":
        return detect_gpus()
    reader = NvmlReader(
        renew_seconds=1.0, renew_lost_seconds=0.2, sees_host_pids=lambda: kind == "nvml"
    )
    return GpuMonitor([ReaderChain("NVIDIA", [reader], first_pause_seconds=0.1)])


def _read(monitor: GpuMonitor, engine: Pids) -> None:
    started = time.monotonic()
    gpus = monitor.read(engine)
    seconds = time.monotonic() - started
    rows = None if gpus is None else [gpu.model_dump() for gpu in gpus]
    print(json.dumps({"seconds": seconds, "gpus": rows}))


def _cost(monitor: GpuMonitor, count: int) -> float:
    """Seconds of CPU one reading takes."""
    before = time.process_time()
    for _ in range(count):
        monitor.read()
    return (time.process_time() - before) / count


if __name__ == "__main__":
    main()
