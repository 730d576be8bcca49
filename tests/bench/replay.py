"""A day of samples through every part that sees one, from the reader's row to the icon."""

from __future__ import annotations

import gc
import math
import os
import sys
import threading

import psutil

from tests.unit.service_fakes import FakeChats, FakeClock, FakeEngines, FakeWatch
from tests.unit.tray_fakes import FakeActions, FakeHost
from tray.infrastructure.gpu.chain import ReaderChain
from tray.infrastructure.gpu.detect import GpuMonitor
from tray.infrastructure.gpu.nvidia_smi_csv import SmiComplaint, parse
from tray.infrastructure.gpu.reader import NOBODY, Pids, ReaderFailed
from tray.infrastructure.metrics import MachineLoad, measure
from tray.infrastructure.process_load import ProcessLoad
from tray.models.base import Frozen
from tray.models.metrics import GpuMetrics
from tray.models.settings import Settings, VramGuardSettings
from tray.models.state import ModelState
from tray.services.llama.service import LlamaCppService
from tray.services.settings_look import SettingsLook
from tray.services.watchkeeper import Watchkeeper
from tray.ui.history import MeterHistory
from tray.ui.tray_icon import TrayIcon

_SETTINGS = Settings(vram_guard=VramGuardSettings(enabled=True))
_WAIT = 10.0


class Recorder:
    """A reader of rows as nvidia-smi prints them, with an error now and then."""

    name = "recorded"

    def __init__(self) -> None:
        self.turn = 0

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        self.turn += 1
        if self.turn % 500 == 0:
            raise ReaderFailed("Unknown Error")
        load, used = 50 + 49 * math.sin(self.turn / 7), 6000 + 5000 * math.sin(self.turn / 90)
        text = (
            f"0, Card, {load:.0f}, {used:.0f}, 12288, 61, 142.5\n1, Other, [N/A], 80, 4096, 40, -"
        )
        found = parse(text)
        if isinstance(found, SmiComplaint):
            raise ReaderFailed(found.text)
        return found

    def close(self) -> None:
        """Nothing is open."""


class Footprint(Frozen):
    """What this process holds: RSS in bytes, open descriptors, threads."""

    rss: int
    files: int
    threads: int

    @classmethod
    def now(cls) -> Footprint:
        gc.collect()
        process = psutil.Process()
        return cls(
            rss=process.memory_info().rss,
            files=_open_files(process),
            threads=threading.active_count(),
        )


def _open_files(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


class Replay:
    """The chain from reader to icon; ``run`` sends samples through it."""

    def __init__(self) -> None:
        self._monitor = GpuMonitor([ReaderChain("Recorded", [Recorder()], first_pause_seconds=0.0)])
        self._machine, self._load = MachineLoad(), ProcessLoad(os.getpid())
        self._service = LlamaCppService(FakeEngines(), FakeChats(), FakeClock(), FakeWatch())
        self._feed = self._service.subscribe()
        self._clock = 0.0
        self._history = MeterHistory(lambda: self._clock)
        self._host = FakeHost()
        subscription = self._service.subscribe()
        self._icon = TrayIcon(
            self._host, FakeActions(), subscription, lambda _: None, lambda: self._clock
        )
        settings = SettingsLook(lambda: _SETTINGS)
        self._keeper = Watchkeeper(subscription, settings, lambda: None, lambda _: None)

    def run(self, samples: int) -> None:
        for _ in range(samples):
            self._clock += 1.0
            metrics = measure(self._machine, self._monitor, self._load)
            self._history.add(metrics)
            self._service.metrics_sampled(metrics)
            state = self._feed.get(_WAIT)
            if state is not None:
                self._show(state)
        self._history.so_far()

    def _show(self, state: ModelState) -> None:
        self._keeper.follow(state)
        self._icon.show(state)
        self._host.calls.clear()
        self._host.themes.clear()

    def close(self) -> None:
        self._service.close()
        self._monitor.close()
