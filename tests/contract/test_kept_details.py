"""What belongs to kept messages: files, reasoning, figures, settings; and files of old Paddocks."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.chat_writer_probe import ONE
from tray.infrastructure.conversations import schema as conversation_schema
from tray.infrastructure.conversations.schema import DRAFT, SHIFT, VERSION, version_of
from tray.infrastructure.conversations.store import ConversationStore
from tray.models.attachment import ImageFile, TextFile
from tray.models.chat import ChatTimings, FinishReason, Role
from tray.models.conversation import ChatSettings, Desk, Edit, KeptMessage

NOTES = TextFile(kind="text", name="notes.txt", text="peculiarword ✓\n")
COW = ImageFile(kind="image", name="cow.png", media_type="image/png", data="aGlkZGVu")
QUESTION = KeptMessage(role=Role.USER, content="What is it?", attachments=(NOTES, COW))
ANSWER = KeptMessage(
    role=Role.ASSISTANT,
    content="A cow.",
    reasoning="It has horns.",
    thought_seconds=2.5,
    reason=FinishReason.LENGTH,
    timings=ChatTimings(predicted_tokens=7, tokens_per_second=51.5),
)
SETTINGS = ChatSettings(system_prompt="Be brief.", temperature=0.25, seed=-1, max_tokens=7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ConversationStore]:
    store = ConversationStore(path)
    yield store
    store.close()


def count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as database:
        (rows,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    database.close()
    return int(rows)


def test_everything_of_a_message_comes_back(store: ConversationStore, path: Path) -> None:
    store.write(ONE, "Cows", (QUESTION,), SETTINGS)
    store.write_answer(ONE, 1, ANSWER)
    again = ConversationStore(path)
    read = again.read(ONE)
    assert read is not None
    assert read.messages == (QUESTION, ANSWER)
    assert read.settings == SETTINGS
    again.close()


def test_files_go_with_their_message_and_their_chat(store: ConversationStore, path: Path) -> None:
    other = QUESTION.model_copy(update={"attachments": (NOTES,)})
    store.write(ONE, "Cows", (QUESTION, ANSWER, QUESTION))
    store.write_draft_files(ONE, (COW,))
    store.write(ONE, "Cows", (QUESTION, ANSWER, other))
    read = store.read(ONE)
    assert read is not None
    assert read.messages == (QUESTION, ANSWER, other)
    assert read.draft_files == (COW,)
    assert count(path, "attachments") == 4
    store.hide(ONE, True)
    store.remove_hidden()
    assert count(path, "attachments") == 0
    store.close()
    assert "peculiarword ✓".encode() not in path.read_bytes()


def test_what_is_attached_and_set_for_a_chat_not_begun_stays(
    store: ConversationStore, path: Path
) -> None:
    store.write_draft(None, "Look:")
    store.write_draft_files(None, (NOTES, COW))
    store.write_settings(None, SETTINGS)
    store.close()
    again = ConversationStore(path)
    assert again.desk() == Desk(draft="Look:", draft_files=(NOTES, COW), settings=SETTINGS)
    again.write_draft_files(None, ())
    again.write_settings(None, ChatSettings())
    assert again.desk() == Desk(draft="Look:")
    again.close()


def test_settings_of_a_chat_are_changed(store: ConversationStore) -> None:
    store.write(ONE, "Cows", (QUESTION,))
    store.write_settings(ONE, SETTINGS)
    read = store.read(ONE)
    assert read is not None
    assert read.settings == SETTINGS


def test_a_question_being_changed_stays_with_its_files(
    store: ConversationStore, path: Path
) -> None:
    store.write(ONE, "Cows", (QUESTION,))
    steps = (
        (Edit(position=0, text="What"), Edit(position=0, text="What")),
        (Edit(position=0, text="", files=(COW, NOTES)),) * 2,
        (Edit(position=0, text="Who"), Edit(position=0, text="Who", files=(COW, NOTES))),
        (Edit(position=0, text="Who", files=()),) * 2,
        (Edit(position=2, text="Another"),) * 2,
        (Edit(position=2, text="Another", files=(NOTES,)),) * 2,
        (None, None),
    )
    for given, kept in steps:
        store.write_edit(ONE, given)
        read = store.read(ONE)
        assert read is not None
        assert read.edit == kept
        assert read.messages == (QUESTION,)
    assert count(path, "attachments") == 2


def found(store: ConversationStore, *words: str) -> list[tuple[str | None, str | None]]:
    """The file and the text around of what is found."""
    return [(line.found_in, line.found) for line in store.find(words, 9)]


def test_words_and_names_of_files_are_found(store: ConversationStore) -> None:
    long = TextFile(kind="text", name="Büro_plan.csv", text="x;y\n" * 50_000 + "Größe;needle\n")
    store.write(
        ONE, "Cows", (QUESTION, ANSWER, QUESTION.model_copy(update={"attachments": (long,)}))
    )
    assert found(store, "peculiar") == [("notes.txt", "peculiarword ✓\n")]
    assert found(store, "cow.png") == [("cow.png", "")]
    ((name, text),) = found(store, "buro", "größ")
    assert (name, text) == ("Büro_plan.csv", "…x;y\nx;y\nx;y\nx;y\nx;y\nx;y\nx;y\nGröße;needle\n")
    assert [name for name, _ in found(store, "groß")] == ["Büro_plan.csv"]
    assert found(store, "horns") == []
    assert found(store, "peculiar", "needle") == []
    assert found(store, "peculiar", "what") == []


def test_files_are_found_once_they_are_sent_and_until_they_are_gone(
    store: ConversationStore, path: Path
) -> None:
    store.write(ONE, "Cows", (QUESTION.model_copy(update={"attachments": ()}),))
    store.write_draft_files(ONE, (NOTES,))
    store.write_draft_files(None, (NOTES,))
    store.write_edit(ONE, Edit(position=0, text="", files=(NOTES,)))
    assert found(store, "peculiarword") == []
    store.write(ONE, "Cows", (QUESTION,))
    assert found(store, "peculiarword") != []
    store.write(ONE, "Cows", (QUESTION.model_copy(update={"attachments": (COW,)}),))
    store.write_draft_files(ONE, ())
    assert found(store, "peculiarword") == []
    assert found(store, "png") != []
    store.hide(ONE, True)
    assert found(store, "png") == []
    store.remove_hidden()
    assert count(path, "attachments") == 1
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO file_words (file_words) VALUES ('integrity-check')")
        assert database.execute("SELECT count(*) FROM file_words").fetchone() == (0,)
    database.close()


def test_files_for_a_chat_that_is_not_kept_are_left(store: ConversationStore, path: Path) -> None:
    store.write_draft_files(ONE, (NOTES,))
    assert count(path, "attachments") == 0


def test_a_file_of_the_first_paddock_is_migrated_and_lacks_nothing(path: Path) -> None:
    _first_paddock(path)
    store = ConversationStore(path)
    read = store.read(ONE)
    assert read is not None
    question, answer = read.messages
    assert (question.content, question.reason) == ("Why?", None)
    assert (answer.content, answer.reason) == ("So.", FinishReason.STOP)
    assert (read.draft, read.settings, store.desk().draft) == ("And", ChatSettings(), "new")
    assert [line.id for line in store.find(["so"], 9)] == [ONE]
    store.write(ONE, "", (*read.messages, QUESTION), SETTINGS)
    store.close()
    with sqlite3.connect(path) as database:
        assert version_of(database) == VERSION
    database.close()


UNSEARCHED = 40
"""Files of 200 kB that an older Paddock kept."""
MIGRATED = """
import sqlite3, sys
from pathlib import Path
from tray.infrastructure.conversations.store import ConversationStore

