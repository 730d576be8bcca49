"""Puts text on the desktop's clipboard."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from tray.infrastructure.no_window import NO_WINDOW
from tray.models.failure import FailureCause, PaddockError, ServerFailure

_SECONDS = 3.0
# The text goes over standard input: a key has no place in a command line.
_WAYLAND = (("wl-copy",),)
_X11 = (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))


def copy_text(text: str) -> None:
    """Replace the clipboard's content. Raises PaddockError.

    On Linux the running GTK loop owns the text where it can: no program needs to
    be installed. Call it from another thread than GTK's.
    """
    if sys.platform == "win32":
        _pipe(("clip.exe",), clip_input(text))
    elif sys.platform == "darwin":
        _pipe(("pbcopy",), text.encode())
    else:
        _copy_on_linux(text)


def clip_input(text: str) -> bytes:
    """What Windows' clip.exe takes for this text.

    Without a mark of the byte order, which it would copy, too: a key with one is another key.
    """
    return text.encode("ascii" if text.isascii() else "utf-16-le")


def _copy_on_linux(text: str) -> None:
    # Wayland lets only the focused window own the clipboard; wl-copy knows how around it.
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    if wayland and (command := _installed(_WAYLAND)):
        _pipe(command, text.encode())
    elif (gtk := sys.modules.get("gi.repository.Gtk")) is not None:
        _through_gtk(gtk, text)
    elif command := _installed(_X11):
        _pipe(command, text.encode())
    else:
        tool = "wl-clipboard" if wayland else "xclip"
        raise _failure(f"No program to copy with: install {tool}.")


def _through_gtk(gtk: Any, text: str) -> None:
    from gi.repository import Gdk, GLib

    done: Future[None] = Future()

    def own() -> None:
        gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).set_text(text, -1)
        done.set_result(None)

    GLib.idle_add(own)
    try:
        done.result(_SECONDS)
    except FutureTimeoutError as error:
        raise _failure("The desktop did not answer.") from error


def _installed(commands: tuple[tuple[str, ...], ...]) -> tuple[str, ...] | None:
    for name, *arguments in commands:
        if found := shutil.which(name):
            return (found, *arguments)
    return None


def _pipe(command: tuple[str, ...], content: bytes) -> None:
    try:
        # The tools for X11 stay behind to serve the text: their output must not be waited for.
        subprocess.run(
            command,
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _failure(f"{command[0]}: {error}") from error


def _failure(detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.NOTHING_OPENS_IT, title="Nothing was copied", detail=detail
        )
    )
