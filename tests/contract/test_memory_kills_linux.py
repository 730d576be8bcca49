"""Was a killed engine killed for memory? The kernel's counters tell."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.contract.guard_setup import WAIT, Collected, shell_spec
from tray.infrastructure.llama.engines import LlamaEngines
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.failures.memory_kills import memory_kills
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import LaunchSpec


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


VMSTAT = {"proc/vmstat": "pgfault 7\noom_kill 5\n"}
V2 = {
    "proc/self/cgroup": "0::/user.slice/app\n",
    "sys/fs/cgroup/user.slice/app/memory.events": "low 0\noom 3\noom_kill 2\noom_group_kill 9\n",
}
V1 = {
    "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/box/a:b\n0::/\n",
    "sys/fs/cgroup/memory/box/a:b/memory.oom_control": "under_oom 0\noom_kill 4\n",
}


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({**VMSTAT, **V2}, 2),
        ({**VMSTAT, **V1}, 4),
        (VMSTAT, 5),
        ({**VMSTAT, "proc/self/cgroup": "0::/gone\nnonsense\n"}, 5),
        ({"proc/vmstat": "pgfault 7\n"}, None),
        ({}, None),
    ],
)
def test_the_narrowest_count_there_is(
    tmp_path: Path, files: dict[str, str], count: int | None
) -> None:
    assert memory_kills(tree(tmp_path, files)) == count


def test_this_machine_counts() -> None:
    count = memory_kills()
    assert count is not None
    assert count >= 0


@pytest.mark.parametrize(
    ("counts", "cause", "title"),
    [
        ((3, 4), FailureCause.KILLED_FOR_MEMORY, "The engine was killed for memory"),
        ((3, 3), FailureCause.ENDED_FROM_OUTSIDE, "The engine was killed from outside"),
        (
            (None, None),
            FailureCause.KILLED_FOR_MEMORY,
            "The engine was killed, probably for memory",
        ),
    ],
)
def test_a_killed_engine_is_told_by_the_count(
    tmp_path: Path, counts: tuple[int | None, int | None], cause: FailureCause, title: str
) -> None:
    asked, ended = iter(counts), threading.Event()
    heard: list[tuple[ServerFailure, bool]] = []

    def prepare(_config: LlamaCppConfig) -> LaunchSpec:
        raise NotImplementedError

    def on_exit(failure: ServerFailure, retryable: bool) -> None:
        heard.append((failure, retryable))
        ended.set()

    engines = LlamaEngines(
        prepare, explain_exit, lambda _: Collected(), count_memory_kills=lambda: next(asked)
    )
    spec = shell_spec("echo last words; kill -9 $$", tmp_path)
    engines.spawn(spec, lambda _: None, lambda _: None, on_exit)
    assert ended.wait(WAIT)
    ((failure, retryable),) = heard
    assert (failure.cause, failure.title, retryable) == (cause, title, True)
    assert failure.log_lines == ("last words",)
    if cause is FailureCause.KILLED_FOR_MEMORY:
        assert "GiB of memory are free now" in failure.detail