sqlite3.connect(":memory:").execute("PRAGMA hard_heap_limit = 16000000")
store = ConversationStore(Path(sys.argv[1]))
print(*(line.found_in for word in sys.argv[2:] for line in store.find([word], 9)))
"""


def test_files_kept_before_they_were_searched_are_found_and_need_little_memory(path: Path) -> None:
    _unsearched(path)
    command = [sys.executable, "-c", MIGRATED, str(path), "needle0", "needle39", "peculiarword"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.txt", "39.txt"]


def _unsearched(path: Path) -> None:
    """A file as version 4 left it: a conversation a file, and a draft with one."""
    database = sqlite3.connect(path, isolation_level=None)
    for script in conversation_schema._MIGRATIONS[:4]:
        database.executescript(script)
    database.execute("PRAGMA user_version = 4")
    database.execute("BEGIN")
    filler = " ".join(f"wo{number:x}" for number in range(33_000))
    for number in range(UNSEARCHED):
        conversation = "INSERT INTO conversations (number, id, title, updated) VALUES (?, ?, '', 0)"
        database.execute(conversation, (number + 1, f"{ONE[:-2]}{number:02}"))
        at = (number + 1) << SHIFT
        database.execute(
            "INSERT INTO messages (number, role, content) VALUES (?, 'user', '')", (at,)
        )
        rows = [(at, f"{number}.txt", f"{filler} needle{number}".encode())]
        rows += [(at + DRAFT, "draft.txt", b"peculiarword")] if number == 0 else []
        file = "INSERT INTO attachments (message, kind, name, content) VALUES (?, 'text', ?, ?)"
        database.executemany(file, rows)
    database.execute("COMMIT")
    database.close()


def _first_paddock(path: Path) -> None:
    """A file as version 1 left it."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(conversation_schema._MIGRATIONS[0] + "PRAGMA user_version = 1;")
    database.execute(
        "INSERT INTO conversations (number, id, title, updated, draft) VALUES (1, ?, 'C', 1.0, ?)",
        (ONE, "And"),
    )
    rows = (((1 << SHIFT), "user", "Why?"), ((1 << SHIFT) + 1, "assistant", "So."))
    database.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
    database.execute("UPDATE desk SET draft = 'new', shown = ?", (ONE,))
    database.close()
