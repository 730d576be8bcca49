"""Proxies and certificates of the environment: obeyed, or named where they cannot be."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tray.infrastructure.hub.client import SPARE
from tray.infrastructure.hub.connection import HubConnection
from tray.models.failure import PaddockError

PROXY, SOCKS = "http://127.0.0.1:7890", "socks5://127.0.0.1:7891"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SPARE, "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def refusal() -> str:
    with pytest.raises(PaddockError) as caught:
        HubConnection()
    return caught.value.failure.detail


@pytest.mark.parametrize("spare", [SOCKS, "socks://127.0.0.1:7891/"])
def test_what_nothing_goes_by_beside_https_proxy_may_be_anything(
    monkeypatch: pytest.MonkeyPatch, spare: str
) -> None:
    monkeypatch.setenv("https_proxy", PROXY)
    monkeypatch.setenv("all_proxy", spare)
    with closing(HubConnection()):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", SOCKS), ("all_proxy", "socks://127.0.0.1:1/"), ("https_proxy", "http://a:b")],
)
def test_a_proxy_that_cannot_be_used_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "SOCKS is not spoken" in refusal()


@pytest.mark.parametrize("there", [False, True])
def test_certificates_that_are_none_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool
) -> None:
    file = tmp_path / "gone.pem"
    if there:
        file.write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert "SSL_CERT_FILE" in refusal()
