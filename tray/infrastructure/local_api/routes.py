"""The calls of the local API as one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from tray.infrastructure.local_api.answers import Refused, Reply, json_answer
from tray.infrastructure.local_api.invitations import Invitations
from tray.infrastructure.local_api.ports import ServedPaddock, ServedPage
from tray.infrastructure.local_api.streams import (
    ChatLines,
    PageLines,
    PageStateLines,
    StateLines,
)
from tray.models.base import Frozen
from tray.models.chat import ChatRequest
from tray.models.local_api import (
    Empty,
    EnterAnswer,
    EnterRequest,
    HoldRequest,
    OpenRequest,
    StartRequest,
    StopRequest,
)

Body = TypeVar("Body", bound=Frozen)


@dataclass(frozen=True)
class Route:
    """One call: its method, and what a body (empty for GET) leads to."""

    method: str
    reply: Callable[[bytes], Reply]


def api_routes(served: ServedPaddock) -> Mapping[str, Route]:
    """The calls every client may make, by path; docs/local-api.md lists them."""
    return {
        "/api/state": _get(lambda: json_answer(served.state())),
        "/api/events": _get(lambda: StateLines(served.subscribe())),
        "/api/models": _get(lambda: json_answer(served.models())),
        "/api/connection": _get(lambda: json_answer(served.connection())),
        "/api/start": _post(StartRequest, lambda body: json_answer(served.start(body))),
        "/api/stop": _post(StopRequest, lambda body: json_answer(served.stop(body))),
        "/api/free": _post(Empty, lambda _: json_answer(served.free())),
        "/api/chat": _post(ChatRequest, lambda body: ChatLines(served.chat(body))),
        "/api/show": _post(Empty, lambda _: _done(served.show)),
        "/api/quit": _post(Empty, lambda _: json_answer(Empty(), then=served.quit)),
    }


def page_routes(served: ServedPaddock, page: ServedPage) -> Mapping[str, Route]:
    """The calls the page makes beside them, by path."""
    return {
        "/api/page/events": _get(lambda: PageStateLines(served.subscribe(), page)),
        "/api/page/chat": _post(
            ChatRequest, lambda body: PageLines(served.chat(body), page.writer())
        ),
        "/api/page/history": _get(lambda: json_answer(page.history())),
        "/api/page/free": _post(Empty, lambda _: json_answer(page.came_back(served.free()))),
        "/api/page/hold": _post(HoldRequest, lambda body: _done(lambda: page.hold(body.held))),
        "/api/page/hide": _post(Empty, lambda _: _done(page.hide)),
        "/api/open": _post(OpenRequest, lambda body: _done(lambda: page.open_link(body.url))),
    }


def enter_route(invitations: Invitations, token: str) -> Route:
    """The token for a one-time code; 401 for any other."""

    def enter(body: EnterRequest) -> Reply:
        if not invitations.redeem(body.code):
            raise Refused(401, "The address is used up", "Open the chat from the tray again.")
        return json_answer(EnterAnswer(token=token))

    return _post(EnterRequest, enter)


def _get(reply: Callable[[], Reply]) -> Route:
    return Route("GET", lambda _: reply())


def _post(model: type[Body], reply: Callable[[Body], Reply]) -> Route:
    return Route("POST", lambda body: reply(_parse(model, body)))


def _parse(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(400, "The body does not fit", f"{where}: {first['msg']}") from error


def _done(action: Callable[[], None]) -> Reply:
    action()
    return json_answer(Empty())
