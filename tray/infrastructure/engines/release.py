"""Fetches the archives of a build: pinned addresses and hashes, resumed parts."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tray.infrastructure.engines.failures import gone, odd, unusable
from tray.infrastructure.hub.connection import HubConnection
from tray.infrastructure.hub.failures import no_room
from tray.infrastructure.hub.pace import Pace
from tray.infrastructure.hub.part_fetch import PartFetch
from tray.infrastructure.hub.part_file import PartFile, is_whole, part_path
from tray.models.download import DownloadProgress
from tray.models.engine_build import Asset, EngineBuild
from tray.models.engine_shelf import EngineWork

if TYPE_CHECKING:
    import httpx

RESERVE = 64 << 20
# Unpacked beside the archives, which stay until the build has been checked.
UNPACKED_TIMES = 3
Tell = Callable[[EngineWork], None]


class ReleaseConnection(HubConnection):
    """The host of one asset; its refusals are about a build, not about a model."""

    def _judge(self, response: "httpx.Response") -> None:
        if response.status_code in (401, 403, 404, 410):
            raise gone(self.host, response.status_code)
        super()._judge(response)


class ReleaseFetch:
    """One build's archives, into ``folder``. May be interrupted at any time and goes on later."""

    def __init__(self, build: EngineBuild, folder: Path, tell: Tell) -> None:
        self._build = build
        self._folder = folder
        self._pace = Pace(lambda p: tell(EngineWork(name=build.name, progress=p)))
        self._before = 0
        self._fetched = 0

    def run(self) -> tuple[Path, ...]:
        """The archives, whole and with the pinned content. Raises PaddockError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_room()
            for asset in self._build.assets:
                self._get(asset)
                self._before += asset.size
        except OSError as error:
            raise unusable(self._folder, error) from error
        return tuple(self._folder / asset.name for asset in self._build.assets)

    def _check_room(self) -> None:
        here = sum(self._here(asset) for asset in self._build.assets)
        needed = self._build.size * (1 + UNPACKED_TIMES) - here + RESERVE
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise no_room(self._folder, needed, free)

    def _here(self, asset: Asset) -> int:
        target = self._folder / asset.name
        for path in (target, part_path(target, asset.sha256)):
            if path.exists():
                return min(path.stat().st_size, asset.size)
        return 0

    def _get(self, asset: Asset) -> None:
        target = self._folder / asset.name
        if is_whole(target, asset.size, asset.sha256, self._report):
            return
        target.unlink(missing_ok=True)
        parts = urlsplit(asset.url)
        connection = ReleaseConnection(f"{parts.scheme}://{parts.netloc}")
        fetch = PartFetch(connection, parts.path, asset.name, asset.size, odd, self._report)
        with closing(connection), PartFile(target, asset.size, asset.sha256) as part:
            fetch.into(part)

    def _report(self, size: int, arrived: int = 0, waiting: str | None = None) -> None:
        self._fetched += arrived
        self._pace.tell(
            DownloadProgress(
                name=self._build.name,
                done=self._before + size,
                total=self._build.size,
                fetched=self._fetched,
                waiting=waiting,
            )
        )
