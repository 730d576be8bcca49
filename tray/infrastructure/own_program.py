"""How to start this very program again, and where its own files lie."""

import os
import sys
from pathlib import Path


def program_folder() -> Path:
    """The folder that holds the ``tray`` package and ``assets``."""
    frozen_at: str | None = getattr(sys, "_MEIPASS", None)
    if frozen_at is not None:
        return Path(frozen_at)
    return Path(__file__).resolve().parents[2]


def own_command(subcommand: str) -> tuple[str, ...]:
    """The start of the argv of a child that runs a hidden subcommand.

    By path and isolated (``-I``): it needs no installed package, and neither the
    working directory nor ``PYTHON*`` variables can put other code in its way.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable, subcommand)
    return (sys.executable, "-I", str(program_folder() / "tray" / "__main__.py"), subcommand)


def light_command(subcommand: str) -> tuple[str, ...]:
    """As ``own_command``, for a child that somebody waits for.

    Without ``site`` (``-S``), which looks through all that is installed: the folders this
    process imports from follow as arguments, and the child has to take them.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable, subcommand)
    python, isolated, *program = own_command(subcommand)
    return (python, isolated, "-S", *program, *filter(os.path.isabs, sys.path))
