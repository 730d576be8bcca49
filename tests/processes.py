"""Questions to processes that may end at any moment, as those of Paddock do."""

from __future__ import annotations

import psutil


def arguments(process: psutil.Process) -> list[str]:
    """Its command line; empty for one that is gone, or dead and not yet waited for."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def name(process: psutil.Process) -> str:
    """Its name; empty for one that is gone."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def is_leaf(process: psutil.Process) -> bool:
    """Whether it runs and has no children."""
    try:
        return is_alive(process) and not process.children()
    except psutil.NoSuchProcess:
        return False


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs: a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
