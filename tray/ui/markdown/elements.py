"""How the elements of an answer are written as HTML."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tray.ui.markdown.highlight import highlight
from tray.ui.markdown.links import shown_host
from tray.ui.markdown.mathml import formula_html

_LANGUAGE = re.compile(r"[a-z0-9][a-z0-9+#._-]{0,31}")

_SHORT_CELL = 24
"""Characters; a table that is too wide would leave a longer one a word a line."""


def code_language(info: str) -> str:
    """The language a fence names, in lower case; empty if it names none we would show."""
    words = info.split(maxsplit=1)
    match = _LANGUAGE.fullmatch(words[0].lower()) if words else None
    return match[0] if match else ""


def code_html(language: str, inner_html: str, *, streaming: bool = False) -> str:
    """The frame of a code block around its already escaped content."""
    caption = f"<figcaption>{escape(language)}</figcaption>" if language else ""
    kind = ' class="stream"' if streaming else ""
    return (
        f'<figure class="code" data-language="{escape(language)}">{caption}'
        f'<pre tabindex="0"><code{kind}>{inner_html}</code></pre></figure>\n'
    )


def _fence(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    language = code_language(token.info)
    return code_html(language, highlight(token.content, language))


def _code_block(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return code_html("", escape(tokens[index].content))


def _formula(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return formula_html(tokens[index].content)


def _table_open(_: Any, _tokens: Sequence[Token], _index: int, *_rest: Any) -> str:
    return '<div class="table" tabindex="0"><table>\n'


def _table_close(_: Any, _tokens: Sequence[Token], _index: int, *_rest: Any) -> str:
    return "</table></div>\n"


def _cell_open(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    kinds = [f"align-{side}"] if side else []
    if len(tokens[index + 1].content) > _SHORT_CELL:
        kinds.append("long")
    return f'<{token.tag} class="{" ".join(kinds)}">' if kinds else f"<{token.tag}>"


def _list_open(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    start = token.attrGet("start")
    return f"<{token.tag}>\n" if start is None else f'<{token.tag} start="{start}">\n'


def _item_open(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    checked = tokens[index].meta.get("checked")
    if checked is None:
        return "<li>"
    mark = ' checked aria-label="done"' if checked else ' aria-label="to do"'
    return f'<li class="task"><input type="checkbox" disabled{mark}>'


def _link_open(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    url = str(token.attrGet("href"))
    kind = ' class="image-link"' if token.meta.get("image") else ""
    host = escape(shown_host(url) or "")
    return f'<a{kind} href="{escape(url)}" data-host="{host}" target="_blank">'


def _image_link(image: Token) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": str(image.attrGet("src"))})
    opening.meta["image"] = True
    return [
        opening,
        Token("text", "", 0, content=image.content or "image"),
        Token("link_close", "a", -1),
    ]


def images_to_links(tokens: Sequence[Token]) -> None:
    """Replace each image by a link to it, or by its text inside another link."""
    for token in tokens:
        if not any(child.type == "image" for child in token.children or ()):
            continue
        depth = 0
        children: list[Token] = []
        for child in token.children or ():
            depth += child.nesting if child.type.startswith("link_") else 0
            if child.type != "image":
                children.append(child)
            elif depth:
                children.append(Token("text", "", 0, content=child.content or "image"))
            else:
                children.extend(_image_link(child))
        token.children = children


def add_elements(parser: MarkdownIt) -> None:
    """Make ``parser`` render with the functions of this module."""
    rules = {
        "fence": _fence,
        "code_block": _code_block,
        "formula": _formula,
        "table_open": _table_open,
        "table_close": _table_close,
        "th_open": _cell_open,
        "td_open": _cell_open,
        "bullet_list_open": _list_open,
        "ordered_list_open": _list_open,
        "list_item_open": _item_open,
        "link_open": _link_open,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
