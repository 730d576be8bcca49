"""The one element of HTML that answers need: a cell of a table has no other way to break a line."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)


def _break(state: StateInline, silent: bool) -> bool:
    match = _BREAK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def add_breaks(parser: MarkdownIt) -> None:
    """Teach ``parser`` that ``<br>`` breaks a line; all other HTML stays text."""
    parser.inline.ruler.before("autolink", "break", _break)
