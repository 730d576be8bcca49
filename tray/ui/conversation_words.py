"""Pure: kept conversations as a person reads them, and as files."""

import re
from datetime import datetime

from tray.models.chat import Role
from tray.models.conversation import Conversation

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_MARKS = re.compile(r"[*`#|]+")
_SPEAKERS = {Role.USER: "You", Role.ASSISTANT: "Answer", Role.SYSTEM: "System"}


def when(updated: float, now: float) -> str:
    """ "14:02", "yesterday", "Monday", "3 November", "3 November 2025"; seconds since 1970."""
    then, today = datetime.fromtimestamp(updated), datetime.fromtimestamp(now)  # noqa: DTZ006
    days = (today.date() - then.date()).days
    if days <= 0:
        return f"{then:%H:%M}"
    if days == 1:
        return "yesterday"
    if days < 7:
        return f"{then:%A}"
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {then:%B}{year}"


def found_words(text: str) -> str:
    """Text around what was found, on one line and without the commonest Markdown."""
    return " ".join(_MARKS.sub("", text).split())


def file_name(title: str, ending: str) -> str:
    """A name every file system takes."""
    plain = _NOT_IN_NAMES.sub(" ", title).strip(" .…")[:80].strip(" .")
    return f"Chat - {plain}.{ending}" if plain else f"Chat.{ending}"


def as_markdown(conversation: Conversation) -> str:
    """Answers as the model wrote them, each message under its speaker."""
    parts = [f"# {conversation.title}"]
    for said in conversation.messages:
        parts += [f"## {_SPEAKERS[said.role]}", said.content.strip()]
    return "\n\n".join(parts) + "\n"


def as_json(conversation: Conversation) -> str:
    """Title, time (seconds since 1970) and messages, as the chat API takes them."""
    return conversation.model_dump_json(indent=2, exclude={"draft", "pinned"}) + "\n"
