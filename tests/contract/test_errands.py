"""Errands in children as Paddock starts them: transfers, offers, the keyring, the trash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import processes
from tests.contract.guard_setup import until
from tests.contract.hub_server import CERTIFICATE, COMMIT, REPOSITORY, Handler, Hub, hub_of
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.download_records import DownloadFile
from tray.infrastructure.errands import RunningErrand, errand_done
from tray.infrastructure.hub.transfers import HubTransfers
from tray.infrastructure.own_program import program_folder
from tray.models.download import Download, DownloadPhase, TokenSource
from tray.models.errand import (
    FailedSaid,
    GoneSaid,
    Said,
    TokenErrand,
    TrashedSaid,
    TrashErrand,
)
from tray.models.failure import FailureCause, PaddockError
from tray.services.downloads import Downloads

CONTENT = b"GGUF" + os.urandom(400_000)
NAME = "tiny-Q4_K_M.gguf"
FILE_KEYRING = "tests.contract.file_keyring.FileKeyring"
NO_KEYRING = "keyring.backends.fail.Keyring"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a child inherits: the test server's certificate, folders of the test's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NO_KEYRING)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-hugging-face"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_TOKEN_PATH", raising=False)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_of({NAME: CONTENT}, encrypted=True) as serving:
        yield serving


class World:
    """The list of downloads with real children and a real file."""

    def __init__(self, hub: Hub, root: Path) -> None:
        self.models = root / "models"
        self.transfers = HubTransfers(lambda: hub.address, self.models)
        self.clock = SystemClock()
        self.told: list[Download] = []
        records = DownloadFile(root / "downloads.json")
        self.list = Downloads(self.transfers, records, self.clock.call_later, self.told.append)

    @property
    def one(self) -> Download:
        (found,) = self.list.all()
        return found

    @property
    def child(self) -> int:
        (found,) = (
            process.pid
            for process in psutil.Process().children()
            if processes.arguments(process)[-1:] == ["errand"]
        )
        return found

    def is_in(self, phase: DownloadPhase) -> bool:
        return self.one.phase is phase

    def has_begun(self) -> bool:
        return self.one.progress is not None and self.one.progress.fetched > 40_000

    def close(self) -> None:
        self.clock.close()
        self.list.close()


@pytest.fixture
def world(hub: Hub, tmp_path: Path) -> Iterator[World]:
    made = World(hub, tmp_path)
    yield made
    made.close()


def test_a_child_fetches_what_the_page_asks_for(world: World) -> None:
    world.list.start(REPOSITORY)
    until(lambda: bool(world.told))
    assert world.one.model == world.models / REPOSITORY / NAME
    assert world.one.model.read_bytes() == CONTENT
    assert [one.phase for one in world.told] == [DownloadPhase.DONE]
    assert world.one.plan is not None
    assert [file.name for file in world.one.plan.files] == [NAME]


def test_pause_and_resume(world: World, hub: Hub) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    world.list.start(REPOSITORY)
    until(world.has_begun)
    child = world.child
    world.list.pause(world.one.id)
    assert not psutil.pid_exists(child)
    (part,) = world.models.rglob("*.part")
    kept = part.stat().st_size
    hub.pause = 0.0
    world.list.resume(world.one.id)
    until(lambda: world.is_in(DownloadPhase.DONE))
    assert hub.asked[-1].range == f"bytes={kept}-"
    assert (world.models / REPOSITORY / NAME).read_bytes() == CONTENT


def test_what_is_left_of_a_version_that_was_replaced_goes(world: World, hub: Hub) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    world.list.start(REPOSITORY)
    until(world.has_begun)
    world.list.pause(world.one.id)
    assert len(list(world.models.rglob("*.part"))) == 1
    hub.files[NAME], hub.pause = CONTENT[::-1], 0.0
    world.list.resume(world.one.id)
    until(lambda: world.is_in(DownloadPhase.DONE))
    (model,) = (path for path in world.models.rglob("*") if path.is_file())
    assert model.read_bytes() == CONTENT[::-1]


def test_a_killed_child_is_replaced_and_goes_on(world: World, hub: Hub) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    world.list.start(REPOSITORY)
    until(world.has_begun)
    os.kill(world.child, signal.SIGTERM)
    hub.pause = 0.0
    until(lambda: world.is_in(DownloadPhase.DONE))
    assert hub.asked[-1].range is not None
    assert (world.models / REPOSITORY / NAME).read_bytes() == CONTENT


def test_removing_leaves_nothing_behind(world: World, hub: Hub) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    world.list.start(REPOSITORY)
    until(world.has_begun)
    world.list.remove(world.one.id)
    assert world.list.all() == ()
    assert [path for path in world.models.rglob("*") if path.is_file()] == []


def test_a_failure_is_in_words(world: World, hub: Hub) -> None:
    hub.token = "hf_right"
    world.list.start(REPOSITORY)
    until(lambda: world.is_in(DownloadPhase.FAILED))
    assert world.one.failure is not None
    assert world.one.failure.cause is FailureCause.MODEL_GATED


def test_an_offer_lists_what_there_is(hub: Hub, tmp_path: Path) -> None:
    hub.files |= {
        "tiny-Q8_0-00001-of-00002.gguf": bytes(3_000_000),
        "tiny-Q8_0-00002-of-00002.gguf": bytes(2_000_000),
        "UD/tiny-UD-IQ2_XXS.gguf": bytes(100),
        "mmproj-F16.gguf": bytes(50),
    }
    here = tmp_path / REPOSITORY / "tiny-UD-IQ2_XXS.gguf"
    here.parent.mkdir(parents=True)
    here.write_bytes(bytes(100))
    here.with_name("mmproj-F16.gguf").write_bytes(bytes(50))
    transfers = HubTransfers(lambda: hub.address, tmp_path)
    offer = transfers.offer(REPOSITORY)
    assert (offer.repository, offer.licence, offer.usual) == (
        REPOSITORY,
        "apache-2.0",
        f"{REPOSITORY}:{NAME}",
    )
    found = [(one.name, one.quantization, one.size, one.files, one.here) for one in offer.choices]
    assert found == [
        ("tiny-UD-IQ2_XXS", "UD-IQ2_XXS", 150, 2, True),
        ("tiny-Q4_K_M", "Q4_K_M", len(CONTENT) + 50, 2, False),
        ("tiny-Q8_0", "Q8_0", 5_000_050, 3, False),
    ]
    assert all(one.projector for one in offer.choices)
    assert offer.free > 0
    here.write_bytes(bytes(99))
    assert not any(one.here for one in transfers.offer(REPOSITORY).choices), "it was replaced"
    link = transfers.offer(f"https://huggingface.co/{REPOSITORY}/blob/{COMMIT}/{NAME}")
    assert link.usual == f"https://huggingface.co/{REPOSITORY}/blob/{COMMIT}/{NAME}"


def test_nobody_looks_at_an_offer_for_minutes(hub: Hub, tmp_path: Path) -> None:
    def too_many(handler: Handler) -> bool:
        handler.answer(429, b"", Retry_After="120")
        return True

    hub.troubles = [too_many]
    with pytest.raises(PaddockError) as caught:
        HubTransfers(lambda: hub.address, tmp_path).offer(REPOSITORY)
    assert "in 120 s" in caught.value.failure.detail


def test_an_offer_of_nothing_is_refused(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(PaddockError) as caught:
        HubTransfers(lambda: hub.address, tmp_path).offer("ann/nothing")
    assert caught.value.failure.title == "There is no such model"


def test_a_token_is_kept_used_and_forgotten(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", FILE_KEYRING)
    monkeypatch.setenv("TEST_KEYRING_FILE", str(tmp_path / "keyring"))
    transfers = HubTransfers(lambda: hub.address, tmp_path / "models")
    assert transfers.token(TokenErrand()).source is None
    status = transfers.token(TokenErrand(action="keep", token="hf_right\n"))
    assert (status.source, status.no_keyring) == (TokenSource.KEYRING, None)
    hub.token = "hf_right"
    assert transfers.offer(REPOSITORY).choices
    assert transfers.token(TokenErrand(action="forget")).source is None
    assert not (tmp_path / "keyring").exists()
    with pytest.raises(PaddockError):
        transfers.offer(REPOSITORY)


def test_without_a_keyring_that_is_said_and_nothing_kept(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers = HubTransfers(lambda: hub.address, tmp_path)
    status = transfers.token(TokenErrand())
    assert status.source is None
    assert status.no_keyring is not None
    with pytest.raises(PaddockError) as caught:
        transfers.token(TokenErrand(action="keep", token="hf_secret"))
    assert "HF_TOKEN" in caught.value.failure.detail
    assert "hf_secret" not in str(caught.value)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.backend")
    assert transfers.token(TokenErrand()).no_keyring is not None
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    assert transfers.token(TokenErrand()).source is TokenSource.ENVIRONMENT


def test_the_token_of_another_program_goes_to_hugging_face_alone(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("hf_login\n")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    hub.token = "hf_login"
    transfers = HubTransfers(lambda: hub.address, tmp_path)
    assert transfers.token(TokenErrand()).source is TokenSource.FILE
    with pytest.raises(PaddockError):
        transfers.offer(REPOSITORY)
    assert [asked.authorization for asked in hub.asked] == [None]


@pytest.mark.parametrize("typed", ["“hf_right”", "hf_right\nhf_left", "hf right"])
def test_what_cannot_be_a_token_is_none_and_is_not_shown(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", typed)
    hub.token = "hf_right"
    transfers = HubTransfers(lambda: hub.address, tmp_path)
    with pytest.raises(PaddockError) as caught:
        transfers.offer(REPOSITORY)
    assert caught.value.failure.cause is FailureCause.MODEL_GATED
    assert "right" not in str(caught.value)
    assert transfers.token(TokenErrand()).source is None


def test_a_token_is_in_no_command_line_and_no_representation() -> None:
    errand = TokenErrand(action="keep", token="hf_secret")
    assert "hf_secret" not in repr(errand)
    seen: list[str] = []
    said: list[Said] = []
    over = threading.Event()

    def hear(what: Said) -> None:
        said.append(what)
        over.set()

    running = RunningErrand(errand, hear)
    seen += psutil.Process(running.pid).cmdline()
    assert over.wait(20)
    assert seen
    assert not any("hf_secret" in argument for argument in seen)
    assert isinstance(said[-1], FailedSaid)


@pytest.mark.skipif(sys.platform == "win32", reason="the trash of Windows is the user's own")
def test_files_go_to_the_trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    files = (tmp_path / "a.gguf", tmp_path / "b.gguf")
    for file in files:
        file.write_bytes(b"GGUF")
    assert errand_done(TrashErrand(files=files)) == TrashedSaid()
    assert not any(file.exists() for file in files)
    trashed = sorted(path.name for path in (data / "Trash" / "files").iterdir())
    assert trashed == ["a.gguf", "b.gguf"]


@pytest.mark.skipif(sys.platform == "win32", reason="the trash of Windows is the user's own")
def test_without_a_trash_nothing_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "Trash").write_text("a file in its place")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    file = tmp_path / "a.gguf"
    file.write_bytes(b"GGUF")
    with pytest.raises(PaddockError) as caught:
        errand_done(TrashErrand(files=(file,)))
    assert caught.value.failure.cause is FailureCause.NO_TRASH
    assert "Nothing was deleted" in caught.value.failure.detail
    assert file.exists()


def test_a_child_that_crashes_or_babbles_is_gone() -> None:
    for program in ("raise SystemExit(3)", "print('{}', flush=True); input()"):
        with pytest.raises(PaddockError) as caught:
            errand_done(TokenErrand(), (sys.executable, "-c", program))
        assert caught.value.failure.cause is FailureCause.INTERNAL


PARENT = """
import sys, time
from pathlib import Path
from tray.infrastructure.errands import RunningErrand
from tray.models.errand import FetchErrand
errand = FetchErrand(what=sys.argv[1], base=sys.argv[2], models=Path(sys.argv[3]))
print(RunningErrand(errand, lambda said: None).pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_with_its_killed_parent(hub: Hub, tmp_path: Path) -> None:
    hub.piece, hub.pause = 20_000, 0.1
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, REPOSITORY, hub.address, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=program_folder(),
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    until(lambda: any(tmp_path.rglob("*.part")))
    parent.kill()
    parent.communicate()
    until(lambda: not processes.is_alive(child))


def test_a_transfer_can_be_ended_at_any_moment(hub: Hub, tmp_path: Path) -> None:
    transfers = HubTransfers(lambda: hub.address, tmp_path)
    said: list[Said] = []
    for _ in range(3):
        said.clear()
        transfers.begin(REPOSITORY, None, said.append).end()
        until(lambda: bool(said) and isinstance(said[-1], GoneSaid))
