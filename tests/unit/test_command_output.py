"""What commands write to a terminal: names of files and models are of unknown origin."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from tray.commands import output
from tray.commands.progress import ProgressLine
from tray.commands.screen import TerminalScreen

NAME = "evil\x1b]0;owned\x07\u202e.gguf"
SHOWN = "evil\ufffd]0;owned\ufffd\ufffd.gguf"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Not a fixture: pytest takes the streams for itself between that and the test."""
    made = Terminal()
    monkeypatch.setattr(sys, "stdout", made)
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_a_name_commands_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    output.say(f"Ready · {NAME}\n\tline")
    output.note(NAME)
    assert terminal.getvalue() == f"Ready · {SHOWN}\n\tline\n{SHOWN}\n"


def test_a_name_commands_no_terminal_in_a_line_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    ProgressLine().show(f"{NAME}\nmore")
    assert terminal.getvalue() == f"\r{SHOWN}\ufffdmore\x1b[K"


def test_a_name_commands_no_terminal_in_a_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    screen = TerminalScreen()
    screen.console = Console(file=terminal, force_terminal=True, width=80, _environ={})
    screen.say(f"Ready · {NAME}")
    assert terminal.getvalue().rstrip() == f"Ready · {SHOWN}"


def test_a_pipe_gets_the_name_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(NAME)
    assert capsys.readouterr().out == f"{NAME}\n"
