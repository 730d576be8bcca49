"""A Paddock that ends between being found and being asked is none, and no failure."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tray.commands import engine, reports, running
from tray.infrastructure import background
from tray.infrastructure.api_client import ApiClient
from tray.infrastructure.folders import Folders
from tray.infrastructure.single_instance import SingleInstance
from tray.models.error import PaddockError
from tray.models.local_api import Endpoint


class Leaving:
    """Holds the lock and is found, and leaves at the first call without a word.

    With ``stays`` it hangs up on every call and is found all the same.
    """

    def __init__(self, folders: Folders) -> None:
        self.stays = False
        self._instance = SingleInstance(folders)
        assert self._instance.acquire()
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self._instance.publish(Endpoint(port=port, token="a" * 43, pid=1, version="1"))
        self._thread = threading.Thread(target=self._hang_up)
        self._thread.start()

    def client(self) -> ApiClient:
        endpoint = self._instance.read_endpoint()
        assert endpoint is not None
        return ApiClient(endpoint)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self._instance.release()

    def _hang_up(self) -> None:
        try:
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    if not self.stays:
                        self._instance.release()
        except OSError:
            """Closed."""


@pytest.fixture
def leaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Leaving]:
    for kind in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        monkeypatch.setenv(f"XDG_{kind}", str(tmp_path / kind))
    folders = Folders.of_user()
    folders.make()
    paddock = Leaving(folders)
    yield paddock
    paddock.close()


@pytest.mark.parametrize(
    "command",
    [engine.stop, engine.free, engine.quit_paddock, lambda: engine.status(False)],
    ids=["stop", "free", "quit", "status"],
)
def test_a_command_says_that_it_does_not_run(
    leaving: Leaving, command: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command() == 0
    assert capsys.readouterr().out.strip() == running.NOT_RUNNING


def test_what_is_measured_is_measured_without_it(
    leaving: Leaving, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reports.metrics(as_json=False) == 0
    assert "RAM" in capsys.readouterr().out


def test_a_start_starts_the_next_one(leaving: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    class BegunError(Exception):
        pass

    def begin(instance: SingleInstance) -> Endpoint:
        raise BegunError

    monkeypatch.setattr(background, "start_in_background", begin)
    with pytest.raises(BegunError):
        engine.start(None)


def test_a_chat_is_held_alone(leaving: Leaving) -> None:
    assert running.find_running() is None


def test_a_chat_that_it_leaves_says_so(leaving: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "find_running", leaving.client)
    with pytest.raises(PaddockError, match="ended meanwhile"), running.running_or_alone() as asked:
        asked.state()


def test_one_that_is_still_there_is_said_not_to_answer(leaving: Leaving) -> None:
    leaving.stays = True
    with pytest.raises(PaddockError, match="does not answer"):
        engine.stop()
