"""Why something did not work, worded for the person who has to act on it."""

from enum import StrEnum

from tray.models.base import Frozen
from tray.models.error import PaddockError

__all__ = ["FailureCause", "PaddockError", "ServerFailure"]


class FailureCause(StrEnum):
    """One value for each cause a user can tell apart and act on."""

    BAD_CONFIGURATION = "bad_configuration"
    BINARY_MISSING = "binary_missing"
    BINARY_NOT_EXECUTABLE = "binary_not_executable"
    BINARY_WRONG_ARCHITECTURE = "binary_wrong_architecture"
    LIBRARY_MISSING = "library_missing"
    PORT_TAKEN = "port_taken"
    MODEL_MISSING = "model_missing"
    MODEL_UNREADABLE = "model_unreadable"
    MODEL_CORRUPT = "model_corrupt"
    MODEL_UNSUPPORTED = "model_unsupported"
    MODEL_TOO_LARGE = "model_too_large"
    GPU_BACKEND_FAILED = "gpu_backend_failed"
    KILLED_FOR_MEMORY = "killed_for_memory"
    CRASHED = "crashed"
    HUNG = "hung"
    ENDED_FROM_OUTSIDE = "ended_from_outside"
    NOT_RUNNING = "not_running"
    REQUEST_REFUSED = "request_refused"
    STREAM_CUT = "stream_cut"
    ENGINE_UNREACHABLE = "engine_unreachable"
    PADDOCK_UNREACHABLE = "paddock_unreachable"
    FOLDER_UNUSABLE = "folder_unusable"
    DISK_FULL = "disk_full"
    DOWNLOAD_FAILED = "download_failed"
    DOWNLOAD_REFUSED = "download_refused"
    MODEL_GATED = "model_gated"
    MODEL_IN_USE = "model_in_use"
    NO_TRASH = "no_trash"
    SETTINGS_NOT_SAVED = "settings_not_saved"
    CONVERSATIONS_UNUSABLE = "conversations_unusable"
    NOTHING_OPENS_IT = "nothing_opens_it"
    INTERNAL = "internal"


class ServerFailure(Frozen):
    """A failure as every surface shows it.

    ``title`` names what happened in a few words, ``detail`` what to do about
    it, ``log_lines`` the last lines the engine printed (oldest first).
    """

    cause: FailureCause
    title: str
    detail: str
    log_lines: tuple[str, ...] = ()
