"""Paddocks that start, crash and clean up beside somebody else's llama-server."""

from __future__ import annotations

import contextlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from tests.engine.engine_setup import DEMO
from tests.own_port import told_port
from tests.torture.figures import DecoyFigures
from tests.torture.kills import Arena
from tests.torture.victim import Stage, Victim, survivors
from tray.infrastructure.llama.supervision.family import LaunchMark
from tray.infrastructure.llama.supervision.process_identity import ProcessMark, boot_id, own_mark
from tray.infrastructure.llama.supervision.records import user_launch_records
from tray.infrastructure.private_file import write_private

RUNS_OF_ONE = 20
LISTENS = re.compile(r"http://127\.0\.0\.1:(\d+)[/\s]")


def run_beside_decoys(arena: Arena, runs: int, seed: int) -> DecoyFigures:
    """So many runs; each ends in another way, and the decoy must not notice any."""
    source = random.Random(seed)
    touched = left = 0
    number = 0
    while number < runs:
        with _decoy(arena) as decoy:
            for _ in range(min(RUNS_OF_ONE, runs - number)):
                left += _one_run(arena, decoy, number, source)
                number += 1
                touched += not decoy.is_untouched()
    name = arena.executable.name if arena.executable else "bundled engine"
    return DecoyFigures(runs=runs, executable=name, touched=touched, survivors=left)


class _Decoy:
    def __init__(self, process: psutil.Process, port: int) -> None:
        self.process = process
        self._port = port
        self._mark = ProcessMark.of(process.pid)

    def is_untouched(self) -> bool:
        """The same process, running, and answering."""
        if not self._mark.is_alive() or self.process.status() == psutil.STATUS_STOPPED:
            return False
        with contextlib.suppress(httpx.HTTPError):
            return self.answers()
        return False

    def answers(self) -> bool:
        url = f"http://127.0.0.1:{self._port}/health"
        return httpx.get(url, trust_env=False, timeout=10).status_code == 200


@contextlib.contextmanager
def _decoy(arena: Arena) -> Iterator[_Decoy]:
    """A server on the same executable and a port of the same range, started by nobody of ours."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    command += ["--directory", str(arena.folder)]
    (arena.folder / "health").touch()
    if arena.executable is not None:
        model = ["--model", str(DEMO), "--threads", "1", "--ctx-size", "256"]
        command = [str(arena.executable), *model, "--port", "0"]
    log = arena.folder / "decoy.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            yield _Decoy(psutil.Process(process.pid), told_port(process, log, LISTENS))
        finally:
            process.kill()


def _one_run(arena: Arena, decoy: _Decoy, number: int, source: random.Random) -> int:
    """Start, maybe stream, then a crash or a stop; a later Paddock cleans up after it."""
    with tempfile.TemporaryDirectory(dir=arena.folder) as name:
        folder = Path(name)
        _plant_record(folder, decoy.process)
        with Victim(folder, arena.config(Stage.SPAWN, 1)) as victim:
            victim.tell("start")
            told = victim.wait_for(ready=True)
            if number % 2:
                victim.tell("chat")
            time.sleep(source.uniform(0, 0.1))
            if number % 3 == 0:
                victim.tell("stop")
            elif number % 3 == 1 and told.pid is not None:
                guard = psutil.Process(told.pid).ppid()
                psutil.Process(victim.process.pid).suspend()
                psutil.Process(guard).kill()
            since = time.monotonic()
        records = user_launch_records(folder)
        assert records is not None
        records.sweep()
        return survivors(folder, since)[0]


def _plant_record(folder: Path, decoy: psutil.Process) -> None:
    """A record of a launch that crashed, whose pid the decoy has now."""
    mark = LaunchMark(
        nonce="0" * 32,
        boot=boot_id(),
        owner=ProcessMark(pid=own_mark().pid, start=own_mark().start - 1),
        engine=ProcessMark.of(decoy.pid),
        program=decoy.exe(),
    )
    launches = folder / "launches"
    launches.mkdir(mode=0o700)
    write_private(launches / "launch-planted.json", mark.model_dump_json().encode())
