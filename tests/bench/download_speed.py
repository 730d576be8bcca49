"""How fast a model is fetched: verified and on the disk, against curl's bare copy."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from tests.bench.download_server import write_index
from tests.bench.figures import Comparison, Figure, NotMeasured, Target, measured
from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY
from tray.infrastructure.hub.connection import HubConnection
from tray.infrastructure.hub.download import download_model
from tray.models.download import HubRequest

SIZE = 512 << 20
REPETITIONS = 9
NAME = "large-Q4_K_M.gguf"
ROOT = Path(__file__).resolve().parents[2]

TARGETS = tuple(
    Target(
        name=name,
        unit="MB/s",
        comparison=Comparison.RATIO_AT_LEAST,
        limit=0.9,
        compared_with="curl -o",
    )
    for name in ("download, encrypted", "download, plain")
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """In turns from the same server, which is a process of its own and has the file cached.

    Ours asks for the index, hashes every byte and ends with the file on the disk (fsync)
    under its name; curl ends with the file in the system's cache.
    """
    curl = shutil.which("curl")
    if curl is None:
        raise NotMeasured("curl is not installed")
    source = folder / "source"
    source.mkdir()
    _make(source)
    return tuple(
        _figure(target, curl, folder, source, encrypted)
        for target, encrypted in zip(TARGETS, (True, False), strict=True)
    )


def _figure(target: Target, curl: str, folder: Path, source: Path, encrypted: bool) -> Figure:
    ours, theirs = [], []
    with _served(source, encrypted) as base:
        _copied(curl, base, folder / "copy")
        for _ in range(REPETITIONS):
            theirs.append(_rate(partial(_copied, curl, base, folder / "copy")))
            ours.append(_rate(partial(_fetched, base, folder / "models")))
            (folder / "copy").unlink()
            shutil.rmtree(folder / "models")
    notes = (f"{SIZE >> 20} MiB from this machine, hashed and synced; curl does neither",)
    return measured(target, ours, theirs, notes)


def _rate(transfer: Callable[[], None]) -> float:
    """MB/s of one transfer."""
    began = time.perf_counter()
    transfer()
    return SIZE / 1e6 / (time.perf_counter() - began)


def _copied(curl: str, base: str, target: Path) -> None:
    url = f"{base}/{REPOSITORY}/resolve/{COMMIT}/{NAME}"
    command = [curl, "--silent", "--fail", "--cacert", str(CERTIFICATE), "-o", str(target), url]
    subprocess.run(command, check=True)
    assert target.stat().st_size == SIZE


def _fetched(base: str, models: Path) -> None:
    with closing(HubConnection(base, plain_loopback=True)) as connection:
        request = HubRequest(repository=REPOSITORY)
        done = download_model(connection, request, models, lambda _: None)
    assert done.size == SIZE


def _make(source: Path) -> None:
    """A file that cannot be packed, and the hub's word for it."""
    piece, digest = os.urandom(1 << 20), hashlib.sha256()
    with (source / NAME).open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(piece)
            digest.update(piece)
    write_index(source, NAME, SIZE, digest.hexdigest())


@contextmanager
def _served(source: Path, encrypted: bool) -> Iterator[str]:
    """The server's address, until the end of the block."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.download_server", str(source)]
        + ["--encrypted"] * encrypted,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    before = {name: os.environ.get(name) for name in ("SSL_CERT_FILE", "NO_PROXY")}
    os.environ |= {"SSL_CERT_FILE": str(CERTIFICATE), "NO_PROXY": "127.0.0.1"}
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        yield f"{'https' if encrypted else 'http'}://127.0.0.1:{port}"
    finally:
        server.communicate()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
