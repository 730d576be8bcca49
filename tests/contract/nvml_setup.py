"""The real NVML reader in a process of its own, over a library that does as it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SOURCE = Path(__file__).with_name("fake_nvml.c")
_ROOT = Path(__file__).parents[2]


def build_library(compiler: Path, folder: Path) -> Path:
    """Compile the fake into ``folder``, under the name of the real one."""
    target = folder / "libnvidia-ml.so.1"
    flags = ("-shared", "-fPIC", "-O1", "-Wall", "-Werror")
    subprocess.run([compiler, *flags, "-o", target, _SOURCE], check=True)
    return folder


class Probe:
    """The reader in a process of its own, where the fake library is found first."""

    def __init__(self, folder: Path, state: Path, kind: str = "nvml") -> None:
        self.state = state
        search = f"{folder}:{os.environ.get('LD_LIBRARY_PATH', '')}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.gpu_probe", kind],
            cwd=_ROOT,
            env={**os.environ, "LD_LIBRARY_PATH": search, "FAKE_NVML": str(state)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def set(self, words: str) -> None:
        new = self.state.with_suffix(".new")
        new.write_text(words, "ascii")
        new.replace(self.state)

    def gpus(self) -> Any:
        return self.ask("read")["gpus"]

    def wait_for(self, wanted: Callable[[Any], bool], seconds: float = 10.0) -> Any:
        end = time.monotonic() + seconds
        while not wanted(gpus := self.gpus()):
            assert time.monotonic() < end, gpus
            time.sleep(0.05)
        return gpus

    def close(self) -> int:
        """End of input; the process must leave by itself."""
        self._process.communicate(timeout=10)
        return self._process.returncode
