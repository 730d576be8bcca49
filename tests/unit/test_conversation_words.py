"""Kept conversations in words and as files."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tray.infrastructure.conversations.excerpt import excerpt
from tray.models.attachment import ImageFile, TextFile
from tray.models.chat import ChatTimings, FinishReason, Role
from tray.models.conversation import ChatSettings, Conversation, ConversationLine, KeptMessage
from tray.ui.conversation_words import as_json, as_markdown, file_name, found_words
from tray.ui.when_words import when

NOW = datetime(2026, 11, 23, 12, 0).timestamp()  # noqa: DTZ001 - the user's own time
CONVERSATION = Conversation(
    id="00000000-0000-4000-8000-000000000001",
    title="Cows",
    pinned=True,
    updated=NOW,
    messages=(
        KeptMessage(role=Role.USER, content="Why?"),
        KeptMessage(role=Role.ASSISTANT, content="- *So*\n"),
    ),
    draft="not sent",
)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 23, 9, 5), "09:05"),  # noqa: DTZ001
        (datetime(2026, 11, 24, 9, 5), "09:05"),  # noqa: DTZ001
        (datetime(2026, 11, 22, 23, 59), "yesterday"),  # noqa: DTZ001
        (datetime(2026, 11, 17, 0, 0), "Tuesday"),  # noqa: DTZ001
        (datetime(2026, 11, 16, 23, 0), "16 November"),  # noqa: DTZ001
        (datetime(2025, 12, 31, 8, 0), "31 December 2025"),  # noqa: DTZ001
    ],
)
def test_when(moment: datetime, words: str) -> None:
    assert when(moment.timestamp(), NOW) == words


class German(datetime):
    """What strftime makes of a moment once GTK has set the desktop's language."""

    def __format__(self, form: str) -> str:
        return super().__format__(form.replace("%A", "Dienstag").replace("%B", "Dezember"))


def test_when_is_told_in_one_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tray.ui.when_words.datetime", German)
    moments = (German(2026, 11, 17, 0, 0), German(2025, 12, 31, 8, 0))
    assert [when(m.timestamp(), NOW) for m in moments] == ["Tuesday", "31 December 2025"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cows", "Chat - Cows.md"),
        ("../../etc/passwd", "Chat - etc passwd.md"),
        ('a<b>:"c|?*\x00d\n', "Chat - a b c d.md"),
        ("…", "Chat.md"),
        ("y" * 300, f"Chat - {'y' * 80}.md"),
        ("牛" * 80, f"Chat - {'牛' * 66}.md"),
        ("🐄" * 80, f"Chat - {'🐄' * 50}.md"),
    ],
)
def test_a_file_name_every_system_takes(title: str, name: str) -> None:
    assert file_name(title, "md") == name


def test_markdown_has_every_message_under_its_speaker() -> None:
    assert as_markdown(CONVERSATION) == "# Cows\n\n## You\n\nWhy?\n\n## Answer\n\n- *So*\n"


def test_json_has_the_messages_as_the_chat_api_takes_them() -> None:
    told = json.loads(as_json(CONVERSATION))
    assert told["messages"][1] == {"role": "assistant", "content": "- *So*\n"}
    assert "draft" not in told


WHOLE = CONVERSATION.model_copy(
    update={
        "settings": ChatSettings(system_prompt="Be brief.\n", temperature=0.5, top_k=40),
        "messages": (
            KeptMessage(
                role=Role.USER,
                content="Why?",
                attachments=(
                    TextFile(kind="text", name="a.md", text="```\ncode\n```\n"),
                    ImageFile(kind="image", name="c]ow.png", media_type="image/png", data="aGk="),
                ),
            ),
            KeptMessage(
                role=Role.ASSISTANT,
                content="So.",
                reasoning="One.\n\nTwo.",
                thought_seconds=2.0,
                reason=FinishReason.CANCELLED,
                timings=ChatTimings(predicted_tokens=7),
            ),
        ),
    }
)


def test_markdown_carries_settings_files_reasoning_and_figures() -> None:
    assert as_markdown(WHOLE) == (
        "# Cows\n\n## System prompt\n\nBe brief.\n\ntemperature 0.5 · top-k 40\n\n"
        "## You\n\nFile a.md:\n````\n```\ncode\n```\n````\n\n"
        "![c ow.png](data:image/png;base64,aGk=)\n\nWhy?\n\n"
        "## Answer\n\n> *Thought for 2 s*\n>\n> One.\n>\n> Two.\n\nSo.\n\n"
        "*stopped · 7 tokens*\n"
    )


def test_json_is_the_whole_conversation_again() -> None:
    again = Conversation.model_validate_json(as_json(WHOLE)[:-2] + ', "pinned": true}')
    assert again == WHOLE.model_copy(update={"draft": ""})


@pytest.mark.parametrize(
    ("found", "file", "words"),
    [
        (None, None, None),
        ("…**So** it\n`is`", None, "…So it is"),
        ("…1;2\n3;4…", "a*b.csv", "a*b.csv: …1;2 3;4…"),
        ("", "cow.png", "cow.png"),
    ],
)
def test_what_was_found_is_one_plain_line(
    found: str | None, file: str | None, words: str | None
) -> None:
    line = ConversationLine(
        id="1", title="Cows", pinned=False, updated=0.0, found=found, found_in=file
    )
    assert found_words(line) == words


@pytest.mark.parametrize(
    ("text", "words", "around"),
    [
        ("short", ("nothing",), "short"),
        ("Die Kühe sind ruhig", ("kuhe",), "Die Kühe sind ruhig"),
        ("x " * 50 + "the cow " + "y " * 80, ("cow",), "…" + "x " * 13 + "the cow "),
        ("scow cow", ("cow",), "scow cow"),
        ("scow " * 30 + "a_cow", ("cow",), "…scow scow scow scow scow a_cow"),
        ("n" * 3000 + ";cow", ("cow",), "…" + "n" * 29 + ";cow"),
        ("x " * 30_000 + "tail.end", ('"TAIL:end', "no"), "…" + "x " * 15 + "tail.end"),
        ("scow" * 20_000, ("cow",), "scow"),
        ("牛" * 60 + "很安静", ("安静",), "…" + "牛" * 29 + "很安静"),
        ("牛" * 60 + "用Cow说", ("cow",), "…" + "牛" * 29 + "用Cow说"),
        ("İİİ " * 40 + "the cow", ("cow",), "…" + "İİİ " * 6 + "the cow"),
        ("x " * 50 + "the 🐄 moos", ("🐄",), "…" + "x " * 13 + "the 🐄 moos"),
    ],
)
def test_the_text_around_what_was_found(text: str, words: tuple[str, ...], around: str) -> None:
    assert excerpt(text, words).startswith(around)
