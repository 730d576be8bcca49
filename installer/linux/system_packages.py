"""Ask a Linux family's package manager for the packages of packages.toml that are missing."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from installer.steps import say, step

_TABLE = Path(__file__).with_name("packages.toml")


@dataclass(frozen=True)
class Family:
    """How one family of distributions names, finds and installs its packages."""

    name: str
    ids: tuple[str, ...]
    query: tuple[str, ...]
    says: str
    refresh: tuple[str, ...]
    install: tuple[str, ...]
    sets: dict[str, tuple[str, ...]]


def read_table(path: Path = _TABLE) -> tuple[Family, ...]:
    """The families of packages.toml, in the order of the file."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Family(
            name=name,
            ids=tuple(entry["ids"]),
            query=tuple(entry["query"]),
            says=entry.get("says", ""),
            refresh=tuple(entry.get("refresh", ())),
            install=tuple(entry["install"]),
            sets={key: tuple(names) for key, names in entry["sets"].items()},
        )
        for name, entry in table.items()
    )


def family_of(os_release: str, families: tuple[Family, ...]) -> Family | None:
    """The family that the text of /etc/os-release belongs to; its ID counts before ID_LIKE."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    for key in ("ID", "ID_LIKE"):
        for word in "".join(shlex.split(fields.get(key, ""))[:1]).split():
            for family in families:
                if word in family.ids:
                    return family
    return None


def is_installed(family: Family, package: str) -> bool:
    """Whether the package manager has it, from its local records."""
    command = [*family.query, package]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0 and (not family.says or result.stdout.strip() == family.says)


def as_root(user_id: int, has_sudo: bool) -> tuple[str, ...] | None:
    """What to put before a command so that root runs it; None when nothing does."""
    if user_id == 0:
        return ()
    return ("sudo",) if has_sudo else None


def install_commands(family: Family, packages: list[str]) -> list[list[str]]:
    """The commands that install the packages, without what makes them run as root."""
    refresh = [list(family.refresh)] if family.refresh else []
    return [*refresh, [*family.install, *packages]]


def by_hand(commands: list[list[str]]) -> str:
    """The line a user without root or sudo hands to whoever has it."""
    return "System packages are missing. As root, run:\n  " + " && ".join(
        shlex.join(command) for command in commands
    )


def ensure(sets: tuple[str, ...]) -> bool:
    """Install what is missing of the sets; True when nothing is missing afterwards.

    Says on standard error what it installs, or what the user has to install by hand.
    """
    family = family_of(_os_release(), read_table())
    if family is None:
        say("Unknown Linux family: install what installer/linux/packages.toml names for others.")
        return False
    wanted = [package for key in sets for package in family.sets[key]]
    missing = [package for package in wanted if not is_installed(family, package)]
    if not missing:
        return True
    commands = install_commands(family, missing)
    prefix = _root_prefix()
    if prefix is None or not _run_all(prefix, commands):
        say(by_hand(commands))
        return False
    return True


def _root_prefix() -> tuple[str, ...] | None:
    if sys.platform == "win32":
        return None
    return as_root(os.getuid(), shutil.which("sudo") is not None)


def _run_all(prefix: tuple[str, ...], commands: list[list[str]]) -> bool:
    for command in commands:
        # sudo clears the environment, so the variable goes through env.
        line = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *command]
        try:
            step(line)
        except subprocess.CalledProcessError:
            return False
    return True


def _os_release() -> str:
    for path in (Path("/etc/os-release"), Path("/usr/lib/os-release")):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return ""
