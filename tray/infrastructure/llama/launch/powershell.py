"""Pure: a command line for PowerShell, which every Windows has."""

import re
import subprocess
from collections.abc import Sequence

# What PowerShell takes as it stands: no number it would write anew, no switch with a dot or
# colon, which version 5.1 takes apart.
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_\\/:.=+-]*|--?[A-Za-z][A-Za-z0-9-]*|0|[1-9][0-9]{0,8}")
# All of them end a text in single quotes; doubled they are part of it.
_SINGLE = re.compile("['\u2018\u2019\u201a\u201b]")
_BLANK = re.compile(r"\s")


def powershell_line(argv: Sequence[str]) -> str:
    """The program and its arguments as one could paste them, in version 5.1 and in 7.

    The two hand a double quote on differently (5.1 as it is, 7 escaped), so where there
    is one the arguments go in one text, which both leave alone.
    """
    program, *arguments = argv
    if not all(_is_handed_on(argument) for argument in arguments):
        text = _quoted(subprocess.list2cmdline(arguments))
        return f"Start-Process -NoNewWindow -Wait {_word(program)} -ArgumentList {text}"
    # A quoted text alone would be a value, not a program.
    call = _word(program) if _BARE.fullmatch(program) else f"& {_word(program)}"
    return " ".join((call, *map(_word, arguments)))


def _is_handed_on(argument: str) -> bool:
    """Whether both versions hand it on whole.

    5.1 leaves an empty one out, and puts one with a blank between double quotes as it is,
    where a backslash at its end would be taken for the second one's.
    """
    blank = _BLANK.search(argument) is not None
    return bool(argument) and '"' not in argument and not (blank and argument.endswith("\\"))


def _word(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return "'" + _SINGLE.sub(r"\g<0>\g<0>", text) + "'"
