"""Whether a process computes with a file, whatever the file is called by now."""

import sys
from pathlib import Path

from tray.infrastructure.model_files.same_file import same_file


def maps_file(pid: int, path: Path) -> bool:
    """Only Linux says so. Windows lets nobody rename a file that is mapped."""
    if sys.platform != "linux":
        return False
    try:
        lines = Path(f"/proc/{pid}/maps").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    # Address, rights, offset, device, inode, and the name the file has now.
    names = {line.split(maxsplit=5)[5] for line in lines if line.endswith(path.suffix)}
    return any(same_file(Path(name), path) for name in names)
