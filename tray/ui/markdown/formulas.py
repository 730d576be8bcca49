r"""LaTeX in answers: where a formula begins and ends.

``$..$``, ``$$..$$``, ``\(..\)`` and ``\[..\]`` become a token of type
``formula`` whose content is the source, delimiters included. A line that begins
with ``$$`` or ``\[`` begins a paragraph of its own, up to the closing
delimiter or a blank line, so that ``= 5`` or ``- b`` in a formula are no
Markdown. Prices are no formulas.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from tray.ui.markdown.spaceless import SPACELESS

_LONGEST = 2000
_DISPLAYED = re.compile(r"\$\$(?!\$)(?:[^$\\]|\\.){1,2000}?\$\$", re.DOTALL)
_INLINE = re.compile(r"\$(?![\s$])(?:[^$\\\n`]|\\.){1,2000}?(?<!\s)\$")
_WORD = re.compile(r"\w")
_CLOSERS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_ARGUMENT = re.compile(r"\{[^{}]*\}")
_PRICE = re.compile(r"\$\d[^$]*?\s[a-z]{2,}(?:\s|\$)", re.IGNORECASE)


def _formula_end(text: str, start: int) -> int:
    opener = text[start : start + 2]
    if opener in ("\\(", "\\["):
        found = text.find(_CLOSERS[opener], start + 2, start + 2 + _LONGEST)
        return found + 2 if found > start + 2 else -1
    match = (_DISPLAYED if opener == "$$" else _INLINE).match(text, start)
    if match is None or _is_price(match[0]) or not _stands_apart(text, *match.span()):
        return -1
    return match.end()


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Whether no word touches it, or one of a script that leaves no space before anything.

    Then it has nothing of such a script itself: "从$5到$10不等" are two prices.
    """
    words = [sign for sign in text[start - 1 : start] if sign.isalnum()]
    if not text.startswith("$$", start):
        words += _WORD.findall(text[end : end + 1])
    if not all(map(SPACELESS.match, words)):
        return False
    return not words or not SPACELESS.search(_ARGUMENT.sub("", text[start:end]))


def _is_price(source: str) -> bool:
    """A number and plain words: "$5 to 10$", not "$3 \\times 10$" or "$2 \\text{ of }$"."""
    return _PRICE.match(_ARGUMENT.sub("", source)) is not None


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


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Decided by the first line alone: a paragraph whose lines nothing else may claim."""
    if state.is_code_block(start):
        return False
    first = _line(state, start)
    closer = _CLOSERS.get(first[:2])
    if closer is None or closer == "\\)":
        return False
    before, closed, after = first[2:].partition(closer)
    if (closed and after.strip()) or (closer == "$$" and before.startswith("$")):
        return False
    if not silent:
        _push(state, start, _last_line(state, start, end, closer) if not closed else start + 1)
    return True


def _last_line(state: StateBlock, start: int, end: int, closer: str) -> int:
    """The line after the block's last: after a closer, or the blank or outer one."""
    for number in range(start + 1, end):
        if state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return number
        if closer in _line(state, number):
            return number + 1
    return end


def _push(state: StateBlock, start: int, after: int) -> None:
    opening = state.push("paragraph_open", "p", 1)
    opening.map = [start, after]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, after, state.blkIndent, False).strip()
    token.map = [start, after]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = after


def add_formulas(parser: MarkdownIt) -> None:
    """Teach ``parser`` to recognise formulas before it reads escapes."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "formula_block", _formula_block, interrupts)
    parser.inline.ruler.before("escape", "formula", _formula)
