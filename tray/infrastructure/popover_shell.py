"""One process of the popover: told over its standard input, heard on its output."""

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.escape import escaped
from tray.infrastructure.no_window import NO_WINDOW
from tray.infrastructure.own_child import end_child, not_started
from tray.models.popover import HIDDEN, SHOWN, Command, Quit, written

_END_SECONDS = 2.0

log = logging.getLogger(__name__)


class PopoverShell:
    """The process and the thread that hears it."""

    def __init__(
        self,
        command: tuple[str, ...],
        url: str,
        report: Callable[["PopoverShell", bool], None],
        gone: Callable[["PopoverShell", int], None],
    ) -> None:
        self._report = report
        self._gone = gone
        self.visible = False
        self.was_shown = False
        self._process = _started(command)
        self._write(url)
        threading.Thread(target=self._hear, name="popover", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def tell(self, command: Command) -> None:
        """Send a command; a shell that has just died is noticed by the listener."""
        self._write(written(command))

    def _write(self, line: str) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(line + "\n")
                pipe.flush()
        except (OSError, ValueError) as error:
            log.debug("popover: not listening: %s", error)

    def end(self) -> None:
        """Close its input, which ends it; kill it if it does not."""
        self.tell(Quit())
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("popover: killed, since it did not end")
            end_child(self._process)

    def _hear(self) -> None:
        pipe = self._process.stdout
        for line in pipe or ():
            word = line.strip()
            if word in (SHOWN, HIDDEN):
                shown = word == SHOWN
                self.was_shown |= shown
                # First: a click that finds it hidden must know since when.
                self._report(self, shown)
                self.visible = shown
            elif word:
                log.debug("popover: %s", escaped(word))
        self.visible = False
        self._gone(self, self._process.wait())
        for end in (self._process.stdin, pipe):
            try:
                if end is not None:
                    end.close()
            except OSError as error:
                log.debug("popover: its pipe was broken already: %s", error)


def _started(command: tuple[str, ...]) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=Path.home(),
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=NO_WINDOW,
        )
    except OSError as error:
        raise not_started(error) from error
