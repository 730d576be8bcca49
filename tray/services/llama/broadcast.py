"""One writer, many readers: every reader has one slot, and the latest wins."""

from collections.abc import Iterator
from threading import Condition

from tray.models.state import ModelState


class Subscription:
    """One reader's view. A slow reader skips snapshots, never delays anyone."""

    def __init__(self, broadcast: "Broadcast", first: ModelState) -> None:
        self._broadcast = broadcast
        self._changed = Condition()
        self._slot: ModelState | None = first
        self._closed = False

    def get(self, timeout: float | None = None) -> ModelState | None:
        """The newest snapshot not seen yet; ``None`` after ``timeout`` seconds or close."""
        with self._changed:
            self._changed.wait_for(lambda: self._slot is not None or self._closed, timeout)
            latest, self._slot = self._slot, None
            return latest

    def __iter__(self) -> Iterator[ModelState]:
        """Yield snapshots until the subscription is closed."""
        while (state := self.get()) is not None:
            yield state

    @property
    def current(self) -> ModelState:
        """The newest snapshot, seen or not."""
        return self._broadcast.current

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Wake the reader and deliver nothing more."""
        self._broadcast.drop(self)
        with self._changed:
            self._closed = True
            self._slot = None
            self._changed.notify_all()

    def offer(self, state: ModelState) -> None:
        with self._changed:
            if not self._closed:
                self._slot = state
                self._changed.notify_all()


class Broadcast:
    """Holds the current snapshot and hands it to every subscription."""

    def __init__(self, first: ModelState) -> None:
        self._lock = Condition()
        self._current = first
        self._subscriptions: tuple[Subscription, ...] = ()

    @property
    def current(self) -> ModelState:
        return self._current

    def subscribe(self) -> Subscription:
        """A new reader; the current snapshot waits in its slot."""
        with self._lock:
            subscription = Subscription(self, self._current)
            self._subscriptions = (*self._subscriptions, subscription)
            return subscription

    def publish(self, state: ModelState) -> None:
        """Replace the current snapshot. Called by the actor alone."""
        with self._lock:
            self._current = state
            readers = self._subscriptions
        for reader in readers:
            reader.offer(state)

    def drop(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)

    def close(self) -> None:
        """End every subscription once its last snapshot has been offered."""
        for reader in self._subscriptions:
            reader.close()
