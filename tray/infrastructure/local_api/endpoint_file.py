"""api.json: how a client of this user finds the resident process."""

from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.private_file import read_private, write_private
from tray.models.local_api import Endpoint

NAME = "api.json"


def publish(runtime: Path, endpoint: Endpoint) -> None:
    """Write the file, readable by this user only."""
    write_private(runtime / NAME, endpoint.model_dump_json().encode())


def published(runtime: Path) -> Endpoint | None:
    """What the file says; ``None`` without one, or with one that is not ours."""
    try:
        return Endpoint.model_validate_json(read_private(runtime / NAME))
    except (OSError, ValidationError):
        return None


def withdraw(runtime: Path, endpoint: Endpoint) -> None:
    """Remove the file, unless it already belongs to another process."""
    if published(runtime) == endpoint:
        (runtime / NAME).unlink(missing_ok=True)
