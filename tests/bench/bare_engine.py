"""An engine without Paddock: spawned as it is, asked with a socket, ended by SIGTERM."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tray.models.launch import LaunchSpec

PAUSE = 0.001
DEADLINE = 60.0


class BareEngine:
    """One spawned engine; ``ready_after`` is in seconds from before the spawn."""

    def __init__(self, spec: LaunchSpec) -> None:
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            spec.argv,
            env=spec.environment,
            cwd=spec.working_directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not _healthy(spec.port):
            assert self._process.poll() is None, "the engine ended"
            assert time.perf_counter() - begun < DEADLINE, "the engine is not ready"
            time.sleep(PAUSE)
        self.ready_after = time.perf_counter() - begun

    def end(self, patience: float = DEADLINE) -> float | None:
        """Seconds from SIGTERM to its end; ``None`` when it outlasts the patience."""
        begun = time.perf_counter()
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return None
        return time.perf_counter() - begun

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def bare_engine(spec: LaunchSpec) -> Iterator[BareEngine]:
    """A READY one; gone afterwards."""
    engine = BareEngine(spec)
    try:
        yield engine
    finally:
        engine.kill()


def _healthy(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as connection:
            connection.sendall(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False
