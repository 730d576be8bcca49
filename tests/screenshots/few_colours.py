"""A palette for pictures of an interface."""

from __future__ import annotations

import numpy as np
from PIL import Image

MOST = 256


def with_few_colours(picture: Image.Image, most: int = MOST) -> Image.Image:
    """The picture with at most ``most`` of its colours; others become the nearest.

    A flat area keeps its colour, and so does a red dot; what changes are the edges of
    letters. Pillow's own ways lose one or the other.
    """
    parts = np.asarray(picture.convert("RGB")).astype(np.int64)
    packed = parts @ np.array((1 << 16, 1 << 8, 1))
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = _palette(_channels(colours), counts, most)
    nearest = np.array([_apart(kept, colour).argmin() for colour in _channels(colours)])
    small = Image.fromarray(nearest.astype(np.uint8)[places.reshape(packed.shape)])
    small.putpalette(kept.astype(np.uint8).tobytes())
    return small


def _palette(colours: np.ndarray, counts: np.ndarray, most: int) -> np.ndarray:
    """One by one the colour whose pixels would be off the most without it."""
    kept = [int(counts.argmax())]
    off = _apart(colours, colours[kept[0]])
    while len(kept) < most and (counts * off).any():
        kept.append(int((counts * off).argmax()))
        off = np.minimum(off, _apart(colours, colours[kept[-1]]))
    return colours[kept]


def _apart(colours: np.ndarray, other: np.ndarray) -> np.ndarray:
    apart: np.ndarray = ((colours - other) ** 2).sum(axis=1)
    return apart


def _channels(packed: np.ndarray) -> np.ndarray:
    """Colours as numbers -> an array of (number, 3)."""
    return np.stack((packed >> 16, packed >> 8 & 255, packed & 255), axis=1)
