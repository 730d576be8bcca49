"""Where Paddock keeps its files, per user and private.

On Linux the XDG variables decide and are read here: importing platformdirs
costs the resident a megabyte. Windows and macOS have conventions worth a
library, so platformdirs answers there.
"""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from tray.models.error import PaddockError

APP = "paddock"
PRIVATE = 0o700


@dataclass(frozen=True)
class Folders:
    """Every folder Paddock writes to; absolute paths, not necessarily existing.

    ``resident`` is one a user and machine, whatever session asks; ``runtime`` may end with
    the session.
    """

    config: Path
    data: Path
    models: Path
    state: Path
    logs: Path
    resident: Path
    runtime: Path
    cache: Path

    @classmethod
    def of_user(cls) -> "Folders":
        """The folders of the user this process runs as. Raises PaddockError without a home."""
        _must_have_home()
        return _platform_folders() if sys.platform in ("win32", "darwin") else _xdg_folders()

    @classmethod
    def under(cls, root: Path) -> "Folders":
        """All folders below one, for tests and portable use."""
        root = root.absolute()
        return _assemble(
            root / "config", root / "data", root / "state", root / "run", root / "cache"
        )

    @property
    def private(self) -> tuple[Path, ...]:
        """Those nobody else may enter, each once and after the one it lies in."""
        inner = (self.logs, self.resident, self.runtime, self.cache)
        return tuple(dict.fromkeys((self.config, self.data, self.state, *inner)))

    def make(self) -> None:
        """Create what is missing, readable by this user only.

        A folder that exists must be a real one of this user; its mode is
        tightened to 0700. Only ``models`` may be a link and keeps its mode:
        people keep models on another drive and share them. Raises PaddockError.
        """
        for folder in self.private:
            _make_private(folder)
        try:
            self.models.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            raise _unusable(self.models, error.strerror or str(error)) from error


def folder_problem(folder: Path) -> str | None:
    """What is wrong with an existing private folder, or ``None``."""
    try:
        found = folder.lstat()
    except OSError as error:
        return error.strerror or str(error)
    if stat.S_ISLNK(found.st_mode):
        return "it is a symbolic link"
    if not stat.S_ISDIR(found.st_mode):
        return "it is not a folder"
    if sys.platform != "win32":
        if found.st_uid != os.geteuid():
            return f"it belongs to another user (uid {found.st_uid})"
        if stat.S_IMODE(found.st_mode) & 0o077:
            return f"others can enter it (mode {stat.S_IMODE(found.st_mode):04o})"
    return None


def _assemble(
    config: Path,
    data: Path,
    state: Path,
    runtime: Path,
    cache: Path,
    resident: Path | None = None,
) -> Folders:
    return Folders(
        config=config,
        data=data,
        models=data / "models",
        state=state,
        logs=state / "logs",
        resident=resident or runtime,
        runtime=runtime,
        cache=cache,
    )


def _xdg_folders() -> Folders:
    state = _xdg("XDG_STATE_HOME", ".local/state") / APP
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # Without a session's runtime folder a shared temporary one would be next;
    # a folder of our own is safe against planted names.
    session = Path(runtime)
    own = session / APP if session.is_absolute() and _is_our_folder(session) else None
    return _assemble(
        _xdg("XDG_CONFIG_HOME", ".config") / APP,
        _xdg("XDG_DATA_HOME", ".local/share") / APP,
        state,
        own or state / "run",
        _xdg("XDG_CACHE_HOME", ".cache") / APP,
        # A cron job, a unit and another user's `su` have no session, and a home may be
        # shared by machines.
        state / f"resident-{_machine()}",
    )


def _is_our_folder(folder: Path) -> bool:
    """The XDG specification again: after `su` it is still that of whoever logged in."""
    try:
        found = folder.stat()
    except OSError:
        return False
    ours = sys.platform == "win32" or found.st_uid == os.geteuid()
    return ours and stat.S_ISDIR(found.st_mode)


def _machine() -> str:
    """What tells this machine from others that share a home."""
    for place in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            if known := Path(place).read_text("ascii").strip():
                return known[:12]
        except (OSError, UnicodeDecodeError):
            continue
    import socket

    return socket.gethostname()


def _must_have_home() -> None:
    """A container may run as a user whom nothing knows."""
    try:
        Path.home()
    except RuntimeError:
        raise _failure(
            "Your home folder is not known",
            "This system knows nothing of the user Paddock runs as. Set the environment "
            "variable HOME to a folder that this user may write to.",
        ) from None


def _xdg(variable: str, default: str) -> Path:
    # The XDG specification: a relative path is invalid and must be ignored.
    value = Path(os.environ.get(variable, ""))
    return value if value.is_absolute() else Path.home() / default


def _platform_folders() -> Folders:
    from platformdirs import PlatformDirs

    found = PlatformDirs(APP, appauthor=False, roaming=False)
    base = found.user_data_path
    return _assemble(
        found.user_config_path, base, base / "state", base / "run", found.user_cache_path
    )


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        _tighten(folder)
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from error
    if problem := folder_problem(folder):
        raise _unusable(folder, problem)


def _tighten(folder: Path) -> None:
    if sys.platform != "win32":
        if folder.is_symlink():
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            found = os.fstat(handle)
            if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
                os.fchmod(handle, PRIVATE)
        finally:
            os.close(handle)


def _unusable(folder: Path, reason: str) -> PaddockError:
    return _failure(
        "A folder Paddock needs cannot be used",
        f"{folder}: {reason}. Remove or repair it, then start Paddock again.",
    )


def _failure(title: str, detail: str) -> PaddockError:
    from tray.models.failure import FailureCause, ServerFailure

    cause = FailureCause.FOLDER_UNUSABLE
    return PaddockError(ServerFailure(cause=cause, title=title, detail=detail))
