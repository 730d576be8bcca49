"""Downloads and the removal of models as the page shows them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tray.models.metrics import ServerMetrics
from tray.models.page_downloads import (
    DeletedModel,
    ShownCurated,
    ShownDownload,
    ShownDownloads,
    ShownOffer,
    ShownToken,
)

if TYPE_CHECKING:
    from tray.models.download import CuratedModel, HubOffer, TokenStatus
    from tray.models.errand import TokenErrand
    from tray.services.downloads import Downloads
    from tray.services.removal import Removal


class Hub(Protocol):
    """What is asked of the hub and the keyring; may take seconds, fails with PaddockError."""

    def offer(self, what: str) -> "HubOffer": ...

    def token(self, errand: "TokenErrand") -> "TokenStatus": ...


@dataclass(frozen=True)
class DownloadParts:
    """What the desk stands on, and how it ends."""

    downloads: "Downloads"
    hub: Hub
    curated: "Callable[[], tuple[CuratedModel, ...]]"
    removal: "Removal"
    close: Callable[[], None]


class DownloadDesk:
    """Satisfies the local API's ServedDownloads.

    ``build`` makes the parts at the first call that needs them. ``metrics`` gives the
    newest measurement.
    """

    def __init__(
        self, build: Callable[[], DownloadParts], metrics: Callable[[], ServerMetrics | None]
    ) -> None:
        self._build = build
        self._metrics = metrics
        self._lock = threading.Lock()
        self._built: DownloadParts | None = None
        self._changed: Callable[[], None] | None = None

    def prepare(self) -> DownloadParts:
        """The parts, built if need be."""
        with self._lock:
            if self._built is None:
                self._built = self._build()
            return self._built

    def close(self) -> None:
        """Pause what runs."""
        with self._lock:
            if self._built is not None:
                self._built.close()

    def listen(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called when a model came or went; it must return soon."""
        self._changed = changed

    def tell_changed(self) -> None:
        if self._changed is not None:
            self._changed()

    def lines(self) -> tuple[ShownDownload, ...]:
        """The list, for the page's state."""
        if self._built is None:
            return ()
        from tray.ui.download_words import shown_download

        return tuple(map(shown_download, self._built.downloads.all()))

    def shown(self) -> ShownDownloads:
        return ShownDownloads(downloads=self.lines())

    def find(self, what: str) -> ShownOffer:
        from tray.services.rough_fit import free_memory
        from tray.ui.download_words import shown_offer

        return shown_offer(self.prepare().hub.offer(what), free_memory(self._metrics()))

    def curated(self) -> ShownCurated:
        from tray.services.rough_fit import free_memory
        from tray.ui.download_words import shown_curated

        return shown_curated(self.prepare().curated(), free_memory(self._metrics()))

    def start(self, what: str) -> ShownDownloads:
        self.prepare().downloads.start(what)
        return self.shown()

    def pause(self, download: str) -> ShownDownloads:
        self.prepare().downloads.pause(download)
        return self.shown()

    def resume(self, download: str) -> ShownDownloads:
        self.prepare().downloads.resume(download)
        return self.shown()

    def remove(self, download: str) -> ShownDownloads:
        self.prepare().downloads.remove(download)
        return self.shown()

    def token(self) -> ShownToken:
        from tray.models.errand import TokenErrand

        return self._token(TokenErrand())

    def keep_token(self, token: str) -> ShownToken:
        from tray.models.errand import TokenErrand

        return self._token(TokenErrand(action="keep", token=token))

    def forget_token(self) -> ShownToken:
        from tray.models.errand import TokenErrand

        return self._token(TokenErrand(action="forget"))

    def delete(self, model: str, for_good: bool) -> DeletedModel:
        from tray.ui.download_words import deleted_line

        parts = self.prepare()
        found, files = parts.removal.remove(model, for_good)
        for download in parts.downloads.all():
            # "Here and verified" it is no more.
            if download.model == found.path:
                parts.downloads.remove(download.id)
        self.tell_changed()
        return DeletedModel(line=deleted_line(found, files, for_good))

    def _token(self, errand: "TokenErrand") -> ShownToken:
        from tray.ui.download_words import shown_token

        return shown_token(self.prepare().hub.token(errand))
