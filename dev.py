#!/usr/bin/env python3
"""Paddock from a source checkout: every command sets up what it needs, then runs.

Usage: python3 dev.py COMMAND [ARGUMENTS]     (Windows: py dev.py COMMAND)

  run [ARGUMENTS]      start Paddock; ARGUMENTS go to `paddock`
  test [ARGUMENTS]     run the tests; ARGUMENTS go to pytest
  lint [--fix]         formatting, lint rules, and types for Linux, Windows and macOS
  bench [ARGUMENTS]    measure, side by side with the bare parts
  torture [ARGUMENTS]  the fault tests in their long form; --scale 0.02 is a short one
  screenshots [NAME…]  take the pictures of the documentation; NAME… are some of them
  lock [ARGUMENTS]     write the lock files; ARGUMENTS (--upgrade) go to uv
  pin-engines [TAG]    pin llama.cpp's builds by the hashes of GitHub's release API
  packages SET…        install sets of installer/linux/packages.toml (Linux)
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ("venv",)
DESKTOP = ("venv", "desktop")
EVERYTHING = ("venv", "desktop", "test")


def main(arguments: list[str]) -> int:
    """Run one command; the exit status is the command's own, 2 for wrong usage."""
    refusal = too_old(sys.version_info[:3])
    if refusal:
        print(refusal, file=sys.stderr)
        return 1
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    command = COMMANDS.get(name)
    if command is None:
        print(f"dev.py: unknown command {name!r}\n\n{__doc__}", file=sys.stderr)
        return 2
    try:
        return command(rest)
    except subprocess.CalledProcessError as error:
        print(f"dev.py: failed with status {error.returncode}: {error.cmd}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def too_old(version: tuple[int, int, int]) -> str:
    """Why this Python will not do; empty when it will."""
    if version >= (3, 11):
        return ""
    found = ".".join(str(part) for part in version)
    return f"Paddock needs Python 3.11 or newer; this is {found}."


def run(arguments: list[str]) -> int:
    """Start Paddock; a machine without a desktop is spared the desktop's packages."""
    desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    # -P: a folder named `tray` where the user stands is not ours.
    become(ready("run", DESKTOP if desktop else VENV), ["-P", "-m", "tray", *arguments])


def test(arguments: list[str]) -> int:
    """Run the whole test suite, or what the pytest arguments choose of it."""
    become(ready("dev", EVERYTHING), ["-m", "pytest", *arguments], folder=ROOT)


def bench(arguments: list[str]) -> int:
    """Run the measurements of tests/bench."""
    become(ready("dev", EVERYTHING), ["-m", "tests.bench", *arguments], folder=ROOT)


def torture(arguments: list[str]) -> int:
    """Run the long form of the fault tests, tests/torture."""
    become(ready("dev", EVERYTHING), ["-m", "tests.torture", *arguments], folder=ROOT)


def screenshots(arguments: list[str]) -> int:
    """Take the documentation's pictures from the running program."""
    become(ready("dev", EVERYTHING), ["-m", "tests.screenshots", *arguments], folder=ROOT)


def lint(arguments: list[str]) -> int:
    """Run every check even when one fails; 1 when any did."""
    from installer.checks import run_checks

    return run_checks(ready("dev", VENV), ROOT, fix="--fix" in arguments)


def lock(arguments: list[str]) -> int:
    """Resolve pyproject.toml for every platform; the files name no registry."""
    from installer.checks import write_locks

    write_locks(ready("dev", VENV), ROOT, arguments)
    return 0


def pin_engines(arguments: list[str]) -> int:
    """Write assets/engine_builds.json from a release of llama.cpp."""
    become(ready("dev", VENV), ["-m", "installer.pin_engines", *arguments], folder=ROOT)


def packages(sets: list[str]) -> int:
    """Install the named package sets."""
    from installer.linux import system_packages

    return 0 if system_packages.ensure(tuple(sets)) else 1


COMMANDS = {
    "run": run,
    "test": test,
    "lint": lint,
    "bench": bench,
    "torture": torture,
    "screenshots": screenshots,
    "lock": lock,
    "pin-engines": pin_engines,
    "packages": packages,
}


def ready(group: str, system: tuple[str, ...]) -> Path:
    """The environment's Python, once the group and the system packages are there."""
    from installer.environment import Environment

    environment = Environment(ROOT)
    environment.ensure(group, system)
    return environment.python


def become(python: Path, arguments: list[str], folder: Path | None = None) -> NoReturn:
    """Replace this process, so that signals, standard input and exit status are its own."""
    if folder is not None:
        os.chdir(folder)
    command = [str(python), *arguments]
    sys.stdout.flush()
    if sys.platform != "win32":
        os.execv(command[0], command)
    # Windows cannot replace a process. Ctrl-C reaches the child, too, which decides.
    child = subprocess.Popen(command)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
