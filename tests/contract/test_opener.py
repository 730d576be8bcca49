"""Opening through the system's handler, here a script in its place on PATH."""

import os
from pathlib import Path

import pytest

from tests.platforms import on_linux
from tray.infrastructure.opener import open_path, open_url
from tray.models.failure import FailureCause, PaddockError

REFUSED = (
    "file:///etc/passwd",
    "smb://host/share",
    "ms-msdt:/id",
    "javascript:alert(1)",
    "data:text/html,x",
    "vscode://file/x",
    "ftp://host/",
    "http://",
    "http:///path",
    "https:evil",
    "http://[::1",
    "http://host:99999/",
    "http://host/a b",
    "http://host/\n",
    "http://host/\u202egpj",
    "mailto:",
    "mailto://host/x",
    "-http://host",
    " http://host",
    "/etc/passwd",
    "",
)


@pytest.mark.parametrize("url", REFUSED)
def test_other_schemes_and_odd_spellings_are_refused(url: str) -> None:
    with pytest.raises(PaddockError) as caught:
        open_url(url)
    assert caught.value.failure.cause is FailureCause.REQUEST_REFUSED


@pytest.fixture
def handler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, with an xdg-open that notes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "xdg-open"
    script.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$1" >> "{tmp_path}/opened"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def opened(handler: Path) -> str:
    return (handler.parent / "opened").read_text()


@on_linux
def test_addresses_and_paths_reach_the_handler_as_one_argument(
    handler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(handler.parent)
    odd = Path("-$(touch hurt); x.log")
    odd.touch()
    open_url("https://example.org/a?b=c&d=$(x)#e")
    open_url("mailto:someone@example.org")
    open_path(odd)
    open_path(handler)
    assert opened(handler).split("|")[1::2] == [
        "https://example.org/a?b=c&d=$(x)#e",
        "mailto:someone@example.org",
        str(handler.parent / odd),
        str(handler),
    ]
    assert set(opened(handler).split("|")[:-1:2]) == {"1"}
    assert not Path("hurt").exists()


@on_linux
def test_no_handler_and_a_failing_one_are_typed(handler: Path) -> None:
    script = handler / "xdg-open"
    for content, expected in (
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!/no/such/shell\n", "xdg-open"),
        ("", "install xdg-utils"),
    ):
        script.write_text(content) if content else script.unlink()
        with pytest.raises(PaddockError, match=expected) as caught:
            open_path(handler)
        assert caught.value.failure.cause is FailureCause.NOTHING_OPENS_IT


def test_a_missing_file_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PaddockError, match="does not exist"):
        open_path(tmp_path / "none")


@on_linux
@pytest.mark.slow
def test_a_handler_that_stays_is_not_waited_for(handler: Path) -> None:
    script = handler / "xdg-open"
    script.write_text(f'#!/bin/sh\necho $$ > "{handler}/pid"\nexec /bin/sleep 60\n')
    open_path(handler)
    os.kill(int((handler / "pid").read_text()), 15)
