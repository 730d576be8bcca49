"""What `paddock doctor` found out about this machine."""

from enum import StrEnum

from tray.models.base import Frozen


class CheckStatus(StrEnum):
    """``WARNING``: Paddock works, but less well than it could."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Check(Frozen):
    """One thing that was looked at; ``fix`` is set unless the status is OK."""

    name: str
    status: CheckStatus
    finding: str
    fix: str | None = None


class Diagnosis(Frozen):
    """Every check, in the order they were made."""

    checks: tuple[Check, ...]
