"""A resident Paddock in folders of its own, seen from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from pydantic import ValidationError

from tests.bench.figures import NotMeasured
from tray.infrastructure.api_client import ApiClient
from tray.models.local_api import Endpoint, StartRequest
from tray.models.state import ServerPhase

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 30.0


class Resident:
    """A running one. ``ours`` are its processes, the engine's left out."""

    def __init__(self, process: subprocess.Popen[bytes], api: ApiClient) -> None:
        self._process = process
        self.api = api

    def start_engine(self) -> None:
        """The demo model, READY."""
        state = self.api.start(StartRequest(model="demo", wait=True))
        assert state.phase is ServerPhase.READY, state.failure

    def ours(self) -> list[psutil.Process]:
        resident = psutil.Process(self._process.pid)
        engine = self.api.state().pid
        found = [resident, *resident.children(recursive=True)]
        if engine is None:
            return found
        inside = psutil.Process(engine).children(recursive=True)
        return [p for p in found if p.pid != engine and p not in inside]


@contextmanager
def resident(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[Resident]:
    """``paddock run ARGUMENTS`` until the block ends."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        (sys.executable, "-P", "-m", "tray", "run", *arguments),
        cwd=ROOT,
        env=own_environment(folder) | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Resident(process, ApiClient(_endpoint(folder, process)))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(DEADLINE)
        finally:
            process.kill()
            process.wait()


def own_environment(folder: Path) -> dict[str, str]:
    """This environment with folders below ``folder`` and without a desktop.

    Modules are compiled once, as after any user's first start.
    """
    places = {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / "config",
        "XDG_DATA_HOME": folder / "data",
        "XDG_STATE_HOME": folder / "state",
        "XDG_CACHE_HOME": folder / "cache",
        "XDG_RUNTIME_DIR": folder / "run",
    }
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    others = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in others}
    return kept | {name: str(path) for name, path in places.items()}


def _endpoint(folder: Path, process: subprocess.Popen[bytes]) -> Endpoint:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotMeasured(f"paddock run ended at once with status {process.returncode}")
        for path in folder.rglob("api.json"):
            try:
                return Endpoint.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
        time.sleep(0.02)
    raise NotMeasured("paddock run did not come up in time")
