"""The short form of torture: a few of each; ``python3 dev.py torture`` runs the long one."""

from pathlib import Path

import pytest

from tests.torture.cycles import run_cycles
from tests.torture.decoys import run_beside_decoys
from tests.torture.flood import flood
from tests.torture.kills import Arena, executable_here, kill_many
from tests.torture.verdicts import RSS_GROWTH
from tests.torture.victim import Stage

pytestmark = [pytest.mark.engine, pytest.mark.slow]
SEED = 4


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    return Arena(tmp_path, executable_here())


@pytest.mark.parametrize("stage", [Stage.SPAWN, Stage.LOAD, Stage.STREAM])
def test_a_paddock_killed_at_a_random_moment_leaves_nothing(arena: Arena, stage: Stage) -> None:
    figures = kill_many(arena, {stage: 4}, SEED)
    assert sum(found.survivors for found in figures) == 0
    (aimed,) = (found for found in figures if found.stage == stage)
    assert aimed.kills >= 4
    if stage is not Stage.SPAWN:
        assert aimed.engine_gone.count == aimed.kills


def test_a_decoy_on_the_same_executable_is_not_touched(arena: Arena) -> None:
    found = run_beside_decoys(arena, 6, SEED)
    assert (found.touched, found.survivors) == (0, 0)


def test_cycles_keep_nothing(arena: Arena) -> None:
    found = run_cycles(arena, 10)
    # Less than before: something of the cycles before was still ending at the first count.
    assert max(found.descriptors, found.threads, found.zombies) <= 0
    assert found.rss < RSS_GROWTH


def test_a_flood_of_log_is_read_and_bounded(tmp_path: Path) -> None:
    found = flood(tmp_path, 64 << 20)
    assert found.bytes_read == found.bytes_printed
    assert found.log_bytes < 16 << 20
