"""The chat's real window on a real desktop, in each state of its life."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.desktop.rig import SCREEN, Desktop, desktop, wait_until
from tests.screenshots.backdrop import paint
from tests.web.page_setup import Scripted, scripted_page
from tests.web.scripted import BROKEN, ScriptedAnswer
from tray.infrastructure.popover_process import PopoverProcess
from tray.models.chat import ChatTimings, FinishChunk, FinishReason, ReasoningChunk
from tray.models.config import LlamaCppConfig

TITLE = "Paddock"
NEAR = (SCREEN[0] - 60, 14)
QUESTION = "How do I add my own model?"
THOUGHT = "They have a GGUF file, or want one. The model folder is the shortest way. "
FIRST_PART = """Paddock finds every **GGUF** file in its model folder.

1. Choose *Open model folder* in the menu.
2. Put the file into it.
3. Choose it under *Model*.

From the terminal:

```sh
paddock models
paddock start --model"""
LAST_PART = r"""my-model
```

| Quantization | Size of 4B | Quality |
|:-------------|-----------:|:-------:|
| Q4_K_M       |    2.5 GiB |  good   |
| Q8_0         |    4.3 GiB |  best   |

Its memory: $m \approx 1.2 \cdot \frac{n \cdot b}{8}$ for $n$ weights of $b$ bits.
"""
DONE = FinishChunk(
    reason=FinishReason.STOP,
    timings=ChatTimings(
        prompt_tokens=18, predicted_tokens=163, tokens_per_second=54.3, time_to_first_token_ms=120
    ),
)


def popover_pictures(pictures: Path, work: Path, *, dark: bool) -> None:
    """Write popover-<state>-<theme>.png: stopped, empty, streaming, answer, error."""
    theme = "dark" if dark else "light"
    with desktop(work, dark=dark) as screen, _standing_in(screen), scripted_page() as script:
        paint(screen)
        popover = PopoverProcess(script.page.url, lambda _: None, lambda: 300, lambda: False)
        script.page.window.popover = popover
        try:
            popover.show(NEAR)
            screen.wait_for_window(TITLE, "name")
            wait_until(lambda: bool(script.page.looks), "the page")
            _Session(screen, script, pictures, theme).take_all()
        finally:
            popover.close()


@contextmanager
def _standing_in(screen: Desktop) -> Iterator[None]:
    """The popover inherits this process's environment: the desktop's, for a while."""
    before = dict(os.environ)
    os.environ.update(screen.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Session:
    """One popover, photographed in the order of its life."""

    def __init__(self, screen: Desktop, script: Scripted, pictures: Path, theme: str) -> None:
        self._screen = screen
        self._script = script
        self._pictures = pictures
        self._theme = theme
        self._last = b""

    def take_all(self) -> None:
        service = self._script.page.service
        self._take("stopped")
        service.start(LlamaCppConfig()).result(30)
        self._take("empty")
        answer = self._ask()
        answer.say(ReasoningChunk(text=THOUGHT))
        for word in FIRST_PART.split(" "):
            self._screen.output("sleep", "0.02")
            answer.say(word + " ")
        self._take("streaming")
        answer.say(LAST_PART)
        answer.finish(DONE)
        self._take("answer")
        service.stop().result(30)
        self._script.engines.refuse(BROKEN)
        service.start(LlamaCppConfig()).result(30)
        self._take("error")

    def _ask(self) -> ScriptedAnswer:
        self._screen.output("xdotool", "type", "--delay", "5", QUESTION)
        self._screen.key("Return")
        return self._script.chats.next()

    def _take(self, name: str) -> None:
        """Wait until the window shows something new and has come to rest."""
        picture = wait_until(self._settled, f"a new picture: {name}")
        self._last = picture.tobytes()
        picture.save(self._pictures / f"popover-{name}-{self._theme}.png", optimize=True)

    def _settled(self) -> Image.Image | None:
        first = self._shot()
        if first.tobytes() == self._last or len(first.getcolors(1 << 24) or ()) < 8:
            return None
        for _ in range(4):
            # A caret blinks and meters move: a quarter of a second without a change.
            self._screen.output("sleep", "0.25")
            again = self._shot()
            if again.tobytes() == first.tobytes():
                return again
            first = again
        return first

    def _shot(self) -> Image.Image:
        x, y, width, height = self._screen.geometry(TITLE, "name")
        path = self._screen.screenshot(self._screen.folder / "shot.png")
        with Image.open(path) as image:
            return image.convert("RGB").crop((x, y, x + width, y + height))
