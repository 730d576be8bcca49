"""``paddock models``: what is here, in detail, and getting more."""

import sys
from pathlib import Path

from tray.commands.interruptible import interruptible
from tray.commands.output import DONE, FAILED, INTERRUPTED, note, say
from tray.commands.progress import ProgressLine
from tray.infrastructure.clock import wall_clock
from tray.models.download import DownloadProgress
from tray.models.state import ModelState
from tray.services.model_choice import DEMO
from tray.ui.amounts import joined, size
from tray.ui.download_words import progress_words, shown_token
from tray.ui.terminal.controls import harmless_line
from tray.ui.terminal.model_reports import catalog_text, choices_text, model_text


def models(as_json: bool) -> int:
    """The demo model and every GGUF found."""
    from tray.composition.one_shot import models_now, verdicts_now

    found = models_now()
    if as_json:
        say(found.model_dump_json())
    else:
        say(catalog_text(found, verdicts_now(found), wall_clock(), Path.home()))
    return DONE


def show(name: str, as_json: bool) -> int:
    """Everything known of one model."""
    from tray.composition.one_shot import models_now
    from tray.infrastructure.model_files.same_file import same_entry, same_file

    catalog = models_now()
    for model in catalog.models:
        if model.name.casefold() == name.casefold() or same_file(model.path, Path(name)):
            say(model.model_dump_json() if as_json else model_text(model, wall_clock()))
            return DONE
    for broken in catalog.broken:
        if name in (broken.path.name, broken.path.stem) or same_entry(broken.path, Path(name)):
            note(harmless_line(f"paddock: {broken.path}: {broken.reason}"))
            return FAILED
    if name.casefold() == DEMO:
        note("paddock: the demo model is built in; there is no file to show")
    else:
        note(f"paddock: there is no model {name}; `paddock models` lists them")
    return FAILED


def curated() -> int:
    """Well-known models to download."""
    from tray.composition.one_shot import curated_now

    shown = curated_now()
    say(choices_text(shown.models))
    note(shown.note)
    return DONE


def offer(what: str) -> int:
    """What a repository has, without fetching anything."""
    from tray.composition.one_shot import offer_now

    shown = offer_now(what, note)
    say(choices_text(shown.choices))
    note(shown.line)
    return DONE


def delete(name: str, for_good: bool) -> int:
    """Move a model to the trash."""
    from tray.commands.running import ask_running
    from tray.composition.one_shot import delete_now

    def state() -> ModelState:
        return ask_running(lambda client: client.state()) or ModelState()

    deleted = delete_now(name, for_good, state)
    note(harmless_line(deleted.line))
    return DONE


def token(action: str | None) -> int:
    """Say where the Hugging Face token is; keep one, or forget the kept one, before."""
    from tray.infrastructure.hub.token import forget_token, keep_token, token_status

    if action == "set":
        keep_token(_typed("Hugging Face token (it does not show): "))
    elif action == "forget":
        forget_token()
    say(shown_token(token_status()).line)
    return DONE


def _typed(prompt: str) -> str:
    """Hidden input on a terminal, the first line of a pipe."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(prompt)
    return sys.stdin.readline()


def download(what: str) -> int:
    """Fetch a model; Ctrl-C pauses."""
    from tray.composition.one_shot import download_now

    screen = _Progress()
    try:
        done = interruptible(lambda: download_now(what, screen.tell))
    except KeyboardInterrupt:
        screen.end()
        note("Paused. The same command goes on from here.")
        return INTERRUPTED
    finally:
        screen.end()
    note(f"{size(done.size)} are here and verified.")
    say(str(done.model))
    return DONE


class _Progress:
    """The download with speed and time left."""

    def __init__(self) -> None:
        self._line = ProgressLine()

    def tell(self, progress: DownloadProgress) -> None:
        if self._line.is_due(progress.waiting):
            self._line.show(joined((progress.name, progress_words(progress))))

    def end(self) -> None:
        self._line.end()
