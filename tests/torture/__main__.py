"""``python -m tests.torture``: the long form; prints a table, writes bench/torture.json."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.torture.cycles import run_cycles
from tests.torture.decoys import run_beside_decoys
from tests.torture.figures import Torture
from tests.torture.flood import flood
from tests.torture.kills import Arena, executable_here, kill_many
from tests.torture.suite import CUT_AT_EVERY_BYTE, KILLED_WHILE_SAVING, run_test
from tests.torture.verdicts import verdicts_of
from tests.torture.victim import ROOT, Stage
from tray import __version__

RESULTS = ROOT / "bench" / "torture.json"
# 1000 kills together.
KILLS = {Stage.SPAWN: 334, Stage.LOAD: 333, Stage.STREAM: 333}
DECOYS = 200
CYCLES = 1000
FLOOD = 1 << 30
SAVES = 1000
PARTS = ("kills", "decoys", "cycles", "flood", "suite")


def main(arguments: list[str]) -> int:
    """0 when everything held."""
    options = _options(arguments)
    if not sys.platform.startswith("linux"):
        print("torture measures with pidfds and /proc: it runs on Linux only", file=sys.stderr)
        return 1
    load = psutil.getloadavg()[0]
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(prefix="paddock-torture-") as name:
        arena = Arena(Path(name), executable_here())
        run = Torture(
            version=__version__,
            system=platform.platform(),
            python=platform.python_version(),
            cores=os.cpu_count() or 1,
            started=started,
            scale=options.scale,
            load_before=load,
            load_after=load,
        )
        run = _run_parts(run, arena, options)
    run = run.model_copy(update={"load_after": psutil.getloadavg()[0]})
    run = run.model_copy(update={"verdicts": verdicts_of(run)})
    _show(run)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return int(not all(line.held for line in run.verdicts))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("dev.py torture", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the full counts (default 1)"
    )
    parser.add_argument("--seed", type=int, default=4, help="of the random moments")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def _run_parts(run: Torture, arena: Arena, options: argparse.Namespace) -> Torture:
    scale: float = options.scale

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    done: dict[str, object] = {}
    for part in options.parts or PARTS:
        print(f"{part} …", file=sys.stderr, flush=True)
        match part:
            case "kills":
                counts = {stage: scaled(count) for stage, count in KILLS.items()}
                done["kills"] = kill_many(arena, counts, options.seed)
            case "decoys":
                done["decoys"] = run_beside_decoys(arena, scaled(DECOYS), options.seed)
            case "cycles":
                done["cycles"] = run_cycles(arena, scaled(CYCLES))
            case "flood":
                done["flood"] = flood(arena.folder, scaled(FLOOD))
            case "suite":
                saving = run_test(KILLED_WHILE_SAVING, scaled(SAVES))
                done["suite"] = (saving, run_test(CUT_AT_EVERY_BYTE, 1))
    return run.model_copy(update=done)


def _show(run: Torture) -> None:
    console = Console(width=None if Console().is_terminal else 150)
    table = Table("what", "runs", "found", "wanted", "held")
    for line in run.verdicts:
        held = "[green]yes[/]" if line.held else "[red]no[/]"
        table.add_row(line.what, str(line.runs), line.found, line.wanted, held)
    console.print(table)
    console.print(
        f"{run.system}, Python {run.python}, {run.cores} cores, "
        f"load {run.load_before:.2f} before, {run.load_after:.2f} after"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
