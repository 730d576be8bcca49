"""`python3 dev.py screenshots [NAME…]`: the documentation's pictures, from the running program.

`--large` takes every state of the page at 200 %, too, not just a few.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.screenshots.contact_sheet import contact_sheet
from tests.screenshots.overview import overview
from tests.screenshots.panel import panel_pictures
from tests.screenshots.popover import popover_pictures
from tests.screenshots.states import state_pictures

FOLDER = Path(__file__).parents[2] / "docs" / "images"
ALL_LARGE = "--large"
Take = Callable[[Path, Path], None]
"""Gets the folder for the pictures and an empty one to work in."""


def _contact_sheet(pictures: Path, _: Path) -> None:
    contact_sheet().save(pictures / "icon-contact-sheet.png", optimize=True)


TAKES: dict[str, Take] = {
    "icon": _contact_sheet,
    "overview": overview,
    "panel-light": lambda pictures, work: panel_pictures(pictures, work, dark=False),
    "panel-dark": lambda pictures, work: panel_pictures(pictures, work, dark=True),
    "popover-light": lambda pictures, work: popover_pictures(pictures, work, dark=False),
    "popover-dark": lambda pictures, work: popover_pictures(pictures, work, dark=True),
    "states": state_pictures,
}


def main(arguments: list[str]) -> int:
    """Take the named pictures, or all; 2 for a name there is not."""
    takes, names = dict(TAKES), [name for name in arguments if name != ALL_LARGE]
    if ALL_LARGE in arguments:
        takes["states"] = partial(state_pictures, large=True)
    unknown = set(names) - set(takes)
    if unknown:
        print(f"no such picture: {', '.join(sorted(unknown))}; {', '.join(TAKES)}", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or takes:
        print(name)
        with tempfile.TemporaryDirectory(prefix="paddock-pictures-") as work:
            takes[name](FOLDER, Path(work))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
