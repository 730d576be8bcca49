"""Downloads and the removal of models as the page shows them."""

from collections.abc import Callable
from typing import Protocol

from tray.models.download import CuratedModel, HubOffer, TokenStatus
from tray.models.errand import TokenErrand
from tray.models.metrics import ServerMetrics
from tray.models.page_downloads import (
    DeletedModel,
    ShownCurated,
    ShownDownload,
    ShownDownloads,
    ShownOffer,
    ShownToken,
)
from tray.services.downloads import Downloads
from tray.services.removal import Removal
from tray.services.rough_fit import free_memory
from tray.ui.download_words import (
    deleted_line,
    shown_curated,
    shown_download,
    shown_offer,
    shown_token,
)


class Hub(Protocol):
    """What is asked of the hub and the keyring; may take seconds, fails with PaddockError."""

    def offer(self, what: str) -> HubOffer: ...

    def token(self, errand: TokenErrand) -> TokenStatus: ...


class DownloadDesk:
    """Satisfies the local API's ServedDownloads.

    ``metrics`` gives the newest measurement, ``changed`` is called when the models on
    the disk are others than before.
    """

    def __init__(
        self,
        downloads: Downloads,
        hub: Hub,
        curated: Callable[[], tuple[CuratedModel, ...]],
        metrics: Callable[[], ServerMetrics | None],
        removal: Removal,
    ) -> None:
        self._downloads = downloads
        self._hub = hub
        self._curated = curated
        self._metrics = metrics
        self._removal = removal
        self._changed: Callable[[], None] | None = None

    def listen(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called when a model came or went; it must return soon."""
        self._changed = changed

    def tell_changed(self) -> None:
        if self._changed is not None:
            self._changed()

    def lines(self) -> tuple[ShownDownload, ...]:
        """The list, for the page's state."""
        return tuple(map(shown_download, self._downloads.all()))

    def shown(self) -> ShownDownloads:
        return ShownDownloads(downloads=self.lines())

    def find(self, what: str) -> ShownOffer:
        return shown_offer(self._hub.offer(what), free_memory(self._metrics()))

    def curated(self) -> ShownCurated:
        return shown_curated(self._curated(), free_memory(self._metrics()))

    def start(self, what: str) -> ShownDownloads:
        self._downloads.start(what)
        return self.shown()

    def pause(self, download: str) -> ShownDownloads:
        self._downloads.pause(download)
        return self.shown()

    def resume(self, download: str) -> ShownDownloads:
        self._downloads.resume(download)
        return self.shown()

    def remove(self, download: str) -> ShownDownloads:
        self._downloads.remove(download)
        return self.shown()

    def token(self) -> ShownToken:
        return shown_token(self._hub.token(TokenErrand()))

    def keep_token(self, token: str) -> ShownToken:
        return shown_token(self._hub.token(TokenErrand(action="keep", token=token)))

    def forget_token(self) -> ShownToken:
        return shown_token(self._hub.token(TokenErrand(action="forget")))

    def delete(self, model: str, for_good: bool) -> DeletedModel:
        found, files = self._removal.remove(model, for_good)
        self.tell_changed()
        return DeletedModel(line=deleted_line(found, files, for_good))
