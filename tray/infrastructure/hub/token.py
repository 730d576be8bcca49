"""The user's Hugging Face token: found when it is asked for, kept in the system's keyring.

It is in no file, log, command line or message of ours. keyring is heavy (it brings
cryptography on Linux): it is imported by a child process, or by a command that ends.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.models.download import TokenSource, TokenStatus
from tray.models.failure import FailureCause, PaddockError, ServerFailure

if TYPE_CHECKING:
    from types import ModuleType

SERVICE, NAME = "Paddock", "Hugging Face token"
LARGEST = 4096
log = logging.getLogger(__name__)


def find_token(base: str) -> str | None:
    """The token for the hub at ``base``: HF_TOKEN, the keyring, the file of `hf auth login`.

    That file's was never given to Paddock: it goes to Hugging Face itself alone.
    """
    return (
        _from_environment() or _from_keyring() or (_from_file() if base == HUGGING_FACE else None)
    )


def token_status() -> TokenStatus:
    """Where a token is found, and whether one can be kept."""
    reason = _no_keyring()
    source: TokenSource | None = None
    if _from_environment():
        source = TokenSource.ENVIRONMENT
    elif reason is None and _from_keyring():
        source = TokenSource.KEYRING
    elif _from_file():
        source = TokenSource.FILE
    return TokenStatus(source=source, no_keyring=reason)


def keep_token(token: str) -> None:
    """Keep it in the keyring. Raises PaddockError."""
    token = token.strip()
    if _word(token) is None:
        raise _unusable("This is no token", "A token is one word, such as hf_ and some letters.")
    if (reason := _no_keyring()) is not None:
        raise _unusable("The token cannot be kept", f"{reason}. {_WITHOUT}")
    try:
        _keyring().set_password(SERVICE, NAME, token)
    except _errors() as error:
        raise _unusable("The token cannot be kept", f"{_reason(error)}. {_WITHOUT}") from None


def forget_token() -> None:
    """Take it out of the keyring; nothing to do without one there. Raises PaddockError."""
    if _no_keyring() is not None or not _from_keyring():
        return
    try:
        _keyring().delete_password(SERVICE, NAME)
    except _errors() as error:
        raise _unusable("The token cannot be removed", f"{_reason(error)}.") from None


def _from_environment() -> str | None:
    return _word(os.environ.get("HF_TOKEN", "").strip())


def _from_keyring() -> str | None:
    try:
        found = _keyring().get_password(SERVICE, NAME)
    except _errors() as error:
        log.info("the keyring gives no token: %s", _reason(error))
        return None
    return _word(found or "")


def _from_file() -> str | None:
    """Where huggingface_hub keeps it: HF_TOKEN_PATH, or HF_HOME/token."""
    given = os.environ.get("HF_TOKEN_PATH", "")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("HF_HOME") or cache / "huggingface")
    try:
        with (Path(given) if given else home / "token").expanduser().open("rb") as file:
            text = file.read(LARGEST).decode("ascii").strip()
    except (OSError, ValueError):
        return None
    return _word(text)


def _word(text: str) -> str | None:
    """The text if it can be a token; what refuses a header of anything else would show it."""
    fits = text.isascii() and text.isprintable() and " " not in text
    return text if fits and text else None


def _no_keyring() -> str | None:
    """Why nothing can be kept, a clause; ``None`` where it can."""
    try:
        backend = _keyring().get_keyring()
    except _errors() as error:
        return _reason(error)
    # The backends "fail" and "null" keep nothing.
    return None if backend.priority > 0 else "this system has no keyring that is open to programs"


def _keyring() -> "ModuleType":
    import keyring

    return keyring


def _errors() -> tuple[type[Exception], ...]:
    from keyring.errors import KeyringError

    # Backends let errors of the buses behind them pass.
    return (KeyringError, ImportError, OSError, RuntimeError, ValueError)


def _reason(error: Exception) -> str:
    return f"the keyring does not open ({type(error).__name__})"


def _unusable(title: str, detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(cause=FailureCause.REQUEST_REFUSED, title=title, detail=detail)
    )


_WITHOUT = (
    "Set the environment variable HF_TOKEN instead, or use `hf auth login` of huggingface_hub"
)
