"""Engines on offer: what is got, used, gone back to and removed, and what is refused when."""

from __future__ import annotations

import threading
import time

import pytest

from tests.contract.guard_setup import until
from tests.unit.engine_fakes import PINS, Rig, build, failure, installed
from tray.models.engine_build import (
    Backend,
    EngineBuild,
    EnginePins,
    InstalledEngine,
    MachineFacts,
)
from tray.models.engine_shelf import EngineShelf
from tray.models.failure import PaddockError
from tray.services.engine_ports import Tell
from tray.ui.engine_desk import EngineDesk
from tray.ui.engine_words import page_engines

VULKAN = "b100-vulkan"


def settled(rig: Rig) -> EngineShelf:
    deadline = time.monotonic() + 10
    while (shelf := rig.engines.shelf()).work is not None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return shelf


def refusal(call: object) -> str:
    assert callable(call)
    with pytest.raises(PaddockError) as refused:
        call()
    return str(refused.value)


def test_the_proposed_build_is_got_and_then_used() -> None:
    rig = Rig()
    assert rig.engines.shelf().proposed == VULKAN
    rig.engines.get(None)
    assert rig.getter.begun.wait(10)
    page = page_engines(rig.engines.shelf())
    assert page.work is not None
    assert page.work.share == 0.5
    assert page.work.label == "b100-vulkan · 15 MiB of 30 MiB · 50 %"
    assert all(row.actions == () for row in page.rows)
    rig.getter.release.set()
    shelf = settled(rig)
    assert (shelf.used_name, shelf.failure) == (VULKAN, None)
    assert shelf.back == "automatic"


def test_a_failure_leaves_the_older_engine_in_use_and_is_told() -> None:
    rig = Rig()
    rig.store.engines["b99-vulkan"] = installed("b99-vulkan")
    rig.engines.use("b99-vulkan")
    rig.getter.fails = failure("The new engine sees no GPU")
    rig.engines.get(VULKAN)
    rig.getter.release.set()
    shelf = settled(rig)
    assert shelf.failure is not None
    assert shelf.failure.title == "The new engine sees no GPU"
    assert shelf.used_name == "b99-vulkan"


def test_a_cancel_is_no_failure() -> None:
    rig = Rig()
    rig.engines.get(None)
    assert rig.getter.begun.wait(10)
    assert "being fetched" in refusal(lambda: rig.engines.get(None))
    rig.engines.cancel()
    assert settled(rig).failure is None
    assert rig.choice.used() is None


def test_a_cancel_before_there_is_a_process_ends_it_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    get, cancel, asked = rig.getter.get, rig.getter.cancel, []

    def late(build: EngineBuild, tell: Tell) -> InstalledEngine:
        rig.engines.cancel()
        return get(build, tell)

    def ended() -> None:
        asked.append("cancel")
        if len(asked) > 1:
            cancel()

    monkeypatch.setattr(rig.getter, "get", late)
    monkeypatch.setattr(rig.getter, "cancel", ended)
    rig.engines.get(None)
    assert settled(rig).failure is None
    assert rig.choice.used() is None


def test_whoever_begins_anew_waits_for_the_canceled_one_to_be_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig, ends = Rig(), threading.Event()
    get = rig.getter.get

    def lingers(build: EngineBuild, tell: Tell) -> InstalledEngine:
        monkeypatch.setattr(rig.getter, "get", get)
        rig.getter.begun.set()
        assert ends.wait(10)
        raise PaddockError(failure("Getting the engine was interrupted"))

    monkeypatch.setattr(rig.getter, "get", lingers)
    rig.engines.get(None)
    assert rig.getter.begun.wait(10)
    rig.engines.cancel()
    assert rig.engines.shelf().work is None, "nobody takes it for one that still comes"
    rig.getter.fails = None
    again = threading.Thread(target=rig.engines.get, args=(None,))
    again.start()
    ends.set()
    again.join()
    shelf = settled(rig)
    assert (shelf.used_name, shelf.failure) == (VULKAN, None)


def test_whoever_sees_the_end_sees_the_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.getter.fails = failure("The new engine sees no GPU")
    rig.getter.release.set()
    ends: list[EngineShelf] = []
    carry_out = rig.engines._carry_out

    def seen(build: EngineBuild, tell: Tell) -> InstalledEngine:
        try:
            return carry_out(build, tell)
        finally:
            ends.append(rig.engines.shelf())

    monkeypatch.setattr(rig.engines, "_carry_out", seen)
    rig.engines.get(VULKAN)
    until(lambda: bool(ends))
    assert (ends[0].work, ends[0].failure) == (None, rig.getter.fails)


def test_nothing_changes_under_a_loaded_model() -> None:
    rig = Rig()
    rig.store.engines[VULKAN] = installed(VULKAN)
    rig.choice.was = "automatic"
    rig.loaded = True
    for change in (
        lambda: rig.engines.get(None),
        lambda: rig.engines.use(VULKAN),
        lambda: rig.engines.use(None),
        rig.engines.back,
        lambda: rig.engines.remove(VULKAN),
    ):
        assert "A model is loaded" in refusal(change)
    assert rig.choice.used() is None
    assert VULKAN in rig.store.engines


