"""What drawing costs: an answer to HTML while it streams, and one icon."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import ServerPhase
from tray.ui.gauge import picture_of, render
from tray.ui.markdown.incremental import IncrementalRenderer
from tray.ui.palette import PanelTheme

TOKENS = 20_000
TOKEN_LENGTH = 4
RATE = 100.0
REPETITIONS = 3

_MIXED = (
    "## A heading\n\n"
    "Some **bold** words, `code` and a [link](https://example.com/page) in a paragraph that "
    "goes on for a while, as the paragraphs of an answer do, before it ends.\n\n"
    + "".join(f"- item {n} with *some* text\n  - and a nested one\n" for n in range(10))
    + "\n```python\n"
    + "".join(f"def double_{n}(value: int) -> int:\n    return value * {n}\n" for n in range(15))
    + "```\n\n| a | b | c |\n|:--|:-:|--:|\n"
    + "".join(f"| {n} | cell {n} | **{n * n}** |\n" for n in range(10))
    + "\n"
)
_LIST = "- item with *some* text and `code` in it\n  - nested\n"

TARGETS = (
    Target(
        name="page: Markdown CPU per 1,000 tokens, 20,000-token answer",
        unit="s",
        comparison=Comparison.VALUE_AT_MOST,
        limit=0.2,
    ),
    Target(
        name="page: the same, last quarter to first",
        unit="s",
        comparison=Comparison.RATIO_AT_MOST,
        limit=1.5,
    ),
    Target(
        name="page: Markdown CPU per 1,000 tokens, one list of 20,000 tokens",
        unit="s",
        comparison=Comparison.VALUE_AT_MOST,
        limit=0.4,
    ),
    Target(
        name="icon: one render at 22 px",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=1.0,
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """CPU time of this process; ``folder`` is not needed."""
    mixed = [_quarters(_MIXED) for _ in range(REPETITIONS)]
    one_list = [sum(_quarters(_LIST)) for _ in range(REPETITIONS)]
    thousands = TOKENS / 1000
    return (
        measured(TARGETS[0], [sum(quarters) / thousands for quarters in mixed]),
        measured(TARGETS[1], [q[-1] for q in mixed], [q[0] for q in mixed]),
        measured(TARGETS[2], [cost / thousands for cost in one_list]),
        measured(TARGETS[3], _renders()),
    )


def _quarters(pattern: str) -> list[float]:
    """CPU seconds of each quarter of an answer that streams ``pattern`` over and over."""
    length = TOKENS * TOKEN_LENGTH
    text = (pattern * (length // len(pattern) + 1))[:length]
    renderer = IncrementalRenderer()
    costs: list[float] = []
    for first in range(0, TOKENS, TOKENS // 4):
        started = time.process_time()
        for token in range(first, first + TOKENS // 4):
            renderer.feed(text[token * TOKEN_LENGTH : (token + 1) * TOKEN_LENGTH])
            renderer.poll(token / RATE)
        costs.append(time.process_time() - started)
    return costs


def _renders() -> list[float]:
    """Milliseconds of CPU for each of a hundred different pictures."""
    costs: list[float] = []
    for percent in range(100):
        card = GpuMetrics(
            index=0, name="GPU", load_percent=percent, vram_used=percent, vram_total=100
        )
        sample = ServerMetrics(gpus=(card,))
        picture = picture_of(sample, ServerPhase.READY, False, PanelTheme.DARK, 22)
        started = time.process_time()
        render(picture)
        costs.append(1000 * (time.process_time() - started))
    return costs
