"""The page's stylesheet goes out whole, in the order in which it imports its parts."""

from pathlib import Path

import pytest

from tray.infrastructure.local_api.page_styles import joined_styles

WEB = Path(__file__).parents[2] / "web"


def test_imports_are_replaced_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "all.css").write_text('@import "./one.css";\n@import "./two.css";\np {}\n')
    (tmp_path / "one.css").write_text("h1 {}\n")
    (tmp_path / "two.css").write_text("h2 {}\n")
    assert joined_styles(tmp_path / "all.css") == "h1 {}\nh2 {}\np {}\n"


def test_a_part_that_is_missing_is_no_empty_sheet(tmp_path: Path) -> None:
    (tmp_path / "all.css").write_text('@import "./gone.css";\n')
    with pytest.raises(OSError, match=r"gone\.css"):
        joined_styles(tmp_path / "all.css")


@pytest.mark.parametrize("sheet", ["style.css", "models.css"])
def test_what_the_page_links_to_asks_for_nothing_more(sheet: str) -> None:
    assert "@import" not in joined_styles(WEB / sheet)


def test_every_sheet_is_in_one_that_the_page_links_to() -> None:
    linked = joined_styles(WEB / "style.css") + joined_styles(WEB / "models.css")
    parts = [each for each in WEB.glob("*.css") if each.name != "style.css"]
    assert [each.name for each in parts if each.read_text("utf-8") not in linked] == []
