"""Downloads the files of a model: checked room, resumed parts, verified content."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tray.infrastructure.hub.choice import chosen_files
from tray.infrastructure.hub.connection import HubConnection
from tray.infrastructure.hub.failures import no_room, refused, strange, unwritable
from tray.infrastructure.hub.pace import Pace
from tray.infrastructure.hub.part_fetch import PartFetch
from tray.infrastructure.hub.part_file import PartFile, is_whole, part_path
from tray.infrastructure.hub.repository import Repository, read_repository
from tray.models.download import Downloaded, DownloadProgress, HubFile, HubPlan, HubRequest

# Nobody fills a disk to its last byte without regret.
RESERVE = 64 << 20
Tell = Callable[[DownloadProgress], None]


def download_model(
    connection: HubConnection,
    request: HubRequest,
    models: Path,
    tell: Tell,
    begun: Callable[[HubPlan], None] = lambda _: None,
) -> Downloaded:
    """Fetch a model into ``models/<owner>/<name>``. Raises PaddockError.

    ``begun`` is told what will be fetched, ``tell`` how far it is, and before that what
    is waited for, with a total of 0. May be interrupted at
    any time, a kill included: the next call goes on where this one ended.
    """

    def waits(words: str) -> None:
        name = request.repository
        tell(DownloadProgress(name=name, done=0, total=0, fetched=0, waiting=words))

    repository = read_repository(connection, request, waits)
    plan = HubPlan(
        folder=models / request.repository, files=chosen_files(repository.files, request)
    )
    begun(plan)
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        return _Download(connection, repository, plan, tell).run()
    except OSError as error:
        raise unwritable(plan.folder, error) from error


class _Download:
    def __init__(
        self, connection: HubConnection, repository: Repository, plan: HubPlan, tell: Tell
    ) -> None:
        self._connection = connection
        self._repository = repository
        self._folder = plan.folder
        self._files = plan.files
        self._pace = Pace(tell)
        self._total = sum(file.size for file in plan.files)
        self._done = 0
        self._fetched = 0

    def run(self) -> Downloaded:
        """The first part comes last: until it is there nothing looks like a model."""
        self._check_room()
        for file in reversed(self._files):
            self._get(file)
            self._done += file.size
        paths = tuple(self._folder / file.name for file in self._files)
        return Downloaded(model=paths[0], files=paths, size=self._total)

    def _check_room(self) -> None:
        needed = sum(file.size - self._here(file) for file in self._files)
        free = shutil.disk_usage(self._folder).free
        if needed and needed + RESERVE > free:
            raise no_room(self._folder, needed + RESERVE, free)

    def _here(self, file: HubFile) -> int:
        target = self._folder / file.name
        for path in (target, part_path(target, file.sha256)):
            if path.exists():
                return min(path.stat().st_size, file.size)
        return 0

    def _get(self, file: HubFile) -> None:
        target = self._folder / file.name
        if is_whole(target, file.size, file.sha256, lambda size: self._report(file, size)):
            return
        if target.exists():
            raise refused(
                "Another file has this name",
                f"{target} is not what {self._repository.name} offers under that name. "
                "Move or remove it first.",
            )
        path = self._repository.path_of(file)
        report = partial(self._report, file)
        fetch = PartFetch(self._connection, path, file.path, file.size, strange, report)
        with PartFile(target, file.size, file.sha256) as part:
            fetch.into(part)

    def _report(
        self, file: HubFile, size: int, arrived: int = 0, waiting: str | None = None
    ) -> None:
        self._fetched += arrived
        self._pace.tell(
            DownloadProgress(
                name=file.name,
                done=self._done + size,
                total=self._total,
                fetched=self._fetched,
                waiting=waiting,
            )
        )
