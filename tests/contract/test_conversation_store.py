"""The file of the conversations: kept, searched, killed, damaged, from another version."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.chat_writer_probe import ONE
from tests.platforms import on_posix
from tray.infrastructure.conversations.schema import VERSION, migrate, version_of
from tray.infrastructure.conversations.store import ConversationStore
from tray.infrastructure.downloads import save_download
from tray.models.attachment import TextFile
from tray.models.chat import Role
from tray.models.conversation import KeptMessage
from tray.models.failure import PaddockError
from tray.services.answer_record import EVERY

TWO = ONE.replace("1", "2")
THREE = ONE.replace("1", "3")


def said(*texts: str) -> tuple[KeptMessage, ...]:
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(KeptMessage(role=roles[i % 2], content=text) for i, text in enumerate(texts))


def answer(text: str) -> KeptMessage:
    return KeptMessage(role=Role.ASSISTANT, content=text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ConversationStore]:
    store = ConversationStore(path)
    yield store
    store.close()


def found(store: ConversationStore, *words: str) -> list[str]:
    return [line.id for line in store.find(words, 9)]


def test_a_conversation_is_read_as_it_was_written(store: ConversationStore, path: Path) -> None:
    store.write(ONE, "Cows", said("Why?", "So.", "Really?"))
    store.write_answer(ONE, 3, answer("Ye"))
    store.write_answer(ONE, 3, answer("Yes."))
    store.write_draft(ONE, "And")
    store.show(ONE)
    again = ConversationStore(path)
    read = again.read(ONE)
    assert read is not None
    assert (read.title, read.messages) == ("Cows", said("Why?", "So.", "Really?", "Yes."))
    assert (read.draft, again.shown()) == ("And", ONE)
    again.close()


def test_what_is_asked_anew_replaces_what_followed(store: ConversationStore) -> None:
    store.write(ONE, "Cows", said("Why?", "So.", "Really?", "Yes."))
    store.write(ONE, "another title", said("Why?", "So.", "Where?"))
    read = store.read(ONE)
    assert read is not None
    assert read.messages == said("Why?", "So.", "Where?")
    assert read.title == "Cows"
    assert found(store, "really") == []


def test_every_word_is_found_in_titles_and_messages(store: ConversationStore) -> None:
    store.write(ONE, "Cows", said("Why are Kühe so calm?"))
    store.write(TWO, "Dinner", said("What to cook?"))
    store.write_answer(TWO, 1, answer("Something with mushrooms"))
    assert found(store, "kuh") == [ONE]
    assert found(store, "cow") == [ONE]
    assert found(store, "mush", "some") == [TWO]
    assert found(store, "mush", "calm") == []
    assert store.find(["mushrooms"], 9)[0].found == "Something with mushrooms"
    store.rename(ONE, "Cattle")
    assert found(store, "cow") == []
    assert found(store, "cattle") == [ONE]


def test_words_are_found_where_no_space_is_around_them(store: ConversationStore) -> None:
    """As in Chinese, Japanese and Thai; and an emoji, which the index of words leaves out."""
    store.write(ONE, "你好世界", said("牛为什么这么安静？", "因为Paddock很好 🐄!"))
    file = TextFile(kind="text", name="牧场记录.txt", text="今天下雨，牛在休息。50% 100_000")
    asked = KeptMessage(role=Role.USER, content="Look", attachments=(file,))
    store.write(TWO, "วัวอยู่ที่ไหน", (asked, answer("東京にいます")))
    store.write_draft_files(TWO, (TextFile(kind="text", name="草稿.txt", text="草稿"),))
    for word in ("世界", "安静", "paddock很", "🐄"):
        assert found(store, word) == [ONE], word
    for word in ("อยู่", "京に", "下雨", "记录"):
        assert found(store, word) == [TWO], word
    assert found(store, "安静", "paddock") == []
    assert found(store, "因为", "padd") == [ONE]
    assert found(store, "look", "京に") == []
    assert found(store, "牛") == [TWO, ONE]
    assert found(store, "草稿") == found(store, "京_ま") == found(store, "😀") == []
    assert store.find(["安静"], 9)[0].found == "牛为什么这么安静？"
    assert store.find(["下雨"], 9)[0].found_in == "牧场记录.txt"
    assert found(store, "paddock") == [ONE]
    assert store.find(["paddock"], 9)[0].found == "因为Paddock很好 🐄!"
    store.hide(ONE, True)
    assert found(store, "世界") == found(store, "paddock") == []


@pytest.mark.parametrize("words", ['"', "a OR b", "NEAR(", "*", "col:x", "-x", "^a", "' OR 1=1"])
def test_no_word_is_an_operator(store: ConversationStore, words: str) -> None:
    store.write(ONE, "Cows", said("Why?"))
    assert found(store, words) == []


def test_pinned_ones_come_first_then_the_newest(store: ConversationStore) -> None:
    for one in (ONE, TWO, THREE):
        store.write(one, "Cows", said("Why?"))
    assert found(store) == [THREE, TWO, ONE]
    store.write(TWO, "Cows", said("Why?", "So."))
    store.pin(ONE, True)
    assert found(store) == found(store, "why") == [ONE, TWO, THREE]


def test_deleted_ones_are_in_no_list_and_then_gone(store: ConversationStore, path: Path) -> None:
    store.write(ONE, "Cows", said("A peculiarword?"))
    store.hide(ONE, True)
    assert found(store) == found(store, "peculiarword") == []
    assert store.read(ONE) is None
    store.hide(ONE, False)
    assert found(store, "peculiarword") == [ONE]
    store.hide(ONE, True)
    store.remove_hidden()
    store.hide(ONE, False)
    store.write_answer(ONE, 1, answer("too late"))
    assert found(store) == []
    store.close()
    assert b"A peculiarword?" not in path.read_bytes()


def test_nothing_of_a_removed_chat_stays_readable(store: ConversationStore, path: Path) -> None:
    """Not in the index of words, where FTS5 leaves it, and not in the log."""
    for number in range(40):
        one = ONE[:-4] + f"{number:04}"
        store.write(one, f"Cows {number}", said(f"common{number} words", "so"))
    file = TextFile(kind="text", name="privatename.txt", text="privatetext")
    secret = KeptMessage(role=Role.USER, content="privatequestion", attachments=(file,))
    store.write(ONE, "privatetitle", (secret, answer("privateanswer")))
    store.hide(ONE, True)
    store.remove_hidden()
    left = readable(path)
    assert {"privateanswer", "privatetext"} <= left
    while store.clear_traces():
        assert found(store, "common7")
    assert readable(path) == set()
    assert found(store, "common7")
    assert not store.clear_traces()


def test_a_run_that_ended_too_early_leaves_the_traces_to_the_next(
    store: ConversationStore, path: Path
) -> None:
    for number in range(40):
        one = ONE[:-4] + f"{number:04}"
        store.write(one, f"Cows {number}", said(f"common{number} words", "so"))
    store.write(ONE, "privatetitle", said("privatequestion", "privateanswer"))
    store.hide(ONE, True)
    store.remove_hidden()
    assert store.clear_traces()
    store.close()
    assert "privateanswer" in readable(path)
    again = ConversationStore(path)
    while again.clear_traces():
        pass
    assert readable(path) == set()
    again.close()
    untouched = ConversationStore(path)
    assert not untouched.clear_traces()
    untouched.close()


def readable(path: Path) -> set[str]:
    """Which of the secret words lie in the file or its log; an index cuts their beginnings."""
    words = ("question", "title", "answer", "text", "name")
    there = b"".join(p.read_bytes() for p in path.parent.iterdir())
    return {f"private{word}" for word in words if f"rivate{word}".encode() in there}


def test_drafts_of_chats_and_of_a_new_one(store: ConversationStore) -> None:
    store.write_draft(None, "not begun")
    store.write_draft(ONE, "of nothing kept")
    assert (store.desk().draft, store.read(ONE)) == ("not begun", None)


@on_posix
def test_only_the_user_reads_the_files(store: ConversationStore, path: Path) -> None:
    path.touch(0o644)
    store.write(ONE, "Cows", said("Why?"))
    modes = {part.name: stat.S_IMODE(part.stat().st_mode) for part in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert len(modes) == 3


@on_posix
def test_a_planted_link_is_not_followed(store: ConversationStore, path: Path) -> None:
    target = path.with_name("target")
    path.symlink_to(target)
    with pytest.raises(PaddockError, match="cannot be read or kept"):
        store.shown()
    assert not target.exists()


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_a_damaged_file_is_set_aside_and_said(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = ConversationStore(path)
    store.write(ONE, "Cows", said("Why?"))
    assert found(store) == [ONE]
    note = store.take_note()
    assert note is not None
    assert "chats.sqlite.damaged-1" in note
    assert store.take_note() is None
    assert path.with_name("chats.sqlite.damaged-1").read_bytes() == content
    store.close()


def test_damage_that_shows_later_is_set_aside_too(path: Path) -> None:
    store = ConversationStore(path)
    for _ in range(3):
        store.write(ONE, "Cows", said(*["Why? " * 2000] * 9))
    store.close()
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + b"\xff" * half)
    store = ConversationStore(path)
    with pytest.raises(PaddockError, match="set aside"):
        store.write(ONE, "Cows", said("Why?"))
    store.write(TWO, "Cows", said("Why?"))
    assert found(store) == [TWO]
    store.close()


def test_a_file_of_a_newer_paddock_is_left_alone(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(PaddockError, match="newer Paddock"):
        ConversationStore(path).shown()
    assert path.read_bytes() == before


def test_a_migration_is_whole_or_not_at_all() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("CREATE TABLE desk (in_the_way)")
    with pytest.raises(sqlite3.OperationalError):
        migrate(database)
    tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    assert (version_of(database), tables) == (0, [("desk",)])
    database.execute("DROP TABLE desk")
    migrate(database)
    migrate(database)
    assert version_of(database) == VERSION
    database.close()


@pytest.mark.slow
def test_killed_while_an_answer_comes_loses_the_last_second_at_most(path: Path) -> None:
    command = [sys.executable, "-m", "tests.contract.chat_writer_probe", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        *_, before, kept = [int(writer.stdout.readline()) for _ in range(3)]
        writer.kill()
    # What is kept each EVERY is kept for good.
    assert kept > before
    assert EVERY < 1.0
    store = ConversationStore(path)
    read = store.read(ONE)
    assert read is not None
    question, counted = read.messages
    assert question.content == "Count."
    assert counted.content.split()[:kept] == [str(number) for number in range(kept)]
    assert found(store, "count") == [ONE]
    store.close()


def test_a_saved_file_replaces_no_other(tmp_path: Path) -> None:
    names = [save_download("Chat.md", text, tmp_path / "new").name for text in ("one", "two\n")]
    assert names == ["Chat.md", "Chat (2).md"]
    assert (tmp_path / "new" / "Chat (2).md").read_bytes() == b"two\n"