def test_a_model_loaded_meanwhile_keeps_its_engine() -> None:
    rig = Rig()
    rig.engines.get(None)
    assert rig.getter.begun.wait(10)
    rig.loaded = True
    rig.getter.release.set()
    shelf = settled(rig)
    assert shelf.used is None
    assert shelf.failure is not None
    assert "installed, and not yet in use" in shelf.failure.title
    assert [entry.installed is not None for entry in shelf.entries] == [True, False]


def test_back_returns_to_the_older_one_and_forth() -> None:
    rig = Rig()
    rig.get_now("b100-cpu")
    rig.get_now(VULKAN)
    assert rig.engines.shelf().back == "b100-cpu"
    rig.engines.back()
    assert rig.engines.shelf().used_name == "b100-cpu"
    rig.engines.back()
    assert rig.engines.shelf().used_name == VULKAN


def test_what_was_changed_on_the_disk_is_not_used() -> None:
    rig = Rig()
    rig.get_now("b100-cpu")
    rig.get_now(VULKAN)
    rig.store.spoilt = {"b100-cpu"}
    assert "have changed" in refusal(lambda: rig.engines.use("b100-cpu"))
    assert "have changed" in refusal(rig.engines.back)
    assert rig.engines.shelf().used_name == VULKAN


def test_only_what_is_not_in_use_is_removed() -> None:
    rig = Rig()
    rig.get_now(VULKAN)
    assert "is in use" in refusal(lambda: rig.engines.remove(VULKAN))
    rig.engines.use(None)
    rig.engines.remove(VULKAN)
    assert rig.store.engines == {}
    assert "not installed" in refusal(lambda: rig.engines.remove(VULKAN))
    assert "not installed" in refusal(lambda: rig.engines.use("b1-cpu"))


def test_names_nobody_bears_and_nothing_to_go_back_to() -> None:
    rig = Rig()
    assert "b100-vulkan, b100-cpu" in refusal(lambda: rig.engines.get("cuda"))
    assert "nothing to go back to" in refusal(rig.engines.back)


def test_an_older_build_stays_on_the_shelf_when_the_pins_move_on() -> None:
    rig = Rig()
    rig.get_now(VULKAN)
    rig.pins = EnginePins(builds=(build(Backend.VULKAN, "b200"), build(Backend.CPU, "b200")))
    page = page_engines(rig.engines.shelf())
    assert [row.name for row in page.rows] == ["b200-vulkan", "b200-cpu", VULKAN]
    assert [row.state for row in page.rows] == ["available", "available", "used"]
    assert page.proposed == "b200-vulkan"


def test_a_machine_without_a_build_is_told_how_to_use_its_own() -> None:
    rig = Rig()
    rig.getter.found = MachineFacts(system="linux", machine="riscv64")
    page = page_engines(rig.engines.shelf())
    assert page.rows == ()
    assert page.proposed is None
    assert "No build is pinned for Linux on riscv64" in page.proposal
    assert "server.executable" in page.proposal
    assert "No build fits" in refusal(lambda: rig.engines.get(None))


def test_the_machine_is_looked_at_once_a_minute() -> None:
    rig = Rig()
    for rig.now in (0.0, 1.0, 59.0, 61.0):
        rig.engines.shelf()
    assert rig.getter.looks == 2


def test_the_page_is_told_in_words() -> None:
    rig = Rig()
    page = EngineDesk(lambda: rig.engines).shelf()
    assert page.used.startswith("Paddock chooses")
    assert page.proposal == (
        "Vulkan fits this machine best (30 MiB to download). A Vulkan driver is installed: radeon."
    )
    rig.get_now()
    page = EngineDesk(lambda: rig.engines).shelf()
    vulkan, cpu = page.rows
    assert (vulkan.state, vulkan.actions, vulkan.note) == (
        "used",
        (),
        "Computes on Radeon RX 7800.",
    )
    assert (cpu.state, cpu.actions) == ("available", ("get",))
    assert page.used == "b100-vulkan is used."
    assert page.back == "Go back to automatic"


def test_the_desk_makes_its_engines_once_and_only_when_asked() -> None:
    made = []

    def make() -> Rig:
        made.append(Rig())
        return made[-1]

    desk = EngineDesk(lambda: make().engines)
    assert made == []
    desk.shelf()
    desk.cancel()
    assert len(made) == 1
    assert made[0].pins == PINS


def test_one_that_is_here_and_whole_is_not_fetched_again() -> None:
    rig = Rig()
    rig.get_now(VULKAN)
    rig.engines.use(None)
    rig.getter.begun.clear()
    assert rig.get_now(VULKAN).name == VULKAN
    assert not rig.getter.begun.is_set()
    assert rig.engines.shelf().used_name == VULKAN
    rig.store.spoilt.add(VULKAN)
    rig.get_now(VULKAN)
    assert rig.getter.begun.is_set()
