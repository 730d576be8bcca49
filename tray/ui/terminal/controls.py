"""Pure: text of unknown origin for a terminal, which takes control characters as commands."""

import re

_KEPT = r"\t\n"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_COMMANDS = rf"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{_BIDI}"
_UNSAFE = re.compile(f"[{_COMMANDS}]")
_UNSAFE_IN_A_LINE = re.compile(f"[{_KEPT}{_COMMANDS}]")


def harmless(text: str) -> str:
    """``text`` with U+FFFD for each of them but line ends and tabs."""
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n"))


def harmless_line(text: str) -> str:
    """The same for a name or a path: a line end in it would begin another line."""
    return _UNSAFE_IN_A_LINE.sub("\ufffd", text)


class HarmlessPieces:
    """``harmless`` for text that comes in pieces: one may end within a line end of Windows."""

    def __init__(self) -> None:
        self._held = ""

    def take(self, piece: str) -> str:
        """What can be shown now."""
        text = self._held + piece
        self._held = "\r" if text.endswith("\r") else ""
        return harmless(text.removesuffix(self._held))
