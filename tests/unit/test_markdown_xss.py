"""Hostile answers, whole and cut at every offset, leave only allow-listed HTML."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.hostile_corpus import PAYLOADS
from tests.unit.test_markdown_incremental import Page
from tray.ui.markdown.incremental import IncrementalRenderer
from tray.ui.markdown.math_elements import SPACES
from tray.ui.markdown.whole import render

_TAG_NAMES = (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr br strong em s code pre a table thead tbody tr th "
    "td input div span figure figcaption"
)
_MATH_NAMES = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd mstyle mpadded mphantom menclose"
)
_OPERATOR_NAMES = (
    "stretchy fence separator form minsize maxsize lspace rspace movablelimits largeop"
)
_TAGS = set(_TAG_NAMES.split()) | set(_MATH_NAMES.split())
_ATTRIBUTES = {
    "a": {"href", "data-host", "target", "rel", "class"},
    "ol": {"start", "class"},
    "ul": {"class"},
    "li": {"class"},
    "figure": {"class", "data-language"},
    "input": {"type", "disabled", "checked", "aria-label"},
    "pre": {"tabindex"},
    "div": {"tabindex", "class"},
    "code": {"class"},
    "span": {"class", "data-source", "tabindex"},
    "th": {"class"},
    "td": {"class"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mtext": {"mathvariant"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "mtable": {"displaystyle"},
    "mtd": {"columnalign"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mpadded": {"width", "height", "depth"},
    "menclose": {"notation"},
    "mo": set(_OPERATOR_NAMES.split()),
}
_WORD = re.compile(r"[a-z ]+|\d(\.\d+)?(em)?")
_SPACES = {f"{width}em" for width in SPACES}
_URL = re.compile(
    r"(https?://[a-zA-Z0-9\[][^\s\"'<>@\\]*|mailto:[^\s\"'<>]+@[^\s\"'<>]+)\Z",
    re.IGNORECASE,
)


_REFUSED = (
    "file:///x smb://h/x ms-msdt:/id javascript:x data:text/html,x vscode://file/x //h/x "
    "ftp://h/x http:/x https://u@h https://u:p@h/ chrome://x x vbscript:x blob:http://h/x about:x "
    "tel:1 search-ms:x ms-appinstaller:?source=x apt:x help:x ssh://h magnet:?x steam://run/1 "
    "http://0x7f000001/ http://2130706433/ http://127.1/ http://0177.0.0.1/ http://1.2.3.4./ "
    "http://a.0x1/ http://1.2.3.256/"
)


class _Gate(HTMLParser):
    """Fails on anything a browser would see beyond the allow-list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS
        values = dict(attrs)
        assert set(values) <= _ATTRIBUTES.get(tag, set())
        if tag == "mspace":
            assert values.get("width", "0.5em") in _SPACES
        elif tag in _MATH_NAMES.split():
            assert all(_WORD.fullmatch(value or "") for value in values.values()), attrs
        if tag == "a":
            assert _URL.match(values["href"] or ""), values
            assert "noopener" in (values["rel"] or "")
            assert (values["data-host"] or "") in (values["href"] or "").lower()
        if tag == "input":
            assert values["type"] == "checkbox"
            assert "disabled" in values

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"processing instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"declaration: {data}")


def check(html: str) -> None:
    gate = _Gate()
    gate.feed(html)
    gate.close()


def check_stream(whole: tuple[str, ...], *pieces: str) -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    page = Page()
    for step, piece in enumerate(pieces):
        renderer.feed(piece)
        updates = renderer.poll(float(step), final=step == len(pieces) - 1)
        for update in updates:
            check(update.html or "")
        page.apply(updates)
    assert page.blocks() == whole


def test_the_corpus_is_large() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 500


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whole_and_cut_at_every_offset(payload: str) -> None:
    whole = render(payload)
    for html in whole:
        check(html)
    for offset in range(len(payload) + 1):
        check_stream(whole, payload[:offset], payload[offset:])
    check_stream(whole, *payload, "")


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(st.sampled_from(PAYLOADS), min_size=2, max_size=4), glue=st.text(max_size=3))
def test_payloads_joined(parts: list[str], glue: str) -> None:
    for html in render(glue.join(parts)):
        check(html)


@pytest.mark.parametrize(
    "url",
    _REFUSED.split(),
)
def test_refused_schemes_stay_text(url: str) -> None:
    for text in (f"[label]({url})", f"<{url}>", f"![label]({url})", f"[l]: {url}\n\n[l]"):
        assert "<a" not in "".join(render(text))


def test_allowed_links_show_their_host() -> None:
    text = "[a](https://Example.com:8080/p?q#f) <mailto:me@example.org> <http://127.0.0.1:80/>"
    html = "".join(render(text))
    assert 'data-host="example.com"' in html
    assert 'data-host="me@example.org"' in html
    assert 'data-host="127.0.0.1"' in html


_LATEX = (
    r"\frac \sqrt \text \textcolor \color \href \style \class \rule \raise \hspace \left \right "
    r"\begin \end {array} {cases} {align} \\ & ^ _ { } [ ] ( ) x 1 ' \def \a #1 \newcommand "
    r"\sideset \verb| | \unicode{x3c} &lt;script&gt; <img/src=x/onerror=alert(1)> 10em \mathbf "
    r"{javascript:alert(1)} \operatorname \not \big \middle \mathchoice \genfrac \substack "
    r"\xrightarrow \overset \mbox{$x$}"
)


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(st.sampled_from(_LATEX.split()), max_size=30))
@example(pieces=[r"\sideset{}{}{"] * 60 + ["x"] + ["}"] * 60)
@example(pieces=[r"\def\a{\b\b}", r"\def\b{\c\c}"] * 20)
@example(pieces=["{"] * 900 + ["}"] * 900)
@example(pieces=[r"\sqrt"] * 380)
@example(pieces=[r"\text{"] * 300)
def test_no_formula_raises_or_leaves_the_allow_list(pieces: list[str]) -> None:
    began = time.thread_time()
    for html in render(f"$${' '.join(pieces)}$$"):
        check(html)
    assert time.thread_time() - began < 0.5
