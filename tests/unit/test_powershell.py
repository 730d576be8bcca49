"""Command lines for PowerShell, read again by models of what it does with them.

No PowerShell runs here. The models follow its sources: how version 5.1 puts a process's
command line together, and that version 7.3 hands on every argument as it is.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tray.infrastructure.llama.launch.powershell import powershell_line

SINGLE = "'\u2018\u2019\u201a\u201b"
SERVER = r"C:\Users\Jo Doe\llama-server.exe"
JSON = r"""'--x "{\"a\":\"b c\"}"'"""
START = ["Start-Process", "-NoNewWindow", "-Wait"]


def words(line: str) -> list[str]:
    """What PowerShell's parser makes of a line: bare words, and texts in single quotes."""
    found, at = [], 0
    while at < len(line):
        word = ""
        if line[at] in SINGLE:
            at += 1
            while line[at] not in SINGLE or line[at + 1 : at + 2] in tuple(SINGLE):
                at += line[at] in SINGLE
                word += line[at]
                at += 1
            at += 1
        else:
            while at < len(line) and line[at] != " ":
                assert line[at] not in "\"`$@#,;|&(){}<>'"
                word += line[at]
                at += 1
        assert line[at : at + 1] in ("", " ")
        found.append(word)
        at += 1
    return found


def joined_by_5(arguments: list[str]) -> str:
    """The arguments of the process, as version 5.1 joins them."""
    parts = []
    for argument in arguments:
        quotes, blank = 0, False
        for letter in argument:
            quotes += letter == '"'
            blank |= letter.isspace() and quotes % 2 == 0
        parts.append(f'"{argument}"' if blank else argument)
    return " ".join(part for part in parts if part)


def split(text: str) -> list[str]:
    """What a program sees: Microsoft's rules for backslashes and double quotes."""
    found: list[str] = []
    word, slashes, inside = None, 0, False
    for letter in f"{text} ":
        if letter == "\\":
            slashes += 1
            continue
        if letter == '"':
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                inside = not inside
        elif slashes or inside or letter not in " \t":
            word = (word or "") + "\\" * slashes + (letter if inside or letter not in " \t" else "")
        if letter in " \t" and not inside and word is not None:
            found.append(word)
            word = None
        slashes = 0
    assert not inside
    return found


def seen(line: str, version: int) -> list[str]:
    """The command line a program gets that was called by the line."""
    program, *arguments = words(line.removeprefix("& "))
    if [program, *arguments[:2]] == START:
        program, option, text = arguments[2:]
        assert option == "-ArgumentList"
        return [program, *split(text)]
    return [program, *(split(joined_by_5(arguments)) if version == 5 else arguments)]


@pytest.mark.parametrize("version", [5, 7])
@given(st.lists(st.text("ab1 \"\\'\u2019&%|$`{}:,.=-/\t\n\u00e9", max_size=8), max_size=4))
@example(["a folder\\", ""])
@example(['{"a b"}', "\u2019"])
def test_every_argument_arrives_as_it_was(version: int, arguments: list[str]) -> None:
    argv = [SERVER, *arguments]
    assert seen(powershell_line(argv), version) == argv


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ((SERVER, "--port", "80"), f"& '{SERVER}' --port 80"),
        (("llama-server", "--model", r"D:\R&D\x.gguf"), r"llama-server --model 'D:\R&D\x.gguf'"),
        (("paddock", "set", "Anna's", "seed=7"), "paddock set 'Anna''s' seed=7"),
        (("a", "0.70", "--x.y", "$h", "a b"), "a '0.70' '--x.y' '$h' 'a b'"),
        (("a", "--x", ""), "Start-Process -NoNewWindow -Wait a -ArgumentList '--x \"\"'"),
        (
            (SERVER, "--x", '{"a":"b c"}'),
            f"{' '.join(START)} '{SERVER}' -ArgumentList {JSON}",
        ),
    ],
)
def test_only_what_needs_it_is_quoted(argv: tuple[str, ...], line: str) -> None:
    assert powershell_line(argv) == line
