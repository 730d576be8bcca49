"""The lifecycle's rows about answers in flight and an engine that stands still."""

from dataclasses import replace

from tray.models.state import ServerPhase as Phase
from tray.services.llama import messages as m
from tray.services.llama.lifecycle_state import ALIVE, Lifecycle, Outcome


def no_progress(state: Lifecycle, message: m.NoProgress) -> Outcome:
    """Mark a standstill; it stays in its phase."""
    if state.phase not in ALIVE:
        return state, ()
    return replace(state, stalled=True, stall=message.failure), ()


def progress(state: Lifecycle, _: m.Progress) -> Outcome:
    """It moves again."""
    return replace(state, stalled=False, stall=None), ()


def paused(state: Lifecycle, _: m.Paused) -> Outcome:
    """A signal stopped the process: a mark of its own, whatever else is seen."""
    return (replace(state, paused=True) if state.phase in ALIVE else state), ()


def continued(state: Lifecycle, _: m.Continued) -> Outcome:
    """A signal let the process go on."""
    return replace(state, paused=False), ()


def chat_started(state: Lifecycle, message: m.ChatStarted) -> Outcome:
    """Count an answer; the first one begins the watch."""
    if state.phase is not Phase.READY:
        return state, ()
    watch = () if state.chats else (m.WatchChats(state.run),)
    return replace(state, chats=state.chats | {message.chat}), watch


def chat_ended(state: Lifecycle, message: m.ChatEnded) -> Outcome:
    """Forget an answer; the last one ends the watch."""
    if message.chat not in state.chats:
        return state, ()
    speed = message.tokens_per_second
    after = replace(
        state,
        chats=state.chats - {message.chat},
        tokens_per_second=state.tokens_per_second if speed is None else speed,
    )
    if after.chats:
        return after, ()
    # Nobody waits for a token now, so none is missing.
    return replace(after, stalled=False, stall=None), (m.UnwatchChats(),)
