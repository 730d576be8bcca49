"""A real llama-server with a model loaded: the memory its log names and its process has."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.own_port import told_port
from tests.requirements import need_llama_server
from tray.infrastructure.llama.launch.command_line import executable_argv
from tray.models.config import LlamaCppConfig

DEADLINE = 60.0
LISTENS = re.compile(r"listening on http://127\.0\.0\.1:(\d+)\s")
BUFFER = re.compile(r"buffer size = +([\d.]+) MiB")
# What a server keeps of old prompts grows with use; an estimate is of a fresh one.
FRESH = ("--ctx-checkpoints", "0", "--cache-ram", "0", "--verbosity", "4")
# More tokens than a micro-batch: every buffer has been written to.
PROMPT = "abcdefgh " * 70


@dataclass(frozen=True)
class Loaded:
    """Bytes: the sum of the buffers in the log, and the process's share of memory (PSS)."""

    buffers: int
    process: int


def loaded(model: Path, config: LlamaCppConfig, folder: Path) -> Loaded:
    """Load the model, let it read a prompt, look, and end the engine."""
    log = folder / f"{model.stem}.log"
    with _server(model, config, log) as (process, port):
        body = json.dumps({"prompt": PROMPT, "n_predict": 1}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/completion", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            read = json.load(answer)["timings"]["prompt_n"]
        assert read > 512, "not a whole micro-batch"
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        memory = int(rollup.split("Pss:")[1].split()[0]) * 1024
    sizes = [float(size) for size in BUFFER.findall(log.read_text(errors="replace"))]
    return Loaded(buffers=round(sum(sizes) * 2**20), process=memory)


@contextmanager
def _server(
    model: Path, config: LlamaCppConfig, log: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    argv = executable_argv(config, executable=need_llama_server(), model=model, alias="fit", port=0)
    with log.open("wb") as output:
        process = subprocess.Popen(
            (*argv, *FRESH), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            yield process, told_port(process, log, LISTENS)
        finally:
            process.kill()
            process.wait()
