"""What is left of a download that did not become whole."""

from contextlib import suppress

from tray.infrastructure.hub.failures import unwritable
from tray.infrastructure.hub.part_file import throw_away
from tray.infrastructure.llama.model_name import model_name
from tray.models.download import HubFile, HubPlan
from tray.models.failure import PaddockError


def throw_away_download(plan: HubPlan) -> None:
    """Remove parts, and whole files that are no model without their first one.

    Raises PaddockError, also when another Paddock is at one of them.
    """
    try:
        for file in plan.files:
            _throw_away(plan, file)
    except OSError as error:
        raise unwritable(plan.folder, error) from error


def throw_away_replaced(before: HubPlan, now: HubPlan) -> None:
    """The same for the files of ``before`` that are not in ``now``; what cannot go stays."""
    needed = {(now.folder, file.name, file.sha256) for file in now.files}
    for file in before.files:
        if (before.folder, file.name, file.sha256) not in needed:
            with suppress(PaddockError, OSError):
                _throw_away(before, file)


def _throw_away(plan: HubPlan, file: HubFile) -> None:
    target, first = plan.folder / file.name, plan.folder / plan.files[0].name
    throw_away(target, file.sha256)
    if model_name(target).part == 1 or first.exists() or not target.is_file():
        return
    # One of another size is not what was fetched, but somebody's own.
    if target.stat().st_size == file.size:
        target.unlink()
