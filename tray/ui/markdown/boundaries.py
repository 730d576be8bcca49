"""Which top-level blocks no later text can change.

Markdown's block structure is decided line by line, so text to come reaches
only the last block. Three things look ahead and are waited for: the last line
while it lacks its end, a table's second line, and a definition's title.
"""

import re
from collections.abc import Sequence

from tray.ui.markdown.blocks import Block

_ENDED_BY_BLANK = frozenset(
    {"paragraph_open", "heading_open", "table_open", "blockquote_open", "hr"}
)
_ENDS_DEFINITION = frozenset(
    {
        "definition",
        "fence",
        "blockquote_open",
        "hr",
        "bullet_list_open",
        "ordered_list_open",
        "table_open",
    }
)
_CLOSING_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")


def is_blank(line: str) -> bool:
    """Whether Markdown takes ``line`` for empty."""
    return not line.strip(" \t")


def closes_fence(line: str, markup: str) -> bool:
    """Whether ``line`` ends a fence that was opened by ``markup``."""
    match = _CLOSING_FENCE.fullmatch(line)
    return match is not None and match[1].startswith(markup)


def _is_decided(block: Block, lines: Sequence[str], complete: int) -> bool:
    """Whether the lines that make ``block`` start where it does are complete.

    A letter at the start of a line is enough: it continues no list and begins no other block.
    """
    if block.kind == "paragraph_open" and lines[block.start][:1].isalpha():
        return True
    return block.start + (2 if block.kind == "table_open" else 1) <= complete


def _definition_is_final(
    following: Sequence[Block], lines: Sequence[str], end: int, complete: int
) -> bool:
    """A title may follow on later lines, but not past a blank one or another block."""
    if any(is_blank(line) for line in lines[end:complete]):
        return True
    return any(b.kind in _ENDS_DEFINITION and _is_decided(b, lines, complete) for b in following)


def _is_closed(block: Block, lines: Sequence[str], complete: int) -> bool:
    """Whether ``block`` is over whatever follows it."""
    if block.end > complete:
        return False
    if block.kind == "fence":
        closing = lines[block.end - 1] if block.end - block.start > 1 else ""
        return closes_fence(closing, block.tokens[0].markup)
    if block.kind == "hr" or block.tokens[0].markup.startswith("#"):
        return True
    return block.kind in _ENDED_BY_BLANK and block.end < complete and is_blank(lines[block.end])


def count_final(blocks: Sequence[Block], lines: Sequence[str]) -> int:
    """How many of ``blocks`` are finished, from the front.

    ``lines`` are those of the parsed text; the last one is still incomplete.
    """
    complete = len(lines) - 1
    for index, block in enumerate(blocks):
        following = blocks[index + 1 :]
        if block.kind == "definition":
            final = _definition_is_final(following, lines, block.end, complete)
        else:
            decided = bool(following) and _is_decided(following[0], lines, complete)
            final = decided or _is_closed(block, lines, complete)
        if not final:
            return index
    return len(blocks)
