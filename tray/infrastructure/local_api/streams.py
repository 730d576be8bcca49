"""Snapshots and chat chunks as lines of JSON."""

from collections.abc import Iterator

from tray.infrastructure.local_api.backlog import SILENCE, Backlog
from tray.infrastructure.local_api.page_ports import ServedPage
from tray.infrastructure.local_api.ports import ServedAnswer, StateFeed
from tray.models.chat import CHAT_CHUNK


class StateLines:
    """The current snapshot, then every newer one."""

    def __init__(self, feed: StateFeed) -> None:
        self._feed = feed

    def __iter__(self) -> Iterator[bytes]:
        while not self._feed.closed:
            state = self._feed.get(SILENCE)
            yield b"" if state is None else state.__pydantic_serializer__.to_json(state) + b"\n"

    def close(self) -> None:
        self._feed.close()


class PageStateLines:
    """What the page shows of each snapshot; snapshots that look the same are left out."""

    def __init__(self, feed: StateFeed, page: ServedPage) -> None:
        self._feed = feed
        self._page = page

    def __iter__(self) -> Iterator[bytes]:
        self._page.opened()
        shown, state = b"", None
        while not self._feed.closed:
            # Without a new snapshot the last one is shown again: a download may be further.
            state = self._feed.get(SILENCE) or state
            line = shown if state is None else self._page.state(state).model_dump_json().encode()
            yield b"" if line == shown else line + b"\n"
            shown = line

    def close(self) -> None:
        self._feed.close()


class ChatLines:
    """The chunks of one answer; what has piled up goes out as one piece.

    Closing cancels the answer.
    """

    def __init__(self, answer: ServedAnswer) -> None:
        self._backlog = Backlog(answer)

    def __iter__(self) -> Iterator[bytes]:
        to_json = CHAT_CHUNK.serializer.to_json
        while (chunks := self._backlog.take()) is not None:
            yield b"".join([to_json(chunk) + b"\n" for chunk in chunks])

    def close(self) -> None:
        self._backlog.close()
