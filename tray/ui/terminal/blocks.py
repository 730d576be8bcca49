"""Pure: where a growing Markdown text can be cut.

Later text reaches only the last top-level block, so every block before it can
be shown for good. Used for the terminal, where a wrong cut costs a look.
"""

from tray.ui.terminal.markdown import parser


def finished_length(text: str) -> int:
    """How many characters, from the front, are finished blocks."""
    starts = [
        token.map[0]
        for token in parser().parse(text)
        if token.level == 0 and token.map is not None and token.nesting >= 0
    ]
    if len(starts) < 2:
        return 0
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: starts[-1]]))
