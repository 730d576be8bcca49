"""What a conversation is and may do. Where it is kept is behind a port."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tray.models.attachment import Attachment
from tray.models.conversation import (
    ChatSettings,
    Conversation,
    ConversationLine,
    Desk,
    Edit,
    KeptMessage,
    LastAnswered,
    PageChatRequest,
)
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.answer_record import Answer, RecordedAnswer
from tray.services.conversation_store import ConversationStore
from tray.services.conversation_text import search_words, title_of

MOST_LISTED = 100
UNDO_SECONDS = 20.0
"""How long a deleted conversation can be brought back; the page offers it for less."""
STEP_SECONDS = 0.05
"""Between two steps of clearing the traces of what was removed: others write, too."""
END_SECONDS = 0.3
"""How long the end of Paddock waits for that; the next start goes on with it."""
_ENGINES_OWN = ChatSettings()

log = logging.getLogger(__name__)


class Conversations:
    """Every kept conversation of this user.

    ``later`` runs an action once, in so many seconds, on a thread of its own, ``now``
    gives monotonic seconds.
    """

    def __init__(
        self,
        store: ConversationStore,
        later: Callable[[float, Callable[[], None]], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._later = later
        self._now = now
        self._lock = threading.Lock()
        self._turns: Counter[str] = Counter()
        self._deletes = 0
        self.answered: LastAnswered | None = None
        """Where an answer ended last, since Paddock began."""

    def take_note(self) -> str | None:
        """What the user must be told once about the kept conversations."""
        return self._store.take_note()

    def find(self, words: str) -> tuple[ConversationLine, ...]:
        """Pinned ones first, then the newest; at most ``MOST_LISTED``."""
        return self._store.find(search_words(words), MOST_LISTED)

    def read(self, conversation: str) -> Conversation:
        """Raises PaddockError for one that is not kept."""
        found = self._store.read(conversation)
        if found is None:
            raise PaddockError(_GONE)
        return found

    def show(self, conversation: str | None) -> Conversation | None:
        """Have the page come back to this one, or to a new one."""
        found = None if conversation is None else self.read(conversation)
        self._store.show(conversation)
        return found

    def shown(self) -> Conversation | None:
        """What the page was left with; ``None`` for a chat not begun yet.

        A page that begins anew offers no undo, so what was deleted is removed.
        """
        self._store.remove_hidden()
        self._later(STEP_SECONDS, self._clear_traces)
        conversation = self._store.shown()
        return None if conversation is None else self._store.read(conversation)

    def keep(
        self,
        conversation: str,
        messages: Sequence[KeptMessage],
        settings: ChatSettings = _ENGINES_OWN,
    ) -> None:
        """Keep what was said so far; nothing else of the conversation stays.

        An older answer still under way is kept no further.
        """
        with self._lock:
            self._turns[conversation] += 1
            self._store.write(conversation, title_of(messages), messages, settings)
        self._store.show(conversation)

    def record(
        self,
        conversation: str,
        request: PageChatRequest,
        answer: Callable[[], Answer],
    ) -> Answer:
        """Keep the question, have it answered and keep the answer while it comes.

        An answer is not lost to a disk that is full: what cannot be kept is logged. A
        question that could not be kept is tried again with its answer, which alone would
        take the place of another message.
        """
        messages, settings = request.messages, request.settings
        position = len(messages) - (request.begun is not None)
        with self._lock:
            self._turns[conversation] += 1
            turn = self._turns[conversation]
        asked = False

        def write(message: KeptMessage | None) -> None:
            nonlocal asked
            with self._lock:
                if self._turns[conversation] != turn:
                    return
                if not asked:
                    self._store.write(conversation, title_of(messages), messages, settings)
                    asked = True
                if message is not None:
                    self._store.write_answer(conversation, position, message)
                    if message.reason is not None:
                        self._note_answered(conversation, request.page)

        try:
            write(None)
            self._store.show(conversation)
        except PaddockError as error:
            log.warning("conversations: %s", error)
        return RecordedAnswer(answer(), write, self._later, request.begun)

    def _note_answered(self, conversation: str, page: str) -> None:
        number = 1 + (self.answered.number if self.answered else 0)
        self.answered = LastAnswered(conversation=conversation, page=page, number=number)

    def rename(self, conversation: str, title: str) -> None:
        """An empty title gives back the one it had from its first question."""
        given = " ".join(title.split())
        self._store.rename(conversation, given or title_of(self.read(conversation).messages))

    def pin(self, conversation: str, pinned: bool) -> None:
        self._store.pin(conversation, pinned)

    def delete(self, conversation: str) -> None:
        """It can be brought back for ``UNDO_SECONDS``."""
        self._store.remove_hidden()
        self._store.hide(conversation, True)
        with self._lock:
            self._deletes += 1
            delete = self._deletes
        self._later(UNDO_SECONDS, lambda: self._remove(delete))

    def restore(self, conversation: str) -> None:
        """Undo a delete; PaddockError once it is too late."""
        self._store.hide(conversation, False)
        self.read(conversation)

    def end(self) -> None:
        """Nobody can undo a delete any more; once ``later`` does nothing more."""
        if not self._deletes:
            return
        enough = self._now() + END_SECONDS
        try:
            self._store.remove_hidden()
            while self._store.clear_traces() and self._now() < enough:
                pass
        except PaddockError as error:
            log.warning("conversations: %s", error)

    def write_draft(self, conversation: str | None, text: str) -> None:
        self._store.write_draft(conversation, text)

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None:
        self._store.write_draft_files(conversation, files)

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None:
        """How a conversation, or one not begun yet (``None``), is answered from now on."""
        self._store.write_settings(conversation, settings)

    def write_edit(self, conversation: str, edit: Edit | None) -> None:
        """The question that is being changed."""
        self._store.write_edit(conversation, edit)

    def desk(self) -> Desk:
        """What was written, attached and set for a chat not begun yet."""
        return self._store.desk()

    def _remove(self, delete: int) -> None:
        with self._lock:
            if delete != self._deletes:
                # A later one can still be undone, and removes what is hidden in its turn.
                return
        try:
            self._store.remove_hidden()
        except PaddockError as error:
            log.warning("conversations: %s", error)
        self._clear_traces()

    def _clear_traces(self) -> None:
        try:
            if self._store.clear_traces():
                self._later(STEP_SECONDS, self._clear_traces)
        except PaddockError as error:
            log.warning("conversations: %s", error)


_GONE = ServerFailure(
    cause=FailureCause.REQUEST_REFUSED,
    title="This chat is not there any more",
    detail="It was deleted, or never kept.",
)
