"""``python -m tests.bench [GROUP…]``: measure, print, write bench/results.json."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bench.figures import Figure, NotMeasured, Results, Target
from tests.bench.report import show, write
from tray import __version__

# Each is a module here with TARGETS and measure(folder) -> figures in that order.
GROUPS = (
    "chat_speed",
    "chat_cpu",
    "starting",
    "stopping",
    "memory",
    "idle",
    "rendering",
    "models",
    "download_speed",
    "fit",
    "conversations",
    "indicator",
    "page_latency",
    "with_icon",
    "icon_start",
    "popover",
    "webui",
)


def main() -> int:
    """0 when everything asked for was measured; 1 when a figure was not."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    wanted = parser.parse_args().groups or list(GROUPS)
    if unknown := sorted(set(wanted) - set(GROUPS)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    results = _measure_all([name for name in GROUPS if name in wanted])
    show(results)
    write(results)
    return 0 if all(figure.result for figure in results.figures) else 1


def _measure_all(groups: Iterable[str]) -> Results:
    started, load = datetime.now(UTC), _load()
    figures = tuple(figure for name in groups for figure in measure_group(name))
    return Results(
        started=started.isoformat(timespec="seconds"),
        version=__version__,
        system=platform.platform(),
        python=platform.python_version(),
        cores=os.cpu_count() or 1,
        load_before=load,
        figures=figures,
    )


def measure_group(group: str) -> Iterator[Figure]:
    """A figure for each of the group's targets, measured or with the reason why not."""
    module = importlib.import_module(f"tests.bench.{group}")
    targets: tuple[Target, ...] = module.TARGETS
    print(f"measuring {group} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="paddock-bench-") as folder:
        try:
            figures: tuple[Figure, ...] = module.measure(Path(folder))
        except (NotMeasured, pytest.skip.Exception) as reason:
            figures = _without(targets, str(reason))
        except Exception as error:  # noqa: BLE001 - the other figures still count
            traceback.print_exc()
            figures = _without(targets, f"{type(error).__name__}: {error}")
    load = _load()
    for figure in figures:
        yield figure.model_copy(update={"load": load})


def _without(targets: tuple[Target, ...], reason: str) -> tuple[Figure, ...]:
    return tuple(Figure(target=target, not_measured=reason) for target in targets)


def _load() -> float | None:
    if sys.platform == "win32":
        return None
    return os.getloadavg()[0]


if __name__ == "__main__":
    sys.exit(main())
