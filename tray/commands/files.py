"""``paddock logs`` and ``paddock settings``: the files a user may want to read."""

import sys
from threading import Event

from tray.commands.output import DONE, note, note_problems, say
from tray.infrastructure.desktop.opener import open_path
from tray.infrastructure.desktop.presence import has_desktop
from tray.infrastructure.folders import Folders
from tray.infrastructure.logs import follow, last_lines
from tray.infrastructure.settings.store import SettingsStore

SHOWN_LINES = 200


def logs(following: bool) -> int:
    """The last lines of the log; then, if asked, every new one until Ctrl-C."""
    path = Folders.of_user().logs / "paddock.log"
    if following:
        try:
            for line in follow(path, Event()):
                say(line)
        except KeyboardInterrupt:
            return DONE
    lines = last_lines(path, SHOWN_LINES)
    if lines:
        say("\n".join(lines))
    else:
        note(f"There is no log yet: {path}")
    return DONE


def settings() -> int:
    """The settings file: its path, what of it is not used; opened on a desktop."""
    folders = Folders.of_user()
    folders.make()
    store = SettingsStore(folders.config)
    say(str(store.ensure_file()))
    note_problems(store.load())
    if has_desktop() and sys.stdout.isatty():
        open_path(store.path)
    return DONE
