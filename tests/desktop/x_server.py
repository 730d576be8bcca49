"""An X server of our own, on a display that nobody looks at."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def x_server(program: Path, size: tuple[int, int]) -> Iterator[str]:
    """Its name for DISPLAY; ``program`` is Xvfb, ``size`` in pixels. It ends with the block."""
    arguments = f"-displayfd 1 -screen 0 {size[0]}x{size[1]}x24 -nolisten tcp"
    server = subprocess.Popen(
        (program, *arguments.split()),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.kill()
        server.communicate()
