"""Asks ``llama-fit-params`` beside an executable how much memory a launch would take.

Output of b11434 with ``--fit-print on``: a line a device, ``CUDA0 4403 512 304`` (name,
then weights, context and compute in whole MiB), and last ``Host 54 24 28``.
"""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from tray.infrastructure.llama.discovery.device_probe import run_briefly
from tray.infrastructure.llama.launch.command_line import memory_arguments
from tray.models.config import LlamaCppConfig
from tray.models.failure import PaddockError
from tray.models.fit import Measured

TOOL = "llama-fit-params"
TIME_LIMIT = 20.0
HOST = "Host"
LINE = re.compile(r"^(\S+) (\d{1,9}) (\d{1,9}) (\d{1,9}) ?$")
MIB = 1 << 20
# Each figure is cut to whole MiB, so on average half of one is missing.
HALF = MIB // 2

log = logging.getLogger(__name__)


def estimator_beside(executable: Path) -> Path | None:
    """The estimator of the same build; ``None`` where the build has none."""
    folder = executable.resolve().parent
    tool = folder / f"{TOOL}{executable.suffix if executable.suffix == '.exe' else ''}"
    return tool if tool.is_file() else None


def ask_estimator(
    tool: Path,
    model: Path,
    config: LlamaCppConfig,
    environment: Mapping[str, str],
    time_limit: float = TIME_LIMIT,
) -> tuple[Measured, ...] | None:
    """What this launch would take, the computer last; ``None`` when it does not say.

    ``config`` has the context and the GPU layers to ask for. Takes as long as reading
    the model's header; no weights are read.
    """
    arguments = ("--fit-print", "on", "--model", str(model), *memory_arguments(config))
    try:
        ending = run_briefly(tool, arguments, environment, time_limit)
    except PaddockError as error:
        log.warning("no estimate: %s", error)
        return None
    found = parse_estimate(ending.output) if ending.code == 0 else None
    if found is None:
        log.info("%s ended with %s: %s", tool, ending.code, ending.output[-400:])
    return found


def parse_estimate(output: str) -> tuple[Measured, ...] | None:
    """The lines of the estimator; ``None`` when its last word is missing."""
    lines = [match for line in output.splitlines() if (match := LINE.match(line))]
    if not lines or lines[-1][1] != HOST:
        return None
    return tuple(
        Measured(
            name=None if match[1] == HOST else match[1],
            weights=_bytes(match[2]),
            cache=_bytes(match[3]),
            compute=_bytes(match[4]),
        )
        for match in lines
    )


def _bytes(whole: str) -> int:
    return int(whole) * MIB + HALF if int(whole) else 0
