"""Hostile answers, whole and cut at every offset, leave only allow-listed HTML."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile_corpus import PAYLOADS
from tests.unit.test_markdown_incremental import Page
from tray.ui.markdown import IncrementalRenderer, render

_TAG_NAMES = (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr br strong em s code pre a table thead tbody tr th "
    "td input div span figure figcaption"
)
_TAGS = set(_TAG_NAMES.split())
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
    "span": {"class"},
    "th": {"class"},
    "td": {"class"},
}
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
