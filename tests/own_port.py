"""The free port that a server took itself: nobody else can take one in between."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

DEADLINE = 60.0


def told_port(server: subprocess.Popen[bytes], log: Path, tells: re.Pattern[str]) -> int:
    """What ``tells`` finds in its log, once it listens: llama-server does when it has loaded."""
    end = time.monotonic() + DEADLINE
    while not (found := tells.search(text := log.read_text(errors="replace"))):
        assert server.poll() is None, text[-2000:]
        assert time.monotonic() < end, text[-2000:]
        time.sleep(0.02)
    return int(found[1])
