"""The calls about kept conversations, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedChats
from tray.infrastructure.local_api.route import Route, done, get, post
from tray.models.page_chats import (
    ConversationRequest,
    DraftFilesRequest,
    DraftRequest,
    DrawRequest,
    EditRequest,
    ExportRequest,
    FindRequest,
    KeepRequest,
    PinRequest,
    RenameRequest,
    SettingsRequest,
    ShowRequest,
)


def chat_routes(chats: ServedChats) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    return {
        "/api/page/chats": post(FindRequest, lambda body: json_answer(chats.find(body.words))),
        "/api/page/chats/shown": get(lambda: json_answer(chats.shown())),
        "/api/page/chats/show": post(ShowRequest, lambda body: json_answer(chats.show(body.id))),
        "/api/page/chats/draw": post(DrawRequest, lambda body: json_answer(chats.draw(body))),
        "/api/page/chats/keep": post(
            KeepRequest,
            lambda body: done(lambda: chats.keep(body.id, body.messages, body.settings)),
        ),
        "/api/page/chats/draft": post(
            DraftRequest, lambda body: done(lambda: chats.write_draft(body.id, body.text))
        ),
        "/api/page/chats/draft/files": post(
            DraftFilesRequest,
            lambda body: done(lambda: chats.write_draft_files(body.id, body.files)),
        ),
        "/api/page/chats/edit": post(
            EditRequest, lambda body: done(lambda: chats.write_edit(body.id, body.edit))
        ),
        "/api/page/chats/settings": post(
            SettingsRequest, lambda body: done(lambda: chats.write_settings(body.id, body.settings))
        ),
        "/api/page/chats/rename": post(
            RenameRequest, lambda body: done(lambda: chats.rename(body.id, body.title))
        ),
        "/api/page/chats/pin": post(
            PinRequest, lambda body: done(lambda: chats.pin(body.id, body.pinned))
        ),
        "/api/page/chats/delete": post(
            ConversationRequest, lambda body: done(lambda: chats.delete(body.id))
        ),
        "/api/page/chats/restore": post(
            ConversationRequest, lambda body: done(lambda: chats.restore(body.id))
        ),
        "/api/page/chats/export": post(ExportRequest, lambda body: json_answer(chats.export(body))),
    }
