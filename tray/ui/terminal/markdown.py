"""Markdown on a terminal, read by the same rules as on the page.

rich reads CommonMark as it is: it leaves out what looks like HTML (``vector<int>``), takes the
backslashes and stars of a formula for its own, turns ``&#x202e;`` into the control
character, and highlights code by any lexer, however long that takes.
"""

from functools import cache
from typing import TYPE_CHECKING, ClassVar

from rich.markdown import CodeBlock, Markdown, MarkdownElement

from tray.ui.terminal.controls import harmless

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token


class TerminalMarkdown(Markdown):
    """rich's, with Paddock's own parser."""

    elements: ClassVar[dict[str, type[MarkdownElement]]]

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        self.markup = text
        self.parsed = parser().parse(text)


class _Code(CodeBlock):
    """Highlighted where that is sure to be quick."""

    @classmethod
    def create(cls, markdown: Markdown, token: "Token") -> "_Code":
        from tray.ui.markdown.elements import code_language
        from tray.ui.markdown.highlight import LANGUAGES, may_be_slow

        language = code_language(token.info)
        known = language in LANGUAGES and not may_be_slow(token.content, language)
        return cls(language if known else "text", markdown.code_theme)


TerminalMarkdown.elements = {**Markdown.elements, "fence": _Code, "code_block": _Code}


@cache
def parser() -> "MarkdownIt":
    """Reads an answer; formulas are text, as they were written."""
    from markdown_it import MarkdownIt

    from tray.ui.markdown.emphasis import add_emphasis
    from tray.ui.markdown.formulas import add_formulas

    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    add_formulas(made)
    add_emphasis(made)
    made.core.ruler.push("harmless", _make_harmless)
    return made


def _make_harmless(state: "StateCore") -> None:
    """Entities and addresses are decoded by now, to whatever they stand for."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "formula":
                child.type = "text"
            child.content = harmless(child.content)
