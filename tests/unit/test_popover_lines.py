"""The lines between resident and popover, and where the popover goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.models.popover import Command, Hide, Hold, Quit, Show, Toggle, parse, written
from tray.ui.popover.place import Area, beside, corner

WIDTH, HEIGHT = 380, 480
SCREEN = Area(1920, 0, 1920, 1080)


@pytest.mark.parametrize(
    "command",
    [
        Show(),
        Show((0, 0)),
        Show((-1920, 1079)),
        Toggle(),
        Hide(),
        Hold(True),
        Hold(False),
        Quit(),
    ],
)
def test_a_written_command_is_read_back(command: Command) -> None:
    assert parse(written(command) + "\n") == command


@pytest.mark.parametrize("line", ["", "\n", "SHOW", "show 1", "show a b", "show 1 2 3", "hide 1 2"])
def test_other_lines_are_no_command(line: str) -> None:
    assert parse(line) is None


@given(x=st.integers(-100, 4000), y=st.integers(-100, 2000), panel=st.integers(0, 60))
def test_it_stays_on_the_screen_and_off_the_panel(x: int, y: int, panel: int) -> None:
    work = Area(SCREEN.x, panel, SCREEN.width, SCREEN.height - panel)
    left, top = beside((x, y), WIDTH, HEIGHT, work)
    assert work.x <= left <= work.x + work.width - WIDTH
    assert work.y <= top <= work.y + work.height - HEIGHT


def test_it_opens_away_from_the_panel_and_centered_on_the_click() -> None:
    assert beside((3000, 4), WIDTH, HEIGHT, SCREEN) == (3000 - WIDTH // 2, 12)
    assert beside((3000, 1076), WIDTH, HEIGHT, SCREEN) == (3000 - WIDTH // 2, 1068 - HEIGHT)


def test_without_a_click_it_takes_the_corner_of_the_panel() -> None:
    right = SCREEN.x + SCREEN.width - WIDTH - 8
    top_panel = Area(SCREEN.x, 30, SCREEN.width, SCREEN.height - 30)
    assert corner(WIDTH, HEIGHT, SCREEN, top_panel) == (right, 38)
    bottom_panel = Area(SCREEN.x, 0, SCREEN.width, SCREEN.height - 40)
    assert corner(WIDTH, HEIGHT, SCREEN, bottom_panel) == (right, 1040 - HEIGHT - 8)


def test_a_screen_smaller_than_the_window_shows_its_top_left() -> None:
    assert beside((50, 50), WIDTH, HEIGHT, Area(0, 0, 300, 300)) == (8, 8)
