"""A standstill of the engine, shown while an answer is awaited."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tray.models.failure import PaddockError
from tray.models.state import ModelState
from tray.ui.present import state_line
from tray.ui.terminal.ports import AnswerWriter, Asked, StateFeed

HOW_TO_END = "Ctrl-C cancels the answer"


def mark_of(state: ModelState) -> str | None:
    """What to say of an engine that stands still; ``None`` of one that does not."""
    return f"{state_line(state)} · {HOW_TO_END}" if state.stalled else None


@contextmanager
def marked(paddock: Asked, writer: AnswerWriter) -> Iterator[None]:
    """Have ``writer`` told of each standstill and of its end, on a thread of its own.

    A Paddock that does not answer is left to the question that is asked next.
    """
    try:
        feed = paddock.subscribe()
    except PaddockError:
        yield
        return
    thread = threading.Thread(target=_follow, args=(feed, writer), name="marks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        feed.close()
        thread.join()


def _follow(feed: StateFeed, writer: AnswerWriter) -> None:
    shown: str | None = None
    # A Paddock that ends in the middle is told of by the answer.
    with suppress(PaddockError):
        for state in feed:
            mark = mark_of(state)
            if mark != shown:
                writer.mark(mark)
            shown = mark
