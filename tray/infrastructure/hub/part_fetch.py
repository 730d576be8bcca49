"""One file of a hub or of a release, asked for until it is whole and verified."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tray.infrastructure.hub.body import NOTHING, pieces
from tray.infrastructure.hub.connection import HubConnection, Interrupted, Patience
from tray.infrastructure.hub.part_file import PartFile
from tray.models.failure import PaddockError

if TYPE_CHECKING:
    import httpx


class Report(Protocol):
    """``size`` bytes are here, ``arrived`` of them just now; ``waiting`` is what for, if at all."""

    def __call__(self, size: int, arrived: int = 0, waiting: str | None = None) -> None: ...


@dataclass(frozen=True)
class PartFetch:
    """``size`` bytes at ``path``; ``name`` is what a failure calls it.

    ``odd`` is the failure of a host whose answer makes no sense.
    """

    connection: HubConnection
    path: str
    name: str
    size: int
    odd: Callable[[str, str], PaddockError]
    report: Report

    def into(self, part: PartFile) -> None:
        """What ``part`` lacks; then it becomes its target. Raises PaddockError, OSError."""
        self.report(part.size)
        patience = Patience(self.connection)
        while part.size < self.size:
            try:
                self._ask(part, patience)
            except Interrupted as interruption:
                patience.wait(interruption, lambda words: self.report(part.size, waiting=words))
        part.finish(lambda: self.report(part.size, waiting="checking it"))

    def _ask(self, part: PartFile, patience: Patience) -> None:
        """One request; adds to ``part`` what it brings."""
        with self.connection.get(self.path, part.size) as response:
            if response.status_code == 416:
                part.start_again()
                raise Interrupted("answer 416 to the rest of the file")
            self._match(response, part)
            for data in pieces(response, self.connection.timeout):
                if not data:
                    self.report(part.size, waiting=NOTHING)
                    continue
                if part.size + len(data) > self.size:
                    part.start_again()
                    raise self._odd(f"sends more than {self.name} has")
                part.add(data)
                patience.arrived(part.size)
                self.report(part.size, len(data))
        if part.size < self.size:
            raise Interrupted("the connection ended early")

    def _match(self, response: "httpx.Response", part: PartFile) -> None:
        """Make ``part`` end where the body begins."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._odd("packs the file, which was not asked for")
        if response.status_code == 200:
            if part.size:
                part.start_again()
            return
        begins = f"bytes {part.size}-{self.size - 1}/{self.size}"
        if response.headers.get("content-range", "").strip() != begins:
            raise self._odd(f"sends another part of {self.name}")

    def _odd(self, words: str) -> PaddockError:
        return self.odd(self.connection.host, words)
