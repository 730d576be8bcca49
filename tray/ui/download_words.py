"""Pure: downloads, offers and tokens in words, for page and terminal."""

from tray.models.catalog import FoundModel
from tray.models.download import (
    CuratedModel,
    Download,
    DownloadPhase,
    DownloadProgress,
    HubChoice,
    HubOffer,
    TokenSource,
    TokenStatus,
)
from tray.models.fit_mark import Fit
from tray.models.page_downloads import (
    ShownChoice,
    ShownCurated,
    ShownDownload,
    ShownOffer,
    ShownToken,
)
from tray.services.rough_fit import COMFORT, FreeMemory, best, rough_fit
from tray.ui.amounts import joined, pace, size
from tray.ui.fit_marks import FIT_WORDS

CURATED_NOTE = "Sizes are approximate, and so is what fits: it goes by size and free memory."
HERE = "here already"
_CAN_PAUSE = (DownloadPhase.QUEUED, DownloadPhase.RUNNING)
_CAN_RESUME = (DownloadPhase.PAUSED, DownloadPhase.FAILED)
_PHASE_WORDS = {
    DownloadPhase.QUEUED: "waits its turn",
    DownloadPhase.PAUSED: "paused",
    DownloadPhase.FAILED: "failed",
    DownloadPhase.DONE: "here and verified",
}
RESERVE = 64 << 20
"""Bytes of the disk that are left free."""


def shown_download(download: Download) -> ShownDownload:
    """One line of the list."""
    progress = download.progress
    done = download.phase is DownloadPhase.DONE
    share = None if progress is None or not progress.total else progress.done / progress.total
    return ShownDownload(
        id=download.id,
        name=_name(download),
        phase=download.phase,
        line=_line(download),
        share=1.0 if done else None if share is None else min(share, 1.0),
        can_pause=download.phase in _CAN_PAUSE,
        can_resume=download.phase in _CAN_RESUME,
        failure=download.failure,
        model=None if download.model is None else str(download.model),
    )


def progress_words(progress: DownloadProgress) -> str:
    """ "1.2 GiB of 4.7 GiB · 25 % · 11.3 MiB/s · 5 min left"."""
    known = how_far(progress)
    if progress.waiting is not None:
        return joined((known, progress.waiting))
    if not progress.fetched and progress.done < progress.total:
        return joined((known, "checking what is here" if progress.done else "beginning"))
    if not progress.speed:
        return known
    left = (progress.total - progress.done) / progress.speed
    return joined((known, pace(progress.speed), f"{duration(left)} left"))


def how_far(progress: DownloadProgress) -> str:
    """ "1.2 GiB of 4.7 GiB · 25 %"; nothing before the size is known."""
    if not progress.total:
        return ""
    percent = 100 * progress.done // progress.total
    return f"{size(progress.done)} of {size(progress.total)} · {percent} %"


def duration(seconds: float) -> str:
    """3,700 s -> "1 h 1 min"."""
    minutes = int(seconds) // 60
    if not minutes:
        return f"{max(int(seconds), 1)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def shown_offer(offer: HubOffer, free: FreeMemory) -> ShownOffer:
    """The models of a repository; the best that fits is proposed."""
    fits = {choice.what: rough_fit(choice.size, free) for choice in offer.choices}
    proposed = _proposed(offer, fits)
    return ShownOffer(
        repository=offer.repository,
        line=joined((offer.licence, f"{size(offer.free)} free on the disk")),
        choices=tuple(
            ShownChoice(
                what=choice.what,
                name=choice.name,
                line=_choice_line(choice),
                note=HERE if choice.here else FIT_WORDS[fits[choice.what]],
                fit=fits[choice.what],
                proposed=choice.what == proposed,
                here=choice.here,
                room=choice.here or choice.size + RESERVE <= offer.free,
            )
            for choice in offer.choices
        ),
    )


def shown_curated(models: tuple[CuratedModel, ...], free: FreeMemory) -> ShownCurated:
    """The list; the best that fits is proposed, and comes first."""
    fits = {model.what: rough_fit(model.size, free) for model in models}
    proposed = best({model.what: model.size for model in models}, fits)
    return ShownCurated(
        models=tuple(
            ShownChoice(
                what=model.what,
                name=model.name,
                line=joined(
                    (model.about, model.quantization, f"about {size(model.size)}", model.licence)
                ),
                note=HERE if model.here else FIT_WORDS[fits[model.what]],
                fit=fits[model.what],
                proposed=model.what == proposed,
                here=model.here,
            )
            for model in sorted(models, key=lambda model: model.what != proposed)
        ),
        note=CURATED_NOTE,
    )


def shown_token(status: TokenStatus) -> ShownToken:
    """Whether there is a token, and where from."""
    can_keep = status.no_keyring is None
    line = _TOKEN_WORDS[status.source]
    if not can_keep and status.source is None:
        line = f"No token, and none can be kept here: {status.no_keyring}. Set HF_TOKEN instead."
    return ShownToken(line=line, kept=status.source is TokenSource.KEYRING, can_keep=can_keep)


def deleted_line(model: FoundModel, files: int, for_good: bool) -> str:
    """What was done."""
    many = f" ({files} files)" if files > 1 else ""
    where = "was deleted for good" if for_good else "is in the trash"
    return f"{model.name}{many} {where}."


def _name(download: Download) -> str:
    if download.plan is not None:
        name = download.plan.files[0].name
    else:
        name = download.what.rstrip("/").rpartition("/")[2]
    return name.removesuffix(".gguf")


def _line(download: Download) -> str:
    progress, phase = download.progress, download.phase
    if phase is DownloadPhase.RUNNING:
        return "asking what is there" if progress is None else progress_words(progress)
    if phase is DownloadPhase.DONE:
        return joined((None if progress is None else size(progress.total), _PHASE_WORDS[phase]))
    return joined((None if progress is None else how_far(progress), _PHASE_WORDS[phase]))


def _choice_line(choice: HubChoice) -> str:
    return joined(
        (
            choice.quantization,
            size(choice.size),
            "vision" if choice.projector else None,
            f"{choice.files} files" if choice.files > 1 else None,
        )
    )


def _proposed(offer: HubOffer, fits: dict[str, Fit]) -> str | None:
    """What was asked for, or is usual, if that fits well; else the best that does."""
    sizes = {choice.what: choice.size for choice in offer.choices}
    usual = offer.usual
    if usual is not None and usual in sizes:
        fit = fits[usual]
        well = fit in (Fit.GPU, Fit.UNKNOWN) or (fit is not Fit.NOT and sizes[usual] <= COMFORT)
        if well:
            return usual
    return best(sizes, fits)


_TOKEN_WORDS = {
    None: "No token. Models that are open to everybody need none.",
    TokenSource.ENVIRONMENT: "The token of the environment variable HF_TOKEN is used.",
    TokenSource.KEYRING: "A token is kept in the system's keyring.",
    TokenSource.FILE: "The token of `hf auth login` is used.",
}
