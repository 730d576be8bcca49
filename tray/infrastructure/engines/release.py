"""Fetches the archives of a build: pinned addresses and hashes, resumed parts."""

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tray.infrastructure.engines.failures import gone, odd, unusable
from tray.infrastructure.hub.body import NOTHING, pieces
from tray.infrastructure.hub.connection import HubConnection, Interrupted, Patience
from tray.infrastructure.hub.failures import no_room
from tray.infrastructure.hub.pace import Pace
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
        with closing(connection), PartFile(target, asset.size, asset.sha256) as part:
            self._report(part.size)
            patience = Patience(connection)
            while part.size < asset.size:
                try:
                    self._fetch(connection, parts.path, asset, part, patience)
                except Interrupted as interruption:
                    seconds = patience.pause(interruption)
                    self._report(
                        part.size, f"{interruption.reason}; trying again in {seconds:.0f} s"
                    )
                    time.sleep(seconds)
            part.finish(lambda: self._report(part.size, "checking it"))

    def _fetch(
        self,
        connection: HubConnection,
        path: str,
        asset: Asset,
        part: PartFile,
        patience: Patience,
    ) -> None:
        """One request; adds to ``part`` what it brings."""
        with connection.get(path, part.size) as response:
            if response.status_code == 416:
                part.start_again()
                raise Interrupted("answer 416 to the rest of the file")
            _match(connection, response, asset, part)
            for data in pieces(response, connection.timeout):
                if not data:
                    self._report(part.size, NOTHING)
                    continue
                if part.size + len(data) > asset.size:
                    part.start_again()
                    raise odd(connection.host, f"sends more than {asset.name} has")
                part.add(data)
                self._fetched += len(data)
                patience.arrived(part.size)
                self._report(part.size)
        if part.size < asset.size:
            raise Interrupted("the connection ended early")

    def _report(self, size: int, waiting: str | None = None) -> None:
        self._pace.tell(
            DownloadProgress(
                name=self._build.name,
                done=self._before + size,
                total=self._build.size,
                fetched=self._fetched,
                waiting=waiting,
            )
        )


def _match(
    connection: HubConnection, response: "httpx.Response", asset: Asset, part: PartFile
) -> None:
    """Make ``part`` end where the body begins."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise odd(connection.host, "packs the file, which was not asked for")
    if response.status_code == 200:
        if part.size:
            part.start_again()
        return
    begins = f"bytes {part.size}-{asset.size - 1}/{asset.size}"
    if response.headers.get("content-range", "").strip() != begins:
        raise odd(connection.host, f"sends another part of {asset.name}")
