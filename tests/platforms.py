"""Tests of one platform's behavior in a file that runs on all: elsewhere not collected.

The outermost decorator of a test; a skip would be a failure with CI=true.
"""

import sys
from typing import TypeVar

Test = TypeVar("Test")


def on_posix(test: Test) -> Test | None:
    """Not on Windows: modes, owners, links, pipes, SIGKILL."""
    return None if sys.platform == "win32" else test


def on_linux(test: Test) -> Test | None:
    """Linux alone: XDG, xdg-open, X11, D-Bus."""
    return test if sys.platform == "linux" else None
