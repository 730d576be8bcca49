"""Reading the log as it grows, across rotations and restarts."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event

from tray.infrastructure.logs._rotating import rotated

_Identity = tuple[int, int]


def last_lines(path: Path, lines: int) -> tuple[str, ...]:
    """The last ``lines`` lines of the log and its rotated files, oldest first."""
    return tuple(_Place(path).begin(lines))


def follow(path: Path, stop: Event, lines: int = 10, interval: float = 0.2) -> Iterator[str]:
    """The last ``lines`` lines, then every new one, until ``stop`` is set.

    The file is opened for each look only, every ``interval`` seconds: an open
    file could not be rotated on Windows. A missing file is waited for.
    """
    place = _Place(path)
    yield from place.begin(lines)
    while not stop.is_set():
        new = place.read()
        yield from new
        if not new:
            stop.wait(interval)


class _Place:
    """How far a log has been read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: _Identity | None = None
        self._offset = 0

    def begin(self, lines: int) -> list[str]:
        """The last ``lines`` complete lines; ``read`` goes on from there."""
        found: list[str] = []
        seen: set[_Identity] = set()
        for identity, content in _newest_first(self._path):
            if identity in seen:
                continue
            complete, used = _complete(content)
            if not seen:
                self._identity, self._offset = identity, used
            seen.add(identity)
            found = [*complete, *found]
            if len(found) >= lines:
                break
        return found[-lines:] if lines > 0 else []

    def read(self) -> list[str]:
        """All complete lines since the last call."""
        unread: list[tuple[_Identity, bytes]] = []
        # Newest first: a file that is rotated meanwhile is then seen twice, never missed.
        for identity, content in _newest_first(self._path):
            if identity not in (seen for seen, _ in unread):
                unread.append((identity, content))
            if identity == self._identity or self._identity is None:
                break
        else:
            unread = unread[:1]
        lines: list[str] = []
        for identity, content in reversed(unread):
            start = self._offset if identity == self._identity else 0
            # Shorter than before: another file took the place of a removed one.
            start = start if start <= len(content) else 0
            more, used = _complete(content[start:])
            lines += more
            self._identity, self._offset = identity, start + used
        return lines


def _newest_first(path: Path) -> Iterator[tuple[_Identity, bytes]]:
    for age in count():
        try:
            with rotated(path, age).open("rb") as file:
                found = os.fstat(file.fileno())
                yield (found.st_dev, found.st_ino), file.read()
        except OSError:
            # Between two renames of a rotation only the newest can be missing.
            if age:
                return


def _complete(content: bytes) -> tuple[list[str], int]:
    """The finished lines of ``content`` and how many bytes they took."""
    used = content.rfind(b"\n") + 1
    return content[:used].decode("utf-8", "replace").split("\n")[:-1], used
