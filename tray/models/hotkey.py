"""A combination of keys as the settings write it: "ctrl+alt+space"."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tray.models.base import Frozen
from tray.models.failure import ServerFailure


class Modifier(StrEnum):
    """In the order they are written. ``SUPER`` is the Windows or Command key."""

    CTRL = "ctrl"
    ALT = "alt"
    SHIFT = "shift"
    SUPER = "super"


NAMED_KEYS = (
    "space",
    "enter",
    "tab",
    "escape",
    "backspace",
    "delete",
    "insert",
    "home",
    "end",
    "page_up",
    "page_down",
    "left",
    "right",
    "up",
    "down",
)
_KEY = re.compile(rf"[a-z0-9]|f([1-9]|1[0-9]|2[0-4])|{'|'.join(NAMED_KEYS)}")
_TYPING = {Modifier.SHIFT}


@dataclass(frozen=True, slots=True)
class Hotkey:
    """``key`` is a letter, a digit, "f1" to "f24", or one of ``NAMED_KEYS``."""

    modifiers: tuple[Modifier, ...]
    key: str

    def __str__(self) -> str:
        return "+".join((*self.modifiers, self.key))


def parse_hotkey(text: str) -> Hotkey:
    """The combination, in any order and case. Raises ValueError for any other text.

    It needs ctrl, alt or super: with less it would take a key that people type.
    """
    words = [word.strip() for word in text.lower().split("+")]
    *before, key = words
    known = [modifier for modifier in Modifier if modifier in before]
    if len(known) != len(before) or not _KEY.fullmatch(key):
        raise ValueError("unknown or repeated key")
    if not set(known) - _TYPING:
        raise ValueError("needs ctrl, alt or super")
    return Hotkey(tuple(known), key)


def hotkey_text(text: str) -> str:
    """The same combination as it is always written. Raises ValueError."""
    return str(parse_hotkey(text))


class HotkeyState(Frozen):
    """The combination of the settings, and why it does nothing, if so. ``None``: none is chosen.

    ``shown`` is the combination the desktop tells, where its user could change it.
    """

    keys: str | None = None
    shown: str | None = None
    problem: ServerFailure | None = None
