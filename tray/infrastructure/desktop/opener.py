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
# What Windows says of .toml where nobody has installed an editor; macOS has none for it, either.
_NO_PROGRAM = 1155


def open_path(path: Path) -> None:
    """Show an existing file or folder. Raises PaddockError.

    A file that no program is registered for is shown as plain text.
    """
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
            try:
                os.startfile(target)
            except OSError as error:
                if error.winerror != _NO_PROGRAM or not os.path.isfile(target):
                    raise
                os.startfile("notepad.exe", "open", subprocess.list2cmdline([target]))
        except OSError as error:
            raise _failure(target, error.strerror or str(error)) from error

else:

    def _open(target: str) -> None:
        command = _command()
        if command is None:
            raise _failure(target, "No program to open it with: install xdg-utils.")
        code = _code_of([*command, target])
        if code and sys.platform == "darwin" and os.path.isfile(target):
            code = _code_of([*command, "-t", target])
        if code:
            raise _failure(target, f"The system's opener gave up (exit code {code}).")

    def _command() -> list[str] | None:
        known = [["/usr/bin/open"]] if sys.platform == "darwin" else [["xdg-open"], ["gio", "open"]]
        for name, *arguments in known:
            if found := shutil.which(name):
                return [found, *arguments]
        return None

    def _code_of(argv: list[str]) -> int:
        """The exit code; 0 also for one that stays."""
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise _failure(argv[-1], f"{argv[0]}: {error.strerror or error}") from error
        try:
            return process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            Thread(target=process.wait, name="opener", daemon=True).start()
            return 0


def _failure(target: str, detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.NOTHING_OPENS_IT,
            title="It could not be opened",
            detail=f"{target}: {detail}",
        )
    )
