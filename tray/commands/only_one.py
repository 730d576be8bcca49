"""The one resident Paddock of a user: who holds the lock is it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance


class AlreadyRunning(Exception):
    """Another process of this user is the resident one."""

    def __init__(self, instance: SingleInstance) -> None:
        super().__init__("Paddock is already running")
        self.instance = instance


@contextmanager
def only_one() -> Iterator[SingleInstance]:
    """Make the folders and hold the lock. Raises AlreadyRunning and PaddockError."""
    folders = Folders.of_user()
    folders.make()
    instance = SingleInstance(folders)
    if not instance.acquire():
        raise AlreadyRunning(instance)
    try:
        yield instance
    finally:
        instance.release()
