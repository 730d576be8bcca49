"""Addresses in plain text become links: ``https://example.org/``, without any marks.

linkify-it knows where an address ends before a bracket, a quote or a full stop. It takes
what Chinese, Japanese or Korean write next for a part of it, which have no space there.
The parser's own rule for it looks at all text before each colon, and at all after it.
"""

import re
from functools import cache

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from tray.ui.markdown.spaceless import SPACELESS

BEGIN = "://"
_LONGEST = 2048
_SCHEME = re.compile(r"(?:^|[^a-z0-9.+:-])(https?)$", re.IGNORECASE)
_END = re.compile(
    r"[\s<>、。，．；：！？…（）［］｛｝「」『』【】《》〈〉〔〕“”‘’]"
    # Marks of bold, italic or struck text around it.
    r"|\*\*|[*_~]+(?![\w/?#&=%+-])"
)
_HOST = re.compile(
    rf"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?={SPACELESS.pattern})", re.IGNORECASE
)


@cache
def _known() -> LinkifyIt:
    return LinkifyIt()


def _address(text: str) -> str:
    """The one ``text`` begins with; empty if there is none, or it is endless."""
    host, end = _HOST.match(text), _END.search(text)
    if host is not None:
        text = host[0]
    elif end is not None:
        text = text[: end.start()]
    elif len(text) == _LONGEST:
        return ""
    found = _known().match_at_start(text)
    # A host that ends with a full stop is not shown without it.
    return "" if found is None or text.startswith("./", found.last_index) else str(found.url)


def _bare_link(state: StateInline, silent: bool) -> bool:
    if state.linkLevel > 0 or not state.src.startswith(BEGIN, state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-len("xhttps") :])
    if scheme is None:
        return False
    start = state.pos - len(scheme[1])
    address = _address(state.src[start : min(start + _LONGEST, state.posMax)])
    target = state.md.normalizeLink(address).replace("'", "%27")
    if not address or not state.md.validateLink(target):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": target}
        state.push("text", "", 0).content = state.md.normalizeLinkText(address)
        state.push("link_close", "a", -1)
    state.pos = start + len(address)
    return True


def add_bare_links(parser: MarkdownIt) -> None:
    """Have ``parser`` link them; what ``validateLink`` refuses stays text."""
    parser.inline.ruler.after("text", "bare_link", _bare_link)
