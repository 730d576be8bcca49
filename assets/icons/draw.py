"""Draws the packages' icons beside this file: ``python -m assets.icons.draw``."""

from pathlib import Path

from tray.ui.app_icon import ICO_SIZES, app_icon

FOLDER = Path(__file__).parent
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def draw(folder: Path) -> None:
    """Write paddock-<size>.png, paddock.ico (Windows) and paddock.icns (macOS)."""
    for size in PNG_SIZES:
        app_icon(size).save(folder / f"paddock-{size}.png", optimize=True)
    largest, *others = [app_icon(size) for size in sorted(ICO_SIZES, reverse=True)]
    sizes = [(size, size) for size in ICO_SIZES]
    largest.save(folder / "paddock.ico", sizes=sizes, append_images=others)
    retina = [app_icon(size) for size in (32, 64, 128, 256, 512)]
    app_icon(1024).save(folder / "paddock.icns", append_images=retina)


if __name__ == "__main__":
    draw(FOLDER)
