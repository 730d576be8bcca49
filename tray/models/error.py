"""The one exception that carries a failure; light, so that a start can catch it early."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tray.models.failure import ServerFailure


class PaddockError(Exception):
    """An expected failure on its way to the user."""

    def __init__(self, failure: "ServerFailure") -> None:
        super().__init__(f"{failure.title}: {failure.detail}")
        self.failure = failure
