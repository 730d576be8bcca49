"""Pure: what a conversation is called, and what a search looks for."""

import unicodedata
from collections.abc import Sequence

from tray.models.chat import ChatMessage, Role

LONGEST_TITLE = 60


def title_of(messages: Sequence[ChatMessage]) -> str:
    """The beginning of the first question, on one line; without words the name of its file."""
    first = next((said for said in messages if said.role is Role.USER), None)
    named = first and (first.content.strip() or " ".join(f.name for f in first.attachments))
    text = " ".join((named or "").split())
    if len(text) <= LONGEST_TITLE:
        return text or "Chat"
    whole_words = text[:LONGEST_TITLE].rsplit(" ", 1)[0]
    # A long address or a Chinese sentence is one word: a part of it says more than none.
    return f"{whole_words if len(whole_words) > LONGEST_TITLE // 2 else text[:LONGEST_TITLE]}…"


def search_words(text: str) -> tuple[str, ...]:
    """The words to look for: with a letter, a digit or an emoji, not marks alone."""
    # To SQLite a NUL, which some programs put on the clipboard, is the end of all that is asked.
    return tuple(word for word in text.replace("\0", " ").split() if any(map(_is_sought, word)))


def _is_sought(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign) == "So"
