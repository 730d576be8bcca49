"""Text to its top-level blocks, and a block to safe HTML.

Block structure and inline content are parsed apart: structure tells which
blocks are finished, and only what is sent needs its inline content.
"""

from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore, inline, text_join
from markdown_it.token import Token

from tray.ui.markdown.bare_links import add_bare_links
from tray.ui.markdown.breaks import add_breaks
from tray.ui.markdown.elements import add_elements, images_to_links
from tray.ui.markdown.emphasis import add_emphasis
from tray.ui.markdown.formulas import add_formulas
from tray.ui.markdown.links import is_allowed
from tray.ui.markdown.sanitize import keeps_link, sanitize
from tray.ui.markdown.tables import add_tables

Definitions = MutableMapping[str, Any]
_FOUND = "definitions found"
_LONGEST_INLINE = 16_384


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    references: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block on lines ``start`` to ``end`` (exclusive, from 0).

    ``kind`` is the type of its first token, or "definition" for a link
    reference definition, which has no tokens and shows nothing.
    """

    kind: str
    start: int
    end: int
    tokens: tuple[Token, ...]
    references: dict[str, Any]


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The parser's own rule, noting where each definition stands."""
    found: dict[str, Any] = {}
    state.env["references"] = found
    if not reference(state, start, end, silent):
        return False
    if not silent:
        state.env[_FOUND].append(_Found(start, state.line, found))
    return True


def _may_link(url: str) -> bool:
    """What both gates let through: a link that one of them empties would be a dead one."""
    return is_allowed(url) and keeps_link(url)


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "tasklists": True, "maxNesting": 100}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.validateLink = _may_link  # type: ignore[method-assign]
    parser.block.ruler.at("reference", _reference, {"alt": []})
    add_tables(parser)
    add_formulas(parser)
    add_emphasis(parser)
    add_bare_links(parser)
    add_breaks(parser)
    add_elements(parser)
    return parser


def _token_blocks(tokens: list[Token]) -> list[Block]:
    blocks: list[Block] = []
    first = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            start, end = tokens[first].map or (0, 0)
            blocks.append(
                Block(tokens[first].type, start, end, tuple(tokens[first : index + 1]), {})
            )
            first = index + 1
    return blocks


def parse_blocks(text: str) -> list[Block]:
    """The top-level blocks and definitions of ``text``, in order.

    Lines end in ``\\n`` only; inline content is not parsed yet.
    """
    parser = _parser()
    found: list[_Found] = []
    tokens: list[Token] = []
    parser.block.parse(text, parser, {_FOUND: found}, tokens)
    result: list[Block] = []
    rest = iter(found)
    definition = next(rest, None)
    for block in _token_blocks(tokens):
        while definition and definition.start < block.start:
            result.append(_definition(definition))
            definition = next(rest, None)
        inside: dict[str, Any] = {}
        while definition and definition.start < block.end:
            inside = definition.references | inside
            definition = next(rest, None)
        result.append(Block(block.kind, block.start, block.end, block.tokens, inside))
    while definition:
        result.append(_definition(definition))
        definition = next(rest, None)
    return result


def _definition(found: _Found) -> Block:
    return Block("definition", found.start, found.end, (), found.references)


def define(known: Definitions, block: Block) -> None:
    """Add the definitions of ``block`` to ``known``; the first of a name wins."""
    for label, target in block.references.items():
        known.setdefault(label, target)


def _parse_inline(parser: MarkdownIt, tokens: Sequence[Token], env: dict[str, Any]) -> None:
    """Fill in inline content; text long enough to make that slow stays as it is."""
    ordinary = [token for token in tokens if len(token.content) <= _LONGEST_INLINE]
    for token in tokens:
        if token.type == "inline" and len(token.content) > _LONGEST_INLINE:
            token.children = [Token("text", "", 0, content=token.content)]
    state = StateCore("", parser, env, ordinary)
    inline(state)
    text_join(state)
    images_to_links(ordinary)


def block_html(block: Block, known: Definitions) -> str:
    """Safe HTML of ``block``; ``known`` holds the definitions before it."""
    if not block.tokens:
        return ""
    parser = _parser()
    env = {"references": ChainMap({}, known, block.references)}
    _parse_inline(parser, block.tokens, env)
    return sanitize(parser.renderer.render(block.tokens, parser.options, env))
