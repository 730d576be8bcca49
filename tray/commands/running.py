"""Finding the running Paddock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance

if TYPE_CHECKING:
    from tray.infrastructure.api_client import ApiClient
    from tray.ui.terminal.ports import Asked

NOT_RUNNING = "Paddock is not running."


def find_running() -> "ApiClient | None":
    """The resident Paddock of this user, if there is one."""
    endpoint = SingleInstance(Folders.of_user()).read_endpoint()
    if endpoint is None:
        return None
    from tray.infrastructure.api_client import ApiClient

    return ApiClient(endpoint)


@contextmanager
def running_or_alone() -> "Iterator[Asked]":
    """The resident Paddock, else one for this command alone, which ends with it."""
    client = find_running()
    if client is not None:
        yield client
        return
    from tray.app import alone

    with alone() as paddock:
        yield paddock
