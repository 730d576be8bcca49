"""Pictures in one row."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image


def beside(pictures: Sequence[Image.Image], gap: int) -> Image.Image:
    """One picture with all of them from left to right, ``gap`` white pixels between."""
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures)), "white")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    return sheet
