"""Pure: which shell a command line that is shown is written for."""

import sys


def shell_of(system: str = sys.platform) -> str | None:
    """Its name where others read a line differently: the two of Windows."""
    return "PowerShell" if system == "win32" else None
