"""What ``paddock engines`` prints."""

from __future__ import annotations

from tests.unit.engine_fakes import DRIVER, Rig
from tray.models.engine_build import MachineFacts
from tray.models.engine_shelf import EngineWork
from tray.services.engines import FACTS_LAST
from tray.ui.engine_words import CHOOSES, work_line
from tray.ui.terminal.engine_reports import shelf_text


def test_before_anything_is_installed() -> None:
    assert shelf_text(Rig().engines.shelf()).splitlines() == [
        f"Vulkan fits this machine best (30 MiB to download). {DRIVER}",
        f"{CHOOSES}.",
        "",
        "name         computes with  size    state",
        "b100-vulkan  Vulkan         30 MiB  proposed  A Vulkan driver is installed: radeon.",
        "b100-cpu     CPU            30 MiB            It runs on every machine, on the CPU alone.",
    ]


def test_with_two_engines() -> None:
    rig = Rig()
    rig.get_now("b100-cpu")
    rig.get_now("b100-vulkan")
    lines = shelf_text(rig.engines.shelf()).splitlines()
    assert "Vulkan fits this machine best, and is installed." in lines[0]
    assert lines[1] == "b100-vulkan is used."
    assert lines[2] == "`paddock engines back` returns to b100-cpu."
    assert "in use     Computes on Radeon RX 7800." in lines[5]
    assert "installed  Computes on Radeon RX 7800." in lines[6]


def test_an_engine_in_use_that_no_longer_fits_says_why() -> None:
    rig = Rig()
    rig.get_now("b100-vulkan")
    rig.getter.found = rig.getter.found.model_copy(update={"vulkan": ()})
    rig.now += FACTS_LAST + 1
    why = "No Vulkan driver of a GPU is installed."
    lines = shelf_text(rig.engines.shelf()).splitlines()
    assert lines[1] == f"b100-vulkan is used, and does not fit this machine. {why}"
    assert any("in use" in line and line.endswith(why) for line in lines[3:])


def test_where_nothing_is_pinned() -> None:
    rig = Rig()
    rig.getter.found = MachineFacts(system="linux", machine="riscv64")
    first, second = shelf_text(rig.engines.shelf()).splitlines()
    assert "No build is pinned for Linux on riscv64." in first
    assert second.startswith("Paddock chooses")


def test_what_is_done_has_words() -> None:
    said = {
        stage: work_line(EngineWork(name="b1-cpu", stage=stage))
        for stage in ("downloading", "unpacking", "checking")
    }
    assert said == {
        "downloading": "b1-cpu · beginning",
        "unpacking": "b1-cpu · unpacking",
        "checking": "b1-cpu · checking whether it runs here",
    }
