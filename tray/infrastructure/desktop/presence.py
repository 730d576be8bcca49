"""Whether there is a desktop to show an icon on."""

import os
import sys
from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str] = os.environ) -> bool:
    """Linux has one where X11 or Wayland is announced; Windows and macOS always do."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
