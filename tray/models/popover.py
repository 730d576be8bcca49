"""What the resident process and the popover's shell say to each other, line by line.

The first line is the page's address with its token. Then ``show X Y`` (where
the click was, in pixels), ``show`` (wherever it fits), ``toggle`` (hide what has
the focus, else show), ``hide``, ``hold`` and ``free`` (stay when the focus is lost,
or no longer), ``quit``. The shell writes ``shown`` and ``hidden``.
"""

from dataclasses import dataclass

SHOWN = "shown"
HIDDEN = "hidden"
NO_WEBVIEW = 3
"""Exit status of a shell that has no window to show a web page in."""


@dataclass(frozen=True, slots=True)
class Show:
    """``near`` is where the click was, if there was one."""

    near: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Toggle:
    pass


@dataclass(frozen=True, slots=True)
class Hide:
    pass


@dataclass(frozen=True, slots=True)
class Hold:
    held: bool


@dataclass(frozen=True, slots=True)
class Quit:
    pass


Command = Show | Toggle | Hide | Hold | Quit

_PLAIN: dict[str, Command] = {
    "show": Show(),
    "toggle": Toggle(),
    "hide": Hide(),
    "hold": Hold(True),
    "free": Hold(False),
    "quit": Quit(),
}


def parse(line: str) -> Command | None:
    """The command of a line, ``None`` for anything else."""
    words = line.split()
    if len(words) == 1:
        return _PLAIN.get(words[0])
    if len(words) == 3 and words[0] == "show":
        try:
            return Show((int(words[1]), int(words[2])))
        except ValueError:
            return None
    return None


def written(command: Command) -> str:
    """The line of a command; ``parse`` gives it back."""
    if isinstance(command, Show) and command.near is not None:
        return f"show {command.near[0]} {command.near[1]}"
    return next(line for line, plain in _PLAIN.items() if plain == command)
