"""What is run under supervision."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Program(Protocol):
    """A command with its whole environment; ``argv`` starts with the program's path."""

    @property
    def argv(self) -> tuple[str, ...]: ...

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def working_directory(self) -> Path: ...
