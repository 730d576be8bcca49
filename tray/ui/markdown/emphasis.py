"""Bold and italic beside Chinese, Japanese and Korean.

CommonMark wants a space between a letter and marks that end behind punctuation, so that
``**重要：**内容`` would keep its stars: text that has no spaces cannot have one there. As in
the "CJK-friendly" amendment, a letter or a sign of these scripts beside the marks is enough.
"""

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline, emphasis

from tray.ui.markdown.spaceless import SPACELESS


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The parser's own rule; what it takes for no beginning or end is looked at again."""
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    if state.src[start] == "*" and start > 0 and state.pos < state.posMax:
        before, after = state.src[start - 1], state.src[state.pos]
        for delimiter in state.delimiters[known:]:
            delimiter.open = delimiter.open or _belongs(after, beside=before)
            delimiter.close = delimiter.close or _belongs(before, beside=after)
    return True


def _belongs(sign: str, *, beside: str) -> bool:
    """Whether marks belong to this punctuation, seen from what is on their other side."""
    if isWhiteSpace(ord(sign)) or not (isMdAsciiPunct(ord(sign)) or isPunctChar(sign)):
        return False
    return SPACELESS.match(sign) is not None or SPACELESS.match(beside) is not None


def add_emphasis(parser: MarkdownIt) -> None:
    """Have ``parser`` read emphasis so."""
    parser.inline.ruler.at("emphasis", _emphasis)
