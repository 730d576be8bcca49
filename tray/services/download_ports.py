"""What downloads need of the system."""

from collections.abc import Callable
from typing import Protocol

from tray.models.download import Download, HubPlan
from tray.models.errand import Said


class Transfer(Protocol):
    """One transfer under way."""

    def end(self) -> None:
        """Stop it and wait until it is gone; what has arrived stays."""


class Transfers(Protocol):
    """Any thread may call."""

    def begin(self, what: str, before: HubPlan | None, hear: Callable[[Said], None]) -> Transfer:
        """``hear`` is called on a thread of its own, an ending always comes last.

        Of the files of ``before``, the plan of an earlier run, those that are not in the
        new one are thrown away.
        """

    def throw_away(self, plan: HubPlan, others: tuple[HubPlan, ...]) -> None:
        """Remove what has arrived of a download that is not whole. Raises PaddockError.

        What is of one of the ``others`` as well stays.
        """


class DownloadRecords(Protocol):
    """Keeps the list over a restart; what cannot be kept is logged."""

    def load(self) -> tuple[Download, ...]: ...

    def save(self, downloads: tuple[Download, ...]) -> None: ...
