"""``paddock start``, ``stop``, ``quit`` and ``status``: the engine of the running Paddock."""

from pathlib import Path
from typing import TYPE_CHECKING

from tray.commands.output import DONE, FAILED, fail, note, note_problems, say
from tray.commands.running import NOT_RUNNING, ask_running, find_running
from tray.infrastructure.folders import Folders
from tray.infrastructure.settings.store import SettingsStore
from tray.infrastructure.single_instance import SingleInstance
from tray.models.local_api import StartRequest, StopRequest
from tray.models.state import ModelState, ServerPhase
from tray.ui.memory_words import freed_line
from tray.ui.present import notice, state_line
from tray.ui.terminal.reports import StatusReport, status_report, status_text

if TYPE_CHECKING:
    from tray.infrastructure.api_client import ApiClient


def start(model: str | None) -> int:
    """Start the engine and wait for it; start Paddock in the background if need be."""
    from tray.infrastructure.api_client import ApiClient

    folders = Folders.of_user()
    note_problems(SettingsStore(folders.config).load())
    request = StartRequest(model=absolute(model), wait=True)
    client = find_running()
    if client is None:
        from tray.infrastructure.background import start_in_background

        folders.make()
        client = ApiClient(start_in_background(SingleInstance(folders)))
        note(f"Paddock was not running; it is now, in process {client.endpoint.pid}.")
    return _settled(client.start(request))


def stop() -> int:
    """Stop the engine and wait until it is gone."""
    state = ask_running(lambda client: client.stop(StopRequest(wait=True)))
    say(NOT_RUNNING if state is None else state_line(state))
    return DONE


def free() -> int:
    """Unload the model and say what came back; the next message loads it again."""
    freed = ask_running(lambda client: client.free())
    say(NOT_RUNNING if freed is None else f"{freed_line(freed)}.")
    return DONE


def quit_paddock() -> int:
    """Stop the engine and end the resident process."""
    say(ask_running(_told_to_quit) or NOT_RUNNING)
    return DONE


def status(as_json: bool) -> int:
    """What the engine is doing; a Paddock that does not run has a stopped engine."""
    state = ask_running(lambda client: client.state())
    if as_json:
        say((StatusReport() if state is None else status_report(state)).model_dump_json())
    else:
        say(NOT_RUNNING if state is None else status_text(state))
    return DONE


def absolute(model: str | None) -> str | None:
    """A path of this working directory made absolute; names stay as they are.

    Raises PaddockError for what is no text.
    """
    if model is None:
        return None
    from tray.infrastructure.model_files.resolve import check_text

    check_text(Path(model))
    if not Path(model).is_file():
        return model
    return str(Path(model).absolute())


def _told_to_quit(client: "ApiClient") -> str:
    client.quit()
    return "Paddock ends."


def _settled(state: ModelState) -> int:
    if state.phase is ServerPhase.READY:
        say(state_line(state))
        if (said := notice(state)) is not None:
            note(said)
        return DONE
    if state.failure is not None:
        return fail(state.failure)
    note(f"paddock: The start was given up: {state_line(state)}")
    return FAILED
