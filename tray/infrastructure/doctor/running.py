"""The doctor's check of a Paddock that runs."""

import sys

from tray.models.doctor import Check, CheckStatus


def check_paddock(process: int, answers: bool) -> Check:
    """Of the one that runs as ``process``."""
    name = "Paddock"
    if answers:
        return Check(name=name, status=CheckStatus.OK, finding=f"It runs as process {process}.")
    finding = f"It runs as process {process}, but does not answer."
    fix = "End it and start Paddock again; paddock logs may say why."
    if sys.platform != "win32":
        fix = f"If it was stopped (Ctrl-Z), let it go on; otherwise: {fix}"
    return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=fix)
