"""Pure: a cause of an ending, as read from a log or an exit code."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec


@dataclass(frozen=True)
class Clue:
    """A cause in words, and whether starting again could help."""

    cause: FailureCause
    title: str
    detail: str
    retryable: bool = False


Telling = Callable[[re.Match[str], LaunchSpec], Clue]
