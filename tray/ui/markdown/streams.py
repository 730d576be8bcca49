"""Open blocks that stream as plain text: code, and whatever grew too long.

Parsing such a block again at every poll would cost more with every token.
These classes look at each line once and say when a parse is worth it.
"""

import re
from collections.abc import Callable
from typing import Protocol

from tray.ui.markdown.boundaries import closes_fence, is_blank

_PERHAPS_CLOSING = re.compile(r" {0,3}(`*|~*)[ \t]*")
_STARTS_BLOCK = re.compile(r" {0,3}(#|```|~~~|>|[-+*_|:]|\$\$|\\\[|\d{1,9}[.)])")
_ITEM = re.compile(r" {0,3}(?:\d{1,9}([.)])|([-+*]))(?:[ \t]|$)")


class OpenStream(Protocol):
    """An open block whose text is appended, not rendered."""

    @property
    def may_have_closed(self) -> bool:
        """Whether parsing ``source`` is likely to find the block finished."""

    def feed(self, text: str) -> str:
        """Take more source and return the text to append to what is shown."""

    def still_open(self) -> None:
        """Learn that a parse found the block unfinished."""

    def source(self) -> str:
        """All source of the block, and what follows it."""


class FenceStream:
    """A code fence: its content without fence lines and common indent."""

    def __init__(self, markup: str, indent: int) -> None:
        self._markup = markup
        self._indent = indent
        self._pieces: list[str] = []
        self._line = ""
        self._shown = 0
        self._in_content = False
        self.may_have_closed = False

    def feed(self, text: str) -> str:
        self._pieces.append(text)
        *lines, self._line = (self._line + text).split("\n")
        return "".join(map(self._complete, lines)) + self._incomplete()

    def still_open(self) -> None:
        self.may_have_closed = False

    def source(self) -> str:
        return "".join(self._pieces)

    def _complete(self, line: str) -> str:
        if not self._in_content:
            self._in_content = True
            return ""
        self.may_have_closed = self.may_have_closed or closes_fence(line, self._markup)
        rest = "" if self.may_have_closed else self._dedent(line)[self._shown :] + "\n"
        self._shown = 0
        return rest

    def _incomplete(self) -> str:
        waits = not self._in_content or self.may_have_closed
        if waits or (self._shown == 0 and _PERHAPS_CLOSING.fullmatch(self._line)):
            return ""
        line = self._dedent(self._line)
        new, self._shown = line[self._shown :], len(line)
        return new

    def _dedent(self, line: str) -> str:
        blank = len(line) - len(line.lstrip(" "))
        return line[min(blank, self._indent) :]


class LongStream:
    """A block too long to render while it is open: its source as it comes.

    A sure sign of its end is believed at once, until it was wrong. A line that
    only might start a block is worth a parse after growth by a quarter, so the
    whole of the parsing stays linear.
    """

    def __init__(self, kind: str, marker: str, source: str) -> None:
        self._ends = _END_TESTS.get(kind, _ends_at_blank)
        self._marker = marker
        self._usual = _first_sign(source)
        self._pieces: list[str] = []
        self._line = ""
        self._after_blank = False
        self._size = 0
        self._next_guess = len(source) * 5 // 4
        self._believes_signs = True
        self._saw_sign = False
        self.may_have_closed = False
        self.feed(source)
        self.still_open()

    def feed(self, text: str) -> str:
        self._pieces.append(text)
        self._size += len(text)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._look_at(line)
        return text

    def still_open(self) -> None:
        self._believes_signs = self._believes_signs and not self._saw_sign
        self._next_guess = self._size * 5 // 4
        self.may_have_closed = False

    def source(self) -> str:
        return "".join(self._pieces)

    def _look_at(self, line: str) -> None:
        sign = self._ends(line, self._after_blank, self._marker)
        guess = _STARTS_BLOCK.match(line) is not None and _first_sign(line) != self._usual
        self._after_blank = is_blank(line)
        self._saw_sign = self._saw_sign or sign
        if (sign and self._believes_signs) or ((sign or guess) and self._size >= self._next_guess):
            self.may_have_closed = True


def _first_sign(line: str) -> str:
    """The first character, with all digits alike: what lines of one block share."""
    first = line.lstrip(" ")[:1]
    return "0" if first.isdecimal() else first


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if not line.startswith("\t") else 4


def _ends_at_blank(line: str, _after_blank: bool, _marker: str) -> bool:
    return is_blank(line)


def _ends_list(line: str, after_blank: bool, marker: str) -> bool:
    """Text left of every item's content, after a blank line, that is no further item."""
    if not after_blank or is_blank(line) or _indent(line) > 1:
        return False
    item = _ITEM.match(line)
    return item is None or (item[1] or item[2]) != marker


def _ends_code(line: str, _after_blank: bool, _marker: str) -> bool:
    return not is_blank(line) and _indent(line) < 4


_END_TESTS: dict[str, Callable[[str, bool, str], bool]] = {
    "bullet_list_open": _ends_list,
    "ordered_list_open": _ends_list,
    "code_block": _ends_code,
}
