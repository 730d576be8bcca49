"""Names and numbers that only this machine knows, added to a failure."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from tests.unit.lifecycle_world import spec_for
from tray.infrastructure.llama.failures.facts import with_facts
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import LaunchSpec
from tray.models.state import ModelId

FREE = r"\d+\.\d of \d+\.\d GiB of memory are free now\.$"


def failure(cause: FailureCause) -> ServerFailure:
    return ServerFailure(cause=cause, title="A title", detail="What to do.")


def detail(cause: FailureCause, spec: LaunchSpec, *lines: str) -> str:
    told = with_facts(failure(cause), lines, spec)
    assert told.title == "A title"
    assert told.detail.startswith("What to do.")
    return told.detail


def test_who_took_the_port_is_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        spec = spec_for().model_copy(update={"port": holder.getsockname()[1]})
        assert f"(process {os.getpid()}) listens there." in detail(FailureCause.PORT_TAKEN, spec)
    assert detail(FailureCause.PORT_TAKEN, spec) == "What to do."


# As b11434 prints it, and builds before it.
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            (
                "I common_params_fit_impl: projected to use 9120 MiB of device memory vs. 7800 "
                "MiB of free device memory"
            ),
            "The engine expected to need 9120 MiB of device memory; 7800 MiB are free.",
        ),
        (
            (
                "llama_params_fit_impl: projected to use 9120 MiB of device memory vs. a total of "
                "8192 MiB"
            ),
            "The engine expected to need 9120 MiB of device memory; 8192 MiB are there in all.",
        ),
        (
            (
                "I common_params_fit_impl: projected to use 5 MiB of host memory vs. 24105 "
                "MiB of total host memory"
            ),
            "The engine expected to need 5 MiB of host memory; 24105 MiB are there in all.",
        ),
    ],
)
def test_what_the_engine_expected_to_need_is_told(line: str, words: str) -> None:
    told = detail(FailureCause.MODEL_TOO_LARGE, spec_for(), "before", line, "after")
    assert words in told
    assert re.search(FREE, told)


@pytest.mark.parametrize("cause", [FailureCause.MODEL_TOO_LARGE, FailureCause.KILLED_FOR_MEMORY])
def test_the_size_of_all_parts_and_what_is_free_are_told(
    tmp_path: Path, cause: FailureCause
) -> None:
    parts = [tmp_path / f"big-0000{number}-of-00002.gguf" for number in (1, 2)]
    for part in parts:
        with part.open("wb") as file:
            file.truncate(3 << 30)
    model = ModelId(name="big", path=parts[0])
    told = detail(cause, spec_for().model_copy(update={"model": model}))
    assert "The model's file has 6.0 GiB; " in told
    assert re.search(FREE, told)
    parts[1].unlink()
    told = detail(cause, spec_for().model_copy(update={"model": model}))
    assert "The model's file" not in told


def test_other_failures_stay_as_they_are() -> None:
    crashed = failure(FailureCause.CRASHED)
    assert with_facts(crashed, ("projected to use 1 MiB",), spec_for()) is crashed
