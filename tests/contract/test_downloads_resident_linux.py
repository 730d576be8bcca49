"""Downloads as the page asks for them, of a real resident Paddock that may be killed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests import processes
from tests.contract.guard_setup import gone, until
from tests.contract.hub_server import CERTIFICATE, REPOSITORY, Hub, hub_of
from tests.engine.cli_setup import CommandLine, command_line
from tray.infrastructure.api_client import ApiClient
from tray.infrastructure.own_program import program_folder
from tray.models.base import Frozen
from tray.models.download import DownloadPhase
from tray.models.failure import FailureCause, PaddockError
from tray.models.local_api import StartRequest
from tray.models.page_downloads import (
    DeletedModel,
    DeleteModelRequest,
    DownloadRequest,
    FindDownloadRequest,
    ShownDownload,
    ShownDownloads,
    ShownOffer,
    StartDownloadRequest,
)

assert sys.platform == "linux"
DEMO = (program_folder() / "assets" / "demo_model" / "demo.gguf").read_bytes()
NAME = "tiny-Q8_0.gguf"


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        line.environment |= {
            "SSL_CERT_FILE": str(CERTIFICATE),
            "NO_PROXY": "127.0.0.1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        line.environment.pop("HF_TOKEN", None)
        yield line


@pytest.fixture
def hub(paddock: CommandLine) -> Iterator[Hub]:
    with hub_of({NAME: DEMO}, encrypted=True) as serving:
        settings = paddock.root / "config" / "paddock" / "settings.toml"
        settings.parent.mkdir(mode=0o700, parents=True)
        settings.write_text(f'[models]\nmirror = "{serving.address}"\n')
        yield serving


class Page:
    """Speaks to the resident as the page does."""

    def __init__(self, paddock: CommandLine) -> None:
        self.started = paddock.spawn("run", "--headless")
        until(lambda: paddock.client() is not None)
        client = paddock.client()
        assert client is not None
        self.client: ApiClient = client
        self.process = psutil.Process(client.endpoint.pid)

    def close(self) -> None:
        if self.started.poll() is None:
            self.client.quit()
        self.started.communicate(timeout=20)

    def post(self, path: str, body: Frozen) -> ShownDownloads:
        return self.client._call("POST", f"/api/page/downloads/{path}", ShownDownloads, body)

    @property
    def one(self) -> ShownDownload:
        shown = self.client._call("GET", "/api/page/downloads", ShownDownloads)
        (found,) = shown.downloads
        return found

    def is_in(self, phase: DownloadPhase) -> bool:
        return self.one.phase is phase

    @property
    def transfers(self) -> list[psutil.Process]:
        return [
            child
            for child in self.process.children()
            if processes.arguments(child)[-1:] == ["errand"]
        ]


@pytest.fixture
def open_page(paddock: CommandLine) -> Iterator[Callable[[], Page]]:
    opened: list[Page] = []

    def open_another() -> Page:
        opened.append(Page(paddock))
        return opened[-1]

    yield open_another
    for page in opened:
        page.close()


def test_from_a_name_to_a_model_in_the_list_and_to_the_trash(
    paddock: CommandLine, hub: Hub, open_page: Callable[[], Page]
) -> None:
    page = open_page()
    find = FindDownloadRequest(what=f"https://huggingface.co/{REPOSITORY}/tree/main")
    offer = page.client._call("POST", "/api/page/downloads/find", ShownOffer, find)
    (choice,) = offer.choices
    assert (choice.name, choice.room, choice.here) == ("tiny-Q8_0", True, False)
    page.post("start", StartDownloadRequest(what=choice.what))
    until(lambda: page.is_in(DownloadPhase.DONE))
    until(lambda: page.transfers == [])
    done = page.one
    assert done.model is not None
    assert Path(done.model).read_bytes() == DEMO
    assert [str(found.path) for found in page.client.models().models] == [done.model]

    delete = DeleteModelRequest(model=done.model)
    page.client.start(StartRequest(model=done.model, wait=True))
    with pytest.raises(PaddockError) as caught:
        page.client._call("POST", "/api/page/models/delete", DeletedModel, delete)
    assert caught.value.failure.cause is FailureCause.MODEL_IN_USE
    stopped = paddock("stop")
    assert stopped.returncode == 0
    said = page.client._call("POST", "/api/page/models/delete", DeletedModel, delete)
    assert "is in the trash" in said.line
    assert page.client._call("GET", "/api/page/downloads", ShownDownloads).downloads == ()
    assert not Path(done.model).exists()
    broken = Path(done.model).with_name("cut.gguf")
    broken.write_bytes(b"")
    delete = DeleteModelRequest(model=str(broken))
    page.client._call("POST", "/api/page/models/delete", DeletedModel, delete)
    trash = paddock.root / "data" / "Trash" / "files"
    assert sorted(path.name for path in trash.iterdir()) == [broken.name, NAME]


def test_a_killed_paddock_loses_nothing(
    paddock: CommandLine, hub: Hub, open_page: Callable[[], Page]
) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    page = open_page()
    page.post("start", StartDownloadRequest(what=REPOSITORY))
    until(lambda: (page.one.share or 0) > 0.05)
    (transfer,) = page.transfers
    page.process.kill()
    page.started.wait()
    until(lambda: gone([page.process, transfer]))
    (part,) = (paddock.root / "data" / "paddock" / "models" / REPOSITORY).glob("*.part")
    kept = part.stat().st_size

    again = open_page()
    assert again.one.phase is DownloadPhase.PAUSED
    assert again.transfers == []
    hub.pause = 0.0
    again.post("resume", DownloadRequest(id=again.one.id))
    until(lambda: again.is_in(DownloadPhase.DONE))
    assert hub.asked[-1].range == f"bytes={kept}-"
    assert part.with_name(NAME).read_bytes() == DEMO
    assert again.post("remove", DownloadRequest(id=again.one.id)).downloads == ()


def test_the_terminal_deletes_and_asks_the_resident_first(paddock: CommandLine, hub: Hub) -> None:
    assert paddock("models", "download", REPOSITORY).returncode == 0
    assert "tiny-Q8_0" in paddock("models", "download", REPOSITORY, "--list").stdout
    assert paddock("start", "--model", "tiny-Q8_0").returncode == 0
    refused = paddock("models", "delete", "tiny-Q8_0")
    assert refused.returncode == 1
    assert "is loaded" in refused.stderr
    assert paddock("stop").returncode == 0
    assert paddock("models", "delete", "tiny-Q8_0").returncode == 0
    assert "tiny-Q8_0" not in paddock("models").stdout
    assert paddock("models", "delete", "tiny-Q8_0").returncode == 1
    cut = paddock.root / "data" / "paddock" / "models" / "cut.gguf"
    cut.write_bytes(b"")
    assert paddock("models", "delete", str(cut)).returncode == 0
    assert not cut.exists()
    said = paddock("models", "token")
    assert "No token" in said.stdout
    kept = paddock("models", "token", "set", text="hf_secret\n")
    assert kept.returncode == 1
    assert "hf_secret" not in kept.stderr
    assert "Qwen/Qwen3-8B-GGUF:Q4_K_M" in paddock("models", "download").stdout
