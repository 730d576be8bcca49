"""Markdown that arrives in pieces, as a stream of changes to a page."""

import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from tray.models.page import BlockUpdate
from tray.ui.markdown.blocks import Block, block_html, define, parse_blocks
from tray.ui.markdown.boundaries import count_final
from tray.ui.markdown.elements import code_html, code_language
from tray.ui.markdown.sanitize import sanitize
from tray.ui.markdown.streams import FenceStream, LongStream, OpenStream
from tray.ui.markdown.whole import normalize
from tray.ui.markdown.words import OpenWords, open_words

FRAME = 1 / 25.5
SHARE = 5
LONGEST_OPEN = 8192


class IncrementalRenderer:
    """Renders one answer while it streams.

    ``clock`` measures the renderer's own cost, in seconds. Rendering is due at most
    25.5 times a second, and not before five times its last cost, so it takes at most
    a fifth of a core. Not thread-safe; one per answer.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._due = float("-inf")
        self._arrived: list[str] = []
        self._tail = ""
        self._rendered = 0
        self._known: dict[str, Any] = {}
        self._index = 0
        self._shown: list[str] = []
        self._stream: OpenStream | None = None
        self._words: OpenWords | None = None

    @property
    def due(self) -> float | None:
        """When ``poll`` will next do something; ``None`` while nothing waits."""
        return self._due if self._arrived else None

    @property
    def quiet_until(self) -> float:
        """Until then ``poll`` does nothing, whatever is fed."""
        return self._due

    def feed(self, delta: str) -> None:
        """Add text; cheap, nothing is rendered."""
        if delta:
            self._arrived.append(delta)

    def poll(self, now: float, final: bool = False) -> tuple[BlockUpdate, ...]:
        """The changes since the last poll, or nothing while it is too early.

        ``now`` is any monotonic time in seconds. With ``final`` all text has
        arrived: every block is finished and the renderer is used up.
        """
        if not final and (not self._arrived or now < self._due):
            return ()
        started = self._clock()
        updates = self._advance(self._take(final), final)
        # Counted from when it was due: a poll that comes late costs no frame.
        begun = self._due if now - self._due < FRAME else now
        self._due = max(begun + FRAME, now + SHARE * (self._clock() - started))
        return tuple(updates)

    def _take(self, final: bool) -> str:
        """The text that arrived, but for a CR that may be half of a CRLF."""
        text = "".join(self._arrived)
        self._arrived.clear()
        if text.endswith("\r") and not final:
            self._arrived.append("\r")
            text = text[:-1]
        return normalize(text)

    def _advance(self, text: str, final: bool) -> list[BlockUpdate]:
        if self._stream is None:
            self._tail += text
            words = None if final else self._grown(text)
            return self._parse(final) if words is None else self._appended(words)
        appended = self._stream.feed(text)
        if final or self._stream.may_have_closed:
            self._tail = self._stream.source()
            blocks, done = self._blocks(final)
            if done:
                self._stream = None
                return self._settle(blocks, done)
            self._stream.still_open()
        return self._appended(appended)

    def _grown(self, text: str) -> str | None:
        """What the open words grow by; ``None`` when there are none, or they end."""
        words = self._words
        if words is None or len(self._tail) > LONGEST_OPEN:
            return None
        appended = words.feed(text)
        if appended is not None:
            self._shown[-1] = words.html
            self._rendered = len(self._tail)
        return appended

    def _appended(self, text: str) -> list[BlockUpdate]:
        last = self._index + len(self._shown) - 1
        return [BlockUpdate(index=last, append_text=text)] if text else []

    def _parse(self, final: bool) -> list[BlockUpdate]:
        blocks, done = self._blocks(final)
        return self._settle(blocks, done)

    def _blocks(self, final: bool) -> tuple[list[Block], int]:
        blocks = parse_blocks(self._tail)
        return blocks, len(blocks) if final else count_final(blocks, self._tail.split("\n"))

    def _settle(self, blocks: Sequence[Block], done: int) -> list[BlockUpdate]:
        """Send ``done`` blocks for good and keep the rest open."""
        updates = [update for block in blocks[:done] for update in self._finish(block)]
        still_open = blocks[done:]
        self._cut(blocks, done)
        return updates + self._show(still_open)

    def _finish(self, block: Block) -> list[BlockUpdate]:
        html = block_html(block, self._known)
        define(self._known, block)
        if not block.tokens:
            return []
        self._index += 1
        del self._shown[:1]
        return [BlockUpdate(index=self._index - 1, html=html, final=True)]

    def _cut(self, blocks: Sequence[Block], done: int) -> None:
        """Drop the source of finished blocks and of blank lines before the open one."""
        lines = self._tail.split("\n")
        line = blocks[done].start if done < len(blocks) else len(lines) - 1
        dropped = sum(len(text) + 1 for text in lines[:line])
        self._tail = self._tail[dropped:]
        self._rendered = max(self._rendered - dropped, 0)

    def _show(self, blocks: Sequence[Block]) -> list[BlockUpdate]:
        self._words = None
        if len(blocks) == 1 and blocks[0].kind == "fence" and "\n" in self._tail:
            return self._replace([self._open_fence(blocks[0])])
        if len(self._tail) > LONGEST_OPEN and blocks:
            return self._replace([self._open_long(blocks[0])])
        self._rendered = len(self._tail)
        known = dict(self._known)
        html: list[str] = []
        for block in blocks:
            html += [block_html(block, known)] if block.tokens else []
            define(known, block)
        if blocks and blocks[-1].tokens:
            self._words = open_words(html[-1], self._tail)
        return self._replace(html)

    def _open_fence(self, block: Block) -> str:
        token = block.tokens[0]
        indent = len(self._tail) - len(self._tail.lstrip(" "))
        self._stream = FenceStream(token.markup, indent)
        content = escape(self._stream.feed(self._tail))
        return sanitize(code_html(code_language(token.info), content, streaming=True))

    def _open_long(self, block: Block) -> str:
        """What was rendered so far stays; the source after it is appended."""
        marker = block.tokens[0].markup if block.tokens else ""
        self._stream = LongStream(block.kind, marker, self._tail)
        rendered = self._shown[0] if self._shown else ""
        rest = escape(self._tail[self._rendered if rendered else 0 :])
        return sanitize(f'{rendered}<div class="plain stream">{rest}</div>')

    def _replace(self, html: list[str]) -> list[BlockUpdate]:
        """Updates from the open blocks shown now to ``html``."""
        old = self._shown
        self._shown = html
        removed = [""] * (len(old) - len(html))
        return [
            BlockUpdate(index=self._index + offset, html=new)
            for offset, new in enumerate(html + removed)
            if offset >= len(old) or new != old[offset]
        ]
