"""The checks of `dev.py lint`, and the lock files of `dev.py lock`."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installer.environment import LOCKS
from installer.steps import step

PLATFORMS = ("linux", "win32", "darwin")


def checks(fix: bool) -> dict[str, list[str]]:
    """The modules to run with their arguments, by the name shown to the user."""
    short = ["--output-format", "concise"]
    named = {
        "ruff format": ["ruff", "format", *([] if fix else ["--check", *short])],
        "ruff check": ["ruff", "check", *short, *(["--fix"] if fix else [])],
    }
    for platform in PLATFORMS:
        # One cache each: mypy would discard the other platforms' results.
        cache = ["--cache-dir", f".mypy_cache/{platform}"]
        named[f"mypy {platform}"] = ["mypy", "--strict", "--platform", platform, *cache]
    return named


def run_checks(python: Path, root: Path, fix: bool) -> int:
    """Run them all, print each one's result and output; 0 when all passed, else 1."""

    def one(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        command = [str(python), "-m", *arguments]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    named = checks(fix)
    with ThreadPoolExecutor(max_workers=1 if fix else 2) as pool:
        results = dict(zip(named, pool.map(one, named.values()), strict=True))
    for name, result in results.items():
        print(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name}")
        if result.returncode != 0:
            print((result.stdout + result.stderr).rstrip())
    failed = [name for name, result in results.items() if result.returncode != 0]
    print(f"lint: {len(failed)} of {len(results)} failed" if failed else "lint: all passed")
    return 1 if failed else 0


def write_locks(python: Path, root: Path, arguments: list[str]) -> None:
    """Write every lock file; the run-time versions bind the development ones."""
    os.environ["UV_CUSTOM_COMPILE_COMMAND"] = "python3 dev.py lock"
    project = str(root / "pyproject.toml")
    inputs = {
        "setup": ["--group", f"{project}:setup"],
        "run": [project],
        "dev": [project, "--group", "dev", "-c", str(root / LOCKS["run"])],
    }
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "-q"]
    options += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    for group, name in LOCKS.items():
        uv = [str(python), "-m", "uv", "pip", "compile", *inputs[group], *options]
        step([*uv, *arguments, "-o", str(root / name)])
