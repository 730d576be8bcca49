"""The doctor's checks of memory, disk, port, folders and settings."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tray.infrastructure.folders import Folders, folder_problem
from tray.infrastructure.llama.launch.free_port import check_port_free
from tray.models.doctor import Check, CheckStatus
from tray.models.failure import PaddockError
from tray.models.local_api import Endpoint
from tray.models.settings import LoadedSettings

_GIB = 1 << 30
_LITTLE_MEMORY = 2 * _GIB
_LITTLE_DISK = 2 * _GIB
_NO_DISK = 64 << 20


def check_model_folders(folders: tuple[Path, ...], chosen: tuple[Path, ...], models: int) -> Check:
    """Readable folders and what was found; ``chosen`` are those of the settings."""
    name = "Model folders"
    missing = [str(folder) for folder in chosen if not os.path.isdir(folder.expanduser())]
    closed = [
        str(folder)
        for folder in (*folders, *chosen)
        if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK)
    ]
    if missing or closed:
        return Check(
            name=name,
            status=CheckStatus.PROBLEM,
            finding="; ".join(
                [f"{folder} is not a folder" for folder in missing]
                + [f"{folder} may not be read" for folder in dict.fromkeys(closed)]
            )
            + ".",
            fix="Correct models.folders in the settings, or the folder's permissions.",
        )
    found = f"{models} models found" if models != 1 else "1 model found"
    searched = (
        ", ".join(str(folder) for folder in folders if os.path.isdir(folder)) or "no folder yet"
    )
    finding = f"{found} in {searched}. The demo model is always there."
    return Check(name=name, status=CheckStatus.OK, finding=finding)


def check_memory() -> Check:
    """Memory that a model could take now."""
    import psutil

    name, memory = "Memory", psutil.virtual_memory()
    finding = f"{memory.available / _GIB:.1f} of {memory.total / _GIB:.1f} GiB are free."
    if memory.available >= _LITTLE_MEMORY:
        return Check(name=name, status=CheckStatus.OK, finding=finding)
    fix = "Close other programs, or choose a small model."
    return Check(name=name, status=CheckStatus.WARNING, finding=finding, fix=fix)


def check_disk(folders: Folders) -> Check:
    """Free space where models, settings and logs go; the fullest disk counts."""
    name = "Disk"
    places = {_existing(folder) for folder in (folders.models, folders.config, folders.logs)}
    free, place = min((shutil.disk_usage(place).free, place) for place in places)
    finding = f"{free / _GIB:.1f} GiB are free at {place}."
    if free >= _LITTLE_DISK:
        return Check(name=name, status=CheckStatus.OK, finding=finding)
    status = CheckStatus.PROBLEM if free < _NO_DISK else CheckStatus.WARNING
    fix = "Free some space: models take gigabytes, settings and logs need a little."
    return Check(name=name, status=status, finding=finding, fix=fix)


def check_port(port: int | None, endpoint: Endpoint | None) -> Check:
    """Whether a port fixed in the settings can be had; by a running Paddock it is in use."""
    name = "Port"
    if port is None:
        return Check(name=name, status=CheckStatus.OK, finding="A free one is taken at each start.")
    try:
        check_port_free(port)
    except PaddockError as error:
        if endpoint is not None and _belongs_to(port, endpoint.pid):
            finding = f"{port} is in use by Paddock's own server."
            return Check(name=name, status=CheckStatus.OK, finding=finding)
        failure = error.failure
        finding = f"{failure.title}."
        return Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=failure.detail)
    return Check(name=name, status=CheckStatus.OK, finding=f"{port} is free.")


def check_folders(folders: Folders) -> Iterator[Check]:
    """Owner and mode of every folder; those not made yet are fine if they can be made."""
    name, bad = "Folders", False
    for folder in folders.private:
        there = os.path.lexists(folder)
        problem = _problem_with(folder) if there else _problem_making(folder)
        if problem is not None:
            bad = True
            finding = f"{folder}: {problem}."
            fix = f"Make it a folder only you can enter (mode 0700): {folder}"
            yield Check(name=name, status=CheckStatus.PROBLEM, finding=finding, fix=fix)
    if not bad:
        yield Check(name=name, status=CheckStatus.OK, finding="Private and writable.")


def check_settings(loaded: LoadedSettings) -> Iterator[Check]:
    """One check for each problem of the settings file."""
    for problem in loaded.problems:
        yield Check(
            name="Settings",
            status=CheckStatus.PROBLEM,
            finding=f"{problem.key}: found {problem.found}.",
            fix=f"Allowed is {problem.allowed}. Edit the file with paddock settings.",
        )
    if not loaded.problems:
        yield Check(name="Settings", status=CheckStatus.OK, finding="Every value is usable.")


def _problem_with(folder: Path) -> str | None:
    problem = folder_problem(folder)
    if problem is None and not os.access(folder, os.W_OK):
        problem = "it cannot be written to"
    return problem


def _problem_making(folder: Path) -> str | None:
    parent = _existing(folder)
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return None
    return f"it cannot be made in {parent}"


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if os.path.exists(place))


def _belongs_to(port: int, pid: int) -> bool:
    import psutil

    try:
        resident = psutil.Process(pid)
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for process in (resident, *resident.children(recursive=True))
            for connection in process.net_connections(kind="tcp")
        )
    except psutil.Error:
        return False
