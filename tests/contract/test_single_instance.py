"""The kernel's lock under parallel starts, kills and planted files."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.platforms import on_posix
from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import PaddockError
from tray.models.local_api import Endpoint

ENDPOINT = Endpoint(port=41235, token="a" * 43, pid=os.getpid(), version="0.1.0")
CONTENDER = """
import sys
from pathlib import Path
from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance
instance = SingleInstance(Folders.under(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
print(instance.acquire(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.under(tmp_path)
    folders.make()
    return folders


Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def contender(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that try the lock at the first line and end at the second."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", CONTENDER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def told(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.slow
def test_of_50_parallel_starts_exactly_one_wins(folders: Folders, contender: Start) -> None:
    processes = [contender() for _ in range(50)]
    assert {told(process) for process in processes} == {"ready"}
    for process in processes:
        go(process)
    assert sorted(told(process) for process in processes) == ["False"] * 49 + ["True"]
    assert SingleInstance(folders).acquire() is False


def test_a_killed_holder_frees_the_lock_at_once(folders: Folders, contender: Start) -> None:
    holder = contender()
    assert told(holder) == "ready"
    go(holder)
    assert told(holder) == "True"
    mine = SingleInstance(folders)
    assert mine.acquire() is False
    holder.kill()
    holder.wait()
    assert mine.acquire() is True
    mine.release()


def test_children_do_not_inherit_the_lock(folders: Folders) -> None:
    holder = SingleInstance(folders)
    assert holder.acquire()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        holder.release()
        assert SingleInstance(folders).acquire()
        child.kill()


def test_a_client_leaves_the_lock_alone_where_nothing_is_left(folders: Folders) -> None:
    assert SingleInstance(folders).read_endpoint() is None
    assert not (folders.resident / "paddock.lock").exists()


# On Windows nobody removes a file that another reads.
@pytest.mark.parametrize("stale", [False] if sys.platform == "win32" else [False, True])
def test_clients_asking_all_the_time_do_not_keep_a_start_out(
    folders: Folders, tmp_path: Path, stale: bool
) -> None:
    code = CONTENDER.split("print(", maxsplit=1)[0] + (
        "print('ready', flush=True)\nwhile True: instance.read_endpoint()\n"
    )
    asking = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for process in asking:
            assert process.stdout is not None
            process.stdout.readline()
        for _ in range(20):
            if stale:
                (folders.resident / "api.json").write_text(ENDPOINT.model_dump_json())
            mine = SingleInstance(folders)
            assert mine.acquire()
            mine.release()
    finally:
        for process in asking:
            process.kill()
            process.communicate()


def test_the_endpoint_is_told_while_the_lock_is_held(folders: Folders) -> None:
    holder, client = SingleInstance(folders), SingleInstance(folders)
    assert client.read_endpoint() is None
    assert holder.acquire()
    assert client.read_endpoint() is None
    holder.publish(ENDPOINT)
    assert client.read_endpoint() == ENDPOINT
    assert holder.read_endpoint() == ENDPOINT
    assert client.acquire() is False, "a failed start leaves the endpoint alone"
    assert client.read_endpoint() == ENDPOINT
    holder.release()
    assert client.read_endpoint() is None
    assert not (folders.resident / "api.json").exists()
    holder.release()


def test_an_endpoint_left_by_a_killed_process_is_not_believed(folders: Folders) -> None:
    left = folders.resident / "api.json"
    left.write_text(ENDPOINT.model_dump_json())
    assert SingleInstance(folders).read_endpoint() is None
    holder = SingleInstance(folders)
    assert holder.acquire()
    assert not left.exists(), "nobody may reach a dead process's port by our lock"
    holder.release()


def test_a_client_that_reads_the_endpoint_keeps_no_start_and_no_end_from_windows(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file that is open cannot be removed."""

    def kept(self: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, "is used by another process", str(self))

    instance, next_one = SingleInstance(folders), SingleInstance(folders)
    monkeypatch.setattr(Path, "unlink", kept)
    for one in (instance, next_one):
        assert one.acquire()
        one.release()


@on_posix
def test_a_client_that_asks_at_once_is_taken_for_no_resident(folders: Folders) -> None:
    left = folders.resident / "api.json"
    left.write_text(ENDPOINT.model_dump_json())
    asking = open_lock(folders.resident / "paddock.lock")
    try:
        assert try_lock(asking, shared=True), "another client is asking just now"
        assert SingleInstance(folders).read_endpoint() is None
        assert not left.exists(), "nor when a start has the lock and has not removed it yet"
    finally:
        os.close(asking)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\0" * 40, b'{"port": "1"}', b"\xff", b"[" * 9999]
)
def test_an_invalid_endpoint_is_none(folders: Folders, content: bytes) -> None:
    holder = SingleInstance(folders)
    assert holder.acquire()
    (folders.resident / "api.json").write_bytes(content)
    assert SingleInstance(folders).read_endpoint() is None
    holder.release()


@on_posix
def test_planted_files_are_not_followed(folders: Folders, tmp_path: Path) -> None:
    holder = SingleInstance(folders)
    assert holder.acquire()
    target = tmp_path / "target.json"
    target.write_text(ENDPOINT.model_dump_json())
    endpoint = folders.resident / "api.json"
    endpoint.symlink_to(target)
    assert SingleInstance(folders).read_endpoint() is None
    holder.release()
    assert target.exists()
    lock = folders.resident / "paddock.lock"
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PaddockError, match=r"paddock\.lock"):
        SingleInstance(folders).acquire()
    assert not (tmp_path / "elsewhere").exists()


def test_publishing_without_the_lock_is_a_mistake(folders: Folders) -> None:
    with pytest.raises(RuntimeError):
        SingleInstance(folders).publish(ENDPOINT)
