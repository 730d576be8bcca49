"""A conversation of 500 messages, for either page to open."""

from __future__ import annotations

from typing import Any

from tests.bench.two_pages.answer_text import answer_section

MESSAGES = 500
CHAT = "5aa4e6cb-3a1f-4c7e-9d55-0b9b6d6f2c11"
TITLE = "first-question"
LAST = "last-answer"
NEARLY = "Question 49"
"""Of its last ten: llama-server's page opens a conversation near its end, not at it."""
_BEGUN = 1_795_000_000_000


def long_chat() -> list[dict[str, str]]:
    """Questions of a line and answers of about 250 words, in turn."""
    return [
        {"role": ("user", "assistant")[number % 2], "content": _content(number)}
        for number in range(MESSAGES)
    ]


def _content(number: int) -> str:
    if number == 0:
        return f"{TITLE} of them all, about windows?"
    if number == MESSAGES - 1:
        return f"{answer_section(number)}\n\nThis is the {LAST}."
    if number % 2:
        return answer_section(number)
    return f"Question {number}: and what of the {number} words after that?"


def webui_rows() -> dict[str, Any]:
    """The same as llama-server's page keeps it: a chain of messages below a root."""
    root = "root-of-it"
    ids = [root, *(f"message-{number}" for number in range(MESSAGES))]
    rows: list[dict[str, Any]] = [
        {
            "id": root,
            "convId": CHAT,
            "type": "root",
            "role": "system",
            "content": "",
            "parent": None,
        }
    ]
    rows += [
        {"id": ids[number + 1], "convId": CHAT, "type": "text", "parent": ids[number], **message}
        for number, message in enumerate(long_chat())
    ]
    for number, row in enumerate(rows):
        row |= {"timestamp": _BEGUN + number, "children": ids[number + 1 : number + 2]}
    conversation = {"id": CHAT, "name": TITLE, "lastModified": _BEGUN, "currNode": ids[-1]}
    return {"conversation": conversation, "messages": rows}
