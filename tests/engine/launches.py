"""Real launches for the tests of this folder: both engines, one thread, temporary folders."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.launch.spec import LaunchPlaces, LaunchPreparer
from tray.infrastructure.own_program import own_command, program_folder
from tray.models.launch import LaunchSpec

DEMO = program_folder() / "assets" / "demo_model" / "demo.gguf"
TIME_LIMIT = 30.0


def preparer(
    folder: Path, environment: dict[str, str], server: Path | None = None
) -> LaunchPreparer:
    """Prepares launches below ``folder``; ``server`` is the only executable there is."""
    places = LaunchPlaces(
        home=folder,
        engine_folder=folder / "engine",
        model_folder=folder / "models",
        demo_model=DEMO,
        bundled_command=own_command("bundled-engine"),
        environment=environment,
        system=sys.platform,
    )
    found = () if server is None else (server,)
    probe = DeviceProbe(environment, lambda: False)
    finder = EngineFinder(found, probe, lambda: False, folder, sys.platform)
    return LaunchPreparer(places, finder, lambda: None)


@dataclass(frozen=True)
class Answer:
    """Status, headers in lower case, body; status 0 when nobody answered."""

    status: int
    headers: dict[str, str]
    body: str


class Running:
    """A spawned launch, its log in a file."""

    def __init__(self, spec: LaunchSpec, process: subprocess.Popen[bytes], log: Path) -> None:
        self.spec = spec
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def get(self, path: str, **headers: str) -> Answer:
        request = urllib.request.Request(self.spec.base_url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read().decode())
        except OSError:
            return Answer(0, {}, "")

    def get_with_key(self, path: str, **headers: str) -> Answer:
        return self.get(path, Authorization=f"Bearer {self.spec.api_key}", **headers)

    def wait_until_ready(self) -> None:
        self.wait_for(lambda: self.get("/health").status == 200)

    def wait_until_in_loop(self) -> None:
        """Its main loop answers for the slots; a signal that comes before it is lost."""
        self.wait_until_ready()
        assert self.get_with_key("/slots").status == 200

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + TIME_LIMIT
        while not condition():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.005)


def _lower(headers: object) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]


@contextlib.contextmanager
def running(spec: LaunchSpec, folder: Path) -> Iterator[Running]:
    """Spawn the launch as it is; kill it in the end."""
    log = folder / f"{spec.port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            spec.argv,
            env=spec.environment,
            cwd=spec.working_directory,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(spec, process, log)
    finally:
        process.kill()
        process.wait()
