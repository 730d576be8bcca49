"""The commands of a setup: said, then run."""

from __future__ import annotations

import shlex
import subprocess
import sys


def say(line: str) -> None:
    """Tell the user; standard output belongs to the command that runs afterwards."""
    print(line, file=sys.stderr, flush=True)


def step(command: list[str]) -> None:
    """Run one setup command, which gets nothing of our standard input and output."""
    say("+ " + shlex.join(command))
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
