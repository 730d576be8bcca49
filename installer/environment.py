"""The virtual environment `.venv` of a source checkout, installed from the lock files.

The stamp is removed before anything changes and written last: an environment without one was
never finished and is rebuilt from nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer import stamp as stamps
from installer.linux import system_packages
from installer.stamp import Stamp, Work
from installer.steps import say, step

LOCKS = {
    "setup": "requirements-setup.lock",
    "run": "requirements.lock",
    "dev": "requirements-dev.lock",
}
LOWEST = (3, 11)
_SYSTEM_PYTHON = Path("/usr/bin/python3")


class Environment:
    """`.venv` under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / (
            "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
        )
        self.stamp = self.folder / "paddock-setup.json"

    def ensure(self, group: str, system: tuple[str, ...]) -> None:
        """Bring `.venv` to the locked versions of "run" or "dev"; at once when it is there.

        `system` names sets of installer/linux/packages.toml; other systems have none.
        Raises subprocess.CalledProcessError when a step fails.
        """
        wanted = self.wanted(group, system)
        if self._work(wanted).nothing:
            return
        with _alone(self.root):
            self._do(wanted)

    def wanted(self, group: str, system: tuple[str, ...]) -> Stamp:
        """The stamp of a finished setup of the checkout as it is now."""
        system = system if sys.platform == "linux" else ()
        return Stamp(_base_of(self.root), _content_of(self.root), group, system)

    def _work(self, wanted: Stamp) -> Work:
        seen = stamps.read(self.stamp) if self.python.exists() else Stamp()
        return stamps.work_for(seen, wanted)

    def _do(self, wanted: Stamp) -> None:
        if self.folder.is_symlink():
            # What it leads to belongs to another checkout, and would be emptied.
            self.folder.unlink()
        seen = stamps.read(self.stamp)
        work = self._work(wanted)
        complete = not work.system or system_packages.ensure(work.system)
        if work.install:
            self.stamp.unlink(missing_ok=True)
            if work.rebuild:
                self._create()
            self._install(work.install)
        stamps.write(self.stamp, stamps.after(seen, wanted, work, complete))

    def _create(self) -> None:
        say(f"Making {self.folder.name} with {base_python()}")
        step([base_python(), "-m", "venv", "--clear", str(self.folder)])

    def _install(self, group: str) -> None:
        say(f"Installing {LOCKS[group]}")
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        # pip must not take a distribution's package for a locked one, so it sees none of them.
        self._see_system_packages(False)
        step([*pip, "--require-hashes", "-r", str(self.root / LOCKS["setup"])])
        pip.append("--no-build-isolation")
        step([*pip, "--require-hashes", "--no-deps", "-r", str(self.root / LOCKS[group])])
        step([*pip, "--no-deps", "-e", str(self.root)])
        self._see_system_packages(base_python() == str(_SYSTEM_PYTHON))
        # setuptools leaves a hook for distutils that every start of Paddock would import.
        packages = "Lib" if sys.platform == "win32" else "lib/python3*"
        for hook in self.folder.glob(f"{packages}/site-packages/distutils-precedence.pth"):
            hook.unlink()

    def _see_system_packages(self, seen: bool) -> None:
        """Debian's PyGObject is used through this; the locked packages come first anyway."""
        config = self.folder / "pyvenv.cfg"
        text = config.read_text(encoding="utf-8")
        value = "true" if seen else "false"
        line = f"include-system-site-packages = {value}"
        text = re.sub(r"(?m)^include-system-site-packages.*$", line, text)
        config.write_text(text, encoding="utf-8")


def base_python() -> str:
    """The system's own Python on Linux, which sees its GTK, else the running one."""
    if sys.platform == "linux" and _SYSTEM_PYTHON.exists():
        check = f"import sys; sys.exit(sys.version_info < {LOWEST})"
        command = [str(_SYSTEM_PYTHON), "-c", check]
        if subprocess.run(command, check=False).returncode == 0:
            return str(_SYSTEM_PYTHON)
    return sys.executable


def _base_of(root: Path) -> str:
    """Where `.venv` lies and on which Python: a change of either means a new one."""
    system = os.path.realpath(_SYSTEM_PYTHON) if sys.platform == "linux" else ""
    return f"{root} {system}"


def _content_of(root: Path) -> str:
    """A digest of all that decides what is installed; the tools' settings are not part of it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project.pop("tool", None)
    digest = hashlib.sha256(json.dumps(project, sort_keys=True).encode())
    for name in (*LOCKS.values(), "installer/environment.py", "installer/linux/packages.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two commands started together set up one after the other."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (root / "dev.py").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
