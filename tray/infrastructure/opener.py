"""Opening files, folders and addresses with the system's own programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tray.models.failure import FailureCause, PaddockError, ServerFailure

# Handlers tell a failure at once; a browser that stays in the foreground does not end.
_PATIENCE = 2.0


def open_path(path: Path) -> None:
    """Show an existing file or folder. Raises PaddockError."""
    absolute = path.absolute()
    if not absolute.exists():
        raise _failure(f"{absolute} does not exist", "Create it, or check the path.")
    _open(str(absolute))


def open_url(url: str) -> None:
    """Open an http, https or mailto address. Raises PaddockError for any other."""
    if not _is_allowed(url):
        raise PaddockError(
            ServerFailure(
                cause=FailureCause.REQUEST_REFUSED,
                title="The address was not opened",
                detail="Only http, https and mailto addresses are opened.",
            )
        )
    _open(url)


def _is_allowed(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or any(bad in url for bad in ' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(url)
        if parts.scheme == "mailto":
            return bool(parts.path) and not parts.netloc
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


if sys.platform == "win32":

    def _open(target: str) -> None:
        try:
            os.startfile(target)
        except OSError as error:
            raise _failure(target, error.strerror or str(error)) from error

else:

    def _open(target: str) -> None:
        command = _command()
        if command is None:
            raise _failure(target, "No program to open it with: install xdg-utils.")
        try:
            process = subprocess.Popen(
                [*command, target],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise _failure(target, f"{command[0]}: {error.strerror or error}") from error
        _wait(process, target)

    def _command() -> list[str] | None:
        known = [["/usr/bin/open"]] if sys.platform == "darwin" else [["xdg-open"], ["gio", "open"]]
        for name, *arguments in known:
            if found := shutil.which(name):
                return [found, *arguments]
        return None

    def _wait(process: "subprocess.Popen[bytes]", target: str) -> None:
        try:
            code = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            Thread(target=process.wait, name="opener", daemon=True).start()
            return
        if code != 0:
            raise _failure(target, f"The system's opener gave up (exit code {code}).")


def _failure(target: str, detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.NOTHING_OPENS_IT,
            title="It could not be opened",
            detail=f"{target}: {detail}",
        )
    )
