"""A message bus of the test's own, and programs on it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import need_module, need_program

_ROOT = Path(__file__).parents[2]
_LONGEST_SILENCE = 20.0


class Bus:
    """A bus of our own; the session's and the system's at once."""

    def __init__(self) -> None:
        need_module("gi")
        self._daemon = subprocess.Popen(
            [need_program("dbus-daemon"), "--session", "--print-address", "--nofork"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._daemon.stdout is not None
        address = self._daemon.stdout.readline().strip()
        self.environment = {
            **os.environ,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "DBUS_SYSTEM_BUS_ADDRESS": address,
        }
        self._programs: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str) -> "subprocess.Popen[str]":
        program = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=_ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._programs.append(program)
        return program

    def saver_says(self, interface: str, active: str) -> None:
        where = ("--session", "--type=signal", "/some/path", f"{interface}.ActiveChanged", active)
        subprocess.run([need_program("dbus-send"), *where], env=self.environment, check=True)

    def close(self) -> None:
        for program in self._programs:
            if program.poll() is None:
                program.communicate(timeout=10)
            for pipe in (program.stdin, program.stdout):
                if pipe is not None:
                    pipe.close()
        self._daemon.terminate()
        self._daemon.communicate(timeout=10)


@pytest.fixture
def bus() -> Iterator[Bus]:
    made = Bus()
    yield made
    made.close()


def line_of(program: "subprocess.Popen[str]") -> str:
    """Its next line; empty from a program that says nothing for too long, which is killed."""
    assert program.stdout is not None
    killing = threading.Timer(_LONGEST_SILENCE, program.kill)
    killing.start()
    try:
        return program.stdout.readline().strip()
    finally:
        killing.cancel()
