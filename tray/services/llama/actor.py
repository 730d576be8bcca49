"""LlamaActor: one thread, one inbox, and the only owner of the server's state."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from tray.models.launch import LaunchSpec
from tray.models.state import ModelState, ServerPhase
from tray.services.llama import messages as m
from tray.services.llama.lifecycle import step
from tray.services.llama.lifecycle_state import Lifecycle
from tray.services.llama.ports import Clock
from tray.services.llama.snapshot import snapshot_of

log = logging.getLogger(__name__)

Perform = Callable[[m.Effect], m.Message | None]
Publish = Callable[[ModelState, LaunchSpec | None], None]
ReplyTo = Callable[[int, ModelState], None]


class LlamaActor:
    """Takes messages one at a time, changes state, carries out effects.

    ``perform`` carries out one effect and returns at once, with the fact it
    already knows, if any. ``publish`` gets each new snapshot, with the launch
    that answers at that moment (``None`` unless READY). ``reply`` answers a
    ticket with the snapshot that settled it. All run on the actor's thread.
    """

    def __init__(self, clock: Clock, perform: Perform, publish: Publish, reply: ReplyTo) -> None:
        self._clock = clock
        self._perform = perform
        self._publish = publish
        self._reply = reply
        self._inbox: SimpleQueue[m.Message] = SimpleQueue()
        self._state = Lifecycle()
        self._snapshot = ModelState()
        self._thread = threading.Thread(target=self._run, name="llama-actor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def post(self, message: m.Message) -> None:
        """Leave a message; any thread may call, it never blocks."""
        self._inbox.put(message)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the actor is CLOSED and its thread has ended."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while self._state.phase is not ServerPhase.CLOSED:
            self._handle(self._inbox.get())

    def _handle(self, message: m.Message) -> None:
        """Apply a message and every fact its effects bring up at once."""
        pending = deque([message])
        while pending:
            self._state, effects = step(self._state, pending.popleft(), self._clock.now())
            self._publish_changes()
            for effect in effects:
                if isinstance(effect, m.Reply):
                    for ticket in effect.tickets:
                        self._reply(ticket, self._snapshot)
                elif (fact := self._perform(effect)) is not None:
                    pending.append(fact)

    def _publish_changes(self) -> None:
        latest = snapshot_of(self._state, self._snapshot.revision)
        if latest == self._snapshot:
            return
        if latest.phase is not self._snapshot.phase:
            log.info("run %d: %s -> %s", latest.run, self._snapshot.phase, latest.phase)
        self._snapshot = latest.model_copy(update={"revision": latest.revision + 1})
        ready = self._state.phase is ServerPhase.READY
        self._publish(self._snapshot, self._state.spec if ready else None)
