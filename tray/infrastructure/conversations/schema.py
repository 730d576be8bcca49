"""The tables of the conversations, one migration a version.

A message's ``number`` holds its conversation's number above ``SHIFT`` bits and
its position below, so a search tells conversations without reading messages. The
last position of a conversation is its draft's, the one before that of a question
being changed; the draft of a chat not begun yet has conversation 0. They own
attachments and are no messages.

The words of a file are found under its message's number and, below ``FILE_SHIFT``
bits, the end of its own: the files of a message are numbered one after the other.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

SHIFT = 20
DRAFT = (1 << SHIFT) - 1
EDIT = DRAFT - 1
FILE_SHIFT = 12
FILE = (1 << FILE_SHIFT) - 1


def _file_words(file: str) -> str:
    """What is indexed of a row of ``attachments``."""
    return f"""
        ({file}.message << {FILE_SHIFT}) | ({file}.number & {FILE}), {file}.name,
        CASE {file}.kind WHEN 'text' THEN CAST({file}.content AS TEXT) ELSE '' END
    """


_MIGRATIONS = (
    """
    CREATE TABLE conversations (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        updated REAL NOT NULL,
        draft TEXT NOT NULL DEFAULT '',
        deleted INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX conversations_in_order ON conversations (deleted, pinned DESC, updated DESC);
    CREATE TABLE messages (
        number INTEGER PRIMARY KEY,
        role TEXT NOT NULL,
        content TEXT NOT NULL
    ) STRICT;
    CREATE TABLE desk (only INTEGER PRIMARY KEY CHECK (only = 1), shown TEXT, draft TEXT NOT NULL)
        STRICT;
    INSERT INTO desk VALUES (1, NULL, '');

    CREATE VIRTUAL TABLE title_words USING fts5 (
        title, content = conversations, content_rowid = number, prefix = '2 3',
        tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER title_new AFTER INSERT ON conversations BEGIN
        INSERT INTO title_words (rowid, title) VALUES (new.number, new.title);
    END;
    CREATE TRIGGER title_gone AFTER DELETE ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title)
            VALUES ('delete', old.number, old.title);
    END;
    CREATE TRIGGER title_changed AFTER UPDATE OF title ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title)
            VALUES ('delete', old.number, old.title);
        INSERT INTO title_words (rowid, title) VALUES (new.number, new.title);
    END;

    CREATE VIRTUAL TABLE message_words USING fts5 (
        content, content = messages, content_rowid = number, prefix = '2 3',
        tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER message_new AFTER INSERT ON messages BEGIN
        INSERT INTO message_words (rowid, content) VALUES (new.number, new.content);
    END;
    CREATE TRIGGER message_gone AFTER DELETE ON messages BEGIN
        INSERT INTO message_words (message_words, rowid, content)
            VALUES ('delete', old.number, old.content);
    END;
    CREATE TRIGGER message_changed AFTER UPDATE OF content ON messages BEGIN
        INSERT INTO message_words (message_words, rowid, content)
            VALUES ('delete', old.number, old.content);
        INSERT INTO message_words (rowid, content) VALUES (new.number, new.content);
    END;
    """,
    # Answers kept before have no end of their own: they count as whole.
    """
    ALTER TABLE messages ADD COLUMN reasoning TEXT NOT NULL DEFAULT '';
    ALTER TABLE messages ADD COLUMN thought_seconds REAL;
    ALTER TABLE messages ADD COLUMN reason TEXT;
    ALTER TABLE messages ADD COLUMN timings TEXT NOT NULL DEFAULT '{}';
    UPDATE messages SET reason = 'stop' WHERE role = 'assistant';
    ALTER TABLE conversations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE desk ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
    CREATE TABLE attachments (
        number INTEGER PRIMARY KEY,
        message INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT,
        content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX attachments_of_message ON attachments (message);
    """,
    """
    ALTER TABLE conversations ADD COLUMN edited INTEGER;
    ALTER TABLE conversations ADD COLUMN edit TEXT NOT NULL DEFAULT '';
    """,
    "ALTER TABLE conversations ADD COLUMN edit_files INTEGER NOT NULL DEFAULT 0;",
    f"""
    CREATE VIRTUAL TABLE file_words USING fts5 (
        name, text, content = '', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER file_new AFTER INSERT ON attachments WHEN (new.message & {DRAFT}) < {EDIT} BEGIN
        INSERT INTO file_words (rowid, name, text) SELECT {_file_words("new")};
    END;
    CREATE TRIGGER file_gone AFTER DELETE ON attachments WHEN (old.message & {DRAFT}) < {EDIT} BEGIN
        INSERT INTO file_words (file_words, rowid, name, text)
            SELECT 'delete', {_file_words("old")};
    END;
    INSERT INTO file_words (rowid, name, text)
        SELECT {_file_words("sent")} FROM attachments AS sent WHERE (message & {DRAFT}) < {EDIT};
    """,  # noqa: S608 - our own words
    "ALTER TABLE desk ADD COLUMN traces INTEGER NOT NULL DEFAULT 0;",
)
VERSION = len(_MIGRATIONS)


def version_of(database: "Connection") -> int:
    """The schema a file has; 0 for an empty one."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(database: "Connection") -> None:
    """Bring the tables up to ``VERSION``, each step whole or not at all."""
    for version in range(version_of(database), VERSION):
        script = f"BEGIN IMMEDIATE; {_MIGRATIONS[version]} PRAGMA user_version = {version + 1};"
        try:
            database.executescript(script + " COMMIT;")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
