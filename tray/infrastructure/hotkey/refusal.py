"""Why a combination of keys cannot be had, and what to do."""

from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.hotkey import Hotkey


def unusable(hotkey: Hotkey, reason: str, advice: str) -> PaddockError:
    """The failure of a combination, with what to do."""
    return PaddockError(
        ServerFailure(
            cause=FailureCause.BAD_CONFIGURATION,
            title=f"The hotkey {hotkey} does not work",
            detail=f"{reason} {advice}",
        )
    )


def taken(hotkey: Hotkey) -> PaddockError:
    """Another program has the combination."""
    return unusable(
        hotkey,
        "Another program, or the desktop itself, has these keys already.",
        "Choose others in the setting popover.hotkey.",
    )
