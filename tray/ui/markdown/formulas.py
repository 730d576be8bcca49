r"""LaTeX in answers: recognised so that Markdown leaves it alone, shown as text.

``$..$``, ``$$..$$``, ``\(..\)`` and ``\[..\]`` within one block become a token
of type ``formula`` whose content is the source, delimiters included.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_LONGEST = 2000
_DOLLARS = re.compile(
    r"\$\$(?=[^\s$])(?:[^$\\]|\\.){1,2000}?\$\$"
    r"|\$(?![\s$])(?:[^$\\\n]|\\.){0,2000}?(?<!\s)\$(?!\d)",
    re.DOTALL,
)
_CLOSERS = {"\\(": "\\)", "\\[": "\\]"}


def _formula_end(text: str, start: int) -> int:
    closer = _CLOSERS.get(text[start : start + 2])
    if closer is not None:
        found = text.find(closer, start + 2, start + 2 + _LONGEST)
        return found + 2 if found > start + 2 else -1
    match = _DOLLARS.match(text, start)
    return match.end() if match else -1


def _formula(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "\\$":
        return False
    end = _formula_end(state.src, state.pos)
    if end < 0 or end > state.posMax:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = state.src[state.pos : end]
    state.pos = end
    return True


def add_formulas(parser: MarkdownIt) -> None:
    """Teach ``parser`` to recognise formulas before it reads escapes."""
    parser.inline.ruler.before("escape", "formula", _formula)
