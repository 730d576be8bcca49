"""``paddock engines``: builds of llama.cpp for this machine."""

from collections.abc import Callable

from tray.commands.output import DONE, INTERRUPTED, note, say
from tray.commands.progress import ProgressLine
from tray.commands.running import ask_running
from tray.infrastructure.folders import Folders
from tray.infrastructure.settings.store import SettingsStore
from tray.models.engine_shelf import EngineWork
from tray.models.phase import ServerPhase
from tray.services.engines import Engines
from tray.ui.engine_words import used_line, work_line
from tray.ui.terminal.engine_reports import shelf_text

AUTOMATIC = "automatic"


def engines(as_json: bool) -> int:
    """What there is for this machine, which one is proposed and why, and which is used."""
    shelf = offered_here().shelf()
    say(shelf.model_dump_json() if as_json else shelf_text(shelf))
    return DONE


def get(name: str | None) -> int:
    """Fetch a build and use it; Ctrl-C pauses."""
    screen = _Progress()
    try:
        engine = offered_here().get_now(name, screen.tell)
    except KeyboardInterrupt:
        screen.end()
        note("Paused. The same command goes on from here.")
        return INTERRUPTED
    finally:
        screen.end()
    say(f"{engine.name} runs here, computes on {engine.device}, and is used from now on.")
    return DONE


def use(name: str) -> int:
    """Choose an installed build, or leave the choice to Paddock."""
    return _changed(lambda offered: offered.use(None if name == AUTOMATIC else name))


def back() -> int:
    """Return to what was used before."""
    return _changed(lambda offered: offered.back())


def remove(name: str) -> int:
    """Delete an installed build that is not in use."""
    offered_here().remove(name)
    say(f"{name} is deleted.")
    return DONE


def _changed(change: Callable[[Engines], None]) -> int:
    offered = offered_here()
    change(offered)
    say(used_line(offered.shelf()))
    return DONE


def offered_here() -> Engines:
    """The engines of this user, whoever runs."""
    from tray.composition.engine_offer import offered_engines

    folders = Folders.of_user()
    folders.make()
    return offered_engines(folders, SettingsStore(folders.config), _phase)


def _phase() -> ServerPhase:
    """The phase of the running Paddock's server; without one nothing is loaded."""
    state = ask_running(lambda client: client.state())
    return ServerPhase.STOPPED if state is None else state.phase


class _Progress:
    """The download with speed and time left, then what is done with it."""

    def __init__(self) -> None:
        self._line = ProgressLine()
        self._stage = ""

    def tell(self, work: EngineWork) -> None:
        waiting = None if work.progress is None else work.progress.waiting
        if self._line.is_due(waiting) or work.stage != self._stage:
            self._line.show(work_line(work))
        self._stage = work.stage

    def end(self) -> None:
        self._line.end()
