"""What is left of a download that did not become whole."""

from collections.abc import Iterator
from contextlib import suppress

from tray.infrastructure.hub.failures import unwritable
from tray.infrastructure.hub.part_file import throw_away
from tray.infrastructure.model_files.name import model_name
from tray.models.download import HubFile, HubPlan
from tray.models.failure import PaddockError


def throw_away_download(plan: HubPlan, others: tuple[HubPlan, ...] = ()) -> None:
    """Remove parts, and whole files that are no model without their first one.

    What one of the ``others`` needs stays. Raises PaddockError, also when another Paddock
    is at one of the rest.
    """
    try:
        for file in _left_over(plan, others):
            _throw_away(plan, file)
    except OSError as error:
        raise unwritable(plan.folder, error) from error


def throw_away_replaced(before: HubPlan, now: HubPlan) -> None:
    """The same for the files of ``before`` that are not in ``now``; what cannot go stays."""
    for file in _left_over(before, (now,)):
        with suppress(PaddockError, OSError):
            _throw_away(before, file)


def _left_over(plan: HubPlan, others: tuple[HubPlan, ...]) -> Iterator[HubFile]:
    """The files of ``plan`` that none of the others has."""
    needed = {(o.folder, file.name, file.sha256) for o in others for file in o.files}
    for file in plan.files:
        if (plan.folder, file.name, file.sha256) not in needed:
            yield file


def _throw_away(plan: HubPlan, file: HubFile) -> None:
    target, first = plan.folder / file.name, plan.folder / plan.files[0].name
    throw_away(target, file.sha256)
    if model_name(target).part == 1 or first.exists() or not target.is_file():
        return
    # One of another size is not what was fetched, but somebody's own.
    if target.stat().st_size == file.size:
        target.unlink()
