"""From nothing to an answering model, as the page shows it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tray.models.metrics import ServerMetrics
from tray.models.setup import ShownPlan, ShownSetup

if TYPE_CHECKING:
    from tray.models.download import CuratedModel
    from tray.models.setup import SetupPlan
    from tray.services.setup import Setup


class SetupDesk:
    """Satisfies the local API's ServedSetup.

    ``make`` is called when somebody first asks; ``curated`` are the well-known models.
    """

    def __init__(
        self,
        make: "Callable[[], Setup]",
        curated: "Callable[[], tuple[CuratedModel, ...]]",
        metrics: Callable[[], ServerMetrics | None],
    ) -> None:
        self._make = make
        self._made: Setup | None = None
        self._curated = curated
        self._metrics = metrics
        self._plan: SetupPlan | None = None

    @property
    def _setup(self) -> "Setup":
        if self._made is None:
            self._made = self._make()
        return self._made

    def shown(self) -> ShownSetup | None:
        """For the page's state; ``None`` while nothing is set up."""
        progress = None if self._made is None else self._made.progress
        if progress is None:
            return None
        from tray.ui.setup_words import shown_setup

        return shown_setup(progress)

    def plan(self) -> ShownPlan:
        """What one click would get."""
        from tray.services.rough_fit import best, free_memory, rough_fit
        from tray.ui.setup_words import shown_plan

        self._plan = None
        free = free_memory(self._metrics())
        models = {model.what: model for model in self._curated()}
        fits = {what: rough_fit(model.size, free) for what, model in models.items()}
        chosen = best({what: model.size for what, model in models.items()}, fits)
        if chosen is None:
            return ShownPlan()
        plan = self._setup.plan(models[chosen])
        if models[chosen].here and plan.engine is None:
            return ShownPlan()
        self._plan = plan
        return shown_plan(self._plan, models[chosen], fits[chosen])

    def begin(self) -> None:
        """Get what the plan says, and start it. Raises PaddockError."""
        if self._plan is None:
            self.plan()
        if self._plan is not None:
            self._setup.begin(self._plan)

    def cancel(self) -> None:
        self._setup.cancel()
