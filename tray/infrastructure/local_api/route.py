"""One call of the local API, and how a body becomes a model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from tray.infrastructure.local_api.answers import Refused, Reply, json_answer
from tray.models.base import Frozen
from tray.models.local_api import Empty

Body = TypeVar("Body", bound=Frozen)


@dataclass(frozen=True)
class Route:
    """One call: its method, and what a body (empty for GET) leads to."""

    method: str
    reply: Callable[[bytes], Reply]


def get(reply: Callable[[], Reply]) -> Route:
    """A call without a body."""
    return Route("GET", lambda _: reply())


def post(model: type[Body], reply: Callable[[Body], Reply]) -> Route:
    """A call with a body of this model."""
    return Route("POST", lambda body: reply(_parse(model, body)))


def _parse(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(400, "The body does not fit", f"{where}: {first['msg']}") from error


def done(action: Callable[[], None]) -> Reply:
    """The answer to a call that only does something."""
    action()
    return json_answer(Empty())
