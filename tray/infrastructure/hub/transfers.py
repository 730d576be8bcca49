"""Transfers as the list of downloads wants them: each in a process of its own."""

from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.errands import RunningErrand, errand_done
from tray.infrastructure.hub.leftovers import throw_away_download
from tray.models.download import HubOffer, HubPlan, TokenStatus
from tray.models.errand import (
    FetchErrand,
    OfferErrand,
    OfferSaid,
    Said,
    TokenErrand,
    TokenSaid,
)


class HubTransfers:
    """Satisfies Transfers. ``base`` gives the hub's address as it is set now."""

    def __init__(
        self, base: Callable[[], str], models: Path, command: tuple[str, ...] | None = None
    ) -> None:
        self._base = base
        self._models = models
        self._command = command

    def begin(
        self, what: str, before: HubPlan | None, hear: Callable[[Said], None]
    ) -> RunningErrand:
        errand = FetchErrand(what=what, base=self._base(), models=self._models, before=before)
        return RunningErrand(errand, hear, self._command)

    def offer(self, what: str) -> HubOffer:
        """What a repository has; takes as long as the network. Raises PaddockError."""
        errand = OfferErrand(what=what, base=self._base(), models=self._models)
        said = errand_done(errand, self._command)
        assert isinstance(said, OfferSaid)
        return said.offer

    def token(self, errand: TokenErrand) -> TokenStatus:
        """Keep or forget a token; where one is now. Raises PaddockError."""
        said = errand_done(errand, self._command)
        assert isinstance(said, TokenSaid)
        return said.status

    def throw_away(self, plan: HubPlan, others: tuple[HubPlan, ...]) -> None:
        """Remove what has arrived of a download that is not whole. Raises PaddockError."""
        throw_away_download(plan, others)
