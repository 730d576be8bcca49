"""The token in GNOME's keyring: the real daemon, on a bus and in folders of the test's own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.contract.hub_server import CERTIFICATE, REPOSITORY, Hub, hub_of
from tests.contract.private_bus import Bus
from tests.requirements import need_program
from tray.infrastructure.hub.transfers import HubTransfers
from tray.models.download import TokenSource
from tray.models.errand import TokenErrand
from tray.models.failure import PaddockError

NAME = "tiny-Q4_K_M.gguf"
SECRETS = "org.freedesktop.secrets"
PASSWORD = b"of the user's login"
BUS = ("dbus-send", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus")


class Keyring:
    """A daemon that owns the name of the secrets; ``folder`` is the user's home."""

    def __init__(self, bus: Bus, folder: Path, *, unlocked: bool) -> None:
        environment = {**bus.environment, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        arguments = ("--foreground", "--components=secrets", f"--control-directory={folder}")
        self._daemon = subprocess.Popen(
            (need_program("gnome-keyring-daemon"), *arguments, *(("--unlock",) * unlocked)),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin is not None
        self._daemon.stdin.write(PASSWORD * unlocked)
        self._daemon.stdin.close()
        until(lambda: _is_owned(bus))

    def close(self) -> None:
        self._daemon.terminate()
        self._daemon.wait(10)


def _is_owned(bus: Bus) -> bool:
    ask = (*BUS, "org.freedesktop.DBus.NameHasOwner", f"string:{SECRETS}")
    answer = subprocess.run(ask, env=bus.environment, check=True, stdout=subprocess.PIPE)
    return b"true" in answer.stdout


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    # Nobody is there to be asked for a password.
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    made = Bus()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.environment["DBUS_SESSION_BUS_ADDRESS"])
    yield made
    made.close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-hugging-face"))
    with hub_of({NAME: b"GGUF"}, encrypted=True) as serving:
        serving.token = "hf_right"
        yield serving


def test_a_token_is_kept_used_and_forgotten(hub: Hub, bus: Bus, tmp_path: Path) -> None:
    keyring = Keyring(bus, tmp_path, unlocked=True)
    try:
        transfers = HubTransfers(lambda: hub.address, tmp_path / "models")
        assert transfers.token(TokenErrand()).source is None
        status = transfers.token(TokenErrand(action="keep", token="hf_right\n"))
        assert (status.source, status.no_keyring) == (TokenSource.KEYRING, None)
        assert transfers.offer(REPOSITORY).choices
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        assert kept, "the daemon keeps its files elsewhere"
        assert not any(b"hf_right" in content for content in kept)
        assert transfers.token(TokenErrand(action="forget")).source is None
        with pytest.raises(PaddockError):
            transfers.offer(REPOSITORY)
    finally:
        keyring.close()


def test_a_keyring_that_stays_locked_is_said(hub: Hub, bus: Bus, tmp_path: Path) -> None:
    keyring = Keyring(bus, tmp_path, unlocked=False)
    try:
        transfers = HubTransfers(lambda: hub.address, tmp_path / "models")
        assert transfers.token(TokenErrand()).source is None
        with pytest.raises(PaddockError) as caught:
            transfers.token(TokenErrand(action="keep", token="hf_right"))
        assert caught.value.failure.title == "The token cannot be kept"
        assert "HF_TOKEN" in caught.value.failure.detail
    finally:
        keyring.close()
