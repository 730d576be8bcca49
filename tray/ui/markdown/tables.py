"""Tables whose rows leave most cells out end early.

A row gets as many cells as the head has, so a wide head over one-word rows would make
many times as much of little text. What is left of such a table is text.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import getLine

_ROOM = "cells that rows may still leave out"
_COLUMNS = "columns of the table"


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The parser's own rule, with room for as many empty cells as the table has characters."""
    if start + 2 <= end:
        head, marks = getLine(state, start), getLine(state, start + 1)
        state.env[_ROOM] = len(head) + len(marks)
        state.env[_COLUMNS] = marks.strip().strip("|").count("|") + 1
    return table(state, start, end, silent)


def _table_is_full(state: StateBlock, number: int, _end: int, _silent: bool) -> bool:
    """Asked before each row; the rows above decide alone, as the row may still be incomplete."""
    if state.parentType != "table":
        return False
    if state.env[_ROOM] < 0:
        return True
    row = getLine(state, number)
    state.env[_ROOM] += len(row) - max(state.env[_COLUMNS] - row.count("|") - 1, 0)
    return False


def add_tables(parser: MarkdownIt) -> None:
    """Teach ``parser`` tables that stay in proportion to their source."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("table", "table_is_full", _table_is_full, {"alt": ["blockquote"]})
