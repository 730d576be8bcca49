"""How many processes the system has killed for memory, as far as Linux counts them."""

import sys
from pathlib import Path


def memory_kills(root: Path = Path("/")) -> int | None:
    """The count so far, best where it is narrowest; ``None`` where nobody counts.

    A control group counts its own members, an engine among them, whoever's
    limit was met; the kernel's own count is of the whole machine.
    """
    if sys.platform != "linux":
        return None
    for file in _counters(root):
        try:
            lines = file.read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.isdigit():
                return int(count)
    return None


def _counters(root: Path) -> list[Path]:
    mounted, found = root / "sys/fs/cgroup", []
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        groups = []
    for line in groups:
        number, controllers, path = (*line.split(":", 2), "", "")[:3]
        if number == "0" and not controllers:
            found.append(mounted / path.lstrip("/") / "memory.events")
        elif "memory" in controllers.split(","):
            found.append(mounted / "memory" / path.lstrip("/") / "memory.oom_control")
    return [*found, root / "proc/vmstat"]
