"""Searching and opening among 10,000 kept conversations, as the page asks for it."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.web.page_setup import chat_desk
from tray.infrastructure.conversations.schema import SHIFT, migrate
from tray.ui.chat_desk import ChatDesk

CONVERSATIONS = 10_000
MESSAGES = 6
WORDS = 60
"""Of a message; six of them are 2 kB of conversation."""
REPETITIONS = 30
FILES, FILE_WORDS = 5, 300
"""One conversation of so many has a file, of so many words: 2 kB."""
KINDS = {
    "in one": "needle77",
    "in every tenth": "needle",
    "in all": "wo",
    "two words": "wo need",
    "in one file": "straw77",
    "in every file": "straw",
}


def _target(name: str) -> Target:
    return Target(
        name=f"kept chats: {name} among 10,000",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=50.0,
    )


TARGETS = (_target("search"), _target("list"), _target("open"))


def measure(folder: Path) -> tuple[Figure, ...]:
    """Whole calls, answers drawn, of the slowest search; HTTP on loopback is not in it."""
    ids = fill(folder / "chats.sqlite")
    with chat_desk(folder) as desk:
        desk.find("")
        desk.show(ids[0])
        searches = {kind: _times(partial(desk.find, word)) for kind, word in KINDS.items()}
        lists = _times(lambda: desk.find(""))
        opened = _openings(desk, ids)
    notes = [f"{kind}: median {statistics.median(all_):.1f} ms" for kind, all_ in searches.items()]
    return (
        measured(TARGETS[0], max(searches.values(), key=statistics.median), notes=notes),
        measured(TARGETS[1], lists),
        measured(TARGETS[2], opened),
    )


def fill(path: Path) -> list[str]:
    """A file of conversations of made-up words; returns their ids."""
    import sqlite3

    chance = random.Random(5)
    vocabulary = [f"wo{number:x}" for number in range(20_000)]
    database = sqlite3.connect(path, isolation_level=None)
    migrate(database)
    database.execute("BEGIN")
    ids = []
    for number in range(1, CONVERSATIONS + 1):
        ids.append(str(UUID(int=chance.getrandbits(128), version=4)))
        row = (number, ids[-1], f"Chat {number}", float(number))
        database.execute(
            "INSERT INTO conversations (number, id, title, updated) VALUES (?, ?, ?, ?)", row
        )
        for position in range(MESSAGES):
            text = " ".join(chance.choices(vocabulary, k=WORDS))
            if position == 1 and number % 10 == 0:
                text += f" needle{number // 10}"
            role = ("user", "assistant")[position % 2]
            database.execute(
                "INSERT INTO messages (number, role, content) VALUES (?, ?, ?)",
                ((number << SHIFT) + position, role, text),
            )
        if number % FILES == 0:
            words = [*chance.choices(vocabulary, k=FILE_WORDS), f"straw{number // FILES}"]
            database.execute(
                "INSERT INTO attachments (message, kind, name, content)"
                " VALUES (?, 'text', 'notes.txt', ?)",
                (number << SHIFT, " ".join(words).encode()),
            )
    database.execute("COMMIT")
    database.close()
    return ids


def _openings(desk: ChatDesk, ids: list[str]) -> list[float]:
    chance = random.Random(6)
    return [_time(partial(desk.show, one)) for one in chance.sample(ids, REPETITIONS)]


def _times(action: Callable[[], object]) -> list[float]:
    return [_time(action) for _ in range(REPETITIONS)]


def _time(action: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000
