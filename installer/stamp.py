"""What the last finished setup left in `.venv`, and what a command still needs of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """A finished setup. `base` is where and on which Python, `content` what was locked.

    `group` is "run" or "dev" (which holds "run"), "" for none; `system` names the package
    sets that were found complete.
    """

    base: str = ""
    content: str = ""
    group: str = ""
    system: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """What remains to be done before a command may start."""

    rebuild: bool
    install: str
    system: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the command may start at once."""
        return not (self.rebuild or self.install or self.system)


def work_for(seen: Stamp, wanted: Stamp) -> Work:
    """Compare what is there with what a command wants; never goes back from "dev" to "run"."""
    rebuild = seen.base != wanted.base or not seen.group
    if rebuild:
        seen = replace(seen, content="", group="")
    current = seen.content == wanted.content
    enough = current and wanted.group in (seen.group, "run")
    group = "dev" if "dev" in (seen.group, wanted.group) else "run"
    known = set(seen.system) if current else set()
    return Work(
        rebuild=rebuild,
        install="" if enough else group,
        system=tuple(name for name in wanted.system if name not in known),
    )


def after(seen: Stamp, wanted: Stamp, work: Work, system_complete: bool) -> Stamp:
    """The stamp to write when the work is done."""
    known = set(seen.system) if seen.content == wanted.content else set()
    if system_complete:
        known |= set(work.system)
    group = work.install or seen.group
    return replace(wanted, group=group, system=tuple(sorted(known)))


def read(path: Path) -> Stamp:
    """The stamp in the file; an empty one when it is missing or damaged."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Stamp(**{**fields, "system": tuple(fields["system"])})
    except (OSError, ValueError, TypeError, KeyError):
        return Stamp()


def write(path: Path, stamp: Stamp) -> None:
    """Write the stamp; a reader sees the old file or the whole new one."""
    half = path.with_suffix(".new")
    half.write_text(json.dumps(asdict(stamp), indent=2) + "\n", encoding="utf-8")
    half.replace(path)
