"""The calls of the local API as one table."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import Refused, Reply, json_answer
from tray.infrastructure.local_api.chat_routes import chat_routes
from tray.infrastructure.local_api.download_routes import download_routes
from tray.infrastructure.local_api.engine_routes import engine_routes
from tray.infrastructure.local_api.fit_routes import fit_routes
from tray.infrastructure.local_api.invitations import Invitations
from tray.infrastructure.local_api.model_routes import model_routes
from tray.infrastructure.local_api.page_lines import PageLines
from tray.infrastructure.local_api.page_ports import ServedPage
from tray.infrastructure.local_api.ports import ServedAnswer, ServedPaddock
from tray.infrastructure.local_api.route import Route, done, get, post
from tray.infrastructure.local_api.setup_routes import setup_routes
from tray.infrastructure.local_api.streams import (
    ChatLines,
    PageStateLines,
    StateLines,
)
from tray.models.chat import ChatRequest
from tray.models.conversation import PageChatRequest
from tray.models.local_api import (
    Empty,
    EnterAnswer,
    EnterRequest,
    HoldRequest,
    NeedRequest,
    OpenRequest,
    StartRequest,
    StopRequest,
)


def api_routes(served: ServedPaddock) -> Mapping[str, Route]:
    """The calls every client may make, by path; docs/local-api.md lists them."""
    return {
        "/api/state": get(lambda: json_answer(served.state())),
        "/api/events": get(lambda: StateLines(served.subscribe())),
        "/api/models": get(lambda: json_answer(served.models())),
        "/api/connection": get(lambda: json_answer(served.connection())),
        "/api/start": post(StartRequest, lambda body: json_answer(served.start(body))),
        "/api/stop": post(StopRequest, lambda body: json_answer(served.stop(body))),
        "/api/free": post(Empty, lambda _: json_answer(served.free())),
        "/api/chat": post(ChatRequest, lambda body: ChatLines(served.chat(body))),
        "/api/hotkey": get(lambda: json_answer(served.hotkey())),
        "/api/show": post(Empty, lambda _: done(served.show)),
        "/api/quit": post(Empty, lambda _: json_answer(Empty(), then=served.quit)),
    }


def page_routes(served: ServedPaddock, page: ServedPage) -> Mapping[str, Route]:
    """The calls the page makes beside them, by path."""
    return {
        "/api/page/events": get(lambda: PageStateLines(served.subscribe(), page)),
        "/api/page/chat": post(PageChatRequest, lambda body: _asked(body, served, page)),
        "/api/page/history": get(lambda: json_answer(page.history())),
        "/api/page/free": post(Empty, lambda _: json_answer(page.came_back(served.free()))),
        "/api/page/hold": post(HoldRequest, lambda body: done(lambda: page.hold(body.held))),
        "/api/page/need": post(NeedRequest, lambda body: done(lambda: page.need(body.needed))),
        "/api/page/hide": post(Empty, lambda _: done(page.hide)),
        "/api/open": post(OpenRequest, lambda body: done(lambda: page.open_link(body.url))),
        **chat_routes(page.chats),
        **engine_routes(page.engines),
        **fit_routes(page.fit),
        **download_routes(page.downloads),
        **model_routes(page.models),
        **setup_routes(page.setup),
    }


def enter_route(invitations: Invitations, token: str) -> Route:
    """The token for a one-time code; 401 for any other."""

    def enter(body: EnterRequest) -> Reply:
        if not invitations.redeem(body.code):
            raise Refused(401, "The address is used up", "Open the chat from the tray again.")
        return json_answer(EnterAnswer(token=token))

    return post(EnterRequest, enter)


def _asked(body: PageChatRequest, served: ServedPaddock, page: ServedPage) -> Reply:
    request = body.asked(sees_images=served.state().sees_images)

    def answer() -> ServedAnswer:
        return served.chat_as_set(request)

    recorded = (
        answer()
        if body.conversation is None
        else page.chats.record(body.conversation, body, answer)
    )
    return PageLines(recorded, page.writer(body.begun.content if body.begun else ""))
