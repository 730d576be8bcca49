"""The command line as a user types it, in folders of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from tests.contract.guard_setup import gone, until
from tray.infrastructure.api_client import ApiClient
from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance

SECONDS = 60.0
XDG = {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "run",
    "HOME": "home",
}
"""Variable -> folder below the test's own."""
DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY")


class CommandLine:
    """Runs ``paddock`` for one user whose every folder lies below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {k: v for k, v in os.environ.items() if k not in DESKTOP}
        for variable, name in XDG.items():
            (root / name).mkdir(mode=0o700, exist_ok=True)
            self.environment[variable] = str(root / name)

    def argv(self, *arguments: str) -> list[str]:
        main = Path(__file__).parents[2] / "tray" / "__main__.py"
        return [sys.executable, str(main), *arguments]

    def __call__(
        self, *arguments: str, text: str = "", folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*arguments),
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment,
            cwd=folder or self.root,
            timeout=SECONDS,
            check=False,
        )

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self.environment,
            cwd=self.root,
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return found

    def client(self) -> ApiClient | None:
        """A direct line to the resident Paddock, if there is one."""
        found = next((self.root / "state" / "paddock").glob("resident-*"), None)
        if found is None:
            return None
        folders = replace(Folders.under(self.root), resident=found)
        endpoint = SingleInstance(folders).read_endpoint()
        return None if endpoint is None else ApiClient(endpoint)

    def resident(self) -> psutil.Process | None:
        client = self.client()
        if client is None:
            return None
        try:
            return psutil.Process(client.endpoint.pid)
        except psutil.NoSuchProcess:
            # It ended after its endpoint was read.
            return None


@contextmanager
def command_line(root: Path) -> Iterator[CommandLine]:
    """No resident Paddock is left afterwards."""
    paddock = CommandLine(root)
    try:
        yield paddock
    finally:
        process = paddock.resident()
        if process is not None:
            paddock("quit")
            until(lambda: gone([process]))
