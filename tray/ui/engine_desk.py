"""What the page is served about engines: every call answers how things stand then."""

import threading
from collections.abc import Callable
from typing import Protocol

from tray.models.engine_shelf import (
    EngineShelf,
    GetEngineRequest,
    PageEngines,
    RemoveEngineRequest,
    UseEngineRequest,
)
from tray.ui.engine_words import page_engines


class Offered(Protocol):
    """The engines, whoever keeps them. Failures are PaddockError."""

    def shelf(self) -> EngineShelf: ...

    def get(self, name: str | None) -> None: ...

    def cancel(self) -> None: ...

    def use(self, name: str | None) -> None: ...

    def back(self) -> None: ...

    def remove(self, name: str) -> None: ...


class EngineDesk:
    """Satisfies the local API's ServedEngines.

    ``make`` is called once, when somebody first asks: a resident nobody asks for
    engines spares what they need.
    """

    def __init__(self, make: Callable[[], Offered]) -> None:
        self._make = make
        self._made: Offered | None = None
        self._lock = threading.Lock()

    @property
    def engines(self) -> Offered:
        """The engines themselves."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def shelf(self) -> PageEngines:
        return page_engines(self.engines.shelf())

    def get(self, request: GetEngineRequest) -> PageEngines:
        self.engines.get(request.name)
        return self.shelf()

    def cancel(self) -> PageEngines:
        self.engines.cancel()
        return self.shelf()

    def use(self, request: UseEngineRequest) -> PageEngines:
        self.engines.use(request.name)
        return self.shelf()

    def back(self) -> PageEngines:
        self.engines.back()
        return self.shelf()

    def remove(self, request: RemoveEngineRequest) -> PageEngines:
        self.engines.remove(request.name)
        return self.shelf()
