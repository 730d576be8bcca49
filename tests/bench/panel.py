"""A desktop with a panel that shows icons; skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.desktop.menu_client import MenuClient
from tests.desktop.rig import Desktop, desktop


@contextmanager
def panel(folder: Path) -> Iterator[tuple[Desktop, MenuClient]]:
    """Xfce's panel under Xvfb, and a client of its session bus."""
    with desktop(folder) as made:
        bus = MenuClient(made)
        yield made, bus
        bus.close()
