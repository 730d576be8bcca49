"""Where programs and models are looked for, as paths alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.llama.discovery.executable_check import mismatch
from tray.infrastructure.llama.discovery.search_places import search_places
from tray.infrastructure.model_files.default_folders import default_model_folders

HOME = Path("/home/ann")


def test_path_comes_first_and_relative_entries_are_skipped() -> None:
    places = search_places("linux", HOME, {"PATH": "/a:.:bin::/b"})
    assert places[:2] == (Path("/a/llama-server"), Path("/b/llama-server"))
    assert all(place.is_absolute() for place in places)


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("linux", "/usr/local/bin/llama-server"),
        ("linux", "/usr/lib/llama.cpp/llama-server"),
        ("linux", "/home/linuxbrew/.linuxbrew/bin/llama-server"),
        ("linux", "/home/ann/.local/bin/llama-server"),
        ("linux", "/home/ann/llama.cpp/build/bin/llama-server"),
        ("darwin", "/opt/homebrew/bin/llama-server"),
        ("darwin", "/Applications/LlamaBarn.app/Contents/MacOS/llama-cpp/llama-server"),
        ("win32", "/local/Microsoft/WinGet/Links/llama-server.exe"),
        ("win32", "/home/ann/scoop/shims/llama-server.exe"),
        ("win32", "/programs/llama.cpp/llama-server.exe"),
    ],
)
def test_known_places(system: str, place: str) -> None:
    environment = {"LOCALAPPDATA": "/local", "PROGRAMFILES": "/programs"}
    assert Path(place) in search_places(system, HOME, environment)


@pytest.mark.parametrize(
    ("system", "environment", "folders"),
    [
        ("linux", {}, ["/home/ann/.cache/llama.cpp", "/home/ann/.cache/huggingface/hub"]),
        ("linux", {"XDG_CACHE_HOME": "/c"}, ["/c/llama.cpp", "/c/huggingface/hub"]),
        ("linux", {"LLAMA_CACHE": "/l", "HF_HOME": "/h"}, ["/l", "/h/hub"]),
        (
            "linux",
            {"HF_HUB_CACHE": "/hub", "HF_HOME": "/h"},
            ["/home/ann/.cache/llama.cpp", "/hub"],
        ),
        (
            "darwin",
            {},
            ["/home/ann/Library/Caches/llama.cpp", "/home/ann/.cache/huggingface/hub"],
        ),
        (
            "win32",
            {"LOCALAPPDATA": "/local"},
            ["/local/llama.cpp", "/home/ann/.cache/huggingface/hub"],
        ),
    ],
)
def test_default_model_folders(
    system: str, environment: dict[str, str], folders: list[str]
) -> None:
    own = Path("/own")
    found = default_model_folders(own, system=system, home=HOME, environment=environment)
    assert found == (own, *map(Path, folders))


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01" + bytes(12) + machine.to_bytes(2, "little") + bytes(40)


def pe(machine: int) -> bytes:
    return (
        b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + machine.to_bytes(2, "little")
    )


def mach(machine: int) -> bytes:
    return b"\xcf\xfa\xed\xfe" + machine.to_bytes(4, "little") + bytes(40)


@pytest.mark.parametrize(
    ("head", "system", "machine"),
    [
        (elf(62), "linux", "x86_64"),
        (elf(3), "linux", "x86_64"),
        (elf(183), "linux", "aarch64"),
        (pe(0x8664), "win32", "AMD64"),
        (pe(0x8664), "win32", "ARM64"),
        (mach(0x0100000C), "darwin", "arm64"),
        (mach(0x01000007), "darwin", "arm64"),
        (b"\xca\xfe\xba\xbe" + bytes(8), "darwin", "x86_64"),
        (b"#!/bin/sh\n", "linux", "x86_64"),
    ],
)
def test_programs_that_run_here(head: bytes, system: str, machine: str) -> None:
    assert mismatch(head, system, machine) is None


@pytest.mark.parametrize(
    ("head", "system", "machine", "words"),
    [
        (elf(183), "linux", "x86_64", "built for Linux arm64; this machine is Linux x86_64"),
        (elf(62), "linux", "aarch64", "built for Linux x86_64"),
        (pe(0x8664), "linux", "x86_64", "built for Windows x86_64"),
        (mach(0x0100000C), "linux", "aarch64", "built for macOS arm64"),
        (mach(0x0100000C), "darwin", "x86_64", "built for macOS arm64"),
        (elf(62), "win32", "AMD64", "built for Linux x86_64"),
        (elf(8), "linux", "x86_64", "built for Linux machine 8"),
        (b"hello", "linux", "x86_64", "not a program"),
        (b"", "linux", "x86_64", "not a program"),
        (b"MZ", "win32", "AMD64", "not a program"),
        (b"#!/bin/sh\n", "win32", "AMD64", "not a program"),
    ],
)
def test_programs_that_do_not(head: bytes, system: str, machine: str, words: str) -> None:
    assert words in (mismatch(head, system, machine) or "")
