"""The NVML reader through the real pynvml, against a library that does as it is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.guard_setup import until
from tests.contract.nvml_setup import Probe, build_library
from tests.requirements import need_program

_GIB = 2**30


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fake library."""
    return build_library(need_program("cc"), tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def fresh(library: Path, tmp_path: Path) -> Iterator[Probe]:
    """A reader that has read nothing yet: its first reading may be late, which is unknown."""
    state = tmp_path / "state"
    state.write_text("", "ascii")
    made = Probe(library, state)
    yield made
    assert made.close() == 0


@pytest.fixture
def probe(fresh: Probe) -> Probe:
    """A reader at work, to which a reading costs no import."""
    assert fresh.wait_for(bool)
    return fresh


def _all_unknown(gpu: dict[str, Any]) -> bool:
    return all(gpu[key] is None for key in gpu if key not in ("index", "name"))


def test_two_gpus_with_every_value(probe: Probe) -> None:
    first, second = probe.gpus()
    assert first == {
        "index": 0,
        "name": "Fake RTX 5000",
        "load_percent": 40.0,
        "vram_used": _GIB,
        "vram_total": 8 * _GIB,
        "engine_vram": None,
        "temperature_celsius": 50.0,
        "power_watts": 75.5,
    }
    assert (second["index"], second["name"], second["vram_used"]) == (1, "Fake RTX 5001", 2 * _GIB)


def test_the_driver_and_what_it_supports(fresh: Probe) -> None:
    said = {"version": "580.65.06", "cuda": "13.0", "compute": "9.6", "oldest": "8.6"}
    fresh.set("cuda=13000")
    assert fresh.ask("driver") == said
    fresh.set("cuda=12040 lost=1")
    assert fresh.ask("driver") == {**said, "cuda": "12.4", "compute": "8.6"}


@pytest.mark.parametrize("words", ["init=9", "count=0"])
def test_no_driver_to_speak_of(fresh: Probe, words: str) -> None:
    fresh.set(words)
    assert fresh.ask("driver") is None


def test_a_driver_that_tells_little(fresh: Probe) -> None:
    fresh.set("na")
    unknown = dict.fromkeys(("cuda", "compute", "oldest"))
    assert fresh.ask("driver") == {"version": "580.65.06", **unknown}


def test_values_the_card_does_not_have_are_unknown(probe: Probe) -> None:
    probe.set("na nomemory")
    assert [_all_unknown(gpu) for gpu in probe.gpus()] == [True, True]
    probe.set("na")
    assert probe.gpus()[0]["vram_total"] == 8 * _GIB
    assert probe.gpus()[0]["load_percent"] is None


def _shares(probe: Probe, pid: int) -> list[int | None]:
    return [gpu["engine_vram"] for gpu in probe.ask(f"read {pid}")["gpus"]]


def test_the_engines_share_is_known_by_gpu(probe: Probe) -> None:
    probe.set("pid=4711:700")
    assert _shares(probe, 4711) == [700 * 2**20, 0]
    probe.set("")
    assert _shares(probe, 4711) == [0, 0]


@pytest.mark.parametrize("words", ["pid=4711", "pid=4711:700 noprocesses", "pid=4711:9000"])
def test_a_share_nobody_tells_is_unknown_never_nothing(probe: Probe, words: str) -> None:
    probe.set(words)
    assert _shares(probe, 4711)[0] is None
    assert probe.gpus()[0]["vram_used"] == _GIB


def test_in_a_container_pids_are_another_systems(library: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("pid=4711:700", "ascii")
    probe = Probe(library, state, "container")
    assert probe.wait_for(bool)
    assert _shares(probe, 4711) == [None, None]
    assert probe.close() == 0


def test_a_lost_gpu_keeps_its_row_and_comes_back(probe: Probe) -> None:
    assert probe.gpus()[1]["load_percent"] == 41.0
    probe.set("lost=1")
    first, second = probe.gpus()
    assert first["load_percent"] == 40.0
    assert second["name"] == "Fake RTX 5001"
    assert _all_unknown(second)
    probe.set("")
    probe.wait_for(lambda gpus: gpus and gpus[1]["load_percent"] == 41.0)


@pytest.mark.parametrize("words", ["lost=all", "unknown"])
def test_a_driver_that_dies_and_comes_back(probe: Probe, words: str) -> None:
    assert len(probe.gpus()) == 2
    probe.set(f"{words} init=9")
    assert probe.gpus() is None
    assert probe.gpus() is None
    probe.set("")
    assert len(probe.wait_for(bool)) == 2
    first, *between, last = probe.ask("log")
    assert first == last
    assert "Fake RTX 5000" in first
    # Lost, and then not loaded if it was asked anew meanwhile: each is said once.
    assert between
    assert all("no answer" in line for line in between)
    assert len(set(between)) == len(between)


@pytest.mark.parametrize(("code", "words"), [(18, "mismatch"), (9, "not loaded"), (999, "unknown")])
def test_no_driver_at_start_is_unknown_and_then_found(fresh: Probe, code: int, words: str) -> None:
    fresh.set(f"init={code}")
    until(lambda: fresh.gpus() is None and fresh.ask("log"))
    assert words in fresh.ask("log")[0].lower()
    fresh.set("")
    assert len(fresh.wait_for(bool)) == 2


def test_a_card_that_is_plugged_in_is_seen(fresh: Probe) -> None:
    fresh.set("count=1")
    assert len(fresh.wait_for(bool)) == 1
    fresh.set("count=3")
    assert len(fresh.wait_for(lambda gpus: gpus and len(gpus) == 3)) == 3
    fresh.set("count=0")
    assert fresh.wait_for(lambda gpus: gpus == []) == []


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.slow)])
def test_a_blocked_call_is_unknown_in_time_and_costs_one_thread(probe: Probe, seconds: int) -> None:
    assert probe.gpus()[0]["load_percent"] == 40.0
    threads = probe.ask("threads")
    probe.set(f"block={seconds}")
    answer = probe.ask("read")
    assert answer["gpus"] is None
    assert answer["seconds"] < 2.0
    # Readings that waited would be there after the call's end, and have an answer.
    for _ in range(20):
        assert probe.gpus() is None
    assert probe.ask("threads") == threads
    probe.set("")
    assert len(probe.wait_for(bool, seconds + 5.0)) == 2
    assert probe.ask("threads") == threads


def test_a_blocked_call_does_not_hold_the_exit(library: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("block=60", "ascii")
    probe = Probe(library, state)
    assert probe.gpus() is None
    assert probe.close() == 0


def test_pynvml_is_not_loaded_where_there_is_no_library(tmp_path: Path) -> None:
    broken = tmp_path / "libnvidia-ml.so.1"
    broken.write_bytes(b"not a library")
    probe = Probe(tmp_path, tmp_path / "state")
    assert probe.wait_for(lambda gpus: gpus == []) == []
    assert probe.ask("imported pynvml") is False
    assert probe.close() == 0


def test_a_machine_with_nvml_is_read_by_it(library: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("", "ascii")
    probe = Probe(library, state, "detect")
    assert [gpu["name"] for gpu in probe.wait_for(bool)[:2]] == ["Fake RTX 5000", "Fake RTX 5001"]
    assert "NVIDIA GPUs: read by NVML: Fake RTX 5000, Fake RTX 5001" in probe.ask("log")
    assert probe.close() == 0


def test_one_reading_costs_less_than_a_millisecond(probe: Probe) -> None:
    assert probe.ask("cost 300") < 0.001
