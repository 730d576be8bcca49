"""Short spelling of an expected failure."""

from tray.models.failure import FailureCause, PaddockError, ServerFailure


def refusal(
    cause: FailureCause, title: str, detail: str, log_lines: tuple[str, ...] = ()
) -> PaddockError:
    """The error to raise when a launch cannot be prepared."""
    return PaddockError(ServerFailure(cause=cause, title=title, detail=detail, log_lines=log_lines))
