"""What the local API answers with, before it becomes HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from tray.models.base import Frozen
from tray.models.failure import FailureCause, ServerFailure
from tray.models.local_api import ErrorAnswer

JSON = "application/json"
NDJSON = "application/x-ndjson"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True)
class Answer:
    """A whole answer. ``then`` runs once it has been sent; ``packed`` is a body of gzip."""

    status: int
    body: bytes
    content_type: str = JSON
    then: Callable[[], None] | None = None
    packed: bool = False


class LineStream(Protocol):
    """Lines of JSON as they come; an empty piece marks a second of silence."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """The reader is gone, or has everything."""


Reply = Answer | LineStream


class Refused(Exception):
    """A request that is not let in, or does not fit."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status = status
        self.failure = ServerFailure(cause=FailureCause.REQUEST_REFUSED, title=title, detail=detail)


def json_answer(model: Frozen, then: Callable[[], None] | None = None) -> Answer:
    """A model as the answer to a call that worked."""
    return Answer(200, model.__pydantic_serializer__.to_json(model), then=then)


def error_answer(status: int, failure: ServerFailure) -> Answer:
    """A refusal or a failure."""
    return Answer(status, ErrorAnswer(error=failure).model_dump_json().encode())
