"""Pure: why a download did not work, in words."""

import errno
from pathlib import Path

from tray.models.failure import FailureCause, PaddockError, ServerFailure

RESUME = "What has arrived is kept: Resume, or the same command, goes on from there."
TOKENS = "huggingface.co/settings/tokens"


def refused(title: str, detail: str) -> PaddockError:
    """A request that cannot be carried out as it is."""
    return _failure(FailureCause.DOWNLOAD_REFUSED, title, detail)


def failed(title: str, detail: str) -> PaddockError:
    """A download that may work later."""
    return _failure(FailureCause.DOWNLOAD_FAILED, title, detail)


def gated(page: str, has_token: bool) -> PaddockError:
    """401 or 403: the owner wants to know who asks, or there is no such repository."""
    if has_token:
        advice = (
            "Your token does not open it. Accept the model's terms on that page with the same "
            f"account, and check at {TOKENS} that the token may read it."
        )
    else:
        advice = (
            "If that page asks you to accept terms, do so, make a token that may read "
            f"({TOKENS}) and give it to Paddock: as the access token in Models ▸ Get more, or by "
            "`paddock models token set`. "
            "If there is no such page, the name is wrong: Hugging Face answers the same for both."
        )
    return _failure(
        FailureCause.MODEL_GATED, "The model is not open to everybody", f"{page}: {advice}"
    )


def missing(page: str) -> PaddockError:
    """404."""
    return refused("There is no such model", f"{page} does not exist. Check the name.")


def unreachable(host: str, reason: str) -> PaddockError:
    """No answer, after all retries."""
    return failed("The download was cut off", f"{host}: {reason}. Check the network. {RESUME}")


def unlisted(host: str, reason: str) -> PaddockError:
    """No index after all retries: nothing has arrived yet."""
    return failed(
        "The model's files cannot be listed",
        f"{host}: {reason}. Check the network, or try again later.",
    )


def untrusted(host: str, reason: str) -> PaddockError:
    """A certificate nobody vouches for."""
    return refused(
        "The server cannot prove who it is",
        f"{host}: {reason}. If a proxy of your network opens encrypted connections, name its "
        "certificates in the environment variable SSL_CERT_FILE.",
    )


def unusable_certificates(error: OSError) -> PaddockError:
    """Those of the environment, which take the place of the usual ones."""
    return refused(
        "The certificates cannot be read",
        f"SSL_CERT_FILE or SSL_CERT_DIR leads to none: {error.strerror or error}. "
        "Correct that environment variable, or unset it.",
    )


def strange(host: str, reason: str) -> PaddockError:
    """An answer that no hub gives."""
    return failed(
        "The server's answer makes no sense",
        f"{host} {reason}. Check the setting models.mirror, or try again later.",
    )


def wrong_hash(target: Path) -> PaddockError:
    """What arrived is not what was promised; it is thrown away."""
    return failed(
        "The downloaded file is damaged",
        f"The SHA-256 of {target.name} is not the one that was promised. It was thrown away; "
        "download it again.",
    )


def running_elsewhere(target: Path) -> PaddockError:
    """Somebody else holds the lock."""
    return failed(
        "This download is running already",
        f"Another Paddock downloads {target.name}. Wait until it is done.",
    )


def no_room(folder: Path, needed: int, free: int) -> PaddockError:
    """Sizes in bytes."""
    return _failure(
        FailureCause.DISK_FULL,
        "There is not enough room on the disk",
        f"{needed / 2**30:.2f} GiB are needed in {folder} and {free / 2**30:.2f} GiB are free.",
    )


def unwritable(folder: Path, error: OSError) -> PaddockError:
    """The disk or its permissions, while something is written below ``folder``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _failure(
            FailureCause.DISK_FULL, "The disk is full", f"{folder}: make room on it. {RESUME}"
        )
    if error.errno == errno.EFBIG:
        return _failure(
            FailureCause.DISK_FULL,
            "The disk takes no file of this size",
            f"{folder}: choose a folder on another disk. Those formatted as FAT32 end at 4 GiB.",
        )
    if error.errno == errno.EROFS:
        return _failure(
            FailureCause.FOLDER_UNUSABLE,
            "The disk is read-only",
            f"{folder}: mount it so that it can be written to. {RESUME}",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return _failure(
            FailureCause.FOLDER_UNUSABLE,
            "The folder cannot be written to",
            f"{folder}: {error.strerror}. Give yourself the right to write there. {RESUME}",
        )
    return _failure(
        FailureCause.FOLDER_UNUSABLE,
        "The model cannot be saved",
        f"{folder}: {error.strerror or error}. Check the folder and the disk. {RESUME}",
    )


def _failure(cause: FailureCause, title: str, detail: str) -> PaddockError:
    return PaddockError(ServerFailure(cause=cause, title=title, detail=detail))
