"""Pure: the way to a first good model in words."""

from tray.models.download import CuratedModel
from tray.models.fit_mark import Fit
from tray.models.setup import SetupPlan, SetupProgress, ShownPlan, ShownSetup
from tray.ui.amounts import joined, pace, size
from tray.ui.download_words import HERE, duration
from tray.ui.fit_marks import FIT_WORDS


def shown_plan(plan: SetupPlan, model: CuratedModel, fit: Fit) -> ShownPlan:
    """The model, whether it fits, and the engine that comes with it."""
    engine = None
    if plan.engine is not None:
        size_of_it = size(plan.engine_size) if plan.engine_size else "installed already"
        engine = f"With the engine for your GPU ({plan.engine}, {size_of_it})."
    cost = HERE if model.here else f"about {size(model.size)}"
    line = joined((model.about, cost, FIT_WORDS[fit]))
    return ShownPlan(name=plan.model, line=line, engine=engine)


def shown_setup(progress: SetupProgress) -> ShownSetup:
    """ "2.0 GiB of 5.0 GiB · 40 %"."""
    share = min(progress.done / progress.total, 1.0) if progress.total else None
    known = f"{size(progress.done)} of {size(progress.total)}"
    percent = None if share is None else f"{100 * share:.0f} %"
    paused = "paused" if progress.paused else None
    speed, left = None, None
    if progress.speed and not progress.paused:
        speed = pace(progress.speed)
        left = f"{duration((progress.total - progress.done) / progress.speed)} left"
    return ShownSetup(
        name=progress.name,
        download=progress.download,
        can_pause=progress.paused is False,
        can_resume=progress.paused is True,
        line=joined((known, percent, speed, left, progress.step, paused)),
        share=share,
        failure=progress.failure,
    )
