"""`dev.py pin-engines` against a server that answers as GitHub's release API does."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from installer import pin_engines
from installer.pin_engines import PINS, main
from tests.contract.hub_server import CERTIFICATE
from tray.models.engine_build import Backend, EnginePins

TAG = "b20000"
NAMES = (
    f"cudart-llama-{TAG}-bin-ubuntu-cuda-12.8-x64.tar.gz",
    f"cudart-llama-{TAG}-bin-ubuntu-cuda-13.9-x64.tar.gz",
    "cudart-llama-bin-win-cuda-13.9-x64.zip",
    f"llama-{TAG}-bin-android-arm64.tar.gz",
    f"llama-{TAG}-bin-macos-arm64.tar.gz",
    f"llama-{TAG}-bin-macos-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-arm64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-cuda-12.8-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-cuda-13.9-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-openvino-2026.4-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-rocm-10.1-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-s390x.tar.gz",
    f"llama-{TAG}-bin-ubuntu-vulkan-x64.tar.gz",
    f"llama-{TAG}-bin-ubuntu-x64.tar.gz",
    f"llama-{TAG}-bin-win-cpu-x64.zip",
    f"llama-{TAG}-bin-win-cuda-13.9-x64.zip",
    f"llama-{TAG}-bin-win-vulkan-x64.zip",
    f"llama-{TAG}-ui.tar.gz",
    f"llama-{TAG}-xcframework.zip",
)


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def release_of(names: tuple[str, ...], tag: str = TAG) -> dict[str, Any]:
    """As the API words it, with fields nobody asked for."""
    base = f"https://github.com/ggml-org/llama.cpp/releases/download/{tag}"
    assets = [
        {
            "name": name,
            "size": 1000 + number,
            "digest": f"sha256:{digest_of(name)}",
            "browser_download_url": f"{base}/{name}",
            "uploader": {"login": "github-actions[bot]"},
        }
        for number, name in enumerate(names)
    ]
    return {"tag_name": tag, "draft": False, "assets": assets}


class Api(BaseHTTPRequestHandler):
    server: ApiServer

    def do_GET(self) -> None:
        content = self.server.answers.get(self.path)
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"{}")

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


class ApiServer(ThreadingHTTPServer):
    answers: dict[str, bytes]

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"


@contextmanager
def api_of(answers: dict[str, Any]) -> Iterator[ApiServer]:
    server = ApiServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answers = {path: json.dumps(answer).encode() for path, answer in answers.items()}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    copy = tmp_path / "pins.json"
    copy.write_bytes(PINS.read_bytes())
    return copy


def run(pins: Path, server: ApiServer, *arguments: str) -> int:
    return main([*arguments, "--api", server.address, "--pins", str(pins)])


def read(pins: Path) -> EnginePins:
    return EnginePins.model_validate_json(pins.read_bytes())


def test_the_newest_release_is_pinned_and_what_it_lacks_stays(
    pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = read(pins)
    with api_of({"/latest": release_of(NAMES)}) as server:
        assert run(pins, server) == 0
    new = read(pins)
    names = {(b.system, b.machine, b.name): b for b in new.builds}
    cuda = names["linux", "x86_64", f"{TAG}-cuda-13.9"]
    assert [asset.name for asset in cuda.assets] == [
        f"llama-{TAG}-bin-ubuntu-cuda-13.9-x64.tar.gz",
        f"cudart-llama-{TAG}-bin-ubuntu-cuda-13.9-x64.tar.gz",
    ]
    assert cuda.assets[0].sha256 == digest_of(cuda.assets[0].name)
    assert (cuda.minimum_driver, cuda.minimum_compute, cuda.minimum_glibc) == (
        "580",
        "7.5",
        "2.38",
    )
    assert cuda.native_compute == ("8.6", "8.9", "12.0", "12.1")
    assert names["linux", "x86_64", f"{TAG}-cuda-12.8"].native_compute == ("8.6", "8.9", "12.0")
    assert names["darwin", "arm64", f"{TAG}-metal"].backend is Backend.METAL
    assert names["darwin", "x86_64", f"{TAG}-cpu"].minimum_glibc is None
    assert ("linux", "x86_64", f"{TAG}-rocm-10.1") in names
    assert ("win32", "x86_64", f"{TAG}-cuda-13.9") in names
    kept = [b for b in new.builds if b in old.builds]
    assert {(b.system, b.machine, b.backend) for b in kept} == {
        ("linux", "arm64", Backend.VULKAN),
        ("win32", "x86_64", Backend.ROCM),
        ("win32", "arm64", Backend.CPU),
    }
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(new.builds)
    assert {line.split()[0] for line in said} == {"kept", "pinned"}


def test_a_version_number_leads_to_its_build(pins: Path) -> None:
    pointer = release_of(("nightly-tag.txt",), "v0.9.0")
    with api_of({}) as server:
        asset = pointer["assets"][0]
        asset["browser_download_url"] = f"{server.address}/pointer"
        server.answers = {
            "/latest": json.dumps(pointer).encode(),
            "/pointer": f"{TAG}\n".encode(),
            f"/tags/{TAG}": json.dumps(release_of(NAMES)).encode(),
        }
        assert run(pins, server) == 0
    assert TAG in {build.version for build in read(pins).builds}


def test_an_asset_without_a_digest_is_not_pinned(pins: Path) -> None:
    release = release_of(NAMES)
    for asset in release["assets"]:
        if asset["name"].startswith("cudart") or "vulkan" in asset["name"]:
            asset["digest"] = None
    with api_of({f"/tags/{TAG}": release}) as server:
        assert run(pins, server, TAG) == 0
    new = {b.backend for b in read(pins).builds if b.version == TAG}
    assert new == {Backend.CPU, Backend.METAL, Backend.ROCM}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such tag": ({}, "answers 404"),
    "nothing usable": (
        {f"/tags/{TAG}": release_of((f"llama-{TAG}-ui.tar.gz",))},
        "no build with a known hash",
    ),
    "a CUDA nobody here knows": (
        {f"/tags/{TAG}": release_of(tuple(name.replace("13.9", "14.0") for name in NAMES))},
        "the minimum driver of CUDA 14 is not known",
    ),
    "something else": ({f"/tags/{TAG}": {"message": "rate limit"}}, "tag_name"),
}


@pytest.mark.parametrize(("answers", "reason"), REFUSED.values(), ids=REFUSED)
def test_whatever_goes_wrong_leaves_the_pins(
    pins: Path, answers: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pins.read_bytes()
    with api_of(answers) as server:
        assert run(pins, server, TAG) == 1
    assert reason in capsys.readouterr().err
    assert pins.read_bytes() == before


def test_addresses_and_hashes_are_checked_before_they_are_written(pins: Path) -> None:
    before = pins.read_bytes()
    for field, value in (
        ("browser_download_url", "http://github.com/x.zip"),
        ("digest", "sha256:0"),
        ("size", 99 << 30),
    ):
        release = release_of(NAMES)
        for asset in release["assets"]:
            asset[field] = value
        with api_of({f"/tags/{TAG}": release}) as server:
            assert run(pins, server, TAG) == 1
    assert pins.read_bytes() == before


def test_an_api_that_is_not_encrypted_is_not_asked(
    pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--api", "http://127.0.0.1:1", "--pins", str(pins)]) == 1
    assert "not encrypted" in capsys.readouterr().err


def test_the_file_is_written_as_it_is_kept(pins: Path) -> None:
    """The repository's own file is what the command would write: no noise in a diff."""
    content = read(pins).model_dump_json(indent=2, exclude_none=True) + "\n"
    assert pin_engines.merged(read(pins), ()) == read(pins)
    assert content == PINS.read_text(encoding="utf-8")
