"""What every test shares: the plugins, and which files are for another platform."""

from __future__ import annotations

import signal
import sys

# Under nohup, or in the background of a script, these are ignored, and whatever is started
# here would ignore them, too; but tests send them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

pytest_plugins = ["pytester", "tests.skip_policy"]

# A file for one platform ends in its name; docs/PLATFORMS.md lists what never ran here.
_SUFFIXES = {"linux": "_linux.py", "darwin": "_macos.py", "win32": "_windows.py"}
collect_ignore_glob = [
    f"*{suffix}" for platform, suffix in _SUFFIXES.items() if platform != sys.platform
]
