"""A hub of a script behind the real download desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.contract.guard_setup import until
from tests.web.model_house import ModelHouse, write_model
from tray.infrastructure.curated import FILE, curated_models
from tray.infrastructure.desktop.trash import delete_for_good
from tray.infrastructure.model_files.folders import find_listed
from tray.infrastructure.model_files.mapped_file import maps_file
from tray.infrastructure.model_files.removal import removable_files
from tray.infrastructure.model_files.same_file import same_entry, same_file
from tray.infrastructure.own_program import program_folder
from tray.models.download import (
    Download,
    Downloaded,
    DownloadProgress,
    HubChoice,
    HubFile,
    HubOffer,
    HubPlan,
    TokenSource,
    TokenStatus,
)
from tray.models.errand import (
    FailedSaid,
    FetchedSaid,
    GoneSaid,
    PlanSaid,
    ProgressSaid,
    Said,
    TokenErrand,
)
from tray.models.error import PaddockError
from tray.models.failure import FailureCause, ServerFailure
from tray.models.metrics import ServerMetrics
from tray.models.state import ModelState
from tray.services.downloads import Downloads
from tray.services.removal import Removal
from tray.ui.download_desk import DownloadDesk, DownloadParts

GIB = 2**30
NO_TRASH = ServerFailure(
    cause=FailureCause.NO_TRASH, title="There is no trash", detail="Deleting would be for good."
)


@dataclass
class Fetch:
    """One transfer: what it says is what the test makes it say."""

    what: str
    hear: Callable[[Said], None]
    models: Path
    ended: bool = False

    def end(self) -> None:
        self.ended = True
        self.hear(GoneSaid())

    @property
    def plan(self) -> HubPlan:
        repository, _, wanted = self.what.partition(":")
        if not wanted.endswith(".gguf"):
            name = repository.rpartition("/")[2].removesuffix("-GGUF")
            wanted = f"{name}-{wanted or 'Q4_K_M'}.gguf"
        file = HubFile(path=wanted, size=5 * GIB, sha256="0" * 64)
        return HubPlan(folder=self.models / repository, files=(file,))

    def arrived(self, share: float, speed: float = 42 * 2**20) -> None:
        """So much of 5 GiB is here."""
        self.hear(PlanSaid(plan=self.plan))
        done = int(share * 5 * GIB)
        name = self.plan.files[0].name
        progress = DownloadProgress(name=name, done=done, total=5 * GIB, fetched=done, speed=speed)
        self.hear(ProgressSaid(progress=progress))

    def finish(self) -> Path:
        """The model is on the disk now."""
        model = self.plan.folder / self.plan.files[0].name
        model.parent.mkdir(parents=True, exist_ok=True)
        write_model(model)
        self.hear(PlanSaid(plan=self.plan))
        self.hear(FetchedSaid(done=Downloaded(model=model, files=(model,), size=5 * GIB)))
        return model

    def fail(self, title: str, cause: FailureCause = FailureCause.DOWNLOAD_FAILED) -> None:
        failure = ServerFailure(cause=cause, title=title, detail="Try later.")
        self.hear(FailedSaid(failure=failure))


@dataclass
class HubHouse:
    """Satisfies the ports behind the desk."""

    house: ModelHouse
    state: Callable[[], ModelState]
    fetches: list[Fetch] = field(default_factory=list)
    thrown: list[HubPlan] = field(default_factory=list)
    trashed: list[tuple[Path, ...]] = field(default_factory=list)
    kept_token: str | None = None
    refuse: ServerFailure | None = None
    has_trash: bool = True

    def __post_init__(self) -> None:
        self.downloads = Downloads(self, self, lambda _, act: None, self._ended)
        removal = Removal(
            self.state,
            lambda: find_listed(self._folders),
            removable_files,
            self._trash,
            delete_for_good,
            same_file,
            same_entry,
            maps_file,
        )
        curated = partial(curated_models, program_folder() / FILE, self.house.folders.models)
        parts = DownloadParts(self.downloads, self, curated, removal, self.downloads.close)
        self.desk = DownloadDesk(lambda: parts, self._metrics)
        self.desk.prepare()

    def fetch(self, at: int = 0) -> Fetch:
        """One that begins a moment after it is in the list."""
        until(lambda: len(self.fetches) > at)
        return self.fetches[at]

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self.house.folders.models,)

    def begin(self, what: str, _: HubPlan | None, hear: Callable[[Said], None]) -> Fetch:
        self.fetches.append(Fetch(what, hear, self.house.folders.models))
        return self.fetches[-1]

    def throw_away(self, plan: HubPlan, others: tuple[HubPlan, ...]) -> None:
        self.thrown.append(plan)

    def load(self) -> tuple[Download, ...]:
        return ()

    def save(self, downloads: tuple[Download, ...]) -> None:
        """Nothing is kept."""

    def offer(self, what: str) -> HubOffer:
        if self.refuse is not None:
            raise PaddockError(self.refuse)
        sizes = {"Q4_K_M": 3, "Q8_0": 6, "BF16": 60}
        choices = tuple(
            HubChoice(
                what=f"ann/Bison-GGUF:Bison-{name}.gguf",
                name=f"Bison-{name}",
                quantization=name,
                size=size * GIB,
                files=1,
                projector=False,
            )
            for name, size in sizes.items()
        )
        return HubOffer(
            repository="ann/Bison-GGUF",
            licence="apache-2.0",
            choices=choices,
            usual=choices[0].what,
            folder=self.house.folders.models,
            free=40 * GIB,
        )

    def token(self, errand: TokenErrand) -> TokenStatus:
        if errand.action == "keep":
            self.kept_token = errand.token
        elif errand.action == "forget":
            self.kept_token = None
        return TokenStatus(source=None if self.kept_token is None else TokenSource.KEYRING)

    def _metrics(self) -> ServerMetrics | None:
        return self.state().metrics

    def _ended(self, download: Download) -> None:
        self.desk.tell_changed()

    def _trash(self, files: tuple[Path, ...]) -> None:
        if not self.has_trash:
            raise PaddockError(NO_TRASH)
        self.trashed.append(files)
        delete_for_good(files)
