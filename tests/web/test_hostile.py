"""Hostile answers in a real browser: no script, no request, no dialog, no navigation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Shown

pytestmark = [pytest.mark.web, pytest.mark.slow]

CORPUS = Path(__file__).parents[1] / "unit" / "data" / "xss_payloads.jsonl"
PAYLOADS: list[str] = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
DANGEROUS = "script, iframe, object, embed, style, link, form, base, meta, img, svg image, [style]"


@pytest.mark.parametrize("step", [1, 7, 100_000], ids=["by letter", "by token", "at once"])
def test_the_corpus_of_payloads_does_nothing(shown: Shown, step: int) -> None:
    shown.ready()
    payloads = PAYLOADS if step > 1 else PAYLOADS[::8]
    answer = shown.ask("Attack!")
    for payload in payloads:
        answer.say(*(payload[at : at + step] for at in range(0, len(payload), step)), "\n\n")
    answer.say("The end.")
    answer.finish()
    expect(shown.page.locator(".meta")).to_be_visible(timeout=30_000)
    assert shown.page.locator("#messages").locator(DANGEROUS).count() == 0
    handlers = shown.page.evaluate(
        "[...document.querySelectorAll('#messages *')].flatMap(e => e.getAttributeNames())"
        ".filter(name => name.startsWith('on'))"
    )
    assert handlers == []
    assert shown.page.url == f"{shown.script.page.origin}/"


def test_every_link_of_the_corpus_asks_before_it_leads_out(shown: Shown) -> None:
    shown.ready()
    shown.answered("\n\n".join(payload for payload in PAYLOADS if "](" in payload))
    links = shown.page.locator(".block a")
    assert links.count() > 3
    for link in links.all()[:20]:
        link.dispatch_event("click")
        expect(shown.page.locator("#leave")).to_be_visible()
        assert shown.page.locator("#leave-host").inner_text()
        shown.page.keyboard.press("Escape")
        expect(shown.page.locator("#leave")).to_be_hidden()
    assert shown.script.page.opened == []
