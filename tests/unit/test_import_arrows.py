"""The arrows of the house, read from the imports: nothing points up, and I/O has one layer."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A layer, and the parts of ours that it may import.
ARROWS = {
    "tray.models": {"tray.models"},
    "tray.services": {"tray.services", "tray.models"},
    "tray.infrastructure": {"tray.infrastructure", "tray.models"},
    "tray.ui": {"tray.ui", "tray.services", "tray.models"},
}
# Everything that reaches a process, a socket, a file system or a machine's sensors.
DIRECT_IO = {
    "asyncio",
    "bottle",
    "ftplib",
    "http",
    "httpx",
    "httpx_sse",
    "multiprocessing",
    "psutil",
    "pty",
    "pynvml",
    "requests",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "urllib",
    "wsgiref",
    "xllamacpp",
}
WITHOUT_IO = ("tray.models", "tray.services", "tray.ui")
# Parts of these only compute.
PURE_PARTS = {"http.HTTPStatus", "urllib.parse"}
# `__init__` holds the version, which any layer may show.
EVERYWHERE = {"tray", "tray.__version__"}


def imported(source: str, package: str) -> Iterator[str]:
    """Every dotted name the source imports, however deep in it; relative ones made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, parts: set[str]) -> bool:
    """Whether the dotted name is one of the parts or lies in one."""
    return any(name == part or name.startswith(part + ".") for part in parts)


def violations(module: str, source: str) -> list[str]:
    """What the module imports against the arrows."""
    layer = next((layer for layer in ARROWS if within(module, {layer})), None)
    found = []
    for name in imported(source, module.rpartition(".")[0]):
        ours = within(name, {"tray"}) and name not in EVERYWHERE
        if within(name, {"tests", "installer", "dev"}):
            found.append(f"{module} imports {name}: the product knows nothing of its workshop")
        elif layer is not None and ours and not within(name, ARROWS[layer]):
            found.append(f"{module} imports {name}: not below {layer}")
        elif layer in WITHOUT_IO and within(name, DIRECT_IO) and not within(name, PURE_PARTS):
            found.append(f"{module} imports {name}: only infrastructure does I/O")
    return found


def sources() -> list[tuple[str, Path]]:
    """Every module of the package by dotted name."""
    files = sorted((ROOT / "tray").rglob("*.py"))
    return [(".".join(path.relative_to(ROOT).with_suffix("").parts), path) for path in files]


def test_every_import_points_down() -> None:
    found = [
        line
        for module, path in sources()
        for line in violations(module, path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def late(source: str) -> Iterator[str]:
    """What functions of the source import, when they are called and by whichever thread."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from imported(ast.unparse(node), "")


def test_no_part_of_a_package_that_imports_its_parts_is_loaded_late() -> None:
    """Of two threads that load one, each would wait for the other: Python then fails one."""
    loading = {
        package
        for module, path in sources()
        if (package := module.removesuffix(".__init__")) != module
        and any(
            within(name, {package}) for name in imported(path.read_text(encoding="utf-8"), package)
        )
    }
    assert loading, "none is looked at"
    found = [
        f"{module} imports {name} late"
        for module, path in sources()
        for name in late(path.read_text(encoding="utf-8"))
        if any(
            within(name, {package}) and name.count(".") > package.count(".") + 1
            for package in loading
        )
    ]
    assert not found, "\n".join(found)


def test_html_is_whole_before_two_threads_load_parts_of_markdown() -> None:
    """One would begin with ``html``, the other with ``html.entities``, which need each other."""
    code = "import sys, tray.ui.markdown; sys.exit('html.entities' not in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_layer_is_looked_at() -> None:
    modules = [module for module, _ in sources()]
    assert all(any(within(module, {layer}) for module in modules) for layer in ARROWS)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tray.models.a", "from tray.services.llama import service"),
        ("tray.models.a", "import tray.infrastructure"),
        ("tray.models.a", "from tray import infrastructure"),
        ("tray.services.a", "from tray.infrastructure.metrics import sample"),
        ("tray.services.a", "from tray.ui import present"),
        ("tray.services.a", "def late():\n    import subprocess"),
        ("tray.services.llama.a", "from ...infrastructure import metrics"),
        ("tray.services.a", "from http.server import HTTPServer"),
        ("tray.services.a", "import urllib.request"),
        ("tray.infrastructure.a", "from tray.services.llama.ports import Engine"),
        ("tray.infrastructure.a", "if True:\n    import tray.ui.gauge as gauge"),
        ("tray.infrastructure.a", "from tray.app import build"),
        ("tray.ui.a", "from tray.infrastructure import errors"),
        ("tray.ui.a", "import httpx"),
        ("tray.ui.a", "from tray.cli import main"),
        ("tray.app", "from tests.requirements import need_program"),
    ],
)
def test_an_arrow_that_points_up_is_found(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tray.models.a", "from tray.models.base import Model\nimport enum"),
        ("tray.services.a", "from tray.models.chat import ChatChunk\nimport queue, threading"),
        ("tray.infrastructure.a", "import subprocess\nfrom tray.models.state import ModelState"),
        ("tray.ui.a", "from tray.services.llama import service\nfrom urllib.parse import quote"),
        ("tray.ui.a", "from tray import __version__"),
        ("tray.app", "from tray.infrastructure import metrics\nfrom tray.ui import present"),
    ],
)
def test_an_arrow_that_points_down_is_allowed(module: str, source: str) -> None:
    assert violations(module, source) == []
