"""Finding the running Paddock, which may end at any moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance
from tray.models.error import PaddockError

if TYPE_CHECKING:
    from tray.infrastructure.api_client import ApiClient
    from tray.models.failure import ServerFailure
    from tray.models.local_api import Endpoint
    from tray.ui.terminal.ports import Asked

T = TypeVar("T")

NOT_RUNNING = "Paddock is not running."


def ask_running(call: "Callable[[ApiClient], T]") -> T | None:
    """What this user's resident Paddock answers; ``None`` without one.

    One that ended meanwhile is none: a fifth of a second lies between finding it and asking.
    """
    endpoint = _endpoint()
    if endpoint is None:
        return None
    from tray.infrastructure.api_client import ApiClient

    try:
        return call(ApiClient(endpoint))
    except PaddockError as error:
        if not _has_ended(endpoint, error):
            raise
    return None


def find_running() -> "ApiClient | None":
    """The resident Paddock of this user, if there is one; it has just answered."""
    return ask_running(_answering)


def _answering(client: "ApiClient") -> "ApiClient":
    client.state()
    return client


def _endpoint() -> "Endpoint | None":
    return SingleInstance(Folders.of_user()).read_endpoint()


def _has_ended(endpoint: "Endpoint", error: PaddockError) -> bool:
    """Whether it is gone, and not merely silent."""
    from tray.models.failure import FailureCause

    unreached = error.failure.cause is FailureCause.PADDOCK_UNREACHABLE
    return unreached and _endpoint() != endpoint


def _ended() -> "ServerFailure":
    from tray.models.failure import FailureCause, ServerFailure

    return ServerFailure(
        cause=FailureCause.PADDOCK_UNREACHABLE,
        title="Paddock was ended meanwhile",
        detail="The same command works without it.",
    )


@contextmanager
def running_or_alone() -> "Iterator[Asked]":
    """The resident Paddock, else one for this command alone, which ends with it."""
    client = find_running()
    if client is not None:
        try:
            yield client
        except PaddockError as error:
            if _has_ended(client.endpoint, error):
                raise PaddockError(_ended()) from error
            raise
        return
    from tray.app import alone

    with alone() as paddock:
        yield paddock
