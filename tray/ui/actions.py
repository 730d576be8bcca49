"""Pure: what a user may do with the engine now, in the words every surface shows."""

from dataclasses import dataclass
from enum import StrEnum

from tray.models.state import ModelState, ServerPhase


class Intent(StrEnum):
    """What an action asks of the engine.

    ``START`` of a hung engine replaces it, ``STOP`` of a waiting one gives up;
    ``FREE`` unloads the model until it is needed again. ``WAIT`` asks for nothing:
    the mark goes by itself once there is progress.
    """

    START = "start"
    STOP = "stop"
    FREE = "free"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Action:
    intent: Intent
    label: str


START = Action(Intent.START, "Start")
START_AGAIN = Action(Intent.START, "Start again")
RETRY_NOW = Action(Intent.START, "Retry now")
RESTART = Action(Intent.START, "Restart")
STOP = Action(Intent.STOP, "Stop")
FREE = Action(Intent.FREE, "Free memory")
STOP_TRYING = Action(Intent.STOP, "Stop trying")
WAIT = Action(Intent.WAIT, "Wait")

_ACTIONS = {
    ServerPhase.STOPPED: (START,),
    ServerPhase.STARTING: (STOP,),
    ServerPhase.READY: (STOP, FREE),
    ServerPhase.BACKOFF: (RETRY_NOW, STOP_TRYING),
    ServerPhase.FAILED: (START_AGAIN,),
}
_STALLED_ACTIONS = {
    ServerPhase.STARTING: (WAIT, STOP),
    ServerPhase.READY: (WAIT, RESTART, STOP),
}


def actions_of(state: ModelState) -> tuple[Action, ...]:
    """The actions of this moment, the one that is usually wanted first."""
    usual = _ACTIONS.get(state.phase, ())
    return _STALLED_ACTIONS.get(state.phase, usual) if state.stalled else usual
